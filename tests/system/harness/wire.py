# SPDX-License-Identifier: BSD-3-Clause
"""Varlink by hand: NUL-framed JSON over the agent's socket.

Nothing here shares code with the agent, so that the tests see the bytes.
"""

import json
import socket


class Refused(Exception):
    """An error reply: `name` without its interface, `full` with it."""

    def __init__(self, reply):
        super().__init__(json.dumps(reply))
        self.full = reply["error"]
        self.name = self.full.rsplit(".", 1)[1]
        self.parameters = reply.get("parameters") or {}


class Closed(Exception):
    """The agent closed the connection instead of answering."""


class Wire:
    def __init__(self, path, timeout=10):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """One reply as it came."""
        while b"\0" not in self.pending:
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Closed(self.pending)
            self.pending += data
        frame, self.pending = self.pending.split(b"\0", 1)
        return json.loads(frame)

    def ask(self, method, parameters=None, **flags):
        """Sends a call and waits for nothing."""
        message = {"method": method, "parameters": parameters or {}, **flags}
        self.send(json.dumps(message).encode() + b"\0")

    def answer(self):
        reply = self.receive()
        if "error" in reply:
            raise Refused(reply)
        return reply.get("parameters") or {}

    def call(self, method, parameters=None):
        self.ask(method, parameters)
        return self.answer()

    def stream(self, method, parameters=None):
        """The parameters of every reply of a call with `more`."""
        self.ask(method, parameters, more=True)
        while True:
            reply = self.receive()
            if "error" in reply:
                raise Refused(reply)
            if reply.get("parameters"):
                yield reply["parameters"]
            if not reply.get("continues"):
                return
