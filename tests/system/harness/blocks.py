# SPDX-License-Identifier: BSD-3-Clause
"""The writes of a running agent to its store, failed or stopped by a test; see
tests/lmdb-store/blocks.h."""

import itertools
import struct
from pathlib import Path

FORMAT = "=6q"
MEMBERS = ("error", "from", "until", "late", "stop", "points")
numbers = itertools.count(1)


class Blocks:
    """Counts write points from where it was told last."""

    def __init__(self):
        self.path = Path(f"/run/blocks-{next(numbers)}")
        self.path.write_bytes(struct.pack(FORMAT, *[0] * len(MEMBERS)))
        self.path.chmod(0o666)  # the agent counts in it

    def _write(self, **members):
        # in place: the agent has the file mapped
        with open(self.path, "r+b") as file:
            file.write(struct.pack(
                FORMAT, *(members.get(name, 0) for name in MEMBERS)))

    def fail(self, error):
        """Every write fails with this errno until mend()."""
        self._write(error=error)

    def mend(self):
        self._write()

    def stop_at(self, point):
        """The process is killed before the write point of that number."""
        self._write(stop=point)

    def points(self):
        return dict(zip(MEMBERS, struct.unpack(
            FORMAT, self.path.read_bytes())))["points"]
