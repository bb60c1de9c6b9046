# SPDX-License-Identifier: BSD-3-Clause
"""store restore: a backup in the store's place, or everything as it was."""

import json
import shutil
import subprocess

import pytest

from harness import built, killing, people, waiting

HEAD = 512


@pytest.fixture
def backed_up(agent, tmp_path):
    """An agent, stopped, whose store has one device, and a backup of it."""
    agent.file = tmp_path / "b"
    agent.device = agent.enroll()
    assert agent.run("store", "backup", str(agent.file)).returncode == 0
    return agent


def restore(agent, *options, file=None, **how):
    return agent.run("store", "restore", str(file or agent.file), *options,
                     **how)


def names(agent):
    """The devices, once it runs."""
    return sorted(d["name"] for d in agent.json("device", "list"))


def state(agent):
    """Everything in the directory of the store but LMDB's lock."""
    return {path.name: path.read_bytes() for path in agent.store.iterdir()
            if path.name != "lock.mdb"}


def refused(agent, words, code, *options, **how):
    """Nothing changed, and nothing was left."""
    before = state(agent)
    result = restore(agent, *options, **how)
    assert result.returncode == code, result.stderr
    for word in words:
        assert word in result.stderr
    assert state(agent) == before


def test_the_store_is_as_it_was(backed_up):
    agent = backed_up
    agent.enroll(name="later")
    agent.stop()
    old = (agent.store / "data.mdb").read_bytes()
    result = restore(agent)
    assert result.returncode == 0, result.stderr
    aside, = agent.store.glob("data.mdb.until-*")
    assert str(aside) in result.stdout and aside.read_bytes() == old
    assert "user logout --all" in result.stderr
    for path in agent.store.iterdir():
        assert path.owner() == people.AGENT_USER
        assert path.stat().st_mode & 0o777 == 0o600
    agent.start()
    assert names(agent) == ["laptop"]
    assert agent.verdict(agent.device["access_token"]) == "ok"


def test_the_audit_says_so_once(backed_up):
    agent = backed_up
    agent.stop()
    assert restore(agent).returncode == 0
    agent.start()
    agent.restart()
    events = [e for e in agent.audit() if e["event"] == "store-restored"]
    assert len(events) == 1
    assert "not revoked" in events[0]["detail"]
    assert "store-restored" in agent.said()


def test_going_back(backed_up):
    """As the manual says it."""
    agent = backed_up
    agent.enroll(name="later")
    agent.stop()
    assert restore(agent).returncode == 0
    agent.start().stop()
    aside, = agent.store.glob("data.mdb.until-*")
    (agent.store / "lock.mdb").unlink()
    aside.rename(agent.store / "data.mdb")
    agent.start()
    assert names(agent) == ["laptop", "later"]


def test_refresh_tokens_made_since_go_on(backed_up):
    agent = backed_up
    token = agent.device["refresh_token"]
    for _ in range(3):
        token = agent.refresh(token)["refresh_token"]
    agent.stop()
    assert restore(agent).returncode == 0
    agent.start()
    assert agent.refresh(token)


def test_what_was_revoked_since_is_not(backed_up):
    agent = backed_up
    agent.run("device", "revoke", agent.device["device"])
    assert agent.verdict(agent.device["access_token"]) != "ok"
    agent.stop()
    assert "is not revoked" in restore(agent).stderr
    agent.start()
    assert agent.verdict(agent.device["access_token"]) == "ok"


def test_revoke_tokens(backed_up):
    agent = backed_up
    agent.stop()
    result = restore(agent, "--revoke-tokens")
    assert result.returncode == 0
    assert "enrolled again" in result.stderr
    agent.start()
    assert agent.verdict(agent.device["access_token"]) == "Revoked"
    result = agent.run("token", "refresh",
                       stdin=agent.device["refresh_token"])
    assert result.returncode == 3
    detail, = [e["detail"] for e in agent.audit()
               if e["event"] == "store-restored"]
    assert "all tokens until now are revoked" in detail
    assert agent.verdict(agent.enroll()["access_token"]) == "ok"


@pytest.mark.parametrize("running", [True, False])
def test_dry_run(backed_up, running):
    agent = backed_up
    if not running:
        agent.stop()
    before = state(agent)
    answer = json.loads(restore(agent, "--dry-run", "--json").stdout)
    assert answer["entries"] > 0 and answer["sealed_checked"]
    assert answer["store"] is None and not answer["tokens_revoked"]
    assert state(agent) == before
    agent.file.write_bytes(agent.file.read_bytes()[:-1])
    refused(agent, ["cut short"], 3, "--dry-run")


def test_a_killed_dry_run_is_cleared_away(backed_up):
    left = backed_up.store / "checking.4194305"  # no pid is that high
    left.mkdir()
    (left / "data.mdb").write_text("left")
    shutil.chown(left, people.AGENT_USER)
    backed_up.restart()
    assert not left.exists()


def test_the_owner_of_the_store_may(backed_up):
    agent = backed_up
    agent.stop()
    shutil.copy(agent.file, agent.place / "b")
    shutil.chown(agent.place / "b", people.AGENT_USER)
    result = restore(agent, file=agent.place / "b", user=people.AGENT_USER)
    assert result.returncode == 0, result.stderr
    agent.start()


def test_nobody_else_may(backed_up):
    backed_up.stop()
    hers = backed_up.place / "hers"
    shutil.copy(backed_up.file, hers)
    shutil.chown(hers, "alice")
    refused(backed_up, ["root"], 3, user="alice", file=hers)


def test_from_standard_input(backed_up):
    agent = backed_up
    agent.stop()
    with agent.file.open("rb") as file:
        subprocess.run(
            [str(built.COMMAND), "--config", str(agent.config), "store",
             "restore", "-"], stdin=file, check=True, capture_output=True)
    agent.start()


def test_onto_a_new_machine(backed_up):
    """There is no store yet; the master key was put back."""
    agent = backed_up
    agent.stop()
    shutil.rmtree(agent.store)
    result = restore(agent)
    assert result.returncode == 0, result.stderr
    assert agent.store.owner() == people.AGENT_USER
    agent.start()
    assert names(agent) == ["laptop"]


def test_not_while_the_agent_runs(backed_up):
    result = restore(backed_up)
    assert result.returncode == 1 and "in use" in result.stderr
    assert not list(backed_up.store.glob("*until*"))


def test_not_while_a_backup_runs(make_agent, tmp_path):
    agent = make_agent().fill(5000).start()
    agent.file = tmp_path / "b"
    assert agent.run("store", "backup", str(agent.file)).returncode == 0
    agent.stop()
    with subprocess.Popen(
            [str(built.COMMAND), "--config", str(agent.config), "store",
             "backup", "-"], stdout=subprocess.PIPE) as slow:
        slow.stdout.read(HEAD)
        refused(agent, ["backup", "wait"], 4)
        slow.stdout.read()
    assert restore(agent).returncode == 0


def test_another_master_key(backed_up):
    agent = backed_up
    agent.stop()
    key = agent.agent["master_key"]
    key.write_bytes(bytes(32))
    refused(agent, ["master key"], 1)
    key.unlink()
    result = restore(agent)
    assert result.returncode == 0
    assert "master key is not there" in result.stderr


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


@pytest.mark.parametrize("damage, words", [
    (lambda d: b"", ["no backup"]),
    (lambda d: b"\0" * len(d), ["no backup"]),
    (lambda d: d[HEAD:], ["no backup"]),
    (lambda d: d[:HEAD + 100], ["cut short"]),
    (lambda d: d[:-1], ["cut short"]),
    (lambda d: d + b"\n", []),
    (lambda d: flip(d, len(d) // 2), ["damaged"]),
    (lambda d: d.replace(b'"schema":', b'"schema":9', 1).replace(
        b"  ", b" ", 1), ["schema 9", "newer"]),
    (lambda d: d.replace(b'"format":1', b'"format":7', 1), ["later"]),
])
def test_what_is_no_sound_backup(backed_up, damage, words):
    backed_up.stop()
    backed_up.file.write_bytes(damage(backed_up.file.read_bytes()))
    refused(backed_up, words, 1 if "newer" in words else 3)


@pytest.mark.parametrize("path", ["/", "/dev/null", "/etc/passwd",
                                  "/there/is/none"])
def test_foreign_files(backed_up, path):
    backed_up.stop()
    refused(backed_up, [], 1 if "none" in path else 3, file=path)


def test_a_full_disk(make_agent, tmp_path):
    full = make_agent().fill(1000).start()
    disk = full.place / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0755",
                    "tmpfs", str(disk)], check=True)
    try:
        shutil.chown(disk, people.AGENT_USER)
        full.file = tmp_path / "b"
        assert full.run("store", "backup", str(full.file)).returncode == 0
        full.stop()
        small = make_agent(agent={"store": disk / "store"})
        small.store = disk / "store"
        shutil.copy(full.agent["master_key"], small.agent["master_key"])
        shutil.chown(small.agent["master_key"], people.AGENT_USER)
        small.file = full.file
        result = restore(small)
        assert result.returncode == 1
        assert "No space left on device" in result.stderr
        assert list(small.store.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_killed_at_any_time(make_agent, tmp_path):
    """The old store is there or the new one; the agent starts on either and
    clears what was left."""
    agent = make_agent().fill(300).start()
    agent.file = tmp_path / "b"
    assert agent.run("store", "backup", str(agent.file)).returncode == 0
    agent.enroll(name="later")
    agent.stop()
    shutil.copytree(agent.store, tmp_path / "old")
    command = [str(built.COMMAND), "--config", str(agent.config), "store",
               "restore", str(agent.file)]
    seen = set()
    for _ in killing.until_it_lives(
            command, lambda: put_back(agent, tmp_path / "old")):
        agent.start()
        result = agent.run("device", "list", "--user", "alice", "--json")
        seen.add(result.stdout.count("later"))
        assert agent.run("store", "check").returncode == 0
        agent.stop()
        assert not (agent.store / "restoring").exists()
        left = {path.name for path in agent.store.iterdir()} - {
            "data.mdb", "lock.mdb"}
        assert len(left) <= 1, left
    assert seen == {0, 1}


def put_back(agent, copy):
    shutil.rmtree(agent.store)
    shutil.copytree(copy, agent.store)
    for path in (agent.store, *agent.store.iterdir()):
        shutil.chown(path, people.AGENT_USER, people.AGENT_USER)
