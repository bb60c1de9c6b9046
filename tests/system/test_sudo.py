# SPDX-License-Identifier: BSD-3-Clause
"""sudo with step-up: only a token of a login that just happened."""

import time

import pytest
from harness import keyfile, people, stacks, sudo, tokens
from harness.issuer import Issuer

ISS = "https://corp.test"
AGAIN = "Log in at corp.test again, then try once more."
PASSWORD = "password for alice: "


@pytest.fixture
def source():
    return Issuer(ISS)


@pytest.fixture
def step_up(make_agent, source):
    """Makes an agent for sudo with the password below it."""
    def make(**keys):
        agent = make_agent(
            issuers={"corp": {"issuer": ISS, "keys_file":
                              keyfile.public(source.jwks())}},
            services={"sudo": {"max_auth_age": "5m", "deny_message": AGAIN,
                               **keys}}).start()
        sudo.allow()
        stacks.token_then_password("sudo", agent, extra="timeout=3s")
        return agent
    return make


def run(*answers):
    """sudo with a token in parts and, if it is refused, a password."""
    terminal = sudo.sudo("id", "-un")
    terminal.answer_parts(answers[0])
    for answer in answers[1:]:
        terminal.answer(PASSWORD, answer)
    return terminal.finish()


def authenticated(source, seconds_ago, **claims):
    return tokens.parts(source.token(
        auth_time=int(time.time()) - seconds_ago, **claims))


def test_fresh_login(step_up, source):
    agent = step_up()

    text, code = run(authenticated(source, 20))

    assert code == 0 and "root" in text
    session, = agent.sessions(all=True)
    assert (session["service"], session["user"]) == ("sudo", "alice")


def test_old_login(step_up, source, log):
    agent = step_up()
    mark = log.mark()

    text, code = run(authenticated(source, 400), "not the password")

    assert code != 0 and "root" not in text
    assert agent.last_refusal() == "PolicyDenied"
    assert "reason=PolicyDenied" in log.wait_for("reason=PolicyDenied", mark)


def test_old_login_reads_what_to_do(step_up, source, log):
    step_up()
    mark = log.mark()
    terminal = sudo.sudo("id", "-un")

    terminal.answer_parts(authenticated(source, 400))

    if sudo.shows_messages():
        terminal.expect(AGAIN.replace(".", "[.]"))
    terminal.answer(PASSWORD, people.PASSWORDS["alice"])
    text, code = terminal.finish()
    assert code == 0 and "root" in text
    log.wait_for("reason=PolicyDenied", mark)


def test_token_that_does_not_say_when(step_up, source):
    agent = step_up()

    text, code = run(tokens.parts(source.token()),
                     people.PASSWORDS["alice"])

    assert agent.last_refusal() == "PolicyDenied"
    assert code == 0 and "root" in text


def test_password_still_works(step_up):
    agent = step_up()

    text, code = run([people.PASSWORDS["alice"]])

    assert code == 0 and "root" in text
    assert agent.sessions(all=True) == []


def test_password_works_without_the_agent(step_up):
    step_up().stop()

    text, code = run([people.PASSWORDS["alice"]])

    assert code == 0 and "root" in text


def test_token_of_somebody_else(step_up, source):
    agent = step_up()

    text, code = run(authenticated(source, 20, sub="bob"), "wrong")

    assert code != 0
    assert agent.last_refusal() == "WrongUser"


def test_second_factor(step_up, source):
    agent = step_up(require_amr="otp")

    text, code = run(authenticated(source, 20, amr=["pwd"]), "wrong")
    assert code != 0 and agent.last_refusal() == "PolicyDenied"

    text, code = run(authenticated(source, 20, amr=["pwd", "otp"]))
    assert code == 0 and "root" in text


def test_long_token(step_up, source):
    step_up()

    text, code = run(authenticated(source, 20, filler="x" * 3000))

    assert code == 0 and "root" in text


def test_our_own_token(step_up):
    """It does not say when its user logged in, and so steps nobody up."""
    agent = step_up()
    token = agent.enroll()["access_token"]

    text, code = run(tokens.parts(token), "wrong")
    assert code != 0 and agent.last_refusal() == "PolicyDenied"

    agent.serve_with(services={})
    text, code = run(tokens.parts(token))
    assert code == 0 and "root" in text
