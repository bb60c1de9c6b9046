# SPDX-License-Identifier: BSD-3-Clause
"""What a revoke of each kind ends, and what it leaves alone."""

import os
import signal
import subprocess
import time

import pytest
from harness import agent as agents
from harness import built, keyfile, leader, ssh, terminal, waiting
from harness.issuer import Issuer
from harness.leader import Leader
from harness.wire import Refused


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
    def open_one(token, user="alice"):
        shells.append(ssh.Shell(sshd, user, ssh.token(ssh_agent, token)))
        return shells[-1]
    return open_one


@pytest.fixture
def leaders(agent):
    """Opens sessions by processes of ours, which are gone at the end."""
    opened = []

    def open_one(token, user="alice", **how):
        opened.append(Leader(agent, token, user, **how))
        return opened[-1]

    yield open_one
    for one in opened:
        one.end()


def assert_end(ended, others):
    """These shells end within a second, and those go on."""
    for shell in ended:
        shell.wait_until_ended(1.0)
    for shell in others:
        assert shell.is_open() and shell.echoes()


def outcome(answer):
    return tuple(answer[name] for name in
                 ("sessions_ended", "ended", "already_gone", "not_permitted"))


# each kind, through a real sshd

def test_logout_of_a_user(ssh_agent, sshd, open_shell):
    devices = [ssh_agent.enroll(name=name) for name in ("one", "two")]
    mine = [open_shell(device["access_token"]) for device in devices]
    other = open_shell(ssh_agent.enroll("bob")["access_token"], "bob")

    answer = ssh_agent.json("user", "logout", "alice")

    assert_end(mine, [other])
    assert outcome(answer) == (2, 2, 0, 0)
    for device in devices:
        with pytest.raises(Refused) as refused:
            ssh_agent.refresh(device["refresh_token"])
        assert refused.value.name == "Revoked"
    result = ssh.run(sshd, "alice", ssh.token(
        ssh_agent, devices[0]["access_token"]), "id")
    assert "the token has been revoked" in result.stderr
    # in the same second: a device that is enrolled now is not meant
    again = open_shell(ssh_agent.enroll()["access_token"])
    assert again.is_open() and again.echoes()
    session, = ssh_agent.sessions(user="alice")
    assert session["state"] == "active"


def test_logout_of_everybody(ssh_agent, open_shell):
    mine = open_shell(ssh_agent.enroll()["access_token"])
    other = open_shell(ssh_agent.enroll("bob")["access_token"], "bob")

    refused = ssh_agent.run("user", "logout", "--all")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert_end([], [mine, other])
    answer = ssh_agent.json("user", "logout", "--all", "--yes")

    assert_end([mine, other], [])
    assert outcome(answer) == (2, 2, 0, 0)
    assert ssh_agent.sessions() == []


def test_revoke_of_a_token(ssh_agent, open_shell):
    device = ssh_agent.enroll()
    second = ssh_agent.refresh(device["refresh_token"])["access_token"]
    mine = open_shell(device["access_token"])
    other = open_shell(second)

    answer = ssh_agent.json("token", "revoke", stdin=device["access_token"])

    assert_end([mine], [other])
    assert (answer["kind"], answer["result"]) == ("access", "revoked")
    assert outcome(answer) == (1, 1, 0, 0)
    assert ssh_agent.verdict(device["access_token"]) == "Revoked"
    assert ssh_agent.verdict(second) == "ok"


def test_revoke_of_a_refresh_token(ssh_agent, open_shell):
    device = ssh_agent.enroll()
    mine = open_shell(device["access_token"])
    other = open_shell(ssh_agent.enroll(name="other")["access_token"])

    answer = ssh_agent.json("token", "revoke", stdin=device["refresh_token"])

    assert_end([mine], [other])
    assert (answer["kind"], answer["sessions_ended"]) == ("refresh", 1)
    assert ssh_agent.verdict(device["access_token"]) == "Revoked"


@pytest.fixture
def corp(ssh_agent):
    """An issuer beside the agent itself."""
    source = Issuer("https://idp.test")
    ssh_agent.serve_with(issuers={"corp": {
        "issuer": source.name, "keys_file": keyfile.public(source.jwks())}})
    return source


def test_revoke_of_an_issuer(ssh_agent, corp, open_shell):
    token = corp.token()
    theirs = open_shell(token)
    ours = open_shell(ssh_agent.enroll()["access_token"])

    answer = ssh_agent.json("issuer", "revoke", "corp")

    assert_end([theirs], [ours])
    assert outcome(answer) == (1, 1, 0, 0)
    assert ssh_agent.verdict(token) == "Revoked"
    assert ssh_agent.run("issuer", "revoke", "none").returncode == 5
    time.sleep(1.1)
    assert ssh_agent.verdict(corp.token()) == "ok"


def test_revoke_by_jti(ssh_agent, corp, open_shell):
    one, two = corp.token(jti="one"), corp.token(jti="two")
    mine, other = open_shell(one), open_shell(two)

    ssh_agent.json("token", "revoke", "--jti", "one", "--issuer", "corp")

    assert_end([mine], [other])
    assert ssh_agent.verdict(one) == "Revoked"
    assert ssh_agent.verdict(two) == "ok"
    assert ssh_agent.run("token", "revoke", "--jti", "one").returncode == 2


def test_terminate_by_device_and_by_user(ssh_agent, open_shell):
    first, second = ssh_agent.enroll(), ssh_agent.enroll(name="phone")
    pair = [open_shell(first["access_token"]) for _ in range(2)]
    other = open_shell(second["access_token"])
    bob = open_shell(ssh_agent.enroll("bob")["access_token"], "bob")

    answer = ssh_agent.json("session", "terminate", "--device",
                            first["device"])
    assert_end(pair, [other, bob])
    assert outcome(answer) == (2, 2, 0, 0)
    answer = ssh_agent.json("session", "terminate", "--user", "alice")
    assert_end([other], [bob])
    assert answer["result"] == "terminated"
    assert ssh_agent.json("session", "terminate", "--user",
                          "alice")["result"] == "no sessions"
    # tokens stay good
    assert ssh_agent.verdict(first["access_token"]) == "ok"


def test_restore_brings_no_token_back(agent, make_agent):
    device = agent.enroll()
    agent.json("device", "revoke", device["device"])

    restored = agent.json("device", "restore", device["device"])

    assert restored["result"] == "restored"
    assert agent.json("device", "show", device["device"])["state"] == "active"
    assert agent.verdict(device["access_token"]) == "Revoked"
    with pytest.raises(Refused):
        agent.refresh(device["refresh_token"])
    assert agent.json("device", "restore",
                      device["device"])["result"] == "not revoked"


def test_marks_outlive_the_agent(agent):
    device = agent.enroll()
    agent.json("user", "logout", "alice")

    agent.kill()
    agent.start()

    assert agent.verdict(device["access_token"]) == "Revoked"


def test_audit_and_log_say_what_was_done(agent, leaders):
    leaders(agent.enroll()["access_token"])

    agent.json("user", "logout", "alice", "--reason", "left the company")

    event = [e for e in agent.audit() if e["event"] == "user-logout"][-1]
    assert (event["user"], event["outcome"]) == ("alice", "granted")
    assert event["detail"] == "left the company; sessions ended: 1"
    assert "sessions-ended ended=1 already_gone=0 not_permitted=0" in (
        agent.said())
    session, = agent.sessions(all=True)
    assert (session["state"], session["reason"]) == ("revoked",
                                                     "left the company")


# a person's own, and the question before everybody is hit

def test_user_logs_themself_out(agent, leaders):
    mine = leaders(agent.enroll()["access_token"])
    other = leaders(agent.enroll("bob")["access_token"], "bob")

    shown = agent.json("user", "show", "alice", user="alice")
    assert (shown["devices"], shown["sessions"]) == (1, 1)
    assert shown["session_list"][0]["session"] == mine.session
    assert agent.run("user", "show", "bob", user="alice").returncode == 3
    assert agent.run("user", "logout", "bob", user="alice").returncode == 3
    assert agent.run("user", "logout", "--all", "--yes",
                     user="alice").returncode == 3
    result = agent.run("user", "logout", "alice", user="alice")

    assert result.stdout == "alice: logged out; sessions ended: 1\n"
    waiting.until(lambda: not mine.is_alive(), 1)
    assert other.is_alive()
    shown = agent.json("user", "show", "alice")
    assert [mark["kind"] for mark in shown["marks"]] == ["user"]
    table = agent.run("user", "show", "alice").stdout
    assert "logged out" in table and "laptop" in table


@pytest.mark.parametrize("typed,ends", [("no", False), ("yes", True)])
def test_logout_of_everybody_asks(agent, leaders, typed, ends):
    mine = leaders(agent.enroll()["access_token"])
    asked = terminal.Terminal([str(built.COMMAND), "--config",
                               str(agent.config), "user", "logout", "--all"])

    asked.expect("Type yes to go on: ")
    asked.type(typed)
    asked.expect("sessions ended: 1" if ends else "nothing was done")
    asked.close()

    waiting.until(lambda: mine.is_alive() != ends, 1)
    assert bool(agent.sessions()) != ends


def mind_interrupts():
    """Whoever runs the tests in the background has them ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def line_with(stream, text):
    """A session may be seen on its way from one state to the next."""
    return next(line for line in stream if text in line)


def test_watch_prints_what_changes(agent, leaders):
    device = agent.enroll()
    watch = subprocess.Popen(
        [str(built.COMMAND), "--config", str(agent.config), "session", "list",
         "--watch", "--json"], stdout=subprocess.PIPE, text=True,
        preexec_fn=mind_interrupts)
    try:
        one = leaders(device["access_token"])
        active = line_with(watch.stdout, '"state":"active"')
        agent.json("session", "terminate", one.session)
        revoked = line_with(watch.stdout, '"state":"revoked"')
    finally:
        watch.send_signal(signal.SIGINT)
        watch.wait(timeout=5)

    assert one.session in active
    assert one.session in revoked


def test_list_shows_idle_time_and_origin(agent, leaders):
    one = leaders(agent.enroll()["access_token"])
    time.sleep(1.1)

    assert 1 <= agent.session(one.session)["idle"] <= 10
    heading, line = agent.run("session", "list").stdout.splitlines()
    assert "IDLE" in heading and "FROM" in heading
    assert one.session in line


# the truth about what ended

def test_stubborn_process_is_killed_after_five_seconds(agent, leaders):
    one = leaders(agent.enroll()["access_token"], stubborn=True)

    answer = agent.json("session", "terminate", one.session)

    assert outcome(answer) == (1, 1, 0, 0)
    time.sleep(4)
    assert one.is_alive()
    waiting.until(lambda: not one.is_alive(), 3)
    assert os.WTERMSIG(one.status) == signal.SIGKILL


def test_process_that_may_not_be_signalled(make_agent, monkeypatch):
    """The agent without its capability says so, and fails."""
    capable = agents.as_user
    monkeypatch.setattr(agents, "as_user", lambda user: [
        word.replace("+kill", "-kill") for word in capable(user)
        if not word.startswith("--ambient")])
    agent = make_agent().start()
    one = Leader(agent, agent.enroll()["access_token"])

    answer = agent.json("user", "logout", "alice", code=1)

    assert outcome(answer) == (1, 0, 0, 1)
    assert one.is_alive()
    assert "not_permitted=1" in agent.said()
    one.end()


def held(agent, work):
    """Does it while the agent stands still."""
    agent.process.send_signal(signal.SIGSTOP)
    try:
        return work()
    finally:
        agent.process.send_signal(signal.SIGCONT)


def test_pid_that_was_taken_by_another_process(agent, leaders):
    """The agent learns of all of it at once, the revoke included."""
    one = leaders(agent.enroll()["access_token"])
    wire = agent.wire()

    def take_over():
        one.end()
        stranger = leader.fork_as(one.pid)
        wire.ask("io.jwtagent.Session.Terminate", {"user": "alice"})
        return stranger

    stranger = held(agent, take_over)
    answer = wire.answer()
    wire.close()

    assert answer["ended"] == 0
    time.sleep(6)  # no SIGKILL comes late either
    assert os.waitpid(stranger, os.WNOHANG) == (0, 0)
    os.kill(stranger, signal.SIGKILL)
    os.waitpid(stranger, 0)
    assert agent.sessions() == []


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_pid_that_was_taken_while_the_agent_was_down(agent, leaders, end):
    one = leaders(agent.enroll()["access_token"])
    getattr(agent, end)()
    one.end()
    time.sleep(0.05)  # start times are counted in hundredths of a second
    stranger = leader.fork_as(one.pid)

    agent.start()
    agent.json("user", "logout", "--all", "--yes")

    time.sleep(6)
    assert os.waitpid(stranger, os.WNOHANG) == (0, 0)
    os.kill(stranger, signal.SIGKILL)
    os.waitpid(stranger, 0)
    session, = agent.sessions(all=True)
    assert (session["state"], session["reason"]) == (
        "closed", "process ended while the agent was down")


# many

USERS, EACH = 50, 20


def make_people():
    """Fifty accounts at once: useradd would take its time."""
    with open("/etc/passwd", "a") as passwd:
        for i in range(USERS):
            passwd.write(f"many{i}:x:{30000 + i}:65534::/:/bin/sh\n")
    return [f"many{i}" for i in range(USERS)]


def test_logout_of_one_among_a_thousand_sessions(agent, leaders):
    sessions = {}
    for name in make_people():
        token = agent.enroll(name)["access_token"]
        sessions[name] = [leaders(token, name) for _ in range(EACH)]
    assert len(agent.sessions()) == USERS * EACH

    start = time.monotonic()
    answer = agent.json("user", "logout", "many7")
    waiting.until(lambda: not any(one.is_alive()
                                  for one in sessions["many7"]), 2)
    elapsed = time.monotonic() - start

    print(f"{EACH} of {USERS * EACH} sessions ended in {elapsed:.3f} s")
    assert elapsed < 2
    assert outcome(answer) == (EACH, EACH, 0, 0)
    assert all(one.is_alive() for name, ones in sessions.items()
               if name != "many7" for one in ones)
    left = agent.sessions()
    assert len(left) == (USERS - 1) * EACH
    assert all(session["user"] != "many7" for session in left)
    answer = agent.json("user", "logout", "--all", "--yes")
    assert outcome(answer) == (980, 980, 0, 0)
    waiting.until(lambda: agent.sessions() == [])
