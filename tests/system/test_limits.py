# SPDX-License-Identifier: BSD-3-Clause
"""Refusals are counted by where they come from, and lock nobody out."""

import time

import pytest
from harness import people, ssh, stacks, tokens
from harness.child import result_of
from harness.issuer import Issuer, Key, jwks
from harness.provider import Provider
from test_codes import attempt, guess, make

HERE, THERE = "192.0.2.1", "192.0.2.2"
REFUSED = "eyJ.e.e"


def limited(agent):
    agent.add_config("limit.conf", "[limit]\nattempts = 10\n")
    return agent.start()


@pytest.fixture
def agent(make_agent):
    return limited(make_agent())


@pytest.fixture
def wire(agent):
    with agent.wire(timeout=30) as wire:
        yield wire


def refusals(wire, count, **where):
    return [attempt(wire, REFUSED, **where) for _ in range(count)]


def test_above_the_limit_the_reason_is_not_told(agent, wire):
    assert refusals(wire, 12) == ["Malformed"] * 10 + ["TooManyAttempts"] * 2
    assert refusals(wire, 1, user="bob") == ["TooManyAttempts"]
    assert refusals(wire, 1, rhost=THERE) == ["Malformed"]
    assert refusals(wire, 1, rhost=None) == ["Malformed"]


def test_good_token_passes_and_clears(agent, wire):
    token = agent.enroll()["access_token"]
    refusals(wire, 12)

    assert attempt(wire, token) == "ok"

    assert refusals(wire, 11) == ["Malformed"] * 10 + ["TooManyAttempts"]


def test_fresh_name_logs_in_after_a_flood(agent, wire):
    """400 requests for 100 names, and then one that nobody has used."""
    token = agent.enroll("bob")["access_token"]
    for number in range(400):
        wire.ask("io.jwtagent.Login.Authenticate", {
            "user": f"user{number % 100}", "uid": 20000 + number % 100,
            "service": "sshd", "rhost": HERE, "token": REFUSED})
        with pytest.raises(Exception, match="Malformed|TooManyAttempts"):
            wire.answer()

    assert attempt(wire, token, user="bob") == "ok"
    assert attempt(wire, make(agent)) == "ok"


def test_whose_process_asks_does_not_count(make_agent):
    """A database server asks for everybody by one uid."""
    agent = limited(make_agent(services={"sshd": {"callers": "bob"}}))
    token = agent.enroll()["access_token"]

    def as_bob():
        with agent.wire() as wire:
            return (refusals(wire, 20, user="bob", rhost=THERE)[-1],
                    refusals(wire, 1, rhost=HERE), attempt(wire, token))

    assert result_of("bob", as_bob) == ["TooManyAttempts", ["Malformed"],
                                        "ok"]


def test_networks_of_ipv6(agent, wire):
    refusals(wire, 10, rhost="2001:db8:0:1::1")

    assert refusals(wire, 1, rhost="2001:db8:0:1:aaaa::2") == [
        "TooManyAttempts"]
    assert refusals(wire, 1, rhost="2001:db8:0:2::1") == ["Malformed"]


KEYS = [
    ("attempts", "3", ["Malformed"] * 3 + ["TooManyAttempts"]),
    ("attempts", "4", ["Malformed"] * 4),
]


@pytest.mark.parametrize("key,value,outcomes", KEYS)
def test_attempts(make_agent, key, value, outcomes):
    agent = make_agent()
    agent.add_config("limit.conf", f"[limit]\n{key} = {value}\n")
    agent.start()

    with agent.wire() as wire:
        assert refusals(wire, 4) == outcomes


@pytest.mark.parametrize("value,outcome", [("1s", "Malformed"),
                                           ("1h", "TooManyAttempts")])
def test_window(make_agent, value, outcome):
    agent = make_agent()
    agent.add_config("limit.conf", f"[limit]\nattempts = 10\nwindow = {value}\n")
    agent.start()

    with agent.wire() as wire:
        refusals(wire, 10)
        time.sleep(1.1)
        assert refusals(wire, 1) == [outcome]


@pytest.mark.parametrize("value,outcome", [("2", "TooManyAttempts"),
                                           ("3", "ok")])
def test_code_attempts(make_agent, value, outcome):
    agent = make_agent()
    agent.add_config("limit.conf", f"[limit]\ncode_attempts = {value}\n")
    agent.start()
    code = make(agent)

    with agent.wire() as wire:
        assert attempt(wire, guess()) == "WrongCode"
        assert attempt(wire, guess()) == "WrongCode"
        assert attempt(wire, code) == outcome
        assert attempt(wire, code, rhost=THERE) == (
            "ok" if outcome != "ok" else "WrongCode")


@pytest.mark.parametrize("line", ["attempts = 0", "window = 0",
                                  "code_attempts = 0", "window = 2d",
                                  "attempts = many", "attempt = 3"])
def test_limits_that_make_no_sense(make_agent, line):
    agent = make_agent()
    agent.add_config("limit.conf", f"[limit]\n{line}\n")

    result = agent.run("config", "check")

    assert result.returncode == 2
    assert "limit.conf:2: " in result.stderr


def test_new_key_is_fetched_above_the_limit(make_agent):
    """What others did refuses no good token, of a key that is new either."""
    provider = Provider()
    good, new = Key("ES256", "good"), Key("ES256", "new")
    provider.say("/jwks", jwks(good))
    agent = limited(make_agent(issuers={"corp": {
        "issuer": provider.url(), "jwks_url": provider.url("/jwks")}}))
    try:
        with agent.wire(timeout=30) as wire:
            assert attempt(wire, Issuer(provider.url(), good).token()) == "ok"
            refusals(wire, 12)
            provider.say("/jwks", jwks(good, new))
            assert attempt(wire, Issuer(provider.url(), new).token()) == "ok"
    finally:
        provider.stop()


def test_ssh_is_told_and_a_good_token_passes(agent, sshd):
    stacks.token_only("sshd", agent)
    device = agent.enroll()
    bad = tokens.with_bad_signature(device["access_token"])
    with agent.wire() as wire:
        refusals(wire, 10, rhost="127.0.0.1")

    refused = ssh.run(sshd, "alice", ssh.token(agent, bad), "id")
    passed = ssh.run(sshd, "alice", ssh.token(agent, device["access_token"]),
                     "id", "-un")

    assert (refused.returncode, refused.stdout) == (255, "")
    assert "too many attempts" in refused.stderr
    assert passed.stdout == "alice\n", passed.stderr


def test_password_below_is_not_limited(ssh_agent, sshd):
    with ssh_agent.wire() as wire:
        refusals(wire, 10, rhost="127.0.0.1")

    result = ssh.run(sshd, "alice", ssh.answers(people.PASSWORDS["alice"]),
                     "id", "-un")

    assert result.stdout == "alice\n", result.stderr
