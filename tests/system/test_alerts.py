# SPDX-License-Identifier: BSD-3-Clause
"""Alerts: each fires by its cause, once, and clears."""

import json
import subprocess

import pytest
from harness import built, people, waiting
from harness.clock import Clock
from harness.issuer import Key, jwks
from harness.provider import Provider
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


def look(agent):
    """Has the agent look a second after the check, not at the next ten."""
    agent.run("audit", "verify")


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

    def place_in_audit(self):
        return int((self.state / "last-event").read_text())

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
    last = watcher.wait(2)[-1]["seq"]
    # killed before that it would give it once more
    waiting.until(lambda: watcher.place_in_audit() == last)
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


def test_program_that_hangs_is_killed_with_what_it_started(agent, watcher):
    watcher.program.write_text(
        '#!/bin/sh\n[ "$2" = oddities ] || { cat >>"$0.got"; exit 0; }\n'
        'sleep 4711 &\necho $! >>"$0.words"\nwait\n')
    watcher.start().wait_begun()
    agent.json("alert", "test", "oddities")
    agent.json("alert", "test", "store-size")

    waiting.until(watcher.events, 90)
    child = int(watcher.words.read_text())
    waiting.until(lambda: not is_running(child), 10)
    assert "took longer than 30 s and was killed" in watcher.stop()


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


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
    waiting.until(lambda: watcher.place_in_audit() != 123456, 30)
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


# each of those that are shipped, by its cause

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture
def clock():
    return Clock()


def fired_then_cleared(agent, name):
    """Once each, however often it was looked at."""
    wait_told(agent, name, "fired", "cleared")
    assert alert(agent, name)["state"] == "ok"


def test_failed_refreshes(agent, clock):
    agent.restart(clock=clock)
    for _ in range(10):
        with pytest.raises(Refused):
            agent.refresh("jr1_none")
    waiting.until(lambda: alert(agent, "failed-refreshes")["value"]
                  == "10.0/min")
    assert told(agent, "failed-refreshes") == []
    with pytest.raises(Refused):
        agent.refresh("jr1_none")
    wait_told(agent, "failed-refreshes", "fired")
    clock.let_pass(61)
    look(agent)

    fired_then_cleared(agent, "failed-refreshes")


def test_oddities(agent, clock):
    agent.restart(clock=clock)
    token = agent.enroll()["access_token"]
    with agent.wire() as wire:
        for net in range(7):  # the first one is not odd
            wire.call("io.jwtagent.Login.Authenticate", {
                "user": "alice", "uid": people.uid("alice"),
                "service": "probe", "token": token,
                "rhost": f"198.51.{net}.7"})
    wait_told(agent, "oddities", "fired")
    clock.let_pass(HOUR)
    look(agent)

    fired_then_cleared(agent, "oddities")


def test_token_reuse(agent, clock):
    agent.restart(clock=clock)
    first = agent.enroll()["refresh_token"]
    second = agent.refresh(first)["refresh_token"]
    agent.refresh(second)
    with pytest.raises(Refused):
        agent.refresh(first)
    wait_told(agent, "token-reuse", "fired")
    clock.let_pass(HOUR)
    look(agent)

    fired_then_cleared(agent, "token-reuse")


@pytest.fixture
def provider():
    made = Provider()
    made.say("/jwks", jwks(Key("ES256", "k")),
             Cache_Control="max-age=31536000")
    yield made
    made.stop()


def of_provider(make_agent, provider, clock, **keys):
    agent = make_agent(issuers={"corp": {
        "issuer": "https://corp.test", "jwks_url": provider.url("/jwks"),
        "keys_max_age": "10h", **keys}}).start(clock=clock)
    waiting.until(lambda: agent.issuer("corp")["state"] == "ok", 30)
    return agent


def test_keys_that_grow_old(make_agent, provider, clock):
    """Although its server said that they are good for a year."""
    agent = of_provider(make_agent, provider, clock)
    provider.stop()
    clock.let_pass(4 * HOUR + 60)  # the agent asks, though nobody logs in
    waiting.until(lambda: agent.issuer("corp").get("problem"), 60)
    assert alert(agent, "keys-age")["state"] == "ok"
    clock.let_pass(HOUR + 300)
    look(agent)
    wait_told(agent, "keys-age", "fired")
    assert "issuer=corp" in agent.json(
        "audit", "list", "--event", "alert-fired")[-1]["detail"]
    provider.start()
    clock.let_pass(60)

    fired_then_cleared(agent, "keys-age")


@pytest.mark.parametrize("least", ["5m", "9h"])
def test_keys_of_a_healthy_issuer_are_never_old(make_agent, provider, clock,
                                                least):
    """Nor where they are not to be fetched again before they are old."""
    agent = of_provider(make_agent, provider, clock, keys_min_age=least)
    for fetches in range(2, 4):
        clock.let_pass(HOUR * (4 if least == "5m" else 9))
        provider.wait_for_requests("/jwks", fetches, 60)
        waiting.until(lambda: (agent.issuer("corp")["age"] or 0)
                      < HOUR, 30)
    agent.stop()
    clock.let_pass(50 * HOUR)
    agent.start(clock=clock)
    provider.wait_for_requests("/jwks", 4, 60)
    waiting.until(lambda: agent.issuer("corp")["state"] == "ok", 30)

    assert alert(agent, "keys-age")["state"] == "ok"
    assert told(agent, "keys-age") == []


def test_keys_that_were_never_there(make_agent, provider, clock):
    """But of one that has ended nobody needs them."""
    provider.stop()
    agent = make_agent(issuers={
        name: {"issuer": f"https://{name}.test",
               "jwks_url": provider.url("/jwks"), **more}
        for name, more in (("ended", {"accept_until": "2020-01-01"}),
                           ("used", {}))}).start(clock=clock)

    wait_told(agent, "keys-age", "fired")
    assert "issuer=used" in agent.json(
        "audit", "list", "--event", "alert-fired")[-1]["detail"]
    agent.serve_with(issuers={"ended": agent.issuers["ended"]})
    wait_told(agent, "keys-age", "fired", "cleared")
    assert agent.issuer("ended")["state"] == "ended"
    assert alert(agent, "keys-age")["value"] == "0%"


def test_store_that_fills(make_agent, clock):
    agent = make_agent(agent={"store_max": "2M"})
    agent.add_config("store.conf", "[device]\nmax_devices = 0\n")
    agent.start(clock=clock)

    def is_above():
        return int(alert(agent, "store-size")["value"][:-1]) > 80

    with agent.wire() as wire:
        while not is_above():
            for _ in range(50):
                wire.call("io.jwtagent.Device.Enroll",
                          {"user": "alice", "name": "laptop"})
    look(agent)
    wait_told(agent, "store-size", "fired")
    clock.let_pass(500 * DAY)  # all of it has come to its end
    waiting.until(lambda: not is_above(), 60)

    # what told of the other has come to its end, too
    wait_told(agent, "store-size", "cleared")
    assert alert(agent, "store-size")["state"] == "ok"


def test_broken_audit(agent):
    """Somebody changes one letter of one event in the store's file."""
    agent.enroll()
    agent.run("user", "logout", "alice", "--reason", "broken in two")
    agent.enroll("bob", "desk")
    assert agent.run("audit", "verify").returncode == 0
    waiting.until(lambda: alert(agent, "audit-chain")["state"] == "ok")
    agent.stop()
    change(agent, b"broken in two", b"broken in ten")
    agent.start()

    assert agent.run("audit", "verify").returncode == 1
    wait_told(agent, "audit-chain", "fired")
    agent.stop()
    change(agent, b"broken in ten", b"broken in two")
    agent.start()
    assert alert(agent, "audit-chain")["state"] == "firing"
    assert agent.run("audit", "verify").returncode == 0

    fired_then_cleared(agent, "audit-chain")


def change(agent, before, after):
    path = agent.store / "data.mdb"
    data = path.read_bytes()
    assert before in data
    with open(path, "r+b") as file:  # its owner and mode stay
        file.write(data.replace(before, after))


def test_overdue_upkeep(agent, clock):
    agent.restart(clock=clock)
    clock.let_pass(3 * DAY)
    look(agent)
    wait_told(agent, "upkeep", "fired")
    for job in agent.json("upkeep", "list"):
        if job["overdue"]:
            assert agent.run("upkeep", "run", job["job"]).returncode == 0
    look(agent)

    fired_then_cleared(agent, "upkeep")


def test_shipped_by_their_causes_are_all(agent):
    """One test each, above."""
    assert set(states(agent)) == {
        "failed-logins", "failed-refreshes", "oddities", "token-reuse",
        "keys-age", "store-size", "audit-chain", "upkeep"}


# across restarts, and by configuration

def test_restart_neither_forgets_nor_tells_again(agent, clock):
    rules(agent, "[alert failed-logins]\nwindow = 10m\n")
    agent.restart(clock=clock)
    for _ in range(20):
        agent.verdict("eyJ.e.e")
    wait_told(agent, "failed-logins", "fired")
    agent.restart(clock=clock)
    # its window begins anew, but nobody knows yet that it is over
    assert alert(agent, "failed-logins")["state"] == "firing"
    agent.json("alert", "test", "failed-logins")
    assert told(agent, "failed-logins") == ["fired", "test"]
    clock.let_pass(601)
    look(agent)
    wait_told(agent, "failed-logins", "fired", "test", "cleared")
    agent.restart(clock=clock)
    for _ in range(20):
        agent.verdict("eyJ.e.e")
    assert alert(agent, "failed-logins")["rests_until"]
    clock.let_pass(HOUR)
    for _ in range(20):
        agent.verdict("eyJ.e.e")

    # within the cool-down nothing was told
    wait_told(agent, "failed-logins", "fired", "test", "cleared", "fired")


def test_alert_that_is_put_out_or_gone_is_cleared(agent):
    rules(agent, "[alert ours]\nof = login:denied\n"
          "[alert theirs]\nof = login:denied\n")
    agent.verdict("eyJ.e.e")
    wait_told(agent, "ours", "fired")
    wait_told(agent, "theirs", "fired")
    rules(agent, "[alert ours]\nof = login:denied\nenabled = no\n")
    look(agent)

    wait_told(agent, "ours", "fired", "cleared")
    wait_told(agent, "theirs", "fired", "cleared")
    assert alert(agent, "ours")["state"] == "off"


# key of the configuration: what holds in both, the setting that fires and the
# one that does not
DENIED = {"of": "login:denied"}
KEYS = {
    "enabled": (DENIED, "yes", "no"),
    "of": ({}, "login:denied:Malformed", "login:fault"),
    "kind": ({**DENIED, "threshold": 2}, "count", "rate"),
    "to": ({**DENIED, "kind": "ratio", "threshold": 50}, "login:denied",
           "login"),
    "window": ({**DENIED, "threshold": 3}, "1d", "10m"),
    "threshold": ({**DENIED, "window": "1d"}, "5", "6"),
    "minimum": ({**DENIED, "kind": "ratio", "to": "login", "window": "1d"},
                "14", "15"),
}


def key_rules():
    text = ""
    for key, (base, *settings) in KEYS.items():
        for name, setting in zip(("fires", "not"), settings):
            text += f"[alert {key}-{name}]\n"
            for setter, value in {"window": "10m", **base,
                                  key: setting}.items():
                text += f"{setter} = {value}\n"
    for name, setting in (("fires", "0s"), ("not", "1d")):
        text += (f"[alert cooldown-{name}]\nof = login:denied\n"
                 f"window = 10m\ncooldown = {setting}\n")
    return text + "[alert last]\nof = user-logout\n"


def test_every_key_changes_an_outcome(agent, clock):
    rules(agent, key_rules())
    agent.restart(clock=clock)
    token = agent.enroll()["access_token"]

    def logins():
        for _ in range(4):
            agent.login(token)
        for _ in range(3):
            assert agent.verdict("eyJ.e.e") == "Malformed"

    logins()
    wait_told(agent, "cooldown-not", "fired")
    clock.let_pass(700)
    look(agent)
    wait_told(agent, "cooldown-not", "fired", "cleared")
    wait_told(agent, "cooldown-fires", "fired", "cleared")
    token = agent.enroll()["access_token"]
    logins()
    wait_told(agent, "cooldown-fires", "fired", "cleared", "fired")
    agent.run("user", "logout", "bob")
    wait_told(agent, "last", "fired")  # so all were looked at after it

    assert told(agent, "cooldown-not") == ["fired", "cleared"]
    for key in KEYS:
        assert "fired" in told(agent, f"{key}-fires"), key
        assert told(agent, f"{key}-not") == [], key


@pytest.mark.parametrize("text,sentence", [
    ("of = login\nkind = ratio\n", "kind=ratio needs to="),
    ("of = login\nto = refresh\n", "to= goes with kind=ratio"),
    ("kind = count\n", "[alert x] needs of="),
    ("of = nonsense\nkind = level\n", "nothing that is measured"),
    ("of = store_used, keys_age\nkind = level\n", "a level is of one thing"),
    ("of = store_used\nkind = level\nwindow = 5m\n",
     "window= does not go with kind=level"),
    ("of = store_used\nkind = level\nminimum = 5\n",
     "minimum= does not go with kind=level"),
    ("of = a\nkind = ratio\nto = b\nthreshold = 100\n",
     "less than 100 percent"),
    ("of = a:b:c:d\n", "not of the form EVENT:OUTCOME:REASON"),
    ("of = a b\n", "not of the form EVENT:OUTCOME:REASON"),
    ("of = login\nkind = sum\n", "kind"),
    ("of = login:denied, logni:denied\n",
     'alerts.conf:2: of=: there is no event "logni"'),
    ("of = login:denied\nkind = ratio\nthreshold = 5\nto = logins*\n",
     'alerts.conf:5: to=: there is no event "logins*"'),
    ("of = login:denid:PolicyDenied\n",
     'alerts.conf:2: of=: there is no outcome "denid"'),
    ("of = login:denied:PolicyDenid\n",
     'alerts.conf:2: of=: there is no reason "PolicyDenid"'),
    ("of = login:denied\nkind = ratio\nthreshold = 5\nto = login:grant\n",
     'alerts.conf:5: to=: there is no outcome "grant"'),
])
def test_configuration_that_cannot_be(agent, text, sentence):
    agent.add_config("alerts.conf", "[alert x]\n" + text)
    result = agent.run("config", "check")
    assert result.returncode == 2
    assert sentence in result.stderr
