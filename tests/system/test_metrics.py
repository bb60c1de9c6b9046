# SPDX-License-Identifier: BSD-3-Clause
"""Metrics: what they say is true, and Prometheus can read it."""

import os
import re
import signal
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import built, people, tokens, waiting
from harness.issuer import Issuer, Key
from harness.leader import Leader
from harness.provider import Provider
from harness.wire import Refused

SAMPLE = re.compile(r'^(\w+)(?:{(.*)})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def read(text):
    """{(name, labels): value} of an exposition, each series once."""
    found = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        key = name, tuple(sorted(LABEL.findall(labels or "")))
        assert key not in found, line
        found[key] = float(value)
    return found


def scrape(agent):
    result = agent.run("metrics")
    assert result.returncode == 0, result.stderr
    return read(result.stdout)


def value(found, name, **labels):
    return found.get((name, tuple(sorted(labels.items()))))


def of(found, name):
    """The series of a metric that are not 0, by their labels' values."""
    return {tuple(text for _, text in sorted(labels)): number
            for (other, labels), number in found.items()
            if other == name and number != 0}


@pytest.fixture
def busy(make_agent):
    """An agent with a section for sshd and one for sudo."""
    return make_agent(services={"sshd": {}, "sudo": {}}).start()


def test_names_and_types_are_as_promtool_wants_them(busy):
    token = busy.enroll()
    busy.login(token["access_token"], service="sshd")
    busy.refresh(token["refresh_token"])
    shown = busy.run("metrics").stdout

    check = subprocess.run(["promtool", "check", "metrics"], input=shown,
                           text=True, capture_output=True)

    assert (check.returncode, check.stdout + check.stderr) == (0, "")


def test_each_login_is_counted_once(busy):
    token = busy.enroll()["access_token"]
    bad = tokens.with_bad_signature(token)

    for _ in range(3):
        assert busy.verdict(token, service="sshd") == "ok"
    for _ in range(2):
        assert busy.verdict(token, service="sudo") == "ok"
    for _ in range(40):  # more than the audit records each
        assert busy.verdict(bad, service="sshd") == "BadSignature"
    assert busy.verdict(token, user="bob", service="sudo") == "WrongUser"
    for service in ("postgresql", "login"):  # no section of their own
        assert busy.verdict(token, service=service) == "ok"
    assert busy.verdict("x", service='"}\n') == "Malformed"

    found = scrape(busy)
    assert of(found, "jwtagent_logins_total") == {
        ("granted", "ok", "sshd"): 3,
        ("denied", "BadSignature", "sshd"): 40,
        ("granted", "ok", "sudo"): 2,
        ("denied", "WrongUser", "sudo"): 1,
        ("granted", "ok", "other"): 2,
        ("denied", "Malformed", "other"): 1}
    assert value(found, "jwtagent_sessions", state="pending") == 7
    assert sum(of(found, "jwtagent_sessions").values()) == 7
    summed = value(found, "jwtagent_audit_summed_total")
    assert 0 < summed < 40
    alone = [event for event in busy.audit()
             if event["event"] == "login" and not event["count"]]
    assert len(alone) + summed == 49


def test_latencies_are_of_the_calls_that_were(busy):
    token = busy.enroll()
    for _ in range(5):
        busy.login(token["access_token"], service="sshd")
    busy.refresh(token["refresh_token"])

    found = scrape(busy)

    method = "io.jwtagent.Login.Authenticate"
    assert value(found, "jwtagent_call_duration_seconds_count",
                 method=method) == 5
    assert value(found, "jwtagent_call_duration_seconds_count",
                 method="io.jwtagent.Token.Refresh") == 1
    assert value(found, "jwtagent_verification_duration_seconds_count") == 5
    # each was a turn by itself
    assert value(found, "jwtagent_turn_calls_count") >= 7
    assert value(found, "jwtagent_commit_duration_seconds_count") >= 7
    whole = value(found, "jwtagent_call_duration_seconds_sum", method=method)
    part = value(found, "jwtagent_verification_duration_seconds_sum")
    assert 0 < part < whole


def test_buckets_add_up(busy):
    token = busy.enroll()["access_token"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: busy.login(token, service="sshd"),
                      range(60)))
    result = busy.run("metrics")
    assert result.returncode == 0
    buckets = {}

    for line in result.stdout.splitlines():
        match = SAMPLE.match(line)
        if match and match[1].endswith("_bucket"):
            labels = dict(LABEL.findall(match[2]))
            bound = float(labels.pop("le"))
            series = match[1][:-len("_bucket")], tuple(sorted(labels.items()))
            buckets.setdefault(series, []).append((bound, float(match[3])))

    found = read(result.stdout)
    assert len(buckets) >= 5
    for (name, labels), held in buckets.items():
        bounds, counts = zip(*held)
        assert list(bounds) == sorted(set(bounds))
        assert list(counts) == sorted(counts)
        assert bounds[-1] == float("inf")
        assert counts[-1] == found[name + "_count", labels]
        assert found[name + "_sum", labels] >= 0
    calls = value(found, "jwtagent_turn_calls_sum")
    assert calls >= 61 and calls >= value(found, "jwtagent_turn_calls_count")


def test_refreshes_and_what_is_odd_about_them(make_agent):
    agent = make_agent(token={"refresh_grace": "0"}).start()
    first = agent.enroll()["refresh_token"]
    second = agent.refresh(first)["refresh_token"]
    agent.refresh(second)
    for _ in range(2):
        with pytest.raises(Refused):
            agent.refresh(first)
    with pytest.raises(Refused):
        agent.refresh("nonsense")

    found = scrape(agent)

    refreshes = of(found, "jwtagent_refreshes_total")
    assert refreshes[("granted", "ok")] == 2
    assert refreshes[("denied", "TokenReused")] >= 1
    assert sum(refreshes.values()) == 5
    assert value(found, "jwtagent_oddities_total",
                 event="token-reuse") == refreshes[("denied", "TokenReused")]


def test_devices_keys_and_store(busy):
    kept, gone = busy.enroll(), busy.enroll(name="phone")
    busy.json("device", "revoke", gone["device"])
    status = busy.json("status")

    found = scrape(busy)

    assert kept and of(found, "jwtagent_devices") == {("active",): 1,
                                                      ("revoked",): 1}
    assert of(found, "jwtagent_signing_keys") == {("active",): 1}
    assert value(found, "jwtagent_signing_key_age_seconds",
                 state="active") >= 0
    assert value(found, "jwtagent_start_time_seconds") == status["started"]
    assert value(found, "jwtagent_build_info",
                 version=status["version"]) == 1
    assert value(found, "jwtagent_store_map_bytes") == status["store_map"]
    assert value(found, "jwtagent_store_max_bytes") == 16 << 30
    assert 0 < value(found, "jwtagent_store_size_bytes") <= status["store_map"]
    assert value(found, "jwtagent_store_writable") == 1
    assert value(found, "jwtagent_audit_events_total") == \
        busy.audit()[-1]["seq"]
    assert value(found, "jwtagent_calls_in_flight") == 1
    assert value(found, "jwtagent_connections") == 1


def test_connections_that_are_open(busy):
    others = [busy.wire() for _ in range(3)]
    for wire in others:
        wire.call("org.varlink.service.GetInfo")
    assert value(scrape(busy), "jwtagent_connections") == 4
    for wire in others:
        wire.close()
    # the agent reads the ends before it accepts who comes behind them
    assert value(scrape(busy), "jwtagent_connections") == 1


def test_observed_logins(make_agent):
    agent = make_agent(services={"sshd": {}}).start()
    token = agent.enroll()["access_token"]
    with agent.wire() as wire:
        for service in ("sshd", "sshd", "ftp", "smtp"):
            wire.call("io.jwtagent.Login.Observe",
                      {"user": "alice", "uid": people.uid("alice"),
                       "service": service, "token": token})
    for _ in range(2):  # read twice, counted once
        assert of(scrape(agent), "jwtagent_observed_logins_total") == {
            ("granted", "ok", "sshd"): 2, ("granted", "ok", "other"): 2}
    assert of(scrape(agent), "jwtagent_logins_total") == {}


def test_keys_of_issuers(make_agent):
    issuer = Issuer("https://corp.test", Key("ES256"))
    provider = Provider()
    provider.say("/jwks", issuer.jwks())
    agent = make_agent(issuers={
        "corp": {"issuer": issuer.name, "audience": "login.test",
                 "jwks_url": provider.url("/jwks"), "keys_max_age": "2d"},
        "gone": {"issuer": "https://gone.test", "audience": "login.test",
                 "jwks_url": provider.url("/none")}}).start()
    try:
        agent.json("issuer", "refresh", "corp")
        agent.json("issuer", "refresh", "gone", code=3)
        found = scrape(agent)
    finally:
        provider.stop()

    assert value(found, "jwtagent_issuer_keys", issuer="corp") == 1
    assert value(found, "jwtagent_issuer_keys", issuer="gone") == 0
    assert 0 <= value(found, "jwtagent_issuer_keys_age_seconds",
                      issuer="corp") < 600
    assert value(found, "jwtagent_issuer_keys_age_seconds",
                 issuer="gone") is None
    assert value(found, "jwtagent_issuer_keys_max_age_seconds",
                 issuer="corp") == 2 * 86400
    fetches = of(found, "jwtagent_key_fetches_total")
    assert fetches[("corp", "ok")] >= 1
    assert fetches[("gone", "failed")] >= 1
    assert ("gone", "ok") not in fetches and ("corp", "failed") not in fetches


def test_a_restart_begins_again(busy):
    busy.login(busy.enroll()["access_token"], service="sshd")
    before = scrape(busy)
    busy.restart()
    after = scrape(busy)

    assert value(before, "jwtagent_logins_total", service="sshd",
                 outcome="granted", reason="ok") == 1
    assert value(after, "jwtagent_logins_total", service="sshd",
                 outcome="granted", reason="ok") == 0
    assert value(after, "jwtagent_sessions", state="pending") == 1


def test_json_says_the_same(busy):
    series = busy.json("metrics")
    shown = {line.split()[2] for line in
             busy.run("metrics").stdout.splitlines()
             if line.startswith("# TYPE ")}
    assert {entry["name"] for entry in series} == shown
    assert all(entry["help"] and entry["samples"] for entry in series)


def test_file_for_the_textfile_collector(busy, tmp_path):
    tmp_path.chmod(0o755)
    target = tmp_path / "jwt-agent.prom"
    for _ in range(2):  # there was none; there is one
        result = busy.run("metrics", str(target))
        assert (result.returncode, result.stdout) == (0, "")
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert value(read(target.read_text()), "jwtagent_store_writable") == 1
    assert os.listdir(tmp_path) == [target.name]


def test_agent_that_does_not_answer_leaves_the_file(busy, tmp_path):
    target = tmp_path / "jwt-agent.prom"
    target.write_text("before")
    busy.stop()
    result = busy.run("metrics", str(target))
    assert result.returncode == 4
    assert target.read_text() == "before"
    assert os.listdir(tmp_path) == [target.name]


def test_missing_folder_is_named(busy, tmp_path):
    result = busy.run("metrics", str(tmp_path / "none" / "jwt-agent.prom"))
    assert result.returncode == 1
    assert str(tmp_path / "none") in result.stderr
    assert "No such file or directory" in result.stderr


def test_file_and_json_together_are_refused(busy, tmp_path):
    result = busy.run("metrics", "--json", str(tmp_path / "x"))
    assert result.returncode == 2
    assert os.listdir(tmp_path) == []


def test_processes_of_sessions(busy):
    token = busy.enroll()["access_token"]
    busy.login(token, service="sshd")  # is never opened
    leader = Leader(busy, token, service="sshd")
    found = scrape(busy)
    assert of(found, "jwtagent_sessions") == {("pending",): 1, ("active",): 1}
    assert value(found, "jwtagent_session_processes") == 1

    os.kill(leader.pid, signal.SIGKILL)
    waiting.until(lambda: value(
        scrape(busy), "jwtagent_session_processes") == 0, 30)
    found = scrape(busy)
    assert of(found, "jwtagent_sessions") == {("pending",): 1, ("closed",): 1}


def test_each_state_is_told(busy):
    """And the numbers are those of the lists; what a revoke ends moves on."""
    token = busy.enroll()
    leader = Leader(busy, token["access_token"], service="sshd")
    busy.login(token["access_token"], service="sshd")
    busy.json("device", "revoke", token["device"])
    waiting.until(lambda: value(
        scrape(busy), "jwtagent_session_processes") == 0, 30)
    assert leader.pid

    shown = scrape(busy)

    assert {labels[0][1] for name, labels in shown
            if name == "jwtagent_sessions"} == {
                "pending", "active", "closed", "expired", "revoked"}
    assert {labels[0][1] for name, labels in shown
            if name == "jwtagent_devices"} == {
                "active", "revoked", "imported"}
    assert of(shown, "jwtagent_sessions") == {("revoked",): 2}
    assert of(shown, "jwtagent_devices") == {("revoked",): 1}
    busy.restart()
    assert of(scrape(busy), "jwtagent_sessions") == {("revoked",): 2}


def test_claims_that_a_token_lacks(busy):
    token = busy.enroll()["access_token"]
    busy.add_config("claims.conf", "[claim team]\nsince = 2\n"
                    "default = none\nfrom = user\n")
    busy.configure(claim_version=2, claim_versions_until="1 2999-01-01")
    busy.restart()

    for _ in range(2):
        busy.login(token, service="sshd")
    busy.run("user", "set", "alice", "team=red")
    busy.login(token, service="sshd")

    for _ in range(2):  # read twice, counted once
        found = scrape(busy)
        assert of(found, "jwtagent_claim_fallbacks_total") == {
            ("team", "default"): 2, ("team", "user"): 1}
        assert value(found, "jwtagent_dated_logins_total",
                     what="claims 1") == 3


def test_expressions_of_the_manual_are_of_what_there_is(busy, tmp_path):
    page = (built.SOURCE / "doc" / "operate.md").read_text()
    block = re.search(r"^```promql\n(.*?)^```$", page, re.M | re.S)[1]
    lines = [line for line in block.splitlines() if line[0] != "#"]
    header = (built.SOURCE / "jwt-agent/observe/metric.h").read_text()
    known = set(re.findall(r'"(jwtagent_\w+)"', header))
    rules = tmp_path / "rules.yml"
    rules.write_text("groups: [{name: g, rules: [" + ", ".join(
        f"{{record: 'r:{number}', expr: '{line}'}}"
        for number, line in enumerate(lines)) + "]}]\n")

    check = subprocess.run(["promtool", "check", "rules", rules], text=True,
                           capture_output=True)

    assert check.returncode == 0, check.stdout + check.stderr
    assert len(lines) >= 9
    assert set(re.findall(r"jwtagent_\w+", block)) <= known
    shown = {labels for name, labels in scrape(busy)
             if name == "jwtagent_sessions"}
    assert {(("state", state),) for state in ("pending", "active")} <= shown


def test_signing_keys_of_each_state(busy):
    found = scrape(busy)
    assert {state: value(found, "jwtagent_signing_keys", state=state)
            for state in ("next", "active", "retired")} == {
                "next": 0, "active": 1, "retired": 0}
    assert value(found, "jwtagent_signing_key_age_seconds",
                 state="retired") is None
    busy.json("key", "rotate", "--now")
    found = scrape(busy)
    assert value(found, "jwtagent_signing_keys", state="active") == 1
