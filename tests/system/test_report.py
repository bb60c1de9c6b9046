# SPDX-License-Identifier: BSD-3-Clause
"""What the week was like, and a live view that holds nobody up."""

import re
import time

import pytest
from harness import keyfile, waiting
from harness.clock import Clock
from harness.issuer import Issuer, Key
from harness.wire import Refused

DAY = 86400
EVENTS = 10000
LOGOUT = "io.jwtagent.User.Logout"


def rows(report, member, name, count="count"):
    return {row[name]: row[count] for row in report[member]}


def test_of_nothing(agent):
    report = agent.json("report")

    assert report["logins"] == {"granted": 0, "denied": 0, "fault": 0,
                                "success": None}
    assert report["new_devices"] == report["token_reuse"] == 0
    assert report["refusals"] == report["alerts_fired"] == []
    assert report["ending"] == report["fallbacks"] == []
    assert report["until"] - report["since"] == 7 * 86400
    assert [job["state"] for job in report["upkeep"]] == ["not run yet"] * 3
    text = agent.run("report").stdout
    assert "Revokes         none" in text
    assert all(len(line) < 80 for line in text.splitlines())


def make_week(agent):
    first = agent.enroll()
    second = agent.refresh(first["refresh_token"])["refresh_token"]
    agent.refresh(second)
    with pytest.raises(Refused):
        agent.refresh(first["refresh_token"])
    device = agent.enroll("bob", "desk")
    for _ in range(3):
        agent.login(device["access_token"], "bob")
    agent.verdict("eyJ.e.e")
    agent.verdict(device["access_token"], "alice")
    agent.run("device", "revoke", device["device"])
    agent.run("user", "logout", "alice")
    agent.run("upkeep", "run", "sweep")
    waiting.until(lambda: any(
        alert["name"] == "token-reuse" and alert["state"] == "firing"
        for alert in agent.json("alert", "list")), 30)


def test_of_a_week(agent):
    make_week(agent)

    report = agent.json("report", "--since", "1h")

    assert report["logins"] == {"granted": 3, "denied": 2, "fault": 0,
                                "success": 60.0}
    assert rows(report, "refusals", "reason") == {
        "Malformed": 1, "WrongUser": 1}
    assert rows(report, "services", "service") == {"probe": 3}
    assert report["refreshes"]["granted"] == 2
    assert report["refreshes"]["denied"] == 1
    assert report["new_devices"] == 2
    assert report["token_reuse"] == 1
    assert rows(report, "revokes", "event") == {
        "device-revoke": 1, "user-logout": 1}
    assert rows(report, "alerts_fired", "alert") == {"token-reuse": 1}
    assert [alert["name"] for alert in report["alerts_firing"]] == [
        "token-reuse"]
    assert {job["job"]: job["state"] for job in report["upkeep"]} == {
        "sweep": "ok", "audit-check": "not run yet", "report": "not run yet"}


def test_for_people(agent):
    make_week(agent)

    text = agent.run("report").stdout

    assert re.search(r"^Logins +3 granted, 2 denied, 0 faults: 60.0 %", text,
                     re.M)
    assert re.search(r"^Refused for +1 Malformed\n +1 WrongUser$", text, re.M)
    assert re.search(r"^Alerts firing +token-reuse: 1$", text, re.M)
    assert re.search(r"^Upkeep +sweep: ok", text, re.M)


def test_what_ends_and_what_is_filled_in(make_agent):
    agent = make_agent(services={"gate": {}}).start()
    token = agent.enroll()["access_token"]
    agent.add_config("claims.conf", "[claim team]\nsince = 2\n"
                     "default = none\nfrom = user\n")
    agent.configure(claim_version=2, claim_versions_until="1 2999-01-01")
    agent.restart()
    ending, = agent.json("report")["ending"]
    assert (ending["kind"], ending["name"]) == ("claims", "1")
    assert (ending["uses"], ending["recent"]) == (0, 0)
    assert agent.json("report")["fallbacks"] == []
    assert re.search(r"^Ending +claims 1, refused from 2999-01-0\d .*: 0 times$",
                     agent.run("report").stdout, re.M)

    for _ in range(2):
        assert agent.verdict(token, service="gate") == "ok"
    agent.run("user", "set", "alice", "team=red")
    assert agent.verdict(token, service="gate") == "ok"

    report = agent.json("report")
    ending, = report["ending"]
    assert (ending["uses"], ending["user"]) == (3, "alice")
    assert rows(report, "fallbacks", "name", "uses") == {
        "team user": 1, "team default": 2}
    assert rows(report, "fallbacks", "name", "recent") == {
        "team user": 1, "team default": 2}
    text = agent.run("report").stdout
    assert re.search(r"^Ending +claims 1, .*: 3 times, 3 in all, "
                     r"last .* by alice$", text, re.M)
    assert re.search(
        r"^Claims filled +team user: 1 times, 1 in all, last .* by alice\n"
        r" +team default: 2 times, 2 in all, last .* by alice$", text, re.M)


def midnight(second):
    return int(second // DAY * DAY)


def test_uses_are_of_the_span(make_agent):
    """By days of UTC: of the first day all counts, of those before it nothing. When
    days are not kept any more the total stays."""
    clock = Clock()
    issuer = Issuer("https://old.test", Key("ES256"))
    keys = keyfile.public(issuer.jwks())
    agent = make_agent(services={"gate": {}}, issuers={"old": {
        "issuer": issuer.name, "audience": "login.test",
        "keys_file": keys, "accept_until": "2999-01-01"}})
    agent.add_config("claims.conf", "[claim team]\nissuers = old\n"
                     "default = none\n")
    clock.jump(-20 * DAY)
    agent.start(clock=clock)

    def use(times):
        token = issuer.token(age=-clock.jumped // 1000)
        for _ in range(times):
            assert agent.verdict(token, service="gate") == "ok"

    def counted(since):
        report = agent.json("report", "--since", since)
        ending, = report["ending"]
        fallback, = report["fallbacks"]
        both = [(row.get("recent"), row["uses"], row["recent_since"])
                for row in (ending, fallback)]
        assert both[0] == both[1]
        return *both[0], report["since"]

    use(3)
    clock.jump(20 * DAY)
    assert counted("7d")[:2] == (0, 3)
    text = agent.run("report").stdout
    assert re.search(r": 0 times, 3 in all, last ", text)
    use(1)

    recent, total, first, since = counted("7d")
    assert (recent, total, first) == (1, 4, midnight(since))
    recent, total, first, since = counted("30d")
    assert (recent, total, first) == (4, 4, midnight(since))
    day = time.strftime("%Y-%m-%d", time.gmtime(since))
    assert re.search(rf"^Uses since +{day} 00:00 UTC$",
                     agent.run("report", "--since", "30d").stdout, re.M)

    agent.add_config("keep.conf", "[retention]\naudit = 10d\n")
    agent.restart(clock=clock)
    agent.run("upkeep", "run", "sweep")
    days = [midnight(clock.wall() - 10 * DAY)]
    recent, total, first, _ = counted("30d")
    days += [midnight(clock.wall() - 10 * DAY)]
    assert (recent, total) == (1, 4) and first in days
    assert agent.run("store", "check").returncode == 0


def test_what_was_before_is_not_in_it(agent):
    clock = Clock()
    make_week(agent)
    agent.restart(clock=clock)
    clock.jump(-8 * 86400)
    agent.verdict("eyJ.e.e")
    clock.jump(8 * 86400)

    assert agent.json("report")["logins"]["denied"] == 2


def test_sum_of_a_flood_counts_for_all(agent):
    clock = Clock()
    agent.restart(clock=clock)
    for _ in range(200):
        agent.verdict("eyJ.e.e")
    clock.let_pass(3600)
    waiting.until(lambda: any(event["count"] for event in agent.audit()), 30)
    assert len(agent.audit()) < 150

    # the command's clock is not the agent's
    clock.jump(-3600)
    report = agent.json("report", "--since", "1d")
    assert rows(report, "refusals", "reason") == {"Malformed": 200}
    assert report["logins"]["denied"] == 200


def test_time_that_is_none(agent):
    result = agent.run("report", "--since", "yesterday")
    assert result.returncode == 2
    assert "is no time" in result.stderr


def test_not_for_everybody(agent):
    assert agent.run("report", user="bob").returncode == 3


def heap(agent):
    """What it has of its own, in kB: the store's pages are not in it."""
    with open(f"/proc/{agent.process.pid}/smaps", encoding="ascii") as lines:
        total, is_heap = 0, False
        for line in lines:
            if re.match("[0-9a-f]+-[0-9a-f]+ ", line):
                is_heap = line.rstrip().endswith("[heap]")
            elif is_heap and line.startswith("Private_Dirty"):
                total += int(line.split()[1])
    return total


def test_reader_that_stops_holds_nobody_up(agent):
    """While ten thousand events come: the agent keeps nothing for the reader, logins
    go on, and the reader is told that it was dropped."""
    token = agent.enroll()["access_token"]
    agent.login(token)
    with agent.wire(timeout=60) as deaf, agent.wire() as wire:
        deaf.ask("io.jwtagent.Admin.Audit", {"follow": True, "limit": 1},
                 more=True)
        deaf.answer()
        for _ in range(200):
            wire.call(LOGOUT, {"user": "bob", "reason": "x" * 200})
        before = heap(agent)
        for count in range(EVENTS - 200):
            wire.call(LOGOUT, {"user": "bob", "reason": "x" * 200})
            if count % 1000 == 0:
                assert agent.verdict(token) == "ok"
        assert heap(agent) - before < 1024
        waiting.until(lambda: "stream-dropped" in agent.said(), 90)
        assert agent.verdict(token) == "ok"
        with pytest.raises(Refused, match="TooSlow"):
            while True:
                deaf.answer()
