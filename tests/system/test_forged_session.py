# SPDX-License-Identifier: BSD-3-Clause
"""Session ids that somebody else put into the environment change nothing, and
each program on the way keeps a session of its own."""

import os
import re
import time

import pytest
from harness import people, ssh, stacks, sudo, terminal, tokens, waiting

SETTINGS = f"{people.HOME}/alice/.pam_environment"
READS_SETTINGS = ("session required pam_env.so readenv=0 user_readenv=1 "
                  "user_envfile=.pam_environment")


@pytest.fixture
def shells():
    opened = []
    yield opened
    for shell in opened:
        if shell.is_open():
            shell.process.kill()
        shell.close()


@pytest.fixture
def open_shell(ssh_agent, sshd, shells):
    def open_one(token, user="alice", **how):
        shells.append(ssh.Shell(sshd, user, ssh.token(ssh_agent, token),
                                **how))
        return shells[-1]
    return open_one


@pytest.fixture
def forge(ssh_agent):
    """Alice's own file names a session, and sshd's stack reads it."""
    def write(session):
        stacks.token_then_password("sshd", ssh_agent, session=READS_SETTINGS)
        with open(SETTINGS, "w") as file:
            file.write(f"JWT_SESSION DEFAULT={session}\n")

    yield write
    if os.path.exists(SETTINGS):
        os.unlink(SETTINGS)


def assert_untouched(agent, victim, shell):
    after = agent.session(victim["session"])
    assert (after["state"], after["leader"]) == ("active", victim["leader"])
    assert shell.is_open() and shell.echoes()
    # it is still held: a revoke ends it
    agent.json("device", "revoke", victim["device"])
    shell.wait_until_ended(1.5)


@pytest.mark.parametrize("way", ["password", "token"])
@pytest.mark.parametrize("owner", ["alice", "bob"])
def test_session_named_by_pam_environment(ssh_agent, open_shell, sshd, forge,
                                          owner, way):
    """Another one's, and another one of her own: a user could otherwise let
    the agent forget a session before it is revoked."""
    shell = open_shell(ssh_agent.enroll(owner)["access_token"], user=owner)
    victim, = ssh_agent.sessions()
    forge(victim["session"])
    if way == "token":
        credential = ssh.token(ssh_agent,
                               ssh_agent.enroll()["access_token"])
    else:
        credential = ssh.answers(people.PASSWORDS["alice"])

    ssh.run(sshd, "alice", credential, "true")
    time.sleep(.2)

    assert_untouched(ssh_agent, victim, shell)


@pytest.mark.parametrize("way", ["password", "token"])
def test_session_sent_by_the_client(ssh_agent, open_shell, sshd, way):
    """sshd takes it: AcceptEnv JWT_SESSION."""
    shell = open_shell(ssh_agent.enroll()["access_token"])
    victim, = ssh_agent.sessions()
    if way == "token":
        credential = ssh.token(ssh_agent,
                               ssh_agent.enroll()["access_token"])
    else:
        credential = ssh.answers(people.PASSWORDS["alice"])

    result = ssh.run(sshd, "alice", credential, "echo got $JWT_SESSION",
                     more=["-o", f"SetEnv=JWT_SESSION={victim['session']}"])

    assert result.returncode == 0, result.stderr
    said = re.search("got (.*)", result.stdout).group(1)
    if way == "token":
        own, = [session["session"] for session in
                ssh_agent.sessions(all=True) if session != victim
                and session["session"] != victim["session"]]
        assert said == own, "PAM's own is what the shell sees"
    assert_untouched(ssh_agent, victim, shell)


@pytest.fixture
def nested(ssh_agent, open_shell):
    """A program started below an ssh session, with that one's id in its
    environment; the first session, its shell, and what the program has."""
    opened = []

    def start(service, command, typist, user):
        shell = open_shell(ssh_agent.enroll()["access_token"])
        first, = ssh_agent.sessions()
        device = ssh_agent.enroll(user, name="second")
        inner = terminal.Terminal(
            ["env", f"JWT_SESSION={first['session']}", *command], user=typist)
        opened.append(inner)
        inner.answer_parts(tokens.parts(device["access_token"]))
        second, = waiting.until(
            lambda: [session for session in ssh_agent.sessions(all=True)
                     if session["service"] == service])
        assert second["user"] == user
        assert second["session"] != first["session"]
        return first, shell, second, inner

    yield start
    for inner in opened:
        inner.close()


@pytest.mark.parametrize("service, command, typist, user", [
    ("su-l", ["su", "-", "bob", "-c", "sleep 60"], "alice", "bob"),
    ("login", ["login", "alice"], "root", "alice")])
def test_su_and_login_have_sessions_of_their_own(ssh_agent, nested, service,
                                                 command, typist, user):
    stacks.token_only(service, ssh_agent)
    first, shell, second, inner = nested(service, command, typist, user)
    waiting.until(lambda: ssh_agent.session(
        second["session"])["state"] == "active")
    leader = ssh_agent.session(second["session"])["leader"]
    assert leader != first["leader"]

    ssh_agent.json("device", "revoke", second["device"])

    waiting.until(lambda: not os.path.exists(f"/proc/{leader}")
                  or not inner.child.isalive(), 8)
    assert_untouched(ssh_agent, first, shell)


def test_sudo_has_a_session_of_its_own(ssh_agent, nested):
    """It opens sessions for root, whom the token does not name."""
    stacks.token_then_password("sudo", ssh_agent)
    sudo.allow()
    first, shell, second, inner = nested(
        "sudo", ["sudo", "-k", "sleep", "1"], "alice", "alice")
    inner.finish()
    assert_untouched(ssh_agent, first, shell)
