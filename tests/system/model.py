#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Random operations on the real agent, over its socket, and on a simple model of
it; after every one of them the two have to agree on who may log in, which
tokens work and which sessions are open.

    model.py [--seed N] [--steps N] [--from N]

Each step draws from random numbers of its own, by seed and number, so that a
run can be played again from the middle (--from): that is how a failure is
made smaller.
"""

import argparse
import random
import resource
import sys
import time
from collections import Counter, deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people, tokens  # noqa: E402
from harness.agent import Agent  # noqa: E402
from harness.clock import Clock  # noqa: E402
from harness.opener import Opener, request  # noqa: E402
from harness.wire import Closed, Refused  # noqa: E402

MINUTE, HOUR, DAY = 60, 3600, 86400
SERVICE = "probe"
ACCESS, LEEWAY, EARLY = 15 * MINUTE, 60, 5
GRACE, IDLE, ABSOLUTE = 30, 30 * DAY, 180 * DAY
PENDING, SESSION_MAX = 300, 2 * HOUR

EDGE = 3  # seconds: too near to an end of life to tell
DEVICES, SESSIONS, REMEMBERED = 8, 12, 30
COMPARE_EVERY = 200
TRIES = 100
SETTLE = 3  # seconds for what happens by itself


# What is over stays, as it does in the model.
KEEP = "[device]\nmax_devices = 0\n[retention]\n" + "".join(
    f"{what} = 3650d\n" for what in ("sessions", "devices", "audit"))


class Disagreement(AssertionError):
    pass


class Skip(Exception):
    """Nothing there to do it to, or too near to an end of life."""


def expect(what, model, agent):
    if model != agent:
        raise Disagreement(f"{what}: the model says {model!r}, "
                           f"the agent {agent!r}")


# the model: what the agent should think

class Access:
    """An access token: when it was made, on the wall clock."""

    def __init__(self, device, text):
        claims = tokens.claims(text)
        self.device, self.text = device, text
        self.issued, self.expires = claims["iat"], claims["exp"]


class Device:
    def __init__(self, user, reply, wall, steady):
        self.id, self.user, self.revoked = reply["device"], user, False
        self.family_revoked = False
        self.generation = tokens.generation(reply["refresh_token"])
        self.rotated, self.used, self.created = steady, wall, wall
        self.refresh = {self.generation: reply["refresh_token"]}

    def is_good(self):
        return not self.revoked and not self.family_revoked


class Session:
    def __init__(self, identity, device, steady, expires):
        self.id, self.device = identity, device
        self.state, self.due, self.leader = "pending", steady + PENDING, None
        self.expires = expires

    def is_live(self):
        return self.state in ("pending", "active")

    def end(self, state):
        self.state = state


class Model:
    """Times: wall and steady clock, as far as the clock itself is known."""

    def __init__(self, clock):
        self.clock = clock
        self.devices, self.access, self.sessions = [], [], []

    def away_from(self, now, end):
        """Whether it is clear on which side of `end` now is."""
        if abs(now - end) < EDGE:
            raise Skip
        return now > end

    def login(self, access):
        wall = self.clock.wall()
        if self.away_from(wall, access.expires + LEEWAY):
            return "Expired"
        if not self.away_from(wall, access.issued - EARLY):
            return "NotYetValid"
        if access.device.revoked:
            return "DeviceRevoked"
        return "Revoked" if access.device.family_revoked else "ok"

    def refresh(self, device, generation):
        """(outcome, the generation that it gives)"""
        wall, steady = self.clock.wall(), self.clock.steady()
        if device.revoked:
            return "DeviceRevoked", None
        if device.family_revoked:
            return "Revoked", None
        if self.away_from(wall, min(device.used + IDLE,
                                    device.created + ABSOLUTE)):
            return "TokenExpired", None
        if generation == device.generation:
            return "ok", generation + 1
        if (generation + 1 == device.generation and not
                self.away_from(steady, device.rotated + GRACE)):
            return "ok", device.generation
        return "TokenReused", None

    def rotated(self, device, generation):
        steady = self.clock.steady()
        if generation != device.generation:
            device.generation, device.rotated = generation, steady
        device.used = max(device.used, self.clock.wall())

    def live(self):
        return [session for session in self.sessions if session.is_live()]

    def end_of_device(self, device):
        ended = [s for s in self.live() if s.device is device]
        for session in ended:
            session.end("revoked")
        return len(ended)

    def is_due(self, session):
        """None: too near to tell."""
        late = self.clock.steady() - session.due
        return None if abs(late) < EDGE else late > 0

    def lapse(self, session):
        session.end("expired")


# the run: the same done to both

class Run:
    OPERATIONS = {  # how often, among each other
        "enroll": 7, "login": 22, "open": 16, "close": 5, "crash": 6,
        "terminate": 3, "refresh": 16, "lost_reply": 5, "retry": 6,
        "race": 5, "reuse": 1, "revoke": 2, "foreign_session": 2,
        "account": 5, "let_pass": 8, "expire": 1, "sleep_long": .1,
        "jump": 2, "restart": .5, "kill": .5, "kill_in_refresh": .3,
        "crash_while_down": .3}

    def __init__(self, seed, first=1):
        self.seed, self.first = seed, first
        self.clock = Clock()
        self.agent = Agent(services={SERVICE: {"session_max": "2h"}})
        self.agent.add_config("keep.conf", KEEP)
        self.model = Model(self.clock)
        self.wires = []
        self.said = deque(maxlen=30)
        self.count = Counter()
        self.start()

    # talking

    def start(self):
        self.agent.start(clock=self.clock)

    def wire(self):
        if not self.wires:
            self.wires.append(self.agent.wire())
        return self.wires[0]

    def hang_up(self):
        while self.wires:
            self.wires.pop().close()

    def call(self, method, **parameters):
        """("ok", reply) or (refusal, {})"""
        try:
            return "ok", self.wire().call(f"io.jwtagent.{method}", parameters)
        except Refused as refusal:
            return refusal.name, {}

    def rhost(self):
        """Each time another one: limits are for those who fail often."""
        return ".".join(["10", *(str(self.random.randrange(256))
                                 for _ in range(3))])

    def pick(self, things):
        if not things:
            raise Skip
        return self.random.choice(things)

    # operations

    def do_enroll(self):
        user = self.random.choice(("alice", "bob"))
        good = [d for d in self.model.devices if d.is_good()]
        if len(good) >= DEVICES:
            raise Skip
        wall, steady = self.clock.wall(), self.clock.steady()
        outcome, reply = self.call("Device.Enroll", user=user, name="d")
        expect("enrol", "ok", outcome)
        device = Device(user, reply, wall, steady)
        self.model.devices.append(device)
        self.take_access(device, reply)
        return device.id

    def take_access(self, device, reply):
        self.model.access.append(Access(device, reply["access_token"]))

    def do_login(self):
        if len(self.model.live()) >= SESSIONS:
            raise Skip
        access = self.pick(self.model.access)
        user = access.device.user
        expected = self.model.login(access)
        steady = self.clock.steady()
        outcome, reply = self.call(
            "Login.Authenticate", user=user, uid=people.uid(user),
            service=SERVICE, token=access.text, rhost=self.rhost())
        expect("login", expected, outcome)
        if outcome == "ok":
            self.model.sessions.append(Session(
                reply["session"], access.device, steady, access.expires))
        return outcome

    def pick_session(self, *states):
        """One of these states that is not about to lapse."""
        return self.pick([s for s in self.model.sessions if s.state in states
                          and (not s.is_live() or
                               self.model.is_due(s) is False)])

    def do_open(self):
        over = self.random.random() < .1
        session = self.pick_session(*(("closed", "revoked", "expired")
                                      if over else ("pending",)))
        steady = self.clock.steady()
        leader = Opener(self.agent.socket, session.id, session.device.user,
                        SERVICE)
        if session.device.revoked:
            expected = "DeviceRevoked"
        else:
            expected = "ok" if session.is_live() else "SessionEnded"
        expect("open", expected, leader.said)
        if leader.said != "ok":
            leader.kill()
            return leader.said
        session.state, session.leader = "active", leader
        session.due = steady + SESSION_MAX
        return session.id

    def do_close(self):
        session = self.pick_session("active", "active", "closed")
        if session.state == "active":
            outcome = session.leader.close()
        else:
            outcome, _ = self.call("Login.CloseSession", **request(
                session.id, session.device.user, SERVICE))
        expect("close", "ok", outcome)
        if session.is_live():
            session.end("closed")
        return session.id

    def do_crash(self):
        session = self.pick_session("active")
        session.leader.kill()
        session.end("closed")
        return session.id

    def do_terminate(self):
        session = self.pick_session("active", "pending")
        outcome, _ = self.call("Session.Terminate", session=session.id)
        expect("terminate", "ok", outcome)
        session.end("revoked")
        return session.id

    def end_of_device(self, device):
        """How many sessions that ended; None: what is due may have lapsed a
        moment before, in a sweep that came after the last comparison."""
        due = [s for s in self.model.live() if s.device is device
               and self.model.is_due(s) is not False]
        ended = self.model.end_of_device(device)
        for session in due:
            session.state = self.state_of(session)
            if session.state not in ("revoked", "expired"):
                raise Disagreement(f"{session.id} is {session.state} after "
                                   "the end of its device's sessions")
        return None if due else ended

    def rotate(self, device, generation, keep=True):
        outcome, next_generation = self.model.refresh(device, generation)
        said, reply = self.call("Token.Refresh",
                                token=device.refresh[generation])
        expect(f"refresh of generation {generation} of {device.id}, which is "
               f"at {device.generation}", outcome, said)
        self.after_refresh(device, outcome, next_generation, reply, keep)
        return said

    def after_refresh(self, device, outcome, generation, reply, keep=True):
        if outcome == "TokenReused":
            device.family_revoked = True
            self.end_of_device(device)
        if outcome != "ok":
            return
        expect("generation", generation, reply["generation"])
        known = device.refresh.get(generation)
        if known is not None:
            expect("successor", known, reply["refresh_token"])
        self.model.rotated(device, generation)
        device.refresh[generation] = reply["refresh_token"]
        if keep:
            self.take_access(device, reply)

    def do_refresh(self):
        device = self.pick(self.model.devices)
        return self.rotate(device, device.generation)

    def do_lost_reply(self):
        """The answer comes, the client is not there any more; then it asks
        again."""
        device = self.pick(self.model.devices)
        generation = device.generation
        self.rotate(device, generation, keep=False)
        if not device.is_good():
            return "refused"
        return self.rotate(device, generation)

    def do_retry(self):
        """A client that has not used its newest token, after some time."""
        device = self.pick([d for d in self.model.devices if d.is_good()
                            and d.generation - 1 in d.refresh])
        expected, _ = self.model.refresh(device, device.generation - 1)
        if expected == "TokenReused" and self.random.random() < .8:
            raise Skip  # families should live
        return self.rotate(device, device.generation - 1)

    def do_race(self):
        """Two processes of one client present the same token."""
        device = self.pick(self.model.devices)
        generation = device.generation
        outcome, following = self.model.refresh(device, generation)
        pair = [self.agent.wire() for _ in range(2)]
        for wire in pair:
            wire.ask("io.jwtagent.Token.Refresh",
                     {"token": device.refresh[generation]})
        for wire in pair:
            try:
                said, reply = "ok", wire.answer()
            except Refused as refusal:
                said, reply = refusal.name, {}
            wire.close()
            expect("race", outcome, said)
            self.after_refresh(device, outcome, following, reply)
        return outcome

    def do_reuse(self):
        device = self.pick([d for d in self.model.devices
                            if d.generation - 2 in d.refresh])
        return self.rotate(device, self.random.choice(
            [g for g in device.refresh if g <= device.generation - 2]))

    def do_revoke(self):
        device = self.pick(self.model.devices)
        outcome, reply = self.call("Device.Revoke", device=device.id)
        expect("revoke", "ok", outcome)
        expect("result", "already revoked" if device.revoked else "revoked",
               reply["result"])
        ended = self.end_of_device(device)
        if ended is not None:
            expect("sessions ended", ended, reply["sessions_ended"])
        device.revoked = device.family_revoked = True
        return device.id

    def do_foreign_session(self):
        """Somebody names another one's session, or a process of theirs another
        one of their own."""
        session = self.pick(self.model.sessions)
        other = "bob" if session.device.user == "alice" else "alice"
        if session.state == "active" and self.random.random() < .7:
            other = session.device.user
        outcome, _ = self.call("Login.CloseSession", **request(
            session.id, other, SERVICE))
        expect("close of another one's session", "NoSuchSession", outcome)

    def do_account(self):
        session = self.pick_session("active", "pending", "closed", "revoked")
        if session.device.revoked:
            expected = "DeviceRevoked"
        elif not session.is_live():
            expected = "SessionEnded"
        else:
            expected = "Expired" if self.model.away_from(
                self.clock.wall(), session.expires + LEEWAY) else "ok"
        outcome, _ = self.call("Login.CheckAccount", **request(
            session.id, session.device.user, SERVICE))
        expect("account", expected, outcome)
        return outcome

    def do_let_pass(self):
        seconds = self.random.choice((1, 5, 10, 20, 40, 100))
        self.clock.let_pass(seconds)
        return seconds

    def do_expire(self):
        seconds = self.random.choice((1000, 1000, 3000, 8000))
        self.clock.let_pass(seconds)
        return seconds

    def do_sleep_long(self):
        days = self.random.choice((1, 10, 31))
        self.clock.let_pass(days * DAY)
        return days

    def do_jump(self):
        """Most of the time back to the truth."""
        if self.clock.jumped:
            by = -self.clock.jumped / 1000
        else:
            by = self.random.choice((HOUR, -HOUR, 2 * DAY, -2 * DAY,
                                     40 * DAY))
        self.clock.jump(by)
        self.count["jumps"] += 1
        return by

    def do_restart(self):
        self.hang_up()
        expect("exit code", 0, self.agent.stop())
        self.start()

    def do_kill(self):
        self.hang_up()
        self.agent.kill()
        self.start()

    def do_kill_in_refresh(self):
        """Whether the rotation was committed or not, asking again works."""
        device = self.pick(self.model.devices)
        generation = device.generation
        outcome, following = self.model.refresh(device, generation)
        if outcome != "ok":
            raise Skip
        self.hang_up()
        wire = self.agent.wire()
        wire.ask("io.jwtagent.Token.Refresh",
                 {"token": device.refresh[generation]})
        time.sleep(self.random.uniform(0, .002))
        self.agent.kill()
        try:
            acknowledged = wire.answer()
        except (Closed, OSError):
            acknowledged = None
        wire.close()
        self.start()
        said, reply = self.call("Token.Refresh",
                                token=device.refresh[generation])
        expect("retry after a crash", outcome, said)
        if acknowledged:
            expect("successor", acknowledged["refresh_token"],
                   reply["refresh_token"])
        self.after_refresh(device, outcome, following, reply)

    def do_crash_while_down(self):
        session = self.pick_session("active")
        self.hang_up()
        self.agent.kill()
        session.leader.kill()
        session.end("closed")
        self.start()
        return session.id

    # comparison

    def state_of(self, session):
        outcome, reply = self.call("Session.Show", session=session.id)
        expect(f"session {session.id}", "ok", outcome)
        return reply["state"]

    def listed(self):
        return {entry["session"]["session"]: entry["session"]["state"]
                for entry in self.wire().stream("io.jwtagent.Session.List")}

    def lapsed(self, listed):
        """The agent sweeps in its own time: what is due may still be open."""
        for session in self.model.live():
            if session.id not in listed and self.model.is_due(session) \
                    is not False:
                self.model.lapse(session)
                expect("due session", "expired", self.state_of(session))

    def compare_sessions(self):
        deadline = time.monotonic() + SETTLE
        while True:
            listed = self.listed()
            self.lapsed(listed)
            expected = {s.id: s.state for s in self.model.live()}
            if listed == expected:
                return
            if time.monotonic() > deadline:
                expect("open sessions", expected, listed)
            time.sleep(.005)

    def compare_leaders(self):
        """A leader lives while its session does; a session that was ended
        takes it along, one that was closed leaves it to its service."""
        deadline = time.monotonic() + SETTLE
        for session in self.model.sessions:
            if session.leader is None or session.state == "active":
                continue
            while (session.state in ("revoked", "expired")
                   and session.leader.is_alive()):
                if time.monotonic() > deadline:
                    raise Disagreement(f"the process of {session.id}, which "
                                       f"is {session.state}, lives on")
                time.sleep(.005)
            session.leader.kill()
            session.leader = None
        for session in self.model.live():
            if session.leader and not session.leader.is_alive() \
                    and self.model.is_due(session) is False:
                raise Disagreement(f"the process of {session.id} was ended")

    def compare_token(self, access):
        try:
            expected = self.model.login(access)
        except Skip:
            return
        outcome, reply = self.call(
            "Token.Explain", user=access.device.user, service=SERVICE,
            token=access.text)
        expect("explain", "ok", outcome)
        expect(f"token of {access.device.id}", expected,
               "ok" if reply["accepted"] else reply["reason"])

    def compare_everything(self):
        for access in self.model.access:
            self.compare_token(access)
        for device in self.model.devices:
            _, reply = self.call("Device.Show", device=device.id)
            expect(f"device {device.id}",
                   "revoked" if device.revoked else "active",
                   reply["state"])
            expect(f"generation of {device.id}", device.generation,
                   reply.get("generation", 0))
        for session in self.model.sessions:
            if not session.is_live():
                expect(f"session {session.id}", session.state,
                       self.state_of(session))

    def states_of(self, method, member, **request):
        entries = self.wire().stream(method, request)
        return Counter(entry[member]["state"] for entry in entries)

    def told(self):
        """The numbers by state of the metrics."""
        told = {}
        for entry in self.wire().stream("io.jwtagent.Admin.Metrics"):
            sample, = entry["metric"]["samples"][:1]
            told.setdefault(entry["metric"]["name"], Counter())[
                sample["labels"].get("state")] += sample["value"]
        return told

    def compare_numbers(self):
        """Sessions may lapse, and be swept, between one look and the next."""
        deadline = time.monotonic() + SETTLE
        while True:
            listed = (
                self.states_of("io.jwtagent.Session.List", "session", all=True),
                self.states_of("io.jwtagent.Device.List", "device"))
            told = self.told()
            numbers = told["jwtagent_sessions"], told["jwtagent_devices"]
            if tuple(+number for number in numbers) == listed:
                return
            if time.monotonic() > deadline:
                expect("numbers by state", listed, numbers)

    def check_store(self):
        for entry in self.wire().stream("io.jwtagent.Admin.StoreCheck"):
            step = entry["step"]
            expect(f"problems of {step['table']}, {step['findings']}", 0,
                   step["problems"])

    def forget(self):
        """Keeps the model small: what is over is looked at for a while."""
        model = self.model
        over = [d for d in model.devices if not d.is_good()]
        expired = [d for d in model.devices if d.is_good() and
                   self.clock.wall() > min(d.used + IDLE, d.created + ABSOLUTE)
                   and not self.clock.jumped]
        gone = over[:-5] + expired[:-5]
        if len(model.devices) > 2 * DEVICES + 5:
            gone += over[:1]
        live = {s.device for s in model.live()}
        gone = [d for d in gone if d not in live]
        model.devices = [d for d in model.devices if d not in gone]
        model.access = [a for a in model.access if a.device not in gone]
        model.access = model.access[-2 * REMEMBERED:]
        ended = [s for s in model.sessions if not s.is_live()]
        forgotten = set(ended[:-REMEMBERED])
        model.sessions = [s for s in model.sessions if s not in forgotten]
        for device in model.devices:
            for old in [g for g in device.refresh
                        if g < device.generation - 4]:
                del device.refresh[old]

    # running

    def step(self, number):
        self.random = random.Random(f"{self.seed}-{number}")
        names = list(self.OPERATIONS)
        weights = list(self.OPERATIONS.values())
        for _ in range(TRIES):  # until there is something to do it to
            name, = self.random.choices(names, weights)
            self.said.append(f"{number:7} {name}")
            try:
                result = getattr(self, f"do_{name}")()
                break
            except Skip:
                self.count["drawn again"] += 1
                self.said.pop()
        self.count[name] += 1
        if isinstance(result, str) and result.isalpha() and result != "ok":
            self.count["refusals"] += 1
        self.said[-1] += f" {'' if result is None else result}"
        self.compare_sessions()
        self.compare_leaders()
        if self.model.access:
            self.compare_token(self.random.choice(self.model.access))
        self.forget()
        if number % COMPARE_EVERY == 0:
            self.compare_everything()

    def run(self, last, progress=0):
        for number in range(self.first, last + 1):
            try:
                self.step(number)
            except (AssertionError, OSError, Closed, KeyError) as problem:
                self.said[-1] += f"\n{type(problem).__name__}: {problem}"
                return number
            if progress and number % progress == 0:
                print(f"{number} steps", flush=True)
        self.compare_everything()
        self.compare_numbers()
        self.check_store()
        return None

    def finish(self):
        for session in self.model.sessions:
            if session.leader:
                session.leader.kill()
        self.hang_up()
        self.agent.discard()
        return self


def play(seed, last, first=1, progress=0):
    """The step that failed, or None, and the run."""
    run = Run(seed, first)
    try:
        return run.run(last, progress), run
    finally:
        run.finish()


def shrink(seed, failed):
    """The last half, again and again, as long as it still fails; the first
    step and the run."""
    first, found = 1, None
    while failed - first > 20:
        middle = (first + failed) // 2
        number, run = play(seed, failed, middle)
        if number is None:
            break
        first, failed, found = middle, number, run
    return first, failed, found


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (8192, 8192))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int,
                        default=random.SystemRandom().randrange(10**9))
    parser.add_argument("--steps", type=int, default=100000)
    parser.add_argument("--from", dest="first", type=int, default=1)
    options = parser.parse_args()
    people.make()
    built.copy()
    print(f"seed {options.seed}, steps {options.first} to {options.steps}",
          flush=True)
    start = time.monotonic()
    failed, run = play(options.seed, options.steps, options.first, 5000)
    print(f"{time.monotonic() - start:.0f} s: " + ", ".join(
        f"{name} {count}" for name, count in sorted(run.count.items())))
    if failed is None:
        print("the agent and the model agreed")
        return 0
    print(f"step {failed} failed; the last operations:", *run.said, sep="\n")
    first, failed, smaller = shrink(options.seed, failed)
    if smaller:
        print("it fails in fewer steps:", *smaller.said, sep="\n")
    print(f"again: ci/model --seed {options.seed} --from {first} "
          f"--steps {failed}")
    return 1


if __name__ == "__main__":
    if namespace.is_inside():
        sys.exit(main())
    namespace.enter([sys.executable, "-B", __file__, *sys.argv[1:]])
