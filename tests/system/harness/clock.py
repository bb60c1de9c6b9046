# SPDX-License-Identifier: BSD-3-Clause
"""The clock of a running agent, moved by a test; see clock.c."""

import itertools
import struct
import time
from pathlib import Path

numbers = itertools.count(1)


class Clock:
    """`jumped` and `passed` are milliseconds: what was done to the wall clock alone,
    and what went by."""

    def __init__(self, path=None):
        self.path = Path(path or f"/run/clock-{next(numbers)}")
        self.jumped = self.passed = 0
        self._write()

    def _write(self):
        # in place: the agent has the file mapped
        data = struct.pack("=qq", self.jumped, self.passed)
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(data)

    def jump(self, seconds):
        self.jumped += round(seconds * 1000)
        self._write()

    def let_pass(self, seconds):
        self.passed += round(seconds * 1000)
        self._write()

    def wall(self):
        """What the agent's wall clock says, in seconds."""
        return time.time() + (self.jumped + self.passed) / 1000

    def steady(self):
        return time.time() + self.passed / 1000
