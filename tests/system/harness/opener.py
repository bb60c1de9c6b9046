# SPDX-License-Identifier: BSD-3-Clause
"""A process that opens a session over the wire, as the process of a service
does, and that is the session's leader as long as it lives."""

import array
import json
import os
import signal
import socket
import sys

from . import people
from .wire import Closed, Refused, Wire


def request(session, user, service):
    return {"session": session, "user": user, "uid": people.uid(user),
            "service": service}


def open_session(path, parameters, pidfd):
    """"ok", the name of a refusal, or "" when there was no answer."""
    message = {"method": "io.jwtagent.Login.OpenSession",
               "parameters": parameters}
    try:
        with Wire(path) as wire:
            wire.socket.sendmsg(
                [json.dumps(message).encode() + b"\0"],
                [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                  array.array("i", [pidfd]))])
            wire.answer()
        return "ok"
    except Refused as refusal:
        return refusal.name
    except (Closed, OSError):
        return ""


def close_session(path, parameters):
    try:
        with Wire(path) as wire:
            wire.call("io.jwtagent.Login.CloseSession", parameters)
        return "ok"
    except Refused as refusal:
        return refusal.name
    except (Closed, OSError):
        return ""


class Opener:
    def __init__(self, path, session, user="alice", service="probe",
                 stubborn=False):
        """`stubborn`: SIGTERM does not end it."""
        parameters = request(session, user, service)
        self.session = session
        self.link, inner = socket.socketpair(socket.AF_UNIX,
                                             socket.SOCK_SEQPACKET)
        self.pid = os.fork()
        if self.pid == 0:
            self.link.close()
            self._lead(path, parameters, inner, stubborn)
        inner.close()
        self.dead = False
        self.said = self._hear()

    @staticmethod
    def _lead(path, parameters, link, stubborn):
        try:
            signal.signal(signal.SIGTERM, signal.SIG_IGN if stubborn
                          else signal.SIG_DFL)
            pidfd = os.pidfd_open(os.getpid())
            said = open_session(path, parameters, pidfd)
            os.close(pidfd)
            link.send(said.encode() or b"\0")
            while link.recv(16):
                link.send(close_session(path, parameters).encode() or b"\0")
        except BaseException as problem:
            print(problem, file=sys.stderr)
        finally:
            os._exit(1)

    def _hear(self):
        return self.link.recv(64).decode().rstrip("\0")

    def close(self):
        """It closes its own session: as open_session()."""
        self.link.send(b"close")
        return self._hear()

    def is_alive(self):
        if not self.dead:
            self.dead = os.waitpid(self.pid, os.WNOHANG)[0] != 0
            if self.dead:
                self.link.close()
        return not self.dead

    def kill(self):
        """SIGKILL, as a crash would be."""
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.link.close()
            self.dead = True
