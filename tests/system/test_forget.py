# SPDX-License-Identifier: BSD-3-Clause
"""A person who was forgotten is named nowhere in the store."""

import json
import signal

from harness import ssh, waiting

# A name that is nowhere by chance; alice's devices carry it.
TRACE = "alices-very-own-notebook"


def live_here(agent, sshd):
    """Logins, a rename, a refusal, a code, and somebody else."""
    pair = agent.enroll(name=TRACE)
    token = ssh.token(agent, pair["access_token"])
    assert ssh.run(sshd, "alice", token, "true").returncode == 0
    agent.run("device", "rename", pair["device"], TRACE + "-2")
    agent.json("code", "new", "--user", "alice")
    ssh.run(sshd, "bob", token, "true")
    agent.enroll(user="bob", name="bobs")
    return pair


def forget(agent, *arguments):
    return agent.json("user", "forget", *arguments, "--yes")


def test_nothing_of_the_person_is_left(ssh_agent, sshd, tmp_path):
    """As jwt-agent(1) says: forgotten, written anew, old file deleted."""
    agent = ssh_agent
    pair = live_here(agent, sshd)
    told = forget(agent, "alice")
    assert told["devices"] == 1 and told["sessions"] >= 1
    assert told["events"] >= 4
    backup = tmp_path / "backup"
    assert agent.run("store", "check").returncode == 0
    assert agent.run("store", "backup", str(backup)).returncode == 0
    agent.stop()
    restored = agent.run("store", "restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    for old in agent.store.glob("data.mdb.until-*"):
        old.unlink()
    agent.start()

    content = agent.bytes_of_store() + backup.read_bytes()
    assert b"bobs" in content and told["pseudonym"].encode() in content
    for trace in (b"alice", TRACE.encode(), pair["device"].encode()):
        assert trace not in content, trace
    assert agent.run("store", "check").returncode == 0


def test_the_audit_keeps_the_history(ssh_agent, sshd):
    agent = ssh_agent
    live_here(agent, sshd)
    before = agent.json("audit", "list", "--limit", "1000")
    told = forget(agent, "alice")
    after = agent.json("audit", "list", "--limit", "1000")

    assert "alice" not in json.dumps(after)
    assert [(e["seq"], e["event"], e["outcome"]) for e in before] == [
        (e["seq"], e["event"], e["outcome"]) for e in after[:len(before)]]
    hers = [e["user"] == "alice" for e in before]
    assert hers == [e["user"] == told["pseudonym"]
                    for e in after[:len(before)]]
    assert {e["event"] for e in after[len(before):]} >= {
        "user-forget", "user-forgotten"}
    assert agent.run("audit", "verify").returncode == 0


def test_old_tokens_are_refused_and_new_ones_taken(ssh_agent, sshd):
    pair = live_here(ssh_agent, sshd)
    forget(ssh_agent, "alice")
    token = ssh.token(ssh_agent, pair["access_token"])
    assert ssh.run(sshd, "alice", token, "true").returncode != 0
    again = ssh.token(ssh_agent, ssh_agent.enroll()["access_token"])
    assert ssh.run(sshd, "alice", again, "true").returncode == 0


def test_an_agent_that_is_killed_goes_on(agent):
    """Begun over the wire, never stepped: a sweep of the next start does it."""
    agent.enroll(name=TRACE)
    with agent.wire() as wire:
        reply = wire.call("io.jwtagent.User.Forget", {"user": "alice"})
    agent.process.send_signal(signal.SIGKILL)
    agent.process.wait()
    agent.restart()

    waiting.until(lambda: any(
        e["event"] == "user-forgotten" and e["user"] == reply["pseudonym"]
        for e in agent.json("audit", "list")), 60)
    assert agent.json("device", "list", "--user", "alice") == []
    assert agent.run("store", "check").returncode == 0


def test_it_asks_first(agent):
    agent.enroll()
    result = agent.run("user", "forget", "alice", stdin="")
    assert result.returncode == 2
    assert "removes 1 devices" in result.stderr and "--yes" in result.stderr
    assert len(agent.json("device", "list", "--user", "alice")) == 1


def test_whom_nobody_knows(agent):
    agent.enroll()
    told = forget(agent, "left-long-ago")
    assert (told["devices"], told["sessions"]) == (0, 0)
    assert len(agent.json("device", "list")) == 1
    assert agent.run("user", "forget", "--yes").returncode == 2
    assert agent.run("user", "forget", "--yes", "--uid", "x").returncode == 2
    assert agent.run("user", "forget", "--yes", "a", "--uid",
                     "7").returncode == 2
