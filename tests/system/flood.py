#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A flood of denials from one address: what it leaves in the store, whether the
sums are right, and what it costs other people's logins.

    flood.py [--denials N] [--connections N]
"""

import argparse
import json
import selectors
import socket
import statistics
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people  # noqa: E402
from harness.agent import Agent  # noqa: E402

ADDRESS = "192.0.2.7"
BATCH = 50  # calls that a connection has under way
LOGINS = 1000  # that are measured without the flood
PAUSE = .01  # seconds between two of them


def call_of(rhost=ADDRESS):
    return json.dumps({
        "method": "io.jwtagent.Login.Authenticate",
        "parameters": {"user": "alice", "uid": people.uid("alice"),
                       "service": "probe", "rhost": rhost,
                       "token": "eyJ.e.e"}}).encode() + b"\0"


class Flood:
    """So many refused logins over some connections; `answered` of them. Ends
    early when the agent goes away."""

    def __init__(self, agent, denials, connections=16):
        self.agent, self.left = agent, denials
        self.answered = 0
        self.call = call_of()
        self.connections = connections
        self.ready = selectors.DefaultSelector()
        self.seconds = 0

    def _send(self, connection):
        """The next batch of a connection; 0 when there is none."""
        batch = min(BATCH, self.left)
        if batch:
            self.left -= batch
            connection.sendall(self.call * batch)
        return batch

    def run(self):
        begin = time.monotonic()
        waiting = {}
        try:
            for _ in range(self.connections):
                connection = socket.socket(socket.AF_UNIX)
                connection.connect(str(self.agent.socket))
                waiting[connection] = self._send(connection)
                self.ready.register(connection, selectors.EVENT_READ)
            while any(waiting.values()):
                self._read(waiting)
        except OSError:
            pass  # it was killed
        for connection in waiting:
            connection.close()
        self.seconds = time.monotonic() - begin
        return self

    def _read(self, waiting):
        for key, _ in self.ready.select():
            data = key.fileobj.recv(65536)
            if not data:
                raise ConnectionResetError
            answers = data.count(b"\0")
            self.answered += answers
            waiting[key.fileobj] -= answers
            if waiting[key.fileobj] == 0:
                waiting[key.fileobj] = self._send(key.fileobj)


def denials(agent):
    return [event for event in agent.json(
        "audit", "list", "--outcome", "denied", "--limit", "1000000")
        if event["event"] == "login"]


def total(events):
    """How many denials they tell of."""
    return sum(event.get("count") or 1 for event in events)


def size(agent):
    """Bytes of the store that are in use."""
    return agent.json("store", "stats")["size"]


def timed_logins(agent, token, going_on):
    """Milliseconds of each login while `going_on()`."""
    took = []
    with agent.wire(timeout=60) as wire:
        while going_on(len(took)):
            begin = time.monotonic()
            wire.call("io.jwtagent.Login.Authenticate", {
                "user": "bob", "uid": people.uid("bob"), "service": "probe",
                "rhost": "198.51.100.9", "token": token})
            took.append((time.monotonic() - begin) * 1000)
            time.sleep(PAUSE)
    return sorted(took)


def percentile(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1,
                             int(len(sorted_values) * part))]


def report(name, took):
    print(f"{name}: {len(took)} logins, p50 {statistics.median(took):.2f} ms, "
          f"p99 {percentile(took, .99):.2f} ms")


def play(count, connections):
    agent = Agent().start()
    token = agent.enroll("bob", "desk")["access_token"]
    empty = size(agent)
    alone = timed_logins(agent, token, lambda done: done < LOGINS)
    report("alone", alone)
    before = size(agent)
    of_login = (before - empty) / LOGINS
    flood = Flood(agent, count, connections)
    thread = threading.Thread(target=flood.run)
    thread.start()
    beside = timed_logins(agent, token, lambda _: thread.is_alive())
    thread.join()
    report("beside", beside)
    print(f"ratio: p50 {statistics.median(beside) / statistics.median(alone):.1f}"
          f", p99 {percentile(beside, .99) / percentile(alone, .99):.1f}")
    agent.restart()
    events = denials(agent)
    grown = size(agent) - before
    print(f"{flood.answered} denials in {flood.seconds:.0f} s: "
          f"{len(events)} events that tell of {total(events)}, "
          f"{len(json.dumps(events))} bytes")
    print(f"the store grew by {grown} bytes, which are {grown / of_login:.0f} "
          f"logins; there were {len(beside)}")
    assert flood.answered == count == total(events)
    agent.discard()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--denials", type=int, default=1000000)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    if not namespace.is_inside():
        namespace.enter([sys.executable, "-B", __file__, *sys.argv[1:]])
    people.make()
    built.copy()
    play(arguments.denials, arguments.connections)


if __name__ == "__main__":
    main()
