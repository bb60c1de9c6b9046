# SPDX-License-Identifier: BSD-3-Clause
"""A flood of denials is summed up: nothing is lost, nothing grows."""

import threading

from flood import Flood, denials, size, total
from harness import waiting
from harness.clock import Clock

KILLS = 5
TURN = 256  # calls that share one commit


def test_sums_are_right(agent):
    agent.enroll("bob", "desk")
    before = size(agent)
    flood = Flood(agent, 20000).run()
    agent.enroll("bob", "another")
    assert flood.answered == 20000
    assert len(denials(agent)) < 200
    assert size(agent) - before < 512 * 1024
    agent.restart()  # stopping sums up

    events = denials(agent)
    assert total(events) == 20000
    summary = max(events, key=lambda event: event.get("count") or 0)
    assert summary["reason"] == "TooManyAttempts"  # by then
    assert summary["rhost"] == "192.0.2.0/24"
    assert summary["service"] == "probe"
    assert "more like this" in summary["detail"]
    assert "of 1 user" in summary["detail"]
    assert [e["event"] for e in agent.audit() if e["user"] == "bob"] == [
        "enroll", "enroll"]
    assert agent.run("audit", "verify").returncode == 0
    listed = agent.run("audit", "list", "--outcome", "denied").stdout
    assert f"{summary['count']} more like this" in listed


def test_window_ends_without_a_stop(make_agent):
    """By the sweep, a minute after its first denial."""
    clock = Clock()
    agent = make_agent().start(clock=clock)
    Flood(agent, 500).run()
    assert not any(e.get("count") for e in denials(agent))
    clock.let_pass(61)
    waiting.until(lambda: total(denials(agent)) == 500, 30)


def test_nothing_else_is_hidden(agent):
    """In the middle of it: the first of another kind, grants, alerts."""
    token = agent.enroll()
    flood = Flood(agent, 5000)
    thread = threading.Thread(target=flood.run)
    thread.start()
    agent.login(token["access_token"])
    agent.verdict(token["access_token"], user="bob")
    agent.verdict("eyJ.e.e", service="another")
    agent.refresh(token["refresh_token"])
    thread.join()
    agent.run("device", "revoke", token["device"])

    events = [(e["event"], e["reason"], e["service"]) for e in agent.audit()
              if e["rhost"] != "192.0.2.7"]
    for wanted in (("login", "ok", "probe"), ("login", "WrongUser", "probe"),
                   ("login", "Malformed", "another"),
                   ("refresh", "ok", None), ("device-revoke", "ok", None)):
        assert wanted in [(e, r, s or None) for e, r, s in events]


def test_refusals_without_a_place_are_told_apart_by_caller(agent):
    """Somebody who asks for what is not his hides nobody else who does."""
    for _ in range(30):
        agent.run("key", "list", user="alice")
    agent.run("key", "list", user="bob")
    agent.restart()

    refused = agent.json("audit", "list", "--event", "key-list")
    assert total(refused) == 31
    uids = {e["caller_uid"]: 0 for e in refused}
    for event in refused:
        uids[event["caller_uid"]] += event.get("count") or 1
    assert sorted(uids.values()) == [1, 30]


def test_killed_in_the_middle(agent):
    """What was answered is recorded or counted, and no more than the turn that
    was under way beside it."""
    answered = 0
    for _ in range(KILLS):
        flood = Flood(agent, 1000000, connections=8)
        thread = threading.Thread(target=flood.run)
        thread.start()
        waiting.until(lambda: flood.answered > 2000, 60)
        agent.kill()
        thread.join()
        answered += flood.answered
        agent.start()
    agent.restart()

    assert answered <= total(denials(agent)) <= answered + KILLS * TURN
    assert agent.run("audit", "verify").returncode == 0
