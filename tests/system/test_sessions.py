# SPDX-License-Identifier: BSD-3-Clause
"""Sessions of a real sshd: listed while open, ended by a revoke."""

import os
import signal
import time

import pytest
from harness import people, ssh, stacks, terminal, tokens, waiting


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


def states(agent):
    return sorted(session["state"] for session in agent.sessions(all=True))


def test_two_sessions_of_one_device(ssh_agent, open_shell):
    device = ssh_agent.enroll()
    pair = [open_shell(device["access_token"]) for _ in range(2)]

    listed = ssh_agent.sessions(user="alice")

    assert len({session["session"] for session in listed}) == 2
    for session in listed:
        assert session["state"] == "active"
        assert session["device"] == device["device"]
        assert session["service"] == "sshd"
        assert session["rhost"] == "127.0.0.1"
        assert os.path.exists(f"/proc/{session['leader']}")
        assert 0 < session["opened"] <= time.time() < session["expires"]
    assert ssh_agent.sessions(user="bob") == []
    for shell in pair:
        shell.close()
    waiting.until(lambda: states(ssh_agent) == ["closed", "closed"])


def test_revoke_ends_both_within_a_second(ssh_agent, open_shell):
    device = ssh_agent.enroll()
    other = ssh_agent.enroll(name="phone")
    pair = [open_shell(device["access_token"]) for _ in range(2)]
    bystander = open_shell(other["access_token"])

    result = ssh_agent.json("device", "revoke", device["device"],
                            "--reason", "lost")
    start = time.monotonic()
    for shell in pair:
        shell.wait_until_ended(1.0)
    elapsed = time.monotonic() - start

    assert elapsed < 1.0
    assert result["result"] == "revoked"
    assert result["sessions_ended"] == 2
    assert result["families_revoked"] == 1
    assert bystander.is_open() and bystander.echoes()
    waiting.until(lambda: states(ssh_agent) == ["active", "revoked",
                                                "revoked"])


def test_nothing_of_a_revoked_shell_goes_on(ssh_agent, open_shell):
    device = ssh_agent.enroll()
    shell = open_shell(device["access_token"])

    ssh_agent.json("device", "revoke", device["device"])

    waiting.until(lambda: not os.path.exists(f"/proc/{shell.pid}"), 1.5)


def test_login_that_nobody_opens_lapses(ssh_agent):
    device = ssh_agent.enroll()
    with ssh_agent.wire() as wire:
        wire.call("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": "probe",
            "token": device["access_token"]})
    assert states(ssh_agent) == ["pending"]

    ssh_agent.restart(clock=600)

    waiting.until(lambda: states(ssh_agent) == ["expired"], 15)


def test_revoke_says_what_it_did(ssh_agent):
    device = ssh_agent.enroll()["device"]
    unknown = device[:-4] + "0000"
    if unknown == device:
        unknown = device[:-4] + "1111"

    assert ssh_agent.json("device", "revoke", device)["result"] == "revoked"
    again = ssh_agent.json("device", "revoke", device)
    assert again["result"] == "already revoked"
    assert (again["families_revoked"], again["sessions_ended"]) == (0, 0)
    absent = ssh_agent.json("device", "revoke", unknown, code=5)
    assert absent["result"] == "no such device"


def test_next_login_after_a_revoke_is_refused(ssh_agent, open_shell, sshd):
    device = ssh_agent.enroll()
    open_shell(device["access_token"])
    ssh_agent.json("device", "revoke", device["device"])

    result = ssh.run(sshd, "alice",
                     ssh.token(ssh_agent, device["access_token"]), "id")

    assert result.returncode == 255
    assert "this device has been revoked" in result.stderr


def test_reason_is_read_at_the_next_prompt(ssh_agent, sshd):
    """sshd keeps a message until it has a prompt: that of the password."""
    device = ssh_agent.enroll()
    ssh_agent.json("device", "revoke", device["device"])
    credential = ssh.answers(*tokens.parts(device["access_token"], 1000),
                             people.PASSWORDS["alice"])

    result = ssh.run(sshd, "alice", credential, "id", "-un")

    assert "this device has been revoked" in credential.prompts()[-1]
    assert result.stdout == "alice\n", result.stderr


def test_terminate_ends_one(ssh_agent, open_shell):
    token = ssh_agent.enroll()["access_token"]
    first = open_shell(token)
    identity = ssh_agent.sessions()[0]["session"]
    second = open_shell(token)

    ssh_agent.json("session", "terminate", identity)

    first.wait_until_ended(1.0)
    assert second.is_open() and second.echoes()
    waiting.until(lambda: len(ssh_agent.sessions()) == 1)


def test_killed_shell_leaves_no_active_record(ssh_agent, open_shell):
    shell = open_shell(ssh_agent.enroll()["access_token"])

    os.kill(shell.pid, signal.SIGKILL)

    waiting.until(lambda: ssh_agent.sessions() == [], 2)
    assert states(ssh_agent) == ["closed"]


def test_killed_leader_leaves_no_active_record(ssh_agent, open_shell):
    """Nobody calls close_session: only the pidfd can tell."""
    open_shell(ssh_agent.enroll()["access_token"])

    os.kill(ssh_agent.sessions()[0]["leader"], signal.SIGKILL)

    waiting.until(lambda: ssh_agent.sessions() == [], 2)
    assert states(ssh_agent) == ["closed"]


def test_leader_that_died_while_the_agent_was_down(ssh_agent, open_shell):
    open_shell(ssh_agent.enroll()["access_token"])
    leader = ssh_agent.sessions()[0]["leader"]
    ssh_agent.stop()

    os.kill(leader, signal.SIGKILL)
    waiting.until(lambda: not os.path.exists(f"/proc/{leader}"))
    ssh_agent.start()

    waiting.until(lambda: ssh_agent.sessions() == [], 2)
    assert states(ssh_agent) == ["closed"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_revoke_after_a_restart_of_the_agent(ssh_agent, open_shell, end):
    device = ssh_agent.enroll()
    shell = open_shell(device["access_token"])
    getattr(ssh_agent, end)()
    ssh_agent.start()
    assert states(ssh_agent) == ["active"]

    ssh_agent.json("device", "revoke", device["device"])

    shell.wait_until_ended(1.0)
    waiting.until(lambda: states(ssh_agent) == ["revoked"])


def test_leader_that_ignores_sigterm_is_killed(ssh_agent):
    """A service whose process does not go is killed after five seconds."""
    stacks.token_only("stubborn", ssh_agent)
    device = ssh_agent.enroll()
    tester = terminal.Terminal(
        ["/bin/sh", "-c", "trap '' TERM; exec pamtester -v stubborn alice "
         "authenticate open_session authenticate"])
    tester.answer_parts(tokens.parts(device["access_token"]))
    waiting.until(lambda: states(ssh_agent) == ["active"])

    ssh_agent.json("device", "revoke", device["device"])

    start = time.monotonic()
    waiting.until(lambda: not tester.child.isalive(), 8)
    assert 3 < time.monotonic() - start < 8
    tester.close()


def test_forged_session_name(ssh_agent, open_shell, sshd):
    """Alice names bob's session in her own PAM environment."""
    stacks.token_then_password(
        "sshd", ssh_agent, session="session required pam_env.so "
        "readenv=0 user_readenv=1 user_envfile=.pam_environment")
    shell = open_shell(ssh_agent.enroll("bob")["access_token"], user="bob")
    victim, = ssh_agent.sessions()
    settings = f"{people.HOME}/alice/.pam_environment"
    with open(settings, "w") as file:
        file.write(f"JWT_SESSION DEFAULT={victim['session']}\n")

    try:
        ssh.run(sshd, "alice", ssh.answers(people.PASSWORDS["alice"]), "true")
    finally:
        os.unlink(settings)

    assert shell.is_open() and shell.echoes()
    after, = ssh_agent.sessions(all=True)
    assert after["state"] == "active"
    assert (after["leader"], after["user"]) == (victim["leader"], "bob")


def test_session_name_sent_by_the_client(ssh_agent, open_shell, sshd):
    token = ssh_agent.enroll()["access_token"]
    open_shell(token)
    victim, = ssh_agent.sessions()

    ssh.run(sshd, "alice", ssh.answers(people.PASSWORDS["alice"]), "true",
            more=["-o", f"SetEnv=JWT_SESSION={victim['session']}"])

    after, = ssh_agent.sessions(all=True)
    assert (after["state"], after["leader"]) == ("active", victim["leader"])
