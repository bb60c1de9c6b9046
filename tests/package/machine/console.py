# SPDX-License-Identifier: BSD-3-Clause
"""The console of a machine: a terminal on which its getty asks."""

import os
import pty
import re
import termios
import threading
import time

LOGIN = r"login: "


class Console:
    """Reads all the time, as a machine would wait for a terminal that is not
    read. What was said is in `text`, and expect() goes through it."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        self.text = ""
        self.at = 0
        self.news = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            with self.news:
                self.text += data.decode(errors="replace")
                self.news.notify_all()

    def expect(self, pattern, timeout=30):
        """The first match in what was not yet gone through."""
        deadline = time.monotonic() + timeout
        with self.news:
            while True:
                match = re.compile(pattern).search(self.text, self.at)
                if match:
                    self.at = match.end()
                    return match
                rest = deadline - time.monotonic()
                assert rest > 0, (f"no {pattern!r} on the console after:\n"
                                  f"{self.text[self.at:]}")
                self.news.wait(rest)

    def skip(self):
        with self.news:
            self.at = len(self.text)

    def type(self, line):
        os.write(self.master, line.encode() + b"\r")

    def close(self):
        os.close(self.slave)
        os.close(self.master)


def is_echoing(terminal):
    """Of a terminal by its path."""
    fd = os.open(terminal, os.O_RDWR | os.O_NOCTTY)
    try:
        return bool(termios.tcgetattr(fd)[3] & termios.ECHO)
    finally:
        os.close(fd)
