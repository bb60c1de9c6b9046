# SPDX-License-Identifier: BSD-3-Clause
"""Alerts: each fires by its cause, once, and clears."""

import json
import subprocess

import pytest
from harness import built, waiting
from harness.wire import Refused


def states(agent):
    return {alert["name"]: alert["state"]
            for alert in agent.json("alert", "list")}


def alert(agent, name):
    return next(alert for alert in agent.json("alert", "list")
                if alert["name"] == name)


def told(agent, name):
    """What the audit says of the alert: the words behind "alert-"."""
    return [event["event"].removeprefix("alert-")
            for event in agent.json("audit", "list", "--limit", "100000")
            if event["event"].startswith("alert-")
            and event["detail"].split()[0] == name]


def wait_told(agent, name, *events):
    waiting.until(lambda: told(agent, name) == list(events), 30)


def rules(agent, text):
    agent.add_config("alerts.conf", text)
    return agent.restart()


def test_shipped_are_there(agent):
    assert states(agent) == {
        "failed-logins": "ok", "failed-refreshes": "ok", "oddities": "ok",
        "token-reuse": "ok", "keys-age": "ok", "store-size": "ok",
        "audit-chain": "unknown", "upkeep": "ok"}
    assert alert(agent, "failed-logins")["threshold"] == "5%"


def test_failed_logins(agent):
    rules(agent, "[alert failed-logins]\nwindow = 2s\n")
    token = agent.enroll()["access_token"]
    for _ in range(19):
        agent.login(token)
    assert agent.verdict("eyJ.e.e") == "Malformed"  # 1 of 20 is not above
    for _ in range(20):
        agent.verdict("eyJ.e.e")

    wait_told(agent, "failed-logins", "fired", "cleared")
    assert alert(agent, "failed-logins")["state"] == "ok"
    assert alert(agent, "failed-logins")["rests_until"]


class Watcher:
    """`monitor --alerts --exec` with a program that keeps what it is given."""

    def __init__(self, agent, place, program='cat >>"$0.got"\n'
                 'echo "$@" >>"$0.words"\n'):
        self.agent = agent
        self.program = place / "alert"
        self.program.write_text("#!/bin/sh\n" + program)
        self.program.chmod(0o755)
        self.got = place / "alert.got"
        self.words = place / "alert.words"
        self.state = place / "state"
        self.state.mkdir(exist_ok=True)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [str(built.COMMAND), "--config", str(self.agent.config),
             "monitor", "--alerts", "--exec", str(self.program)],
            stderr=subprocess.PIPE, text=True,
            env={"PATH": "/usr/bin:/bin",
                 "STATE_DIRECTORY": str(self.state)})
        return self

    def stop(self):
        if self.process:
            self.process.kill()
            said = self.process.communicate()[1]
            self.process = None
            return said
        return ""

    def wait_begun(self):
        """Until it knows where in the audit it begins."""
        waiting.until((self.state / "last-event").exists, 30)
        return self

    def events(self):
        if not self.got.exists():
            return []
        return [json.loads(line) for line in
                self.got.read_text().splitlines()]

    def wait(self, count):
        return waiting.until(
            lambda: len(self.events()) >= count and self.events(), 30)


@pytest.fixture
def watcher(agent, tmp_path):
    agent.enroll()  # so that there is an event to begin behind
    watcher = Watcher(agent, tmp_path)
    yield watcher
    watcher.stop()


def test_test_goes_the_whole_way(agent, watcher):
    watcher.start().wait_begun()

    reply = agent.json("alert", "test", "store-size")

    event = watcher.wait(1)[0]
    assert event["event"] == "alert-test"
    assert event["detail"] == reply["detail"]
    assert event["alert"]["name"] == reply["name"] == "store-size"
    assert event["alert"]["threshold"] == "80%"
    waiting.until(lambda: watcher.words.exists()
                  and watcher.words.read_text() == "alert-test store-size\n")
    assert "alert-test" in agent.said()


def test_no_such_alert(agent):
    result = agent.run("alert", "test", "none")
    assert result.returncode == 5
    assert "no such alert" in result.stderr


def test_nothing_is_missed_while_the_agent_or_the_watcher_restarts(
        agent, watcher):
    watcher.start().wait_begun()
    agent.json("alert", "test", "oddities")
    watcher.wait(1)

    agent.restart()
    agent.json("alert", "test", "store-size")
    watcher.wait(2)
    watcher.stop()
    agent.json("alert", "test", "keys-age")
    agent.json("alert", "test", "audit-chain")
    watcher.start()

    assert [event["alert"]["name"] for event in watcher.wait(4)] == [
        "oddities", "store-size", "keys-age", "audit-chain"]
    sequence = [event["seq"] for event in watcher.events()]
    assert sequence == sorted(set(sequence))


def test_what_was_before_the_first_start_is_not_given(agent, watcher):
    agent.json("alert", "test", "oddities")
    watcher.start().wait_begun()
    agent.json("alert", "test", "store-size")

    assert [event["alert"]["name"] for event in watcher.wait(1)] == [
        "store-size"]


def test_program_that_fails_does_not_stop_the_next(agent, watcher, tmp_path):
    watcher.program.write_text(
        '#!/bin/sh\ncat >>"$0.got"\n[ "$2" = oddities ] && exit 7\n'
        '[ "$2" = keys-age ] && kill -9 $$\nexit 0\n')
    watcher.start().wait_begun()
    for name in ("oddities", "keys-age", "store-size"):
        agent.json("alert", "test", name)
    watcher.wait(3)

    # the third was given, so the first two are said
    said = watcher.stop()
    assert "ended with code 7" in said
    assert "ended by signal 9" in said


def test_program_that_reads_nothing(agent, watcher):
    watcher.program.write_text('#!/bin/sh\necho "$2" >>"$0.words"\n')
    watcher.start().wait_begun()
    agent.json("alert", "test", "oddities")
    waiting.until(watcher.words.exists, 30)


def test_store_that_was_replaced(agent, watcher, tmp_path):
    """An older store has fewer events than were given."""
    watcher.start().wait_begun()
    watcher.stop()
    (watcher.state / "last-event").write_text("123456\n")
    watcher.start()
    waiting.until(lambda: (watcher.state / "last-event").read_text()
                  != "123456\n", 30)
    agent.json("alert", "test", "store-size")

    assert watcher.wait(1)[0]["event"] == "alert-test"
    assert "another than before" in watcher.stop()


def test_program_that_is_none(agent, tmp_path):
    for program, why in (("relative", "absolute path"),
                         (str(tmp_path / "missing"), "No such file")):
        result = agent.run("monitor", "--alerts", "--exec", program)
        assert result.returncode == 2
        assert why in result.stderr


def test_stranger_may_not_watch(agent, watcher):
    result = agent.run("monitor", "--exec", "/bin/true", user="bob")
    assert result.returncode == 3


def test_after_an_event_that_there_is_not(agent):
    agent.enroll()
    with agent.wire() as wire:
        with pytest.raises(Refused) as refused:
            list(wire.stream("io.jwtagent.Admin.Audit", {"after": 1000}))
        assert refused.value.name == "InvalidParameter"
        newest = agent.audit()[-1]["seq"]
        assert list(wire.stream(
            "io.jwtagent.Admin.Audit", {"after": newest})) == []
        agent.enroll("bob", "desk")
        assert [e["event"]["event"] for e in wire.stream(
            "io.jwtagent.Admin.Audit", {"after": newest})] == ["enroll"]
