# SPDX-License-Identifier: BSD-3-Clause
"""Sockets that are not served by a healthy agent."""

import os
import signal
import socket
import time

from . import people, waiting


class Imposter:
    """Listens on `path` as `user`, accepts, notes what comes, never answers.

    Runs as a process, since the module looks at who serves the socket.
    """

    def __init__(self, path, user="root"):
        self.path = str(path)
        self.notes = self.path + ".heard"
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._serve(user)
            finally:
                os._exit(1)
        waiting.until(lambda: os.path.exists(self.notes), what="its start")

    def _serve(self, user):
        os.umask(0)
        if user != "root":
            os.chmod(os.path.dirname(self.path), 0o777)
            people.become(user)()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(self.path)
        listener.listen(16)
        with open(self.notes, "wb", buffering=0) as notes:
            while True:
                connection, _ = listener.accept()
                connection.settimeout(0.5)
                try:
                    while data := connection.recv(65536):
                        notes.write(data)
                except OSError:
                    time.sleep(30)  # hangs with the connection open

    def heard(self):
        with open(self.notes, "rb") as notes:
            return notes.read()

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        for path in (self.path, self.notes):
            if os.path.exists(path):
                os.unlink(path)
        os.chmod(os.path.dirname(self.path), 0o755)
