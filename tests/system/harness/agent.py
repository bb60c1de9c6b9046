# SPDX-License-Identifier: BSD-3-Clause
"""One jwt-agent with a store of its own, run as the agent's user."""

import itertools
import json
import os
import resource
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from . import built, people
from .clock import Clock
from .wire import Refused, Wire

numbers = itertools.count(1)


class CommandFailed(AssertionError):
    """The command ended with another exit code than it should have."""

    def __init__(self, arguments, result):
        super().__init__(f"jwt-agent {' '.join(arguments)}: "
                         f"exit {result.returncode}\n"
                         f"{result.stdout}{result.stderr}")


class Agent:
    """`token` and `agent` are keys for those sections of its configuration,
    `issuers` and `services` keys by name for [issuer NAME], [service NAME].
    A value that is a list is set once for each of its items."""

    def __init__(self, token=None, agent=None, issuers=None, services=None):
        self.place = Path(f"/run/agent-{next(numbers)}")
        self.socket = self.place / "run" / "io.jwtagent"
        self.store = self.place / "store"
        self.config = self.place / "jwt-agent.conf"
        self.log = self.place / "log"
        self.token = {"issuer": "https://agent.test",
                      "audience": "login.test", **(token or {})}
        self.agent = {"socket": self.socket, "store": self.store,
                      "master_key": self.place / "master.key",
                      "fetcher": built.FETCHER, **(agent or {})}
        self.issuers = dict(issuers or {})
        self.services = dict(services or {})
        self.process = None
        self.environment = {}  # of its process, beside PATH
        self._make_place()

    def _make_place(self):
        for path in (self.place, self.socket.parent):
            path.mkdir(mode=0o755)
            shutil.chown(path, people.AGENT_USER, people.AGENT_USER)
        self.configure()

    def configure(self, **token):
        """Changes keys of [token]; heard at the next start."""
        self.token.update(token)
        text = section("agent", self.agent) + section("token", self.token)
        for name, keys in self.issuers.items():
            text += section(f"issuer {name}", keys)
        for name, keys in self.services.items():
            text += section(f"service {name}", keys)
        self.config.write_text(text)

    def add_config(self, name, text):
        """A file of conf.d; heard at the next start."""
        folder = self.place / "conf.d"
        folder.mkdir(mode=0o755, exist_ok=True)
        (folder / name).write_text(text)

    def serve_with(self, issuers=None, services=None):
        """Starts, or starts again, with other issuers or services."""
        self.issuers = self.issuers if issuers is None else issuers
        self.services = self.services if services is None else services
        self.configure()
        return self.restart() if self.process else self.start()

    # life

    def start(self, clock=None, files=None, user=people.AGENT_USER,
              blocks=None):
        """Starts and waits for READY=1.  `clock`: seconds that have passed for it, or a
        clock.Clock; `files`: how many descriptors the process may have; `blocks`: a
        blocks.Blocks for its writes."""
        ready = self._ready_socket()
        self.process = self.spawn(clock, files, user, ready, blocks)
        with ready:
            while True:
                try:
                    if b"READY=1" in ready.recv(4096):
                        return self
                except socket.timeout:
                    assert self.process.poll() is None, self.said()

    def spawn(self, clock=None, files=None, user=people.AGENT_USER,
              ready=None, blocks=None):
        """The same without waiting, for a start that is to fail."""
        command = [*as_user(user), *at_clock(clock),
                   *with_blocks(blocks), str(built.COMMAND),
                   "--config", str(self.config), "serve"]
        environment = {"PATH": "/usr/bin:/bin", **self.environment}
        if ready:
            environment["NOTIFY_SOCKET"] = ready.getsockname()

        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        with open(self.log, "ab") as log:
            return subprocess.Popen(command, env=environment, stderr=log,
                                    stdout=log, stdin=subprocess.DEVNULL,
                                    preexec_fn=limit)

    def _ready_socket(self):
        path = self.place / "notify"
        path.unlink(missing_ok=True)
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(str(path))
        os.chmod(path, 0o666)
        ready.settimeout(0.5)
        return ready

    def stop(self):
        """SIGTERM; the exit code."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def restart(self, **how):
        self.stop()
        return self.start(**how)

    def fill(self, devices):
        """A store with so many devices, before the first start."""
        subprocess.run([str(built.LARGE_STORE), str(self.store),
                        str(self.agent["master_key"]), str(devices), "0"],
                       check=True, stdout=subprocess.DEVNULL)
        for path in (self.store, *self.store.iterdir(),
                     self.agent["master_key"]):
            shutil.chown(path, people.AGENT_USER, people.AGENT_USER)
        return self

    def discard(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.place)

    def said(self):
        """Everything that it has logged."""
        return self.log.read_text(errors="replace")

    # talking to it

    def wire(self, **options):
        return Wire(self.socket, **options)

    def run(self, *arguments, user="root", stdin=None, environment=None):
        """The command as `user`, however it ends."""
        become = people.become(user) if user != "root" else None
        return subprocess.run(
            [str(built.COMMAND), "--config", str(self.config), *arguments],
            input=stdin, text=True, capture_output=True, timeout=30,
            preexec_fn=become, cwd="/",
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
                 **(environment or {})})

    def json(self, *arguments, code=0, **how):
        """What the command prints with --json; `code` None: any."""
        result = self.run(*arguments, "--json", **how)
        if code is not None and result.returncode != code:
            raise CommandFailed(arguments, result)
        return json.loads(result.stdout)

    def enroll(self, user="alice", name="laptop", filler=0):
        """A device; `filler` bytes of a claim make its access tokens long."""
        arguments = ["device", "enroll", "--user", user, "--name", name]
        if filler:
            arguments += ["--claim", "filler=" + "x" * filler]
        return self.json(*arguments)

    def refresh(self, token):
        """One rotation over the socket; wire.Refused when it is refused."""
        with self.wire() as wire:
            return wire.call("io.jwtagent.Token.Refresh", {"token": token})

    def login(self, token, user="alice", service="probe"):
        """What the module asks, by root; Refused when it is refused."""
        with self.wire(timeout=30) as wire:
            return wire.call("io.jwtagent.Login.Authenticate", {
                "user": user, "uid": people.uid(user), "service": service,
                "token": token})

    def verdict(self, token, user="alice", service="probe"):
        """How that login ends: "ok" or the name of the refusal."""
        try:
            self.login(token, user, service)
            return "ok"
        except Refused as refusal:
            return refusal.name

    def explain(self, token, user="alice", service="probe"):
        """What `token explain` says, whatever its verdict is."""
        result = self.run("token", "explain", "--user", user, "--service",
                          service, "--json", stdin=token)
        assert result.returncode in (0, 3), result.stderr
        return json.loads(result.stdout)

    def issuer(self, name):
        return self.json("issuer", "show", name)

    def sessions(self, all=False, user=None):
        arguments = ["session", "list"]
        arguments += ["--all"] if all else []
        arguments += ["--user", user] if user else []
        return self.json(*arguments)

    def session(self, identity):
        return next(session for session in self.sessions(all=True)
                    if session["session"] == identity)

    def audit(self, limit=10000):
        return self.json("audit", "list", "--limit", str(limit))

    def last_refusal(self):
        """The reason of the newest denied event."""
        denied = [e for e in self.audit() if e["outcome"] == "denied"]
        return denied[-1]["reason"] if denied else None

    def bytes_of_store(self):
        return b"".join(path.read_bytes() for path in
                        sorted(self.store.rglob("*")) if path.is_file())


def section(name, keys):
    lines = [f"[{name}]"]
    for key, value in keys.items():
        items = value if isinstance(value, (list, tuple)) else [value]
        lines += [f"{key} = {item}" for item in items]
    return "\n".join(lines) + "\n"


def as_user(user):
    """The start of a command, as the service unit does it: one capability."""
    if user == "root":
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups",
            "--inh-caps=+kill", "--ambient-caps=+kill",
            "--bounding-set=-all,+kill", "--no-new-privs"]


def at_clock(shift):
    """The same for a clock that is shifted by so many seconds, or moved."""
    if not shift:
        return []
    if isinstance(shift, Clock):
        return ["env", f"LD_PRELOAD={built.CLOCK}", f"CLOCK_FILE={shift.path}"]
    return ["env", f"LD_PRELOAD={built.CLOCK}", f"CLOCK_SHIFT={shift}"]


def with_blocks(blocks):
    """The same for an agent whose writes a test may fail."""
    if not blocks:
        return []
    return ["env", f"LD_PRELOAD={built.BLOCKS}", f"BLOCKS_FILE={blocks.path}"]
