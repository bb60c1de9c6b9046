# SPDX-License-Identifier: BSD-3-Clause
"""Stores of older versions at the start of the agent, and the way back."""

import errno
import gzip
import json
import shutil
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest
from harness import built, people
from harness.blocks import Blocks
from harness.clock import Clock
from harness.wire import Refused

FIXTURES = built.SOURCE / "tests" / "lmdb-store" / "fixtures"
NEWEST = 6
OLDER = range(1, NEWEST)


class Older:
    """An agent that has not started, on the store of a fixture."""

    def __init__(self, make_agent, schema):
        self.facts = json.loads((FIXTURES / f"schema-{schema}.json").read_text())
        self.schema = schema
        issuer = self.facts.get("issuer")
        self.agent = make_agent(**({} if issuer is None else {
            "issuers": {"other": {
                "issuer": issuer["name"],
                "keys_file": self.keys_file(issuer["jwks"])}},
            "services": {"once": {"replay": "once"}}}))
        put(self.agent, schema)
        # as if it were a minute later
        self.clock = Clock()
        self.clock.jump(self.facts["made"] + 60 - time.time())

    @staticmethod
    def keys_file(text):
        path = Path("/run/fixture.jwks")
        path.write_text(text)
        return path

    def start(self):
        self.agent.start(clock=self.clock)
        return self.agent


def put(agent, schema):
    agent.store.mkdir(mode=0o700)
    data = agent.store / "data.mdb"
    data.write_bytes(gzip.decompress(
        (FIXTURES / f"schema-{schema}.mdb.gz").read_bytes()))
    key = agent.place / "master.key"
    shutil.copy(FIXTURES / f"schema-{schema}.key", key)
    for path in (agent.store, data, key):
        shutil.chown(path, people.AGENT_USER, people.AGENT_USER)
        path.chmod(0o700 if path.is_dir() else 0o600)


def backups(agent):
    return sorted(agent.place.glob("store.schema-*.backup"))


def migrate(agent, *arguments, code=0):
    result = agent.run("store", "migrate", *arguments)
    assert result.returncode == code, result.stdout + result.stderr
    return result


def sound(agent):
    return agent.run("store", "check").returncode == 0


@pytest.fixture(params=OLDER, ids=lambda schema: f"schema {schema}")
def older(make_agent, request):
    return Older(make_agent, request.param)


@pytest.fixture
def newest(make_agent):
    """A stopped agent, and a refresh token."""
    agent = make_agent().start()
    token = agent.enroll()["refresh_token"]
    agent.stop()
    return agent, token


# up

def test_agent_takes_an_older_store_up(older):
    agent = older.start()

    assert f"store-migration from={older.schema}" in agent.said()
    assert f"store-migrated schema={NEWEST}" in agent.said()
    assert sound(agent)
    backup, = backups(agent)
    assert f"store.schema-{older.schema}." in backup.name
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert backup.owner() == people.AGENT_USER
    assert not list(agent.place.glob("*.part"))

    agent.restart(clock=older.clock)
    assert len(backups(agent)) == 1
    assert agent.said().count("store-migrated") == 1


def test_what_was_enrolled_before_goes_on(older):
    facts, agent = older.facts, older.start()

    names = {device["name"]: device for device in agent.json("device", "list")}
    for device in facts["devices"]:
        assert names[device["name"]]["state"] == device["state"]
    first = agent.refresh(facts["laptop"]["refresh_token"])
    agent.refresh(first["refresh_token"])
    agent.refresh(facts["phone"]["refresh_token"])
    with pytest.raises(Refused) as refused:
        agent.refresh(facts["lost"]["refresh_token"])
    assert refused.value.name == facts["refused"]
    with pytest.raises(Refused) as refused:
        agent.refresh(facts["reused"])
    assert refused.value.name == "TokenReused"
    assert agent.verdict(facts["laptop"]["access_token"]) == "ok"
    assert agent.session(facts["closed"])["state"] == "closed"


def test_used_tokens_stay_used(older):
    if "used" not in older.facts:
        pytest.skip("schema 1 has no single use")
    agent = older.start()

    assert agent.verdict(older.facts["used"], service="once") == "Replayed"


def test_restored_backup_is_the_store_from_before(older):
    agent = older.start()
    agent.stop()
    backup, = backups(agent)

    assert agent.run("store", "restore", str(backup)).returncode == 0

    agent.start(clock=older.clock)
    agent.refresh(older.facts["laptop"]["refresh_token"])


def test_backups_are_few(make_agent):
    older = Older(make_agent, 2)
    names = [f"store.schema-1.2020010{day}T000000Z.backup"
             for day in range(1, 6)]
    for name in names:
        (older.agent.place / name).write_text("old")
    (older.agent.place / "store.schema-1.backup").write_text("not ours")

    older.start()

    assert [path.name for path in backups(older.agent)
            if path.read_bytes() == b"old"] == names[-2:]
    assert (older.agent.place / "store.schema-1.backup").exists()


def test_no_room_for_the_backup(make_agent):
    older = Older(make_agent, 2)
    agent = older.agent
    shutil.chown(agent.place, "root", "root")

    process = agent.spawn(clock=older.clock)

    assert process.wait(timeout=20) != 0
    assert "cannot be backed up beside it" in agent.said()
    assert "store migrate --no-backup" in agent.said()
    plan = agent.json("store", "migrate", "--dry-run")
    assert plan["schema"] == 2
    assert plan["steps"][0]["from"] == 2
    migrate(agent, "--no-backup")
    older.start()
    assert backups(agent) == []


# down

@pytest.mark.parametrize("schema", OLDER)
def test_down_and_up(newest, schema):
    agent, token = newest
    before = agent.start().json("device", "list")
    token = agent.refresh(token)["refresh_token"]
    agent.stop()

    migrate(agent, "--to", str(schema), "--yes")

    assert f"store.schema-{NEWEST}." in backups(agent)[0].name
    agent.start()
    assert sound(agent)
    assert agent.json("device", "list")[0]["name"] == before[0]["name"]
    agent.refresh(token)


def test_dry_run_changes_nothing(newest):
    agent, token = newest
    before = (agent.store / "data.mdb").read_bytes()

    plan = agent.json("store", "migrate", "--to", "1", "--dry-run")

    assert [(step["from"], step["to"]) for step in plan["steps"]] == [
        (schema, schema - 1) for schema in range(NEWEST, 1, -1)]
    assert plan["migrated"] is False
    assert (agent.store / "data.mdb").read_bytes() == before
    assert backups(agent) == []
    assert "FROM" in migrate(agent, "--to", "1", "--dry-run").stdout


def test_what_would_open_is_asked_for(make_agent):
    agent = make_agent().start()
    token = agent.enroll()["refresh_token"]
    assert agent.run("user", "logout", "alice").returncode == 0
    agent.stop()

    result = migrate(agent, "--to", "2", code=2)

    assert "accepted again" in result.stderr
    assert "--yes" in result.stderr
    plan = agent.json("store", "migrate", "--to", "2", "--dry-run")
    assert plan["schema"] == NEWEST
    assert any(loss["opens"] for loss in plan["losses"])
    migrate(agent, "--to", "2", "--yes")
    agent.start()
    with pytest.raises(Refused):
        agent.refresh(token)


def test_already_there(newest):
    agent, _ = newest

    assert "already" in migrate(agent).stdout
    assert backups(agent) == []


@pytest.mark.parametrize("to", ["0", str(NEWEST + 1), "x", ""])
def test_schema_that_is_none(newest, to):
    assert f"from 1 to {NEWEST}" in migrate(
        newest[0], "--to", to, code=2).stderr


def test_running_agent_is_in_the_way(agent):
    assert "in use by another process" in migrate(
        agent, "--to", "4", "--yes", code=1).stderr


def test_missing_store_is_not_made(make_agent):
    agent = make_agent()

    assert "there is no store" in migrate(agent, code=5).stderr
    assert not agent.store.exists()


def test_nobody_else_may(newest):
    result = newest[0].run("store", "migrate", user="alice")

    assert result.returncode == 3


# a newer one

def test_newer_store_is_refused_with_the_way_back(make_agent):
    """An agent that knows less: made so by the number in the store."""
    agent = make_agent().start()
    agent.stop()
    data = agent.store / "data.mdb"
    text = data.read_bytes()
    old, new = (f'{{"v":1,"version":{number}}}'.encode()
                for number in (NEWEST, NEWEST + 1))
    assert old in text
    data.write_bytes(text.replace(old, new))

    process = agent.spawn()

    assert process.wait(timeout=20) != 0
    said = agent.said()
    assert f"is of schema {NEWEST + 1}" in said
    assert f"knows schema {NEWEST}" in said
    assert f"store migrate --to {NEWEST}" in said
    assert "restore a backup" in said


# the end of the process

def test_manager_is_told_to_wait(make_agent):
    agent = Older(make_agent, 1).agent
    with agent._ready_socket() as ready:
        agent.process = agent.spawn(ready=ready)
        heard = b""
        while b"READY=1" not in heard:
            try:
                heard += ready.recv(4096) + b"\n"
            except socket.timeout:
                assert agent.process.poll() is None, agent.said()

    before = heard[:heard.index(b"READY=1")]
    assert before.count(b"EXTEND_TIMEOUT_USEC=") >= NEWEST
    assert b"STATUS=Backing the store up" in before
    assert b"STATUS=Migrating the store from schema 1 to 2" in before


def larger(make_agent):
    """A stopped agent with more than fits into one transaction, and a token."""
    agent = make_agent().fill(3000).start()
    token = agent.enroll()["refresh_token"]
    agent.stop()
    return agent, token


def test_killed_on_the_way(make_agent):
    """SIGKILL before some of the writes of the way up: the next start goes on."""
    agent, token = larger(make_agent)
    migrate(agent, "--to", "1", "--yes")

    for point in (1, 2, 7, 20, 30):
        blocks = Blocks()
        blocks.stop_at(point)
        assert agent.spawn(blocks=blocks).wait() == -signal.SIGKILL

    agent.start()
    assert sound(agent)
    agent.refresh(token)
    assert len(backups(agent)) <= 3


def test_disk_that_fails_on_the_way(make_agent):
    agent, token = larger(make_agent)
    migrate(agent, "--to", "1", "--yes")
    blocks = Blocks()
    blocks.fail(errno.ENOSPC)

    assert agent.spawn(blocks=blocks).wait() != 0

    assert "the disk that holds the store is full" in agent.said()
    agent.start()
    assert sound(agent)
    agent.refresh(token)


def test_two_at_once(make_agent):
    """The second is refused by the lock of the directory, or finds all done."""
    agent, token = larger(make_agent)
    command = [str(built.COMMAND), "--config", str(agent.config), "store",
               "migrate", "--to", "1", "--yes", "--quiet"]

    both = [subprocess.Popen(command, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
            for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]

    assert 0 in [process.returncode for process in both], said
    for process, text in zip(both, said):
        assert (process.returncode == 0 or
                "in use by another process" in text), text
    agent.start()
    assert sound(agent)
    agent.refresh(token)
