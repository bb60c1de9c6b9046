# SPDX-License-Identifier: BSD-3-Clause
"""What a service manager does for an agent: a listening socket that outlives it
and a store of file descriptors (sd_notify(3), FDSTORE=1)."""

import array
import fcntl
import os
import socket
import subprocess
import threading

from . import built, people, waiting
from .agent import as_user

FDS_MAX = 16


class Manager:
    """Runs `agent`; kept[NAME] is a list of descriptors."""

    def __init__(self, agent):
        self.agent = agent
        self.kept = {}
        self.ready = threading.Event()
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(agent.socket))
        os.chmod(agent.socket, 0o666)
        self.listener.listen(16)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(agent.place / "manager"))
        os.chmod(agent.place / "manager", 0o666)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            data, ancillary, _, _ = self.notify.recvmsg(
                4096, socket.CMSG_SPACE(FDS_MAX * 4))
            if not data:
                return  # it was shut down
            fds = array.array("i")
            for level, kind, content in ancillary:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    fds.frombytes(content)
            self._hear(data.decode().split("\n"), list(fds))

    def _hear(self, lines, fds):
        said = dict(line.split("=", 1) for line in lines if "=" in line)
        with self.lock:
            if "FDSTORE" in said:
                self.kept.setdefault(said["FDNAME"], []).extend(fds)
                fds = []
            if "FDSTOREREMOVE" in said:
                fds += self.kept.pop(said["FDNAME"], [])
        for fd in fds:
            os.close(fd)
        if "READY" in said:
            self.ready.set()

    def names(self):
        with self.lock:
            return sorted(self.kept)

    def keep(self, name, fd):
        """Puts a descriptor into the store as an earlier agent would have."""
        with self.lock:
            self.kept.setdefault(name, []).append(os.dup(fd))

    def forget_all(self):
        with self.lock:
            for fds in self.kept.values():
                for fd in fds:
                    os.close(fd)
            self.kept = {}

    def start(self, socket_first=True):
        """Starts the agent with everything that is kept."""
        with self.lock:
            passed = [(name, fd) for name, fds in self.kept.items()
                      for fd in fds]
        passed.insert(0 if socket_first else len(passed),
                      ("io.jwtagent.socket", self.listener.fileno()))
        # duplicated far above, so that no target is somebody's source
        high = [self._high(fd) for _, fd in passed]
        launch = "".join(f"exec {3 + n}<&{fd}; " for n, fd in enumerate(high))
        launch += "".join(f"exec {fd}<&-; " for fd in high)
        launch += (f"export LISTEN_FDS={len(passed)} LISTEN_PID=$$ "
                   f"LISTEN_FDNAMES={':'.join(name for name, _ in passed)}; "
                   f"exec {built.COMMAND} --config {self.agent.config} serve")
        self.ready.clear()
        with open(self.agent.log, "ab") as log:
            self.agent.process = subprocess.Popen(
                [*as_user(people.AGENT_USER), "/bin/bash", "-c", launch],
                pass_fds=high, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET":
                                 self.notify.getsockname()})
        for fd in high:
            os.close(fd)
        waiting.until(lambda: self.ready.is_set()
                      or self.agent.process.poll() is not None)
        assert self.agent.process.poll() is None, self.agent.said()
        return self

    @staticmethod
    def _high(fd):
        return fcntl.fcntl(fd, fcntl.F_DUPFD, 200)

    def close(self):
        self.agent.stop()
        self.forget_all()
        self.notify.shutdown(socket.SHUT_RDWR)
        self.thread.join()  # or it reads from whoever has the number next
        self.notify.close()
        self.listener.close()
