# SPDX-License-Identifier: BSD-3-Clause
"""Observing: what would have come of each login, and nothing else."""

import re

import pytest
from harness import people, stacks, terminal, tokens


def observe(agent, answers, user="alice", service="probe"):
    """A login at a stack that observes, to its end by password."""
    tester = terminal.pamtester(service, user, "authenticate")
    tester.answer_parts(answers)
    tester.answer("Password: ", people.PASSWORDS[user])
    text, code = tester.finish()
    assert code == 0, text


@pytest.fixture
def watching(agent):
    stacks.token_then_password("probe", agent, extra="observe")
    return agent


def counts(agent):
    status = agent.json("status")
    return {(row["service"], row["reason"]): row["count"]
            for row in status["observed"]}


def test_counts_by_reason_and_service(watching):
    token = watching.enroll()["access_token"]
    bad = tokens.with_bad_signature(token)
    assert watching.json("status")["observed"] == []
    assert "would accept" not in watching.run("status").stdout

    observe(watching, tokens.parts(token))
    observe(watching, tokens.parts(token))
    observe(watching, tokens.parts(bad))
    observe(watching, tokens.parts(token), user="bob")

    status = watching.json("status")
    assert counts(watching) == {("probe", "ok"): 2,
                                ("probe", "BadSignature"): 1,
                                ("probe", "WrongUser"): 1}
    assert (status["would_accept"], status["would_refuse"]) == (2, 2)
    assert all(status["observed_since"] <= row["since"] <= row["last"]
               for row in status["observed"])
    shown = watching.run("status").stdout
    assert re.search(r"would accept +2\n", shown)
    assert re.search(r"probe +refuse +BadSignature +1 ", shown)

    watching.restart()
    assert counts(watching)["probe", "ok"] == 2


def test_nothing_comes_of_it(watching):
    """No session, no last login, no count of refusals; the audit tells."""
    device = watching.enroll()
    before = watching.json("device", "show", device["device"])

    for _ in range(12):  # limit_attempts is 10
        observe(watching, tokens.parts(
            tokens.with_bad_signature(device["access_token"])))
    observe(watching, tokens.parts(device["access_token"]))

    assert watching.sessions(all=True) == []
    assert watching.json("device", "show", device["device"]) == before
    events = [event for event in watching.audit()
              if event["event"] == "observe"]
    assert [event["outcome"] for event in events] == \
        ["denied"] * 12 + ["granted"]
    assert {event["event"] for event in watching.audit()} == \
        {"agent-started", "enroll", "observe"}
    # the place is not held to its limit: the reason of a real one is told
    assert watching.verdict(tokens.with_bad_signature(
        device["access_token"])) == "BadSignature"


def test_a_mark_of_single_use_is_not_set(make_agent):
    agent = make_agent(services={"probe": {"replay": "once"}}).start()
    stacks.token_then_password("probe", agent, extra="observe")
    token = agent.enroll()["access_token"]

    observe(agent, tokens.parts(token))
    observe(agent, tokens.parts(token))

    assert counts(agent) == {("probe", "ok"): 2}
    assert agent.verdict(token) == "ok"
    assert agent.verdict(token) == "Replayed"


def test_a_code_stays_good(watching):
    code = watching.json("code", "new", "--user", "alice")["code"]

    observe(watching, [code])

    assert counts(watching) == {("probe", "ok"): 1}
    assert watching.verdict(code) == "ok"
    assert watching.verdict(code) == "WrongCode"


def test_a_password_is_not_sent(watching):
    tester = terminal.pamtester("probe", "alice", "authenticate")
    tester.answer(terminal.PROMPT, people.PASSWORDS["alice"])
    text, code = tester.finish()

    assert code == 0, text
    assert [event["event"] for event in watching.audit()] == ["agent-started"]
    assert counts(watching) == {}
