# SPDX-License-Identifier: BSD-3-Clause
"""Flags: who sees what, what is taken back, and that nobody's session ends."""

import hashlib
import json
import time
from pathlib import Path

import pytest
from harness import keyfile, people, ssh, tokens
from harness.issuer import Issuer, Key
from harness.wire import Refused

FLAGS = {"token_login", "refresh_rotation", "session_tracking",
         "device_fingerprint", "device_key_required", "claims_backfill"}
USERS = [f"person-{number}" for number in range(10000)]


def bucket(user, flag="token_login"):
    """As the manual has it, by another implementation."""
    digest = hashlib.sha256(flag.encode() + b"\0" + user.encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def switch(agent, flag, state, *more):
    return agent.json("flag", "set", flag, state, *more)


def undo(agent):
    return agent.json("rollout", "undo")


def flag_of(agent, name="token_login", user=None):
    arguments = ["--for", user] if user else []
    return next(flag for flag in agent.json("flag", "list", *arguments)
                if flag["flag"] == name)


def events(agent, name):
    return [event for event in agent.audit() if event["event"] == name]


# the command

def test_each_form(agent):
    for state, after in (("25%", "25%"), ("on", "on"), ("0%", "off"),
                         ("off", "off"), ("100%", "on"),
                         ("default", "default")):
        assert switch(agent, "token_login", state)["after"] == after
    assert switch(agent, "token_login", "+alice") == {
        "flag": "token_login", "user": "alice", "before": "default",
        "after": "on"}
    assert switch(agent, "token_login", "-alice")["before"] == "on"
    assert flag_of(agent)["overrides_off"] == 1
    assert switch(agent, "token_login", "default", "--for", "alice")[
        "before"] == "off"
    assert flag_of(agent)["overrides_off"] == 0


def test_what_is_refused(agent):
    for arguments, code, said in (
            (("token_logon", "on"), 2, "flag is none of token_login"),
            (("token_login", "150%"), 2, "state is none of on, off"),
            (("token_login", "+nobody-of-this-name"), 5, "no such user"),
            (("token_login", "-nobody-of-this-name"), 5, "no such user"),
            (("token_login", "+alice", "--for", "bob"), 2, "each name a user"),
            (("token_login", "25%", "--for", "alice"), 2, "on, off or default"),
            (("token_login",), 2, "needs a FLAG"),
            (("token_login", "on", "off"), 2, "too many")):
        result = agent.run("flag", "set", *arguments)
        assert (result.returncode, said in result.stderr) == (code, True), \
            result.stderr
    assert agent.run("flag", "set", "token_login", "off",
                     user="alice").returncode == 3
    assert agent.run("rollout", "undo").returncode == 5


def test_it_is_shown_and_audited(agent):
    switch(agent, "token_login", "25%")
    switch(agent, "token_login", "-bob")
    undo(agent)

    rows = agent.json("rollout", "status")["flags"]
    assert {row["flag"] for row in rows} == FLAGS
    assert rows == agent.json("flag", "list")
    shown = agent.run("rollout", "status").stdout
    assert "token_login" in shown and "25%" in shown and "root" in shown
    assert "bucket" in agent.run("flag", "list", "--for", "bob").stdout
    told = [(event["event"], event["user"], event["detail"],
             event["caller_uid"]) for event in agent.audit()
            if event["event"].startswith("flag-")]
    assert told == [
        ("flag-set", None, "token_login: default -> 25%", 0),
        ("flag-set", "bob", "token_login: default -> off", 0),
        ("flag-undo", "bob", "token_login: off -> default", 0)]


# shares of 10,000 users

def who_is_in(agent):
    """By one call of the running agent for each."""
    found = set()
    with agent.wire() as wire:
        for user in USERS:
            flags = [reply["flag"] for reply in wire.stream(
                "io.jwtagent.Admin.FlagList", {"user": user})
                if reply.get("flag")]
            assert flags[0]["flag"] == "token_login"
            assert flags[0]["bucket"] == bucket(user)
            found |= {user} if flags[0]["holds"] else set()
    return found


def test_shares_of_many_users(agent):
    """Right to a point, the same after a restart, growing keeps whom it had,
    and the undo is exact; see tests/service/flag_test.c for each percentage."""
    switch(agent, "token_login", "10%")
    tenth = who_is_in(agent)
    switch(agent, "token_login", "25%")
    quarter = who_is_in(agent)
    assert abs(len(tenth) / 100 - 10) <= 1
    assert abs(len(quarter) / 100 - 25) <= 1
    assert tenth < quarter
    agent.restart()
    assert who_is_in(agent) == quarter
    undo(agent)
    assert who_is_in(agent) == tenth


# sessions

@pytest.fixture
def shell(ssh_agent, sshd):
    device = ssh_agent.enroll()
    session = ssh.Shell(sshd, "alice",
                        ssh.token(ssh_agent, device["access_token"]))
    yield session
    session.close()


def test_no_switch_ends_a_session(ssh_agent, shell):
    """Each is in force with the next call."""
    session, = ssh_agent.sessions()
    for flag in sorted(FLAGS):
        for state in ("off", "on", "-alice", "+alice", "0%", "50%"):
            switch(ssh_agent, flag, state)
            assert shell.is_open() and shell.echoes()
        for _ in range(6):
            undo(ssh_agent)
            assert shell.is_open() and shell.echoes()
    after, = ssh_agent.sessions()
    assert {**after, "idle": None} == {**session, "idle": None}


def test_a_switch_is_in_force_within_a_second(agent):
    token = agent.enroll()["access_token"]
    for action, expected in (
            (lambda: switch(agent, "token_login", "off"), "StandAside"),
            (lambda: switch(agent, "token_login", "+alice"), "ok"),
            (lambda: undo(agent), "StandAside"),
            (lambda: undo(agent), "ok")):
        action()
        before = time.monotonic()
        assert agent.verdict(token) == expected
        assert time.monotonic() - before < 1


# what each does

def test_the_password_stack_goes_on(ssh_agent, sshd):
    """The module stands aside, and leaves the token to nobody."""
    token = ssh_agent.enroll()["access_token"]
    switch(ssh_agent, "token_login", "-alice")

    credential = ssh.answers(token, people.PASSWORDS["alice"])
    result = ssh.run(sshd, "alice", credential, "id", "-un")
    assert result.stdout == "alice\n", result.stderr
    assert credential.prompts()[-1].endswith("Password: ")
    assert ssh_agent.sessions(all=True) == []
    event = events(ssh_agent, "login")[-1]
    assert (event["outcome"], event["reason"]) == ("denied", "StandAside")

    # a token alone does not let in, and a bad one is refused as ever
    assert ssh.run(sshd, "alice", ssh.answers(token), "true").returncode != 0
    bad = tokens.with_bad_signature(token)
    assert ssh.run(sshd, "alice", ssh.answers(bad), "true").returncode != 0
    assert ssh_agent.last_refusal() == "BadSignature"

    # and a password alone does, with one prompt as before
    credential = ssh.answers(people.PASSWORDS["alice"])
    result = ssh.run(sshd, "alice", credential, "id", "-un")
    assert result.stdout == "alice\n", result.stderr


def test_standing_aside_is_no_refusal(make_agent):
    agent = make_agent()
    agent.add_config("limit.conf", "[limit]\nattempts = 3\n"
                     "[flag token_login]\ndefault = off\n")
    agent.start()
    token = agent.enroll()["access_token"]
    for _ in range(12):
        assert agent.verdict(token) == "StandAside"
    switch(agent, "token_login", "on")
    agent.login(token)
    assert events(agent, "odd-failures") == []


def test_explain_says_which_line(make_agent):
    agent = make_agent()
    agent.add_config("flags.conf", "\n[flag token_login]\ndefault = off\n")
    agent.start()
    token = agent.enroll()["access_token"]
    told = agent.explain(token)
    assert told["reason"] == "StandAside"
    step = told["steps"][-1]
    assert (step["step"], step["found"].strip('"'), step["wanted"]) == (
        "token_login", "off", "on")
    assert step["line"].endswith("flags.conf:3")
    switch(agent, "token_login", "off")
    assert agent.explain(token)["steps"][-1]["line"] == ""


def test_a_login_without_a_session(ssh_agent, sshd):
    device = ssh_agent.enroll()
    switch(ssh_agent, "session_tracking", "off")
    result = ssh.run(sshd, "alice",
                     ssh.token(ssh_agent, device["access_token"]),
                     "id", "-un")
    assert result.stdout == "alice\n", result.stderr
    assert ssh_agent.sessions(all=True) == []
    event = events(ssh_agent, "login")[-1]
    assert event["outcome"] == "granted"
    assert "session_tracking is off" in event["detail"]
    shown = ssh_agent.json("device", "show", device["device"])
    assert shown["seen_service"] == "sshd"


def test_the_same_refresh_token(agent, tmp_path):
    device = agent.enroll()
    switch(agent, "refresh_rotation", "off")
    first = agent.refresh(device["refresh_token"])
    assert first["refresh_token"] == device["refresh_token"]
    assert first["access_token"] != device["access_token"]
    assert agent.verdict(first["access_token"]) == "ok"
    undo(agent)
    second = agent.refresh(device["refresh_token"])
    assert second["refresh_token"] != device["refresh_token"]
    assert agent.refresh(second["refresh_token"])["generation"] == \
        first["generation"] + 2


def test_tokens_bound_to_no_key(make_agent):
    """Those of another issuer, too."""
    key = Key("ES256", "partner")
    source = Issuer("https://partner.test", key, audience="corp.test")
    agent = make_agent(issuers={"partner": {
        "issuer": source.name, "audience": "corp.test",
        "keys_file": keyfile.public(source.jwks())}})
    agent.start()
    plain = source.token("alice")
    bound = source.token("alice", cnf={"jkt": "A" * 43})
    assert (agent.verdict(plain), agent.verdict(bound)) == ("ok", "ok")
    switch(agent, "device_key_required", "on")
    assert agent.verdict(source.token("alice")) == "ProofRequired"
    assert agent.verdict(bound) == "ok"
    undo(agent)
    assert agent.verdict(plain) == "ok"


def has_machine_id():
    path = Path("/etc/machine-id")
    return path.exists() and len(path.read_text().strip()) == 32


@pytest.mark.skipif(not has_machine_id(), reason="there is no machine-id(5)")
def test_the_command_sends_a_fingerprint(agent):
    """A keyed hash: the machine's id itself goes nowhere."""
    def fingerprint():
        line, = agent.run("store", "export", "--devices").stdout.splitlines()
        return json.loads(line).get("fingerprint")

    device = agent.enroll()
    switch(agent, "device_fingerprint", "off")
    tokens_now = agent.json("token", "refresh", stdin=device["refresh_token"])
    assert fingerprint() is None
    switch(agent, "device_fingerprint", "on")
    agent.json("token", "refresh", stdin=tokens_now["refresh_token"])
    assert fingerprint() is not None
    assert Path("/etc/machine-id").read_text().strip().encode() \
        not in agent.bytes_of_store()


def test_a_person_who_is_forgotten_has_no_flags(agent):
    switch(agent, "token_login", "-bob")
    switch(agent, "token_login", "25%")
    agent.run("user", "forget", "bob", "--yes")
    assert flag_of(agent)["overrides_off"] == 0
    assert undo(agent)["user"] is None
    with pytest.raises(AssertionError):
        undo(agent)


def test_flags_of_a_stranger(agent):
    with pytest.raises(Refused):
        with agent.wire() as wire:
            wire.call("io.jwtagent.Admin.FlagSet",
                      {"flag": "token_login", "state": "on",
                       "user": "no-such-user-here"})
