# SPDX-License-Identifier: BSD-3-Clause
"""Processes that open sessions over the socket and then only live."""

import array
import ctypes
import json
import os
import signal
import socket
import struct
import time

from . import people
from .wire import Wire

CLONE3 = 435  # the same on every architecture
libc = ctypes.CDLL(None, use_errno=True)


class Leader:
    """Logs in by a token, opens the session with its own pidfd, and stays."""

    def __init__(self, agent, token, user="alice", service="probe",
                 stubborn=False):
        reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            lead(agent.socket, token, user, service, stubborn, writer)
        os.close(writer)
        with open(reader) as answer:
            self.session = answer.read()
        assert self.session, "the session could not be opened"
        self.status = None

    def is_alive(self):
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def end(self):
        if self.is_alive():
            os.kill(self.pid, signal.SIGKILL)
            self.status = os.waitpid(self.pid, 0)[1]


def lead(path, token, user, service, stubborn, writer):
    try:
        if stubborn:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with Wire(path, timeout=60) as wire:
            about = {"user": user, "uid": people.uid(user),
                     "service": service}
            session = wire.call("io.jwtagent.Login.Authenticate", {
                **about, "token": token})["session"]
            open_session(wire, {**about, "session": session})
        os.write(writer, session.encode())
        os.close(writer)
        while True:
            signal.pause()
    finally:
        os._exit(1)


def open_session(wire, parameters):
    pidfd = os.pidfd_open(os.getpid())
    message = {"method": "io.jwtagent.Login.OpenSession",
               "parameters": parameters}
    wire.socket.sendmsg(
        [json.dumps(message).encode() + b"\0"],
        [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [pidfd]))])
    wire.answer()
    os.close(pidfd)


def fork_as(pid):
    """A process of ours that has this pid, which must be free; it waits."""
    time.sleep(0.03)  # start times are told in ticks of 10 ms
    wanted = ctypes.c_int(pid)
    arguments = ctypes.create_string_buffer(struct.pack(
        "=11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0,
        ctypes.addressof(wanted), 1, 0))
    child = libc.syscall(CLONE3, arguments, 88)
    if child == 0:
        while True:
            signal.pause()
    assert child == pid, os.strerror(ctypes.get_errno())
    return child
