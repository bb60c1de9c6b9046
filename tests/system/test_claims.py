# SPDX-License-Identifier: BSD-3-Clause
"""Claims that change over the years, and what is old ending at a date."""

import json
import re
import subprocess
import time
from pathlib import Path

import jwt
import pytest
from harness import keyfile, people, stacks, terminal, tokens
from harness.issuer import Issuer
from harness.wire import Refused

CLAIM = ("[claim onboarding_completed]\nsince = 2\ndefault = false\n"
         "from = user\n")
GATE = {"gate": {"require_claims": "onboarding_completed=true",
                 "deny_message": "Finish onboarding at "
                                 "{onboarding_redirect_to}"}}
SECRET = b"an old shared secret of 64 bytes" * 2


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def uses(agent):
    with agent.wire() as wire:
        return [reply["use"] for reply in wire.stream("io.jwtagent.Admin.Uses")
                if reply.get("use")]


def use(agent, kind, name):
    found = [entry for entry in uses(agent)
             if (entry["kind"], entry["name"]) == (kind, name)]
    return found[0] if found else None


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + offset * 86400))


def log_in(agent, token, service="gate"):
    with agent.wire() as wire:
        return wire.call("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": service,
            "token": token})


@pytest.fixture
def agent(make_agent):
    agent = make_agent(services=GATE)
    agent.start()
    return agent


def with_version_2(agent, **token):
    agent.add_config("claims.conf", CLAIM)
    agent.configure(claim_version=2, **token)
    agent.restart()


def test_old_token_gets_the_default_then_the_attribute(agent):
    first = agent.enroll()
    with_version_2(agent)

    assert agent.verdict(first["access_token"], service="gate") == "PolicyDenied"
    agent.run("user", "set", "alice", "onboarding_completed=true")
    assert agent.verdict(first["access_token"], service="gate") == "ok"

    assert use(agent, "fallback", "onboarding_completed user")["uses"] == 1
    assert use(agent, "fallback", "onboarding_completed user")["user"] == "alice"
    # a login that is refused has used nothing
    assert use(agent, "fallback", "onboarding_completed default") is None


def test_explain_says_where_a_claim_is_from(agent):
    first = agent.enroll()
    with_version_2(agent)

    steps = agent.explain(first["access_token"], service="gate")["steps"]

    step, = [step for step in steps if step["step"] == "fallback"]
    assert step["detail"] == "onboarding_completed is the default"
    assert not uses(agent) or use(agent, "fallback",
                                  "onboarding_completed default") is None


def test_next_refresh_writes_the_full_set(agent):
    first = agent.enroll()
    agent.json("user", "set", "alice", "onboarding_completed=true")
    assert "onboarding_completed" not in claims_of(first["access_token"])
    with_version_2(agent)
    assert use(agent, "version", "1")["devices"] == 1

    second = agent.refresh(first["refresh_token"])

    claims = claims_of(second["access_token"])
    assert claims["ver"] == 2 and claims["onboarding_completed"] is True
    assert use(agent, "version", "1") is None
    assert use(agent, "version", "2") == {
        **use(agent, "version", "2"), "devices": 1, "users": 1,
        "current": True}
    assert agent.verdict(second["access_token"], service="gate") == "ok"
    assert use(agent, "fallback", "onboarding_completed user") is None
    assert agent.run("store", "check").returncode == 0


@pytest.mark.parametrize("how", ["alice", "--outdated", "--all"])
def test_renewal_that_is_asked_for_writes_it_without_backfill(agent, how):
    first = agent.enroll()
    agent.json("user", "set", "alice", "onboarding_completed=true")
    with_version_2(agent)
    agent.json("flag", "set", "claims_backfill", "off")

    second = agent.refresh(first["refresh_token"])
    claims = claims_of(second["access_token"])
    assert claims["ver"] == 1 and "onboarding_completed" not in claims
    assert use(agent, "version", "1")["devices"] == 1

    agent.json("user", "refresh", how)
    third = agent.refresh(second["refresh_token"])
    claims = claims_of(third["access_token"])
    assert claims["ver"] == 2 and claims["onboarding_completed"] is True
    # once: whoever was not asked keeps what they have
    other = agent.enroll(user="bob")
    assert claims_of(agent.refresh(third["refresh_token"])["access_token"])[
        "ver"] == 2
    assert claims_of(other["access_token"])["ver"] == 2
    assert use(agent, "version", "1") is None
    assert agent.run("store", "check").returncode == 0


@pytest.mark.parametrize("issuers,foreign,local", [
    ("corp", "ok", "PolicyDenied"), ("local", "PolicyDenied", "ok"),
    ("corp, local", "ok", "ok"), (None, "PolicyDenied", "ok")])
def test_claims_of_tokens_of_other_issuers(make_agent, issuers, foreign,
                                           local):
    """Those that are named get it, those that are not lack it."""
    corp = Issuer("https://corp.test")
    agent = make_agent(
        services={"gate": {"require_claims": "team=ops"}},
        issuers={"corp": {"issuer": corp.name,
                          "keys_file": keyfile.public(corp.jwks())}}).start()
    token = agent.enroll()["access_token"]
    agent.add_config("claims.conf", "[claim team]\ndefault = ops\nsince = 2\n" +
                     (f"issuers = {issuers}\n" if issuers else ""))
    agent.configure(claim_version=2)
    agent.restart()

    assert agent.verdict(corp.token(), service="gate") == foreign
    assert agent.verdict(token, service="gate") == local
    # what the token says itself is not touched
    assert agent.verdict(corp.token(team="dev"), service="gate") == (
        "PolicyDenied")
    count = [foreign, local].count("ok")
    found = use(agent, "fallback", "team default")
    assert (found["uses"] if found else 0) == count
    new = claims_of(agent.enroll()["access_token"])
    assert ("team" in new) == (local == "ok")


def test_attribute_in_the_token_of_another_issuer(make_agent):
    """By whom it is mapped to, not by what it says."""
    corp = Issuer("https://corp.test")
    agent = make_agent(
        services={"gate": {"require_claims": "team=ops"}},
        issuers={"corp": {"issuer": corp.name,
                          "username_map": "{user}@corp.test",
                          "keys_file": keyfile.public(corp.jwks())}})
    agent.add_config("claims.conf", "[claim team]\nfrom = user\n"
                     "issuers = corp\n")
    agent.start()
    token = corp.token("alice@corp.test")
    assert agent.verdict(token, service="gate") == "PolicyDenied"

    agent.json("user", "set", "alice", "team=ops")

    assert agent.verdict(token, service="gate") == "ok"
    assert agent.verdict(corp.token("bob@corp.test"), "bob", "gate") == (
        "PolicyDenied")
    assert use(agent, "fallback", "team user")["uses"] == 1


def test_gate_says_where_to_go(agent):
    first = agent.enroll()
    agent.json("user", "set", "alice",
               "onboarding_redirect_to=https://portal.test/\u00e9?a=1")
    agent.add_config("claims.conf", CLAIM + "[claim onboarding_redirect_to]\n"
                     "from = user\n")
    agent.restart()

    with pytest.raises(Refused) as refused:
        log_in(agent, first["access_token"])

    assert refused.value.parameters["message"].endswith(
        "Finish onboarding at https://portal.test/??a=1")
    agent.json("user", "set", "alice", "--unset", "onboarding_redirect_to")
    with pytest.raises(Refused) as refused:
        log_in(agent, first["access_token"])
    assert refused.value.parameters["message"].endswith(
        "Finish onboarding at (none)")


def test_attributes_are_shown_and_not_in_the_audit(agent):
    agent.enroll()
    agent.json("user", "set", "alice", "team=blue", "level=3", "vip=true")
    shown = agent.json("user", "show", "alice")
    assert shown["attributes"] == {"team": "blue", "level": 3, "vip": True}
    agent.json("user", "set", "alice", "team=green", "--unset", "level,vip")
    assert agent.json("user", "show", "alice")["attributes"] == {
        "team": "green"}

    events = [event for event in agent.audit() if event["event"] == "user-set"]
    assert len(events) == 2
    assert "blue" not in json.dumps(events) and "team" in json.dumps(events)
    assert "blue" not in agent.said()


@pytest.mark.parametrize("words", [
    ["sub=x"], ["a b=x"], ["list=[1]"], ["real=1.5"], ["long=" + "x" * 129],
    ["nothing"], ["bell=\a"], [f"n{i}=1" for i in range(17)], []])
def test_attributes_are_refused(agent, words):
    agent.enroll()
    assert agent.run("user", "set", "alice", *words).returncode == 2
    assert agent.json("user", "show", "alice").get("attributes") is None


def test_token_that_would_be_too_long_is_refused(agent):
    agent.add_config("claims.conf", "".join(
        f"[claim c{i}]\nfrom = user\n" for i in range(3)))
    agent.restart()
    agent.json("user", "set", "alice", "c0=" + "x" * 60)

    result = agent.run("user", "set", "alice", "c1=" + "x" * 128,
                       "c2=" + "x" * 128)

    assert result.returncode == 2 and "600" in result.stderr, result.stderr
    assert len(agent.enroll()["access_token"]) <= 600


def test_renewal_is_asked_for_in_steps(agent):
    for user in ("alice", "bob", "alice"):
        agent.enroll(user=user)
    with_version_2(agent)
    outdated = use(agent, "version", "1")

    counted = agent.json("user", "refresh", "--outdated", "--dry-run")
    assert outdated["users"] == 2 and outdated["devices"] == 3
    assert counted == {"users": outdated["users"], "dry_run": True}
    assert agent.json("user", "refresh", "--outdated")["users"] == (
        outdated["users"])
    assert agent.run("user", "refresh", "alice", "--all").returncode == 2
    assert agent.run("user", "refresh", "nosuchuser").returncode == 5
    assert agent.run("store", "check").returncode == 0


def test_service_has_the_token_renewed(make_agent):
    agent = make_agent(services={"probe": {"outdated": "renew"}}).start()
    first = agent.enroll()
    account = {"user": "alice", "uid": people.uid("alice"),
               "service": "probe"}
    with agent.wire() as wire:
        session = log_in(agent, first["access_token"], "probe")["session"]
        wire.call("io.jwtagent.Login.CheckAccount",
                  {**account, "session": session})
    with_version_2(agent)
    session = log_in(agent, first["access_token"], "probe")["session"]
    with agent.wire() as wire:
        with pytest.raises(Refused) as refused:
            wire.call("io.jwtagent.Login.CheckAccount",
                      {**account, "session": session})
        assert refused.value.name == "ClaimsOutdated"
        fresh = wire.call("io.jwtagent.Login.ChangeToken",
                          {**account, "token": first["refresh_token"]})
        wire.call("io.jwtagent.Login.CheckAccount",
                  {**account, "session": session})
    assert claims_of(fresh["access_token"])["ver"] == 2
    # asked for again, though the version is the newest
    agent.json("user", "refresh", "alice")


@pytest.mark.parametrize("user", ["alice", "bob"])
def test_console_has_the_token_renewed(make_agent, user):
    """login(1) has the token changed before it lets in who has it; whoever
    comes by password is asked for nothing more."""
    agent = make_agent(services={"login": {"outdated": "renew"}}).start()
    first = agent.enroll()
    with_version_2(agent)
    stacks.token_then_password(
        "login", agent, password="password [success=done ignore=ignore "
        f"default=die] {stacks.module(agent)}")

    console = terminal.login(user)
    try:
        if user == "alice":
            console.answer_parts(tokens.parts(first["access_token"]))
            console.answer("Current refresh token: ", first["refresh_token"])
            renewed = console.expect(r"New refresh token: (\S+)")[1]
        else:
            console.answer(terminal.PROMPT, people.PASSWORDS["bob"])
        console.expect(r"\$ ")
        sessions = agent.sessions()
    finally:
        console.close()

    assert len(sessions) == (user == "alice")
    if user == "alice":
        assert renewed != first["refresh_token"]
        assert use(agent, "version", "2")["devices"] == 1
    else:
        assert use(agent, "version", "2") is None


def test_version_of_the_claims_ends(agent):
    first = agent.enroll()
    with_version_2(agent, claim_versions_until=f"1 {day(1)}")
    token = first["access_token"]

    assert agent.verdict(token) == "ok"
    dated = use(agent, "claims", "1")
    assert (dated["uses"], dated["user"]) == (1, "alice") and dated["last"]

    agent.configure(claim_versions_until=f"1 {day(-2)}")
    agent.restart()
    assert agent.verdict(token) == "ClaimsEnded"
    second = agent.refresh(first["refresh_token"])
    assert agent.verdict(second["access_token"]) == "ok"


def old_and_new(make_agent, **keys):
    secret = Path("/run/claims.secret")
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    import shutil
    shutil.chown(secret, people.AGENT_USER, people.AGENT_USER)
    return make_agent(issuers={"old": {
        "issuer": "https://old.test", "secret_file": secret,
        "algorithms": "HS256, HS384", **keys}})


def old_token(algorithm="HS256", age=0):
    now = int(time.time()) - age
    return jwt.encode({"iss": "https://old.test", "sub": "alice",
                       "aud": "login.test", "iat": now, "exp": now + 600},
                      SECRET, algorithm=algorithm)


def test_old_issuer_ends_beside_the_new_one(make_agent):
    agent = old_and_new(make_agent, accept_until=day(30)).start()
    new = agent.enroll()["access_token"]
    assert agent.verdict(old_token()) == "ok"
    assert agent.verdict(old_token()) == "ok"
    assert agent.verdict(new) == "ok"
    dated = use(agent, "issuer", "old")
    assert (dated["uses"], dated["user"]) == (2, "alice")
    assert dated["until"] > time.time()

    agent.issuers["old"]["accept_until"] = day(-1)
    agent.serve_with(issuers=agent.issuers)
    assert agent.verdict(old_token()) == "IssuerEnded"
    assert agent.verdict(new) == "ok"
    steps = agent.explain(old_token())["steps"]
    assert steps[-1]["step"] == "until"
    assert steps[-1]["line"].startswith(str(agent.config) + ":")
    # counted no more, and a bad signature is told nothing
    assert use(agent, "issuer", "old")["uses"] == 2
    forged = old_token()[:-6] + "AAAAAA"
    assert agent.verdict(forged) == "BadSignature"
    # what it is past counts more than that the token is old
    assert agent.verdict(old_token(age=9000)) == "IssuerEnded"
    assert agent.json("token", "revoke", stdin=old_token())[
        "result"] == "revoked"


def test_algorithm_ends(make_agent):
    agent = old_and_new(
        make_agent, algorithms_until=f"HS384 {day(-1)}, HS256 {day(9)}").start()

    assert agent.verdict(old_token("HS384")) == "AlgorithmEnded"
    assert agent.verdict(old_token()) == "ok"
    assert use(agent, "algorithm", "old HS256")["uses"] == 1
    ended, other = agent.json("rollout", "status")["dated"]
    assert (ended["name"], ended["uses"], ended["user"]) == (
        "old HS384", 0, None)
    assert (other["name"], other["uses"]) == ("old HS256", 1)
    assert re.search(r"^algorithm +old HS384 .* 0\b",
                     agent.run("rollout", "status").stdout, re.M)


def test_forgotten_user_is_nowhere(make_agent):
    agent = old_and_new(make_agent, accept_until=day(30)).start()
    agent.enroll()
    agent.verdict(old_token())
    agent.json("user", "set", "alice", "team=blue")

    agent.json("user", "forget", "alice", "--yes")

    assert use(agent, "issuer", "old")["user"] != "alice"
    assert agent.json("user", "show", "alice").get("attributes") is None
    assert agent.run("store", "check").returncode == 0


@pytest.mark.parametrize("text", [
    "[claim x]\n", "[claim sub]\ndefault = y\n", "[claim x]\ndefault = [1]\n",
    "[claim x]\ndefault = 1\nissuers = nobody\n", "[claim x]\nfrom = moon\n",
    "[claim x]\ndefault = 1\nsince = 0\n",
    "[token]\nclaim_versions_until = 1 2026-12-31\n",
    "[token]\nclaim_version = 2\nclaim_versions_until = one 2026-12-31\n",
    "[token]\nclaim_version = 2\nclaim_versions_until = 1 2026-02-30\n",
    "[service x]\noutdated = never\n"])
def test_configuration_is_refused(make_agent, text):
    agent = make_agent()
    agent.add_config("x.conf", text)
    result = agent.run("config", "check")
    assert result.returncode == 2 and "x.conf:" in result.stderr
