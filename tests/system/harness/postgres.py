# SPDX-License-Identifier: BSD-3-Clause
"""Debian's PostgreSQL, run as postgres, that asks PAM for every login."""

import itertools
import os
import shutil
import subprocess
from pathlib import Path

from . import people

USER = "postgres"
SERVICE = "postgresql"
HBA = f"""\
local all {USER} peer
local all all    pam pamservice={SERVICE}
host  all all    127.0.0.1/32 pam pamservice={SERVICE}
"""

numbers = itertools.count(1)


def programs():
    """The folder of the newest release that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("[0-9]*/bin"),
                   key=lambda path: int(path.parent.name))
    assert found, "PostgreSQL is not installed: run ci/install"
    return found[-1]


class Postgres:
    """Its socket and everything else lie in `place`; `log` is its log."""

    def __init__(self, place="/run/postgres", port=5499):
        self.place = Path(place)
        self.port = port
        self.data = self.place / "data"
        self.log = self.place / "log"
        self.place.mkdir(mode=0o755)
        shutil.chown(self.place, USER, USER)
        self._run("initdb", "--no-sync", "--no-instructions", "-A", "peer",
                  "-D", self.data)
        (self.data / "pg_hba.conf").write_text(HBA)

    def _run(self, program, *arguments):
        subprocess.run([programs() / program, *map(str, arguments)],
                       check=True, preexec_fn=people.become(USER), cwd="/",
                       stdout=subprocess.DEVNULL,
                       env={"PATH": os.defpath, "LANG": "C.UTF-8"})

    def speak_tls(self, certificate):
        """From the next start on."""
        place = self.data / "server.pem"
        shutil.copy(certificate.file, place)
        place.chmod(0o600)
        shutil.chown(place, USER, USER)
        with open(self.data / "postgresql.conf", "a") as config:
            config.write("ssl = on\nssl_cert_file = 'server.pem'\n"
                         "ssl_key_file = 'server.pem'\n")

    def start(self):
        options = (f"-p {self.port} -k {self.place} -c fsync=off "
                   "-c listen_addresses=127.0.0.1 -c log_connections=on")
        self._run("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-o",
                  options, "start")
        return self

    def stop(self):
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def use_hba(self, text):
        """Goes by other lines from now on."""
        (self.data / "pg_hba.conf").write_text(text)
        self.administrate("SELECT pg_reload_conf()")
        problems = self.administrate(
            "SELECT line_number, error FROM pg_hba_file_rules "
            "WHERE error IS NOT NULL")
        assert problems == "", problems

    def add_role(self, name):
        self.administrate(f"CREATE ROLE {name} LOGIN")

    def administrate(self, statement):
        return subprocess.run(
            self._psql(USER, self.place, statement), check=True, text=True,
            preexec_fn=people.become(USER), cwd="/",
            stdout=subprocess.PIPE).stdout

    def _psql(self, role, host, statement):
        return [str(programs() / "psql"), "-X", "-q", "-At", "-w",
                "-h", str(host), "-p", str(self.port), "-U", role,
                "-d", "postgres", "-c", statement]

    def ask(self, role, token, statement="SELECT current_user", host=None):
        """psql by alice, `token` as the password, in a file of hers."""
        passfile = self.place / f"pass-{next(numbers)}"
        passfile.touch(mode=0o600)
        passfile.write_text(f"*:*:*:*:{token}\n")
        shutil.chown(passfile, "alice", "alice")
        try:
            return subprocess.run(
                self._psql(role, host or self.place, statement),
                preexec_fn=people.become("alice"), cwd="/", text=True,
                capture_output=True, timeout=60,
                env={"PATH": os.defpath, "LANG": "C.UTF-8",
                     "PGPASSFILE": str(passfile)})
        finally:
            passfile.unlink()

    def is_unhurt(self):
        """Whether no backend has died since its start."""
        return "was terminated by signal" not in self.said()

    def mark(self):
        """A place in the log; pass it to said()."""
        return self.log.stat().st_size

    def said(self, since=0):
        return self.log.read_bytes()[since:].decode(errors="replace")
