# SPDX-License-Identifier: BSD-3-Clause
"""Listens on /dev/log and keeps what pam_syslog and sshd say."""

import os
import socket
import threading
import time


class Logbook:
    def __init__(self, path="/dev/log"):
        if os.path.exists(path):
            os.unlink(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.lines = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            self.lines.append(self.socket.recv(65536).decode(errors="replace"))

    def mark(self):
        """A place in the log; pass it to text() or wait_for()."""
        return len(self.lines)

    def text(self, since=0):
        return "\n".join(self.lines[since:])

    def wait_for(self, needle, since=0, timeout=5):
        """The first line since `since` that contains `needle`."""
        deadline = time.monotonic() + timeout
        while True:
            for line in self.lines[since:]:
                if needle in line:
                    return line
            assert time.monotonic() < deadline, (
                f"no line with {needle!r} in:\n{self.text(since)}")
            time.sleep(0.02)
