# SPDX-License-Identifier: BSD-3-Clause
"""Every way in which a login by token is refused, with sshd and ssh.

The audit names the reason.  The person reads it only when the token's
signature was good, and "token refused" otherwise.
"""

import pytest
from harness import people, ssh, stacks, tokens

HIDDEN = "token refused"


@pytest.fixture
def token_agent(agent, sshd):
    stacks.token_only("sshd", agent)
    return agent


def of_another_user(agent, make_agent):
    return agent.enroll("bob")["access_token"]


def expired(agent, make_agent):
    agent.restart(clock=-7200)
    token = agent.enroll()["access_token"]
    agent.restart()
    return token


def not_yet_valid(agent, make_agent):
    agent.restart(clock=7200)
    token = agent.enroll()["access_token"]
    agent.restart()
    return token


def of_another_audience(agent, make_agent):
    token = agent.enroll()["access_token"]
    agent.configure(audience="elsewhere.test")
    agent.restart()
    return token


def of_a_revoked_device(agent, make_agent):
    device = agent.enroll()
    agent.json("device", "revoke", device["device"])
    return device["access_token"]


def with_bad_signature(agent, make_agent):
    return tokens.with_bad_signature(agent.enroll()["access_token"])


def signed_by_a_stranger(agent, make_agent):
    return tokens.signed_by_stranger(agent.enroll()["access_token"])


def unsigned(agent, make_agent):
    return tokens.unsigned(agent.enroll()["access_token"])


def unsigned_in_capitals(agent, make_agent):
    head, payload, signature = unsigned(agent, make_agent).split(".")
    head = tokens.encode(tokens.decode(head).replace(b"none", b"NONE"))
    return f"{head}.{payload}.{signature}"


def with_no_signature_at_all(agent, make_agent):
    return tokens.unsigned(agent.enroll()["access_token"], b"")


def hs256_with_the_public_key(agent, make_agent):
    return tokens.with_public_key_as_secret(agent.enroll()["access_token"],
                                            agent.json("key", "jwks"))


def of_another_store(agent, make_agent):
    return make_agent().start().enroll()["access_token"]


def of_another_issuer(agent, make_agent):
    other = make_agent(token={"issuer": "https://other.test"}).start()
    return other.enroll()["access_token"]


def damaged(agent, make_agent):
    return agent.enroll()["access_token"].replace(".", "..", 1)


REFUSED = [
    (of_another_user, "WrongUser", "the token is not for this user"),
    (expired, "Expired", "the token has expired"),
    (not_yet_valid, "NotYetValid", "the token is not valid yet"),
    (of_another_audience, "WrongAudience",
     "the token is meant for another audience"),
    (of_a_revoked_device, "DeviceRevoked", "this device has been revoked"),
    (with_bad_signature, "BadSignature", HIDDEN),
    (signed_by_a_stranger, "BadSignature", HIDDEN),
    (unsigned, "Unsigned", HIDDEN),
    (unsigned_in_capitals, "Unsigned", HIDDEN),
    (with_no_signature_at_all, "Unsigned", HIDDEN),
    (hs256_with_the_public_key, "AlgorithmRefused", HIDDEN),
    (of_another_store, "UnknownKey", HIDDEN),
    (of_another_issuer, "UnknownIssuer", HIDDEN),
    (damaged, "Malformed", HIDDEN),
]


def ends_of_lines(text):
    return [line.strip() for line in text.splitlines()]


def assert_refused(agent, result, shown):
    """Nobody is in, and the only sentence about it is `shown`."""
    assert (result.returncode, result.stdout) == (255, "")
    said = [line for line in ends_of_lines(result.stderr)
            if line and "Permission denied" not in line]
    assert len(said) == 1 and said[0].endswith(shown), result.stderr
    if shown == HIDDEN:
        assert "signature" not in result.stderr
    assert agent.sessions(all=True) == []


@pytest.mark.parametrize("make,reason,shown", REFUSED,
                         ids=[row[0].__name__ for row in REFUSED])
def test_refused(token_agent, make_agent, sshd, log, make, reason, shown):
    token = make(token_agent, make_agent)
    mark = log.mark()

    result = ssh.run(sshd, "alice", ssh.token(token_agent, token), "id")

    assert token_agent.last_refusal() == reason
    assert_refused(token_agent, result, shown)
    log.wait_for("pam_jwt", mark)
    assert token not in log.text(mark)
    assert token.rsplit(".", 1)[0] not in token_agent.said()


def test_refusal_says_who_and_from_where(token_agent, sshd):
    device = token_agent.enroll("bob")

    ssh.run(sshd, "alice", ssh.token(token_agent, device["access_token"]))

    event = [e for e in token_agent.audit() if e["outcome"] == "denied"][-1]
    assert (event["user"], event["uid"]) == ("alice", people.uid("alice"))
    assert (event["service"], event["rhost"]) == ("sshd", "127.0.0.1")
    assert event["device"] == device["device"]


def test_cut_by_the_client(token_agent, sshd):
    token = token_agent.enroll(filler=4300)["access_token"]

    result = ssh.run(sshd, "alice", ssh.answers(token), "id")

    assert token_agent.last_refusal() == "Truncated"
    assert result.returncode == 255
    assert "token refused: the client cut the answer" in result.stderr
    assert token_agent.sessions(all=True) == []


NEVER_SENT = [
    pytest.param("no token at all", "NotAToken", id="garbage"),
    pytest.param("", "EmptyAnswer", id="empty"),
    pytest.param(people.PASSWORDS["alice"], "NotAToken", id="password"),
]


@pytest.mark.parametrize("answer,reason", NEVER_SENT)
def test_what_is_no_token_never_reaches_the_agent(token_agent, sshd, log,
                                                  answer, reason):
    mark, before = log.mark(), token_agent.audit()

    result = ssh.run(sshd, "alice", ssh.answers(answer), "id")

    assert (result.returncode, result.stdout) == (255, "")
    assert reason in log.wait_for(f"reason={reason}", mark)
    assert token_agent.audit() == before
    if answer:
        assert answer not in log.text(mark)


def test_unknown_user(token_agent, sshd):
    token = token_agent.enroll()["access_token"]

    result = ssh.run(sshd, "nosuchuser", ssh.token(token_agent, token), "id")

    assert (result.returncode, result.stdout) == (255, "")
    assert token_agent.sessions(all=True) == []


def test_explain_agrees_and_logs_nobody_in(token_agent, make_agent):
    good = token_agent.enroll()["access_token"]
    verdict = token_agent.json("token", "explain", "--user", "alice",
                               "--service", "sshd", stdin=good)
    assert verdict["accepted"] is True
    assert all(step["ok"] for step in verdict["steps"])

    for bad, reason in ((tokens.with_bad_signature(good), "BadSignature"),
                        (of_another_user(token_agent, None), "WrongUser")):
        verdict = token_agent.json("token", "explain", "--user", "alice",
                                   "--service", "sshd", stdin=bad, code=3)
        assert (verdict["accepted"], verdict["reason"]) == (False, reason)
        assert verdict["steps"][-1]["ok"] is False

    assert token_agent.sessions(all=True) == []
