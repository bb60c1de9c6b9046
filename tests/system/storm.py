#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of the agent, again and again, under a load of logins, rotations and
revokes; afterwards everything that it acknowledged has to be so.

    storm.py [--kills N] [--seed N]
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people, waiting  # noqa: E402
from harness.agent import Agent  # noqa: E402
from harness.clock import Clock  # noqa: E402
from harness.opener import Opener  # noqa: E402
from harness.wire import Closed, Refused, Wire  # noqa: E402

SERVICE = "probe"
ROTATORS, VISITORS, REVOKERS = 8, 4, 3
OPEN_EACH = 4
PENDING = 300


class Worker:
    """One client in a process of its own.  `wrong` is what should not have been,
    `journal` what was acknowledged."""

    def __init__(self, path, seed, stopping):
        self.path, self.stopping = path, stopping
        self.random = random.Random(seed)
        self.link = None
        self.lost = self.done = 0
        self.wrong, self.journal = [], {}
        self.leaders = []

    def call(self, method, **parameters):
        """The reply, None when there was none, or Refused."""
        try:
            if self.link is None:
                self.link = Wire(self.path)
            reply = self.link.call(f"io.jwtagent.{method}", parameters)
            self.done += 1
            return reply
        except (Closed, OSError):
            self.lost += 1
            if self.link:
                self.link.close()
            self.link = None
            time.sleep(.005)
            return None

    def insist(self, method, **parameters):
        """The same until there is an answer, or the storm is over."""
        while not self.stopping.is_set():
            reply = self.call(method, **parameters)
            if reply is not None:
                return reply
        return None

    def enroll(self):
        return self.insist("Device.Enroll", user="alice", name="d")

    def login(self, token):
        return self.call("Login.Authenticate", user="alice",
                         uid=people.uid("alice"), service=SERVICE,
                         rhost=".".join(["10", *(str(self.random.randrange(256))
                                                 for _ in range(3))]),
                         token=token)

    def lead(self, session):
        leader = Opener(self.path, session, "alice", SERVICE)
        self.leaders.append(leader)
        if leader.said not in ("ok", ""):
            self.wrong.append(f"open: {leader.said}")
        if leader.said != "ok":
            leader.kill()
            self.journal[session] = "unknown"
        else:
            self.journal[session] = "open"
        return leader

    def work(self):
        self.begin()
        while not self.stopping.is_set():
            try:
                self.turn()
            except Refused as refusal:
                self.wrong.append(f"{type(self).__name__}: {refusal}")
                return

    def result(self):
        alive = {leader.session: leader.pid for leader in self.leaders
                 if leader.is_alive()}
        return {"kind": type(self).__name__, "wrong": self.wrong,
                "journal": self.journal, "lost": self.lost, "done": self.done,
                "alive": alive}


class Rotator(Worker):
    """Always presents the newest token that it was given."""

    def begin(self):
        device = self.enroll()
        self.token = device["refresh_token"]

    def turn(self):
        reply = self.call("Token.Refresh", token=self.token)
        if reply is not None:
            self.token = reply["refresh_token"]
            self.journal = {"token": self.token,
                            "generation": reply["generation"]}


class Visitor(Worker):
    """Logs in, stays for a while and goes in one of several ways."""

    def begin(self):
        self.device = self.enroll()
        self.open = []

    def turn(self):
        reply = self.login(self.device["access_token"])
        if reply is None:
            return
        leader = self.lead(reply["session"])
        if leader.said == "ok":
            self.open.append(leader)
        if len(self.open) > OPEN_EACH:
            self.leave(self.open.pop(0))

    def close(self, leader):
        while not self.stopping.is_set():
            said = leader.close()
            if said == "ok":
                return said
            if said:
                self.wrong.append(f"close: {said}")
            time.sleep(.005)
        return None

    def leave(self, leader):
        session = leader.session
        way = self.random.choice(("close", "crash", "terminate"))
        if way == "crash":
            leader.kill()
            self.journal[session] = "closed"
            return
        if way == "close":
            reply = self.close(leader)
        else:
            reply = self.insist("Session.Terminate", session=session)
        self.journal[session] = (
            "unknown" if reply is None else
            "revoked" if way == "terminate" else "closed")
        if way == "close":
            leader.kill()


class Revoker(Worker):
    """Enrols, logs in, revokes; what was acknowledged holds at once."""

    def begin(self):
        self.journal["revoked"] = []

    def turn(self):
        device = self.enroll()
        if device is None:
            return
        reply = self.login(device["access_token"])
        if reply is not None:
            self.lead(reply["session"])
        if self.insist("Device.Revoke", device=device["device"]) is None:
            if reply is not None:
                self.journal[reply["session"]] = "unknown"
            return
        if reply is not None and self.journal[reply["session"]] == "open":
            self.journal[reply["session"]] = "revoked"
        self.journal["revoked"].append(
            [device["device"], device["access_token"],
             device["refresh_token"]])
        self.try_again(device)

    def try_again(self, device):
        try:
            if self.login(device["access_token"]) is not None:
                self.wrong.append(f"login after the revoke of {device}")
        except Refused:
            pass


class Storm:
    def __init__(self, kills, seed):
        self.kills, self.random = kills, random.Random(seed)
        self.clock = Clock()
        self.agent = Agent()
        self.agent.add_config("many.conf", "[device]\nmax_devices = 0\n")
        self.stopping = multiprocessing.Event()
        self.results = multiprocessing.SimpleQueue()
        self.workers = []
        self.starts = []

    def run(self):
        self.agent.start(clock=self.clock)
        for kind, count in ((Rotator, ROTATORS), (Visitor, VISITORS),
                            (Revoker, REVOKERS)):
            for _ in range(count):
                self.start_worker(kind, self.random.randrange(2**32))
        for _ in range(self.kills):
            time.sleep(self.random.uniform(0, .12))
            self.agent.kill()
            start = time.monotonic()
            self.agent.start(clock=self.clock)
            self.starts.append(time.monotonic() - start)
        time.sleep(.2)
        self.stopping.set()
        self.reports = [self.results.get() for _ in self.workers]

    def start_worker(self, kind, seed):
        """Its leaders have to be ours to be looked at, and do not die with
        it: it waits for the end."""
        pid = os.fork()
        if pid:
            self.workers.append(pid)
            return
        try:
            worker = kind(self.agent.socket, seed, self.stopping)
            worker.work()
            self.results.put(worker.result())
            while True:  # reaps the leaders that are ended now
                for leader in worker.leaders:
                    leader.is_alive()
                time.sleep(.05)
        except BaseException as problem:
            print(f"{kind.__name__}: {problem!r}", file=sys.stderr)
        finally:
            os._exit(1)

    # what has to be true then

    def of(self, kind):
        return [r for r in self.reports if r["kind"] == kind.__name__]

    def refusal(self, call):
        try:
            call()
            return "ok"
        except Refused as refusal:
            return refusal.name

    def check_rotations(self):
        for report in self.of(Rotator):
            assert report["journal"]["generation"] > 0
            said = self.refusal(
                lambda: self.agent.refresh(report["journal"]["token"]))
            assert said == "ok", f"the newest token was refused: {said}"
        with self.agent.wire(timeout=60) as wire:
            reasons = Counter(
                entry["event"]["reason"] for entry in wire.stream(
                    "io.jwtagent.Admin.Audit", {"limit": 1000000}))
        assert reasons["TokenReused"] == 0, "reuse where there was none"
        return reasons

    def log_in(self, access, number):
        """From another host each time: who fails often is slowed down."""
        with self.agent.wire() as wire:
            wire.call("io.jwtagent.Login.Authenticate", {
                "user": "alice", "uid": people.uid("alice"),
                "service": SERVICE, "token": access,
                "rhost": f"10.1.{number // 256}.{number % 256}"})

    def check_revokes(self):
        count = 0
        for report in self.of(Revoker):
            for device, access, refresh in report["journal"].pop("revoked"):
                said = self.refusal(lambda: self.log_in(access, count))
                assert said == "DeviceRevoked", (device, said)
                said = self.refusal(lambda: self.agent.refresh(refresh))
                assert said == "DeviceRevoked", (device, said)
                count += 1
        return count

    def sessions(self):
        with self.agent.wire(timeout=60) as wire:
            return {entry["session"]["session"]: entry["session"]["state"]
                    for entry in wire.stream("io.jwtagent.Session.List",
                                             {"all": True})}

    def check_sessions(self):
        """Active is what has a living process, and only that."""
        journal, alive = {}, {}
        for report in self.of(Visitor) + self.of(Revoker):
            journal.update(report["journal"])
            alive.update(report["alive"])

        def living():
            return {session for session, pid in alive.items()
                    if is_running(pid)}

        def settled():
            states = self.sessions()
            return {session for session, state in states.items()
                    if state == "active"} == living()

        try:
            waiting.until(settled, 10)
        except AssertionError:
            states = self.sessions()
            active = {s for s, state in states.items() if state == "active"}
            raise AssertionError(
                f"active without a process: {active - living()}; a process "
                f"without a session: "
                f"{[(s, states[s]) for s in living() - active]}") from None
        states = self.sessions()
        for session, expected in journal.items():
            state = states[session]
            if expected == "open":
                assert state == "active", (session, state)
            elif expected != "unknown":
                assert state in (expected, "closed"), (session, state)
        return Counter(states.values())

    def check_pending(self):
        """A login that nobody opened lapses."""
        self.clock.let_pass(PENDING + 10)
        self.agent.restart(clock=self.clock)
        left = list(self.sessions().values()).count("pending")
        # the sweep takes small steps
        waiting.until(lambda: "pending" not in self.sessions().values(),
                      15 + left / 5)

    def check_store(self):
        with self.agent.wire(timeout=60) as wire:
            for entry in wire.stream("io.jwtagent.Admin.StoreCheck"):
                assert entry["step"]["problems"] == 0, entry
        return self.agent.run("store", "check").returncode

    def check(self):
        wrong = [text for report in self.reports for text in report["wrong"]]
        assert wrong == [], wrong
        lost = sum(report["lost"] for report in self.reports)
        assert lost >= self.kills / 2, "the kills were not noticed"
        print(f"{self.kills} kills; calls answered "
              f"{sum(r['done'] for r in self.reports)}, lost {lost}; starts "
              f"{1000 * sum(self.starts) / len(self.starts):.0f} ms, at most "
              f"{1000 * max(self.starts):.0f} ms")
        print("rotations acknowledged",
              sum(r["journal"]["generation"] for r in self.of(Rotator)))
        print("revokes acknowledged and in effect", self.check_revokes())
        reasons = self.check_rotations()
        print("audit", dict(reasons))
        print("sessions", dict(self.check_sessions()))
        self.check_pending()
        assert self.check_store() == 0

    def finish(self):
        for pid in self.workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for report in getattr(self, "reports", []):
            for pid in report["alive"].values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.agent.discard()


def is_running(pid):
    """Neither gone nor a zombie."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def play(kills, seed):
    storm = Storm(kills, seed)
    try:
        storm.run()
        storm.check()
    finally:
        storm.finish()


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--kills", type=int, default=500)
    options = parser.parse_args()
    people.make()
    built.copy()
    print(f"seed {options.seed}", flush=True)
    start = time.monotonic()
    play(options.kills, options.seed)
    print(f"nothing was lost; {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    if namespace.is_inside():
        sys.exit(main())
    namespace.enter([sys.executable, "-B", __file__, *sys.argv[1:]])
