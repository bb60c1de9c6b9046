# SPDX-License-Identifier: BSD-3-Clause
"""Debian's sshd on the namespace's loopback."""

import os
import socket
import subprocess
from pathlib import Path

from . import waiting

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {place}/host_key
PidFile {place}/pid
AuthorizedKeysFile none
UsePAM yes
KbdInteractiveAuthentication yes
PubkeyAuthentication no
PasswordAuthentication no
PermitRootLogin no
PrintMotd no
UseDNS no
MaxStartups 200
AcceptEnv JWT_SESSION
Subsystem sftp internal-sftp
"""


class Sshd:
    """PAM service `sshd`; what it logs is in `log`."""

    def __init__(self, place="/run/sshd-test", port=2222):
        self.place = Path(place)
        self.port = port
        self.place.mkdir(mode=0o755)
        self.config = self.place / "sshd_config"
        self.config.write_text(CONFIG.format(port=port, place=place))
        self._make_host_key()
        self._pardon()
        self.log = self.place / "log"

    def _make_host_key(self):
        key = self.place / "host_key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                        "-f", str(key)], check=True)
        public = key.with_suffix(".pub").read_text().split()[:2]
        self.known_hosts = self.place / "known_hosts"
        self.known_hosts.write_text(
            f"[127.0.0.1]:{self.port} {' '.join(public)}\n")

    def _pardon(self):
        """OpenSSH since 9.8 shuts out an address after a few refusals, and
        here they all come from one; older ones do not know the option."""
        option = "PerSourcePenalties=no"
        known = subprocess.run(
            ["/usr/sbin/sshd", "-t", "-f", str(self.config), "-o", option],
            stderr=subprocess.DEVNULL)
        if known.returncode == 0:
            with open(self.config, "a") as config:
                config.write(option.replace("=", " ") + "\n")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.config)],
                stderr=log, stdin=subprocess.DEVNULL,
                env={"PATH": os.defpath})
        waiting.until(self._answers, what="sshd's start")
        return self

    def _answers(self):
        assert self.process.poll() is None, self.log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait()
