# SPDX-License-Identifier: BSD-3-Clause
"""The journal's end of its native protocol: what an agent sends, by fields."""

import os
import socket
import struct
import threading
from pathlib import Path

from . import waiting

SOCKET = Path("/run/systemd/journal/socket")


class Journal:
    def __init__(self):
        SOCKET.parent.mkdir(parents=True, exist_ok=True)
        SOCKET.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(SOCKET))
        os.chmod(SOCKET, 0o666)
        self.entries = []
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            data = self.socket.recv(256 * 1024)
            if not data:
                return
            self.entries.append(fields(data))

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()  # or it reads from whoever has the number next
        self.socket.close()
        SOCKET.unlink()

    def of(self, agent):
        """Lets the agent's next start log to here."""
        agent.log.touch()
        status = agent.log.stat()
        agent.environment["JOURNAL_STREAM"] = (
            f"{status.st_dev}:{status.st_ino}")
        return agent

    def events(self, name):
        return [entry for entry in self.entries
                if entry.get("JWT_AGENT_EVENT") == name]

    def wait_for(self, name):
        return waiting.until(lambda: self.events(name), 10, name)[-1]


def fields(data):
    """FIELD=VALUE lines, or FIELD, a length in 8 bytes and the value."""
    entry = {}
    while data:
        line, _, rest = data.partition(b"\n")
        name, sign, value = line.partition(b"=")
        if not sign:
            size = struct.unpack("<Q", rest[:8])[0]
            value, rest = rest[8:8 + size], rest[8 + size + 1:]
        entry[name.decode()] = value.decode(errors="replace")
        data = rest
    return entry
