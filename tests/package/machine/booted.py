# SPDX-License-Identifier: BSD-3-Clause
"""A root that is booted by systemd-nspawn, with its own systemd as init."""

import json
import os
import signal
import subprocess
from pathlib import Path

from harness import ssh, waiting

from . import console
from .root import ENVIRONMENT, PASSWORDS, PROMPT, Failed

REBOOTED = 133
SOCKET = "run/jwt-agent/io.jwtagent"


class Machine:
    """`root` is a Root. The network is that of the caller."""

    port = 22

    def __init__(self, root):
        self.root = root
        self.process = None
        self.console = None
        self.known_hosts = root.path.with_suffix(".known_hosts")
        self.known_hosts.write_text(root.known_hosts())

    # life

    def boot(self):
        """Waits until everything has started that starts at boot."""
        self.console = console.Console()
        terminal = self.console.slave
        self.process = subprocess.Popen(
            ["systemd-nspawn", "-D", self.root.path, "--register=no",
             "--keep-unit", "--link-journal=no", "--boot", "--settings=no",
             # without it units cannot have a network of their own
             "--capability=CAP_NET_ADMIN",
             "--resolv-conf=off", "--timezone=off", "--console=interactive"],
            stdin=terminal, stdout=terminal, stderr=terminal,
            env={**ENVIRONMENT, "TERM": "dumb"}, start_new_session=True,
            preexec_fn=lambda: join_groups(self.root.path.name))
        waiting.until(self._find_init, 60, "the start of an init")
        waiting.until(self._is_up, 120, "the end of the boot")
        return self

    def _find_init(self):
        self._assert_alive()
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        self.init = next(filter(is_init, children.split()), None)
        return self.init

    def _is_up(self):
        self._assert_alive()
        state = self.run("systemctl", "is-system-running", "--wait",
                         code=None).stdout.strip()
        return state in ("running", "degraded")

    def _assert_alive(self):
        assert self.process.poll() is None, self.console.text

    def stop(self):
        """An orderly shutdown, or what is left of it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.kill(int(self.init), signal.SIGKILL)
            self.process.wait()
        self._gone()

    def reboot(self):
        self.run("systemctl", "reboot", code=None)
        assert self.process.wait(timeout=120) == REBOOTED
        self._gone()
        return self.boot()

    def _gone(self):
        self.process = None
        self.console.close()
        self.console = None

    # inside

    def inside(self, *command):
        return ["nsenter", "-t", self.init, "-m", "-p", "-u", "-i",
                *map(str, command)]

    def run(self, *command, stdin=None, code=0, timeout=120):
        """A command as root; `code` None: any."""
        result = subprocess.run(
            self.inside(*command), input=stdin, text=True, timeout=timeout,
            capture_output=True, env=ENVIRONMENT, cwd="/")
        if code is not None and result.returncode != code:
            raise Failed(command, result)
        return result

    def path(self, path):
        """A file as it is seen inside, also where something is mounted."""
        return Path(f"/proc/{self.init}/root") / path.lstrip("/")

    def write(self, path, text):
        target = self.path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def systemctl(self, *arguments, **how):
        return self.run("systemctl", *arguments, **how).stdout.strip()

    def show(self, unit, *properties):
        """Properties of a unit by name."""
        text = self.systemctl("show", unit, "--property",
                              ",".join(properties))
        return dict(line.split("=", 1) for line in text.splitlines())

    def journal(self, *matches):
        """Entries of the journal as dictionaries."""
        self.run("journalctl", "--sync", code=None)
        text = self.run("journalctl", "-o", "json", "--no-pager",
                        *matches).stdout
        return [json.loads(line) for line in text.splitlines()]

    def agent(self, *arguments, **how):
        """What `jwt-agent ARGUMENTS --json` prints."""
        return json.loads(
            self.run("jwt-agent", *arguments, "--json", **how).stdout)

    def sessions(self, *arguments):
        return self.agent("session", "list", *arguments)

    # people

    def ssh(self, user, *answers, command=("id", "-un"), **how):
        return ssh.run(self, user, ssh.answers(*answers), *command, **how)

    def shell(self, user, *answers):
        """An open connection, ssh.Shell."""
        return ssh.Shell(self, user, ssh.answers(*answers))

    def answer(self, prompt, text):
        """At the console, when the echo is off: what is typed before then is
        thrown away by who asks."""
        self.console.expect(prompt)
        waiting.until(lambda: not console.is_echoing(
            self.path("/dev/console")), 10, "the end of the echo")
        self.console.type(text)

    def console_login(self, user="alice", answers=None):
        """By a password, unless there are other answers."""
        self.console.skip()
        self.console.type("")  # getty asks again
        self.console.expect(console.LOGIN)
        self.console.type(user)
        for text in answers or [PASSWORDS[user]]:
            self.answer("(Password|Token).*: ", text)
        self.console.expect(PROMPT if user != "root" else "# ")

    def console_logout(self):
        self.console.type("exit")
        self.console.expect(console.LOGIN)

    def sudo(self, *command, password=PASSWORDS["alice"]):
        """What alice gets at the console, where she is logged in."""
        self.console.type("sudo -k " + " ".join(command))
        self.answer("[Pp]assword.*: ", password)
        self.console.expect("\n")
        start = self.console.at
        self.console.expect(PROMPT)
        return self.console.text[start:self.console.at - len(PROMPT)].strip()


def is_init(pid):
    """Whether it is process 1 of a namespace of its own: at first the child
    is one that only prepares things."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
    numbers = next(line for line in status.splitlines()
                   if line.startswith("NSpid:")).split()[1:]
    return numbers[-1] == "1"


def join_groups(name):
    """Control groups of its own for a machine, below those of the test."""
    for group in os.environ["PACKAGE_GROUPS"].split():
        place = f"{group}/{name}"
        os.makedirs(place, exist_ok=True)
        with open(f"{place}/cgroup.procs", "w") as procs:
            procs.write("0")
