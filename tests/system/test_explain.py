# SPDX-License-Identifier: BSD-3-Clause
"""`token explain` says what was found, what was wanted, and which line."""

import time

import pytest
from harness import keyfile, tokens
from harness.agent import Agent
from harness.issuer import Issuer, Key, jwks

ISS = "https://corp.test"
KEY = Key("ES256", "good")

ISSUER = {"issuer": ISS, "algorithms": "ES256, EdDSA", "max_lifetime": "1h",
          "leeway": "30", "audience": "corp.test, login.test",
          "user_claim": "preferred_username",
          "username_map": ["root -> nobody", "{user}@corp.test"],
          "require_claims": "email_verified"}
SERVICE = {"audience": "db.test", "issuers": "corp", "users": "alice, bob",
           "require_groups": "staff, dba|ops", "require_claims": "ref=main",
           "require_acr": "gold", "require_amr": "pwd, otp",
           "max_auth_age": "5m", "max_token_age": "8m", "replay": "once",
           "min_uid": "1000"}


def good_claims():
    return {"preferred_username": "alice@corp.test", "aud": "db.test",
            "groups": ["staff", "ops"], "email_verified": True,
            "ref": "main", "acr": "gold", "amr": ["otp", "pwd"],
            "auth_time": int(time.time()) - 60}


@pytest.fixture(scope="module")
def source():
    return Issuer(ISS, KEY)


@pytest.fixture(scope="module")
def explainer(host, source):
    agent = Agent(
        issuers={"corp": {**ISSUER, "keys_file":
                          keyfile.public(jwks(KEY))},
                 "other": {"issuer": "https://other.test", "algorithms":
                           "ES384, EdDSA", "keys_file": keyfile.public(
                               jwks(Key("ES384", "good")))}},
        services={"*": {"replay": "allow"}, "probe": SERVICE, "plain": {}})
    yield agent.start()
    agent.discard()


def line_of(agent, section, key):
    """FILE:LINE of a key, as the file has it."""
    lines = agent.config.read_text().splitlines()
    start = lines.index(f"[{section}]")
    for number, line in enumerate(lines[start:], start + 1):
        if line.startswith(f"{key} = "):
            return f"{agent.config}:{number}"
    raise AssertionError(f"{key} is not in [{section}]")


def last(verdict):
    return verdict["steps"][-1]


def test_accepted(explainer, source):
    verdict = explainer.explain(source.token(**good_claims()))

    assert verdict["accepted"] is True, verdict
    assert all(step["ok"] for step in verdict["steps"])
    for step in verdict["steps"]:
        assert step["step"] and (step["detail"] or step["found"]), step
    decided = [step["line"] for step in verdict["steps"] if step.get("line")]
    assert {line_of(explainer, "service probe", key) for key in
            ("issuers", "users", "require_groups", "require_claims",
             "require_acr", "require_amr", "max_auth_age",
             "max_token_age")} <= set(decided)
    assert explainer.sessions(all=True) == []


# What is wrong, the reason, the section and the key of the line that decided,
# and what is in `found` and in `wanted`.
WRONG = [
    ({"iss": "https://x.test"}, "UnknownIssuer", None, "x.test", "",),
    ({"aud": "corp.test"}, "WrongAudience", ("service probe", "audience"),
     "corp.test", "db.test"),
    ({"age": 700}, "Expired", ("issuer corp", "leeway"), "17", "exp after"),
    ({"lifetime": 7200}, "LifetimeTooLong",
     ("issuer corp", "max_lifetime"), "7", "3600"),
    ({"preferred_username": None}, "InvalidClaim",
     ("issuer corp", "user_claim"), "", "preferred_username"),
    ({"preferred_username": "alice@partner.test"}, "WrongUser",
     ("issuer corp", "username_map"), "alice@partner.test", ""),
    ({"preferred_username": "bob@corp.test"}, "WrongUser",
     ("issuer corp", "username_map"), "bob", "alice"),
    ({"email_verified": False}, "PolicyDenied",
     ("issuer corp", "require_claims"), "false", "email_verified"),
    ({"ref": "mai"}, "PolicyDenied", ("service probe", "require_claims"),
     "mai", "ref=main"),
    ({"groups": ["staff", "op"]}, "PolicyDenied",
     ("service probe", "require_groups"), "op", "dba|ops"),
    ({"acr": "silver"}, "PolicyDenied", ("service probe", "require_acr"),
     "silver", "gold"),
    ({"amr": ["pwd"]}, "PolicyDenied", ("service probe", "require_amr"),
     "pwd", "otp"),
    ({"since_login": 4000}, "PolicyDenied",
     ("service probe", "max_auth_age"), "17", "300"),
    ({"auth_time": None}, "PolicyDenied", ("service probe", "max_auth_age"),
     "absent", "300"),
    ({"age": 500, "since_login": 20}, "PolicyDenied",
     ("service probe", "max_token_age"), "17", "480"),
]


@pytest.mark.parametrize("change,reason,key,found,wanted", WRONG,
                         ids=[f"{row[1]}-{'-'.join(row[0])}" for row in WRONG])
def test_refused(explainer, source, change, reason, key, found, wanted):
    claims = {**good_claims(), **change}
    age = claims.pop("age", 0)
    if "since_login" in claims:
        claims["auth_time"] = int(time.time()) - claims.pop("since_login")
    if "lifetime" in claims:
        claims["exp"] = int(time.time()) + claims.pop("lifetime")

    verdict = explainer.explain(source.token(age=age, **claims))

    assert (verdict["accepted"], verdict["reason"]) == (False, reason)
    assert verdict["message"]
    step = last(verdict)
    assert step["ok"] is False
    assert all(one["ok"] for one in verdict["steps"][:-1])
    assert found in step["found"], step
    assert wanted in step["wanted"], step
    if key:
        assert step["line"] == line_of(explainer, *key), step


def test_key_and_signature(explainer, source):
    stranger = Key("ES256", "of-nobody")
    verdict = explainer.explain(source.token(key=stranger, **good_claims()))
    assert verdict["reason"] == "UnknownKey"
    assert "of-nobody" in last(verdict)["found"]
    assert last(verdict)["line"] == line_of(explainer, "issuer corp",
                                            "keys_file")

    verdict = explainer.explain(tokens.with_bad_signature(
        source.token(**good_claims())))
    assert verdict["reason"] == "BadSignature"

    # what is accepted from another issuer
    verdict = explainer.explain(source.token(
        key=Key("ES384", "good"), **good_claims()))
    step = last(verdict)
    assert verdict["reason"] == "AlgorithmRefused"
    assert "ES384" in step["found"] and "ES256" in step["wanted"]
    assert step["line"] == line_of(explainer, "issuer corp", "algorithms")


def test_algorithm_that_nobody_signs_with(explainer, source):
    verdict = explainer.explain(source.token(
        key=Key("RS256", "good"), **good_claims()))

    step = last(verdict)
    assert verdict["reason"] == "AlgorithmRefused"
    assert "RS256" in step["found"]
    # every issuer was asked, and no line of one decided alone
    assert step["line"] == ""


def test_wrong_user_for_the_service(explainer, source):
    verdict = explainer.explain(
        source.token(**{**good_claims(),
                        "preferred_username": "nobody@corp.test"}),
        user="nobody")

    assert verdict["reason"] in ("PolicyDenied", "WrongUser")
    assert last(verdict)["line"] in (
        line_of(explainer, "service probe", "users"),
        line_of(explainer, "service probe", "min_uid"))


def test_other_users_of_the_service(explainer, source):
    verdict = explainer.explain(
        source.token(**{**good_claims(), "aud": "login.test",
                        "preferred_username": "bob@corp.test"}),
        user="bob", service="plain")

    assert verdict["accepted"] is True, verdict


def test_what_nobody_configured_is_default(explainer, source):
    """Where no line decided, the default did."""
    verdict = explainer.explain(
        source.token(**{**good_claims(), "aud": "login.test",
                        "preferred_username": "daemon@corp.test"}),
        user="daemon", service="plain")

    assert verdict["reason"] == "WrongUser"
    assert last(verdict)["line"] == "default"
    assert "1000" in last(verdict)["wanted"]


def test_used_before(explainer, source):
    token = source.token(**good_claims())
    explainer.login(token)

    verdict = explainer.explain(token)

    assert verdict["reason"] == "Replayed"
    assert last(verdict)["line"] == line_of(explainer, "service probe",
                                            "replay")


def test_inherited_line(make_agent, source):
    """Of a key that came from [service *], its line there."""
    agent = make_agent(
        issuers={"corp": {"issuer": ISS,
                          "keys_file": keyfile.public(jwks(KEY))}},
        services={"*": {"require_groups": "ops"},
                  "probe": {"replay": "once"}}).start()

    step = last(agent.explain(source.token()))

    assert step["line"] == line_of(agent, "service *", "require_groups")


def test_people_read_it(explainer, source):
    token = source.token(**{**good_claims(), "acr": "silver"})

    result = explainer.run("token", "explain", "--user", "alice",
                           "--service", "probe", stdin=token)

    assert result.returncode == 3
    for text in ("silver", "gold",
                 line_of(explainer, "service probe", "require_acr")):
        assert text in result.stdout + result.stderr
    assert token.rsplit(".", 1)[1] not in result.stdout


def test_hostile_claims_are_escaped(explainer, source):
    token = source.token(**{**good_claims(), "acr": "\x1b[2J\u202e\n" * 30})

    result = explainer.run("token", "explain", "--user", "alice",
                           "--service", "probe", stdin=token)

    assert result.returncode == 3
    assert "\x1b" not in result.stdout and "\u202e" not in result.stdout


def test_a_login_code_is_not_explained(agent):
    code = agent.json("code", "new", "--user", "alice")["code"]

    result = agent.run("token", "explain", "--user", "alice", "--service",
                       "probe", stdin=code)

    assert result.returncode not in (0, 3)
    assert "is a login code" in result.stderr and code not in result.stderr
    assert agent.verdict(code) == "ok"  # it was not used up
