# SPDX-License-Identifier: BSD-3-Clause
"""The root of a machine: a copy of a plain Debian, and what is done to it
while it is not running."""

import os
import shutil
import subprocess
from pathlib import Path

PASSWORDS = {"root": "toor toor 6", "alice": "correct horse 7",
             "bob": "battery staple 8"}
PACKAGES = "packages"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}

# What a person sees who is logged in, and nothing else.
PROMPT = "ready> "


class Failed(AssertionError):
    def __init__(self, command, result):
        super().__init__(f"{' '.join(map(str, command))}: exit "
                         f"{result.returncode}\n{result.stdout}"
                         f"{result.stderr}")


class Root:
    """A copy of `base` at `path`, with root, alice (who may use sudo) and bob.
    The files of `debs` are in /packages."""

    def __init__(self, base, path, debs=()):
        self.path = Path(path)
        subprocess.run(["cp", "-a", "--reflink=auto", base, self.path],
                       check=True)
        self.add_packages(debs)
        self._make_people()
        self.write("etc/ssh/sshd_config.d/00-test.conf", self._sshd_options())

    def _make_people(self):
        for name in ("alice", "bob"):
            self.run("useradd", "--create-home", "--shell", "/bin/sh", name)
            self.write(f"home/{name}/.profile", f"PS1='{PROMPT}'\n")
        self.run("usermod", "--append", "--groups", "sudo", "alice")
        self.run("chpasswd", stdin="".join(
            f"{name}:{word}\n" for name, word in PASSWORDS.items()))
        self.write("etc/sudoers.d/test", "Defaults passwd_tries=1, "
                   "lecture=never, !mailerpath, timestamp_timeout=0\n", 0o440)

    def _sshd_options(self):
        text = ("ListenAddress 127.0.0.1\nUseDNS no\n"
                "KbdInteractiveAuthentication yes\n")
        option = "PerSourcePenalties no\n"
        version = self.run("ssh", "-V").stderr
        # everybody comes from one address here
        newer = int(version.split("_")[1].split(".")[0]) >= 10
        return text + (option if newer else "")

    def add_packages(self, debs, folder=PACKAGES):
        place = self.path / folder
        place.mkdir(exist_ok=True)
        for deb in debs:
            shutil.copy(deb, place)

    def copy(self, folder, path):
        shutil.copytree(folder, self.path / path)

    def write(self, path, text, mode=0o644):
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        target.chmod(mode)

    def run(self, *command, stdin=None, code=0):
        """A command while nothing is booted; `code` None: any."""
        result = subprocess.run(
            ["systemd-nspawn", "--quiet", "-D", self.path, "--register=no",
             "--keep-unit", "--link-journal=no", "--settings=no",
             "--resolv-conf=off", "--timezone=off", "--pipe", "--as-pid2",
             *(f"--setenv={k}={v}" for k, v in ENVIRONMENT.items()),
             *command], input=stdin, text=True, capture_output=True,
            env=ENVIRONMENT, timeout=300)
        if code is not None and result.returncode != code:
            raise Failed(command, result)
        return result

    def remove(self):
        shutil.rmtree(self.path)

    def known_hosts(self):
        """A line for the ssh client."""
        key = (self.path / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
        return f"127.0.0.1 {' '.join(key.split()[:2])}\n"


def files_below(folder):
    """What is in a folder: type, mode, owner and bytes by name."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        status = path.lstat()
        content = (os.readlink(path) if path.is_symlink() else
                   path.read_bytes() if path.is_file() else None)
        found[str(path.relative_to(folder))] = (
            status.st_mode, status.st_uid, status.st_gid, content)
    return found
