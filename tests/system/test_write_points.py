# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of the agent at each write to its store, one after the other, while a
device is enrolled, logs in, opens a session, rotates, is revoked and its user
logged out.

What was acknowledged is so when the agent is back, and the store agrees with itself.
"""

import itertools

from harness import people
from harness.blocks import Blocks
from harness.opener import Opener
from harness.wire import Closed, Refused

POINTS_MIN = 20


class Story:
    """A user's day; `known` is what the agent has acknowledged."""

    def __init__(self, agent):
        self.agent, self.known, self.leader = agent, {}, None

    def play(self):
        """Whether the agent lived to its end."""
        try:
            with self.agent.wire() as wire:
                self._steps(wire)
            return True
        except (Closed, OSError):
            return False
        finally:
            if self.leader:
                self.leader.kill()

    def _steps(self, wire):
        call, known = wire.call, self.known
        device = call("io.jwtagent.Device.Enroll",
                      {"user": "alice", "name": "laptop"})
        known["device"] = device
        known["session"] = call("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": "probe",
            "token": device["access_token"]})["session"]
        self.leader = Opener(self.agent.socket, known["session"])
        if self.leader.said != "ok":
            raise Closed
        known["open"] = True
        known["rotated"] = call("io.jwtagent.Token.Refresh", {
            "token": device["refresh_token"]})
        call("io.jwtagent.Device.Revoke", {"device": device["device"]})
        known["revoked"] = True
        second = call("io.jwtagent.Device.Enroll",
                      {"user": "alice", "name": "phone"})
        known["second"] = second
        call("io.jwtagent.User.Logout", {"user": "alice"})
        known["logged out"] = True

    def assert_known(self):
        known, agent = self.known, self.agent
        devices = {device["device"]: device
                   for device in agent.json("device", "list")}
        if "device" in known:
            assert known["device"]["device"] in devices
        if "session" in known:
            state = agent.session(known["session"])["state"]
            assert "open" not in known or state != "pending"
        if "rotated" in known and "revoked" not in known:
            self._assert_newest_is_good(known["rotated"]["refresh_token"])
        if "revoked" in known:
            assert devices[known["device"]["device"]]["state"] == "revoked"
            assert state == "revoked"
            assert agent.verdict(
                known["device"]["access_token"]) == "DeviceRevoked"
        if "second" in known:
            assert known["second"]["device"] in devices
        if "logged out" in known:
            assert agent.verdict(known["second"]["access_token"]) in (
                "Revoked", "DeviceRevoked")

    def _assert_newest_is_good(self, token):
        """Unless the revoke that nobody answered was done."""
        try:
            self.agent.refresh(token)
        except Refused as refusal:
            assert refusal.name in ("Revoked", "DeviceRevoked")


def assert_sound(agent):
    result = agent.run("store", "check")
    assert result.returncode == 0, result.stdout + result.stderr


def lives_through(make_agent, point):
    """A day at whose write point of that number the agent is killed, if there are
    so many."""
    blocks = Blocks()
    agent = make_agent().start(blocks=blocks)
    blocks.stop_at(point)
    story = Story(agent)
    alive = story.play()
    agent.restart() if alive else agent.start()
    assert_sound(agent)
    story.assert_known()
    agent.stop()
    return alive


def test_each_write_point_of_a_days_work(make_agent):
    """Until one lives, since sweeps that come in between write, too."""
    points = next(point for point in itertools.count(1)
                  if lives_through(make_agent, point))

    assert points > POINTS_MIN
