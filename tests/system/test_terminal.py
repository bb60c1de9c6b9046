# SPDX-License-Identifier: BSD-3-Clause
"""pamtester and login on a pty, by token and by password."""

import pytest
from harness import people, ssh, stacks, terminal, tokens, waiting


@pytest.fixture
def finishing():
    opened = []
    yield opened.append
    for entry in opened:
        entry.close()


def test_every_phase(agent):
    stacks.token_only("probe", agent)
    token = agent.enroll()["access_token"]

    tester = terminal.pamtester(
        "probe", "alice", "authenticate", "acct_mgmt",
        "setcred(PAM_ESTABLISH_CRED)", "open_session",
        "setcred(PAM_REINITIALIZE_CRED)", "setcred(PAM_REFRESH_CRED)",
        "close_session")
    tester.answer_parts(tokens.parts(token))
    text, code = tester.finish()

    assert code == 0, text
    session, = agent.sessions(all=True)
    assert (session["state"], session["service"]) == ("closed", "probe")


def test_login_that_is_never_opened(agent):
    """As database servers do it: authenticate and account, no session."""
    stacks.token_only("probe", agent)
    token = agent.enroll()["access_token"]

    tester = terminal.pamtester("probe", "alice", "authenticate", "acct_mgmt")
    tester.answer_parts(tokens.parts(token))
    text, code = tester.finish()

    assert code == 0, text
    session, = agent.sessions(all=True)
    assert session["state"] == "pending"
    device = agent.json("device", "show", session["device"])
    assert device["seen"] and device["seen_service"] == "probe"


@pytest.mark.parametrize("user", ["root", "daemon"])
def test_users_below_a_thousand(agent, user):
    """Not even with a token of their own."""
    stacks.token_only("probe", agent)
    token = agent.enroll(user)["access_token"]

    tester = terminal.pamtester("probe", user, "authenticate")
    tester.answer_parts(tokens.parts(token))
    _, code = tester.finish()

    assert code != 0
    assert agent.last_refusal() == "WrongUser"


def test_change_of_a_refresh_token(agent):
    stacks.token_only("probe", agent)
    device = agent.enroll()

    tester = terminal.pamtester("probe", "alice", "chauthtok")
    tester.answer("Current refresh token: ", device["refresh_token"])
    text, code = tester.finish()

    assert code == 0, text
    new = text.split("New refresh token: ")[1].split()[0]
    assert new != device["refresh_token"]
    assert agent.refresh(new)["generation"] > 0


def test_unknown_argument_refuses(agent, log):
    stacks.token_only("probe", agent, extra="timeot=3s")
    mark = log.mark()

    text, code = terminal.pamtester("probe", "alice", "authenticate").finish()

    assert code != 0 and "successfully" not in text
    assert "timeot" in log.wait_for("timeot", mark)


def test_console_login_by_token(agent, finishing):
    stacks.token_then_password("login", agent)
    token = agent.enroll()["access_token"]

    console = terminal.login("alice")
    finishing(console)
    console.answer_parts(tokens.parts(token))
    console.expect(r"\$ ")
    session, = agent.sessions()
    console.type("id -un; exit")
    text, _ = console.finish()

    assert "alice" in text
    assert (session["service"], session["state"]) == ("login", "active")
    assert session["tty"]
    waiting.until(lambda: agent.sessions() == [], what="the close")


def test_console_login_by_password(agent, finishing):
    stacks.token_then_password("login", agent)

    console = terminal.login("alice")
    finishing(console)
    console.answer(terminal.PROMPT, people.PASSWORDS["alice"])
    console.expect(r"\$ ")
    console.type("exit")
    console.finish()

    assert agent.sessions(all=True) == []


def test_console_login_ended_by_revoke(agent, finishing):
    stacks.token_then_password("login", agent)
    device = agent.enroll()
    console = terminal.login("alice")
    finishing(console)
    console.answer_parts(tokens.parts(device["access_token"]))
    console.expect(r"\$ ")

    agent.json("device", "revoke", device["device"])

    waiting.until(lambda: not console.child.isalive(), 7, "its end")
    session, = agent.sessions(all=True)
    assert session["state"] == "revoked"


def test_shipped_sshd_example(agent, sshd):
    stacks.example("sshd", "sshd", agent)
    token = agent.enroll()["access_token"]

    for credential in (ssh.token(agent, token),
                       ssh.answers(people.PASSWORDS["alice"])):
        result = ssh.run(sshd, "alice", credential, "id", "-un")
        assert result.stdout == "alice\n", result.stderr
    wrong = ssh.run(sshd, "alice", ssh.answers("wrong"), "id", "-un")
    assert (wrong.returncode, wrong.stdout) == (255, "")
