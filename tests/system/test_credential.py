# SPDX-License-Identifier: BSD-3-Clause
"""The master key as a credential that systemd loads for a unit: for the agent, and
for what root runs without it."""

import json
import os
import shutil

import pytest
from harness import people

NOT_THERE = "master key is not there"


def load_for(unit, key, user):
    """A folder as systemd makes it: nobody but `user` can look into it."""
    unit.mkdir()
    file = unit / "master.key"
    file.write_bytes(key)
    file.chmod(0o400)
    unit.chmod(0o500)
    for path in (file, unit):
        shutil.chown(path, user, user)
    return {"CREDENTIALS_DIRECTORY": str(unit)}


@pytest.fixture
def loaded(agent):
    """An agent whose key is nowhere else; `unit`: what one of root's has."""
    agent.device = agent.enroll()
    agent.stop()
    file = agent.agent["master_key"]
    agent.environment = load_for(agent.place / "agent.unit", file.read_bytes(),
                                 people.AGENT_USER)
    agent.unit = load_for(agent.place / "root.unit", file.read_bytes(), "root")
    file.unlink()
    return agent


def migrate(agent, **how):
    return agent.run("store", "migrate", "--to", "5", "--yes", **how)


def test_agent(loaded):
    loaded.start()

    assert loaded.verdict(loaded.device["access_token"]) == "ok"
    assert not loaded.agent["master_key"].exists()


def test_migration_in_a_unit_of_its_own(loaded):
    done = migrate(loaded, environment=loaded.unit)
    assert done.returncode == 0, done.stderr

    loaded.start()
    assert loaded.verdict(loaded.device["access_token"]) == "ok"
    assert {path.owner() for path in loaded.store.iterdir()} == {
        people.AGENT_USER}


def test_migration_without_it_says_what_is_missing(loaded):
    before = (loaded.store / "data.mdb").read_bytes()

    done = migrate(loaded)

    assert done.returncode == 2
    assert f"{loaded.agent['master_key']} is missing" in done.stderr
    assert (loaded.store / "data.mdb").read_bytes() == before


def test_credential_of_another_store(loaded):
    other = load_for(loaded.place / "other.unit", os.urandom(32), "root")

    done = migrate(loaded, environment=other)

    assert done.returncode == 1 and "is not the one" in done.stderr


def test_check_of_a_stopped_store(loaded):
    done = loaded.run("store", "check", environment=loaded.unit)
    assert done.returncode == 0
    assert "without the master key" not in done.stderr

    done = loaded.run("store", "check")
    assert done.returncode == 0 and "without the master key" in done.stderr


def test_restore(loaded):
    copy = loaded.place / "copy"
    loaded.run("store", "backup", str(copy))
    for unit, whole in ((loaded.unit, True), (None, False)):
        done = loaded.run("store", "restore", str(copy), "--dry-run", "--json",
                          environment=unit)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["sealed_checked"] is whole
        assert (NOT_THERE in done.stderr) is not whole

    done = loaded.run("store", "restore", str(copy), environment=loaded.unit)
    assert done.returncode == 0, done.stderr
    loaded.start()
    assert loaded.verdict(loaded.device["access_token"]) == "ok"


def test_unit_whose_credential_is_not_there(agent):
    """The key is a file, as it is where nobody has made a credential of it."""
    unit = load_for(agent.place / "root.unit", b"", "root")
    (agent.place / "root.unit" / "master.key").unlink()
    folder = agent.place / "backups"
    folder.mkdir(mode=0o700)
    agent.add_config("upkeep.conf", f"[upkeep]\nbackup_dir = {folder}\n")
    agent.restart()

    done = agent.run("upkeep", "run", "backup", environment=unit)
    assert done.returncode == 0, done.stderr
    assert NOT_THERE not in done.stderr
    agent.stop()
    copy, = folder.glob("*.backup")
    for command in (("check",), ("restore", str(copy)),
                    ("migrate", "--to", "5", "--yes")):
        done = agent.run("store", *command, environment=unit)
        assert done.returncode == 0, (command, done.stderr)
        assert "without the master key" not in done.stderr
        assert NOT_THERE not in done.stderr


def test_upkeep_opens_the_backup_as_a_whole(loaded):
    folder = loaded.place / "backups"
    folder.mkdir(mode=0o700)
    loaded.add_config("upkeep.conf", f"[upkeep]\nbackup_dir = {folder}\n")
    loaded.start()

    other = load_for(loaded.place / "other.unit", os.urandom(32), "root")

    # a key that is not that of the store shows that it was used
    done = loaded.run("upkeep", "run", "backup", environment=other)
    assert done.returncode == 1
    assert "not the one of the backup" in done.stderr
    assert list(folder.glob("*.backup")) == []

    done = loaded.run("upkeep", "run", "backup", environment=loaded.unit)
    assert done.returncode == 0, done.stderr
    assert NOT_THERE not in done.stderr
    assert len(list(folder.glob("*.backup"))) == 1
