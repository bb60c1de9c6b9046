# SPDX-License-Identifier: BSD-3-Clause
"""su with the password below us, while something is wrong with the agent.

Nobody is locked out by our failure, and nobody waits for longer than said.
"""

import shutil
import time

import pytest
from harness import people, stacks, terminal, tokens

TIMEOUT = 2  # seconds, the module's argument


def stopped(agent, make_imposter):
    agent.stop()


def missing(agent, make_imposter):
    agent.stop()
    shutil.rmtree(agent.socket.parent)


def hung(agent, make_imposter):
    agent.stop()
    return make_imposter(agent.socket, user=people.AGENT_USER)


def hung_as_root(agent, make_imposter):
    agent.stop()
    return make_imposter(agent.socket)


def stranger(agent, make_imposter):
    agent.stop()
    return make_imposter(agent.socket, user="nobody")


TROUBLES = [stopped, missing, hung, hung_as_root, stranger]


@pytest.fixture(params=TROUBLES, ids=[one.__name__ for one in TROUBLES])
def trouble(request):
    return request.param


@pytest.fixture
def su_agent(agent):
    stacks.token_then_password("su-l", agent, extra=f"timeout={TIMEOUT}s",
                               before="auth sufficient pam_rootok.so")
    return agent


def finish_as_alice(su):
    text, code = su.finish()
    assert code == 0 and "alice" in text, text


def test_by_token_while_all_is_well(su_agent):
    su = terminal.su("alice")
    su.answer_parts(tokens.parts(su_agent.enroll()["access_token"]))
    finish_as_alice(su)
    session, = su_agent.sessions(all=True)
    assert (session["state"], session["tty"] != "") == ("closed", True)


def test_password_works_at_once(su_agent, trouble, make_imposter):
    imposter = trouble(su_agent, make_imposter)

    su = terminal.su("alice")
    su.expect(terminal.PROMPT)
    start = time.monotonic()
    su.child.waitnoecho()
    su.type(people.PASSWORDS["alice"])
    finish_as_alice(su)

    assert time.monotonic() - start < 1.5
    if imposter:
        assert imposter.heard() == b""


def test_password_works_after_a_token_did_not(su_agent, trouble,
                                              make_imposter):
    token = su_agent.enroll()["access_token"]
    imposter = trouble(su_agent, make_imposter)

    su = terminal.su("alice")
    su.answer_parts(tokens.parts(token))
    start = time.monotonic()
    su.answer("Password: ", people.PASSWORDS["alice"])
    elapsed = time.monotonic() - start
    finish_as_alice(su)

    assert elapsed < TIMEOUT + 1
    if trouble in (stopped, missing, stranger):
        assert elapsed < 1
    if trouble is stranger:
        assert imposter.heard() == b""


def test_wrong_password_stays_wrong(su_agent, trouble, make_imposter):
    trouble(su_agent, make_imposter)

    su = terminal.su("alice")
    su.answer(terminal.PROMPT, "wrong")
    text, code = su.finish()

    assert code != 0 and "alice" not in text


def test_trouble_is_logged_with_what_to_do(su_agent, trouble, make_imposter,
                                           log):
    token = su_agent.enroll()["access_token"]
    trouble(su_agent, make_imposter)
    mark = log.mark()

    su = terminal.su("alice")
    su.answer_parts(tokens.parts(token))
    su.answer("Password: ", people.PASSWORDS["alice"])
    su.finish()

    assert "jwt-agent doctor" in log.wait_for("doctor", mark)
    assert token not in log.text(mark)


def test_token_alone_is_refused(su_agent, trouble, make_imposter):
    """A fault is never a way in."""
    token = su_agent.enroll()["access_token"]
    stacks.token_only("probe", su_agent, extra="timeout=1s")
    trouble(su_agent, make_imposter)

    tester = terminal.pamtester("probe", "alice", "authenticate")
    tester.answer_parts(tokens.parts(token))
    text, code = tester.finish()

    assert code != 0 and "successfully" not in text
