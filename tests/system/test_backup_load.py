# SPDX-License-Identifier: BSD-3-Clause
"""Backups that are made under load: each is sound, and is one moment of what
the agent acknowledged."""

import shutil
import threading
import time
from dataclasses import dataclass, field

from harness import people
from harness.wire import Wire

BACKUPS = 6
ROTATORS, ENROLLERS, REVOKERS = 4, 2, 2


@dataclass
class Write:
    """One that was acknowledged: asked for at `began`, answered at `ended`."""
    began: float
    ended: float
    device: str
    kind: str
    value: int = 0

    def is_in(self, devices):
        device = devices.get(self.device)
        if device is None:
            return False
        if self.kind == "rotate":
            return device["generation"] >= self.value
        return self.kind == "enroll" or device["state"] == "revoked"


@dataclass
class Load:
    """Clients that write as fast as they can, each with a journal."""
    socket: str
    stopping: threading.Event = field(default_factory=threading.Event)
    journal: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    def start(self):
        turns = [self.rotate] * ROTATORS + [self.enroll] * ENROLLERS + [
            self.revoke] * REVOKERS
        self.threads = [threading.Thread(target=self.work, args=(turn,))
                        for turn in turns]
        for thread in self.threads:
            thread.start()
        return self

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        assert self.wrong == []

    def work(self, turn):
        try:
            with Wire(self.socket, timeout=30) as wire:
                turn(wire)
        except Exception as error:  # told by stop()
            self.wrong.append(repr(error))

    def write(self, wire, kind, method, parameters, device=None):
        began = time.monotonic()
        reply = wire.call(f"io.jwtagent.{method}", parameters)
        self.journal.append(Write(began, time.monotonic(),
                                  device or reply["device"], kind,
                                  reply.get("generation") or 0))
        return reply

    def new(self, wire):
        return self.write(wire, "enroll", "Device.Enroll",
                          {"user": "alice", "name": "d"})

    def rotate(self, wire):
        reply = self.new(wire)
        device = reply["device"]
        while not self.stopping.is_set():
            reply = self.write(wire, "rotate", "Token.Refresh",
                               {"token": reply["refresh_token"]}, device)

    def enroll(self, wire):
        while not self.stopping.is_set():
            self.new(wire)

    def revoke(self, wire):
        while not self.stopping.is_set():
            device = self.new(wire)["device"]
            self.write(wire, "revoke", "Device.Revoke", {"device": device},
                       device)


def hold_against(journal, devices, began, ended):
    """What `devices` says is one moment between the two."""
    inside = [write for write in journal if write.is_in(devices)]
    newest = max(write.began for write in inside)
    assert newest <= ended, "something that began after the backup's end"
    for write in journal:
        if write.ended < max(began, newest):
            assert write.is_in(devices), (write, began, newest)
    return len(inside)


def devices_of(agent):
    with agent.wire(timeout=60) as wire:
        return {entry["device"]["device"]: entry["device"]
                for entry in wire.stream("io.jwtagent.Device.List", {})}


def twin(make_agent, agent):
    """Another agent, with the same master key and a store of its own."""
    other = make_agent()
    shutil.copy(agent.agent["master_key"], other.agent["master_key"])
    shutil.chown(other.agent["master_key"], people.AGENT_USER)
    return other


def test_every_backup_is_a_moment_of_the_history(make_agent, tmp_path):
    agent = make_agent()
    agent.add_config("many.conf", "[device]\nmax_devices = 0\n")
    load = Load(agent.start().socket).start()
    taken = []
    try:
        for number in range(BACKUPS):
            behind = len(load.journal)
            while len(load.journal) < behind + 100:
                time.sleep(.01)
            file = tmp_path / f"b{number}"
            began = time.monotonic()
            result = agent.run("store", "backup", str(file))
            taken.append((file, began, time.monotonic()))
            assert result.returncode == 0, result.stderr
    finally:
        load.stop()
    agent.stop()
    other = twin(make_agent, agent)
    counts = []
    for file, began, ended in taken:
        result = other.run("store", "restore", str(file))
        assert result.returncode == 0, result.stderr
        other.start()
        assert other.run("store", "check").returncode == 0
        counts.append(hold_against(load.journal, devices_of(other), began,
                                   ended))
        other.stop()
    assert counts == sorted(counts) and counts[0] < counts[-1]
