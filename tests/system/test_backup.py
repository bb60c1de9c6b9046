# SPDX-License-Identifier: BSD-3-Clause
"""store backup: one file, beside the running agent and without it."""

import json
import os
import pty
import pwd
import signal
import subprocess
from pathlib import Path

import pytest

from harness import built, killing, people, waiting

HEAD, FOOT = 512, 128
# devices: more than LMDB copies before anybody reads
LARGE = 5000


@pytest.fixture
def place(tmp_path):
    return tmp_path / "agent.backup"


def backup(agent, file, *options, **how):
    return agent.run("store", "backup", str(file), *options, **how)


def head_of(file):
    magic, line = file.read_bytes()[:HEAD].split(b"\n")[:2]
    assert magic == b"jwt-agent store backup"
    return json.loads(line)


def owners(agent):
    return {path.name: path.owner() for path in agent.store.iterdir()}


def test_beside_the_running_agent(agent, place):
    agent.enroll()
    result = backup(agent, place)
    assert result.returncode == 0, result.stderr
    assert "master key is not in it" in result.stdout
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.owner() == "root"
    assert not list(place.parent.glob("*.part"))
    head = head_of(place)
    assert head["format"] == 1 and head["schema"] >= 3
    agent.enroll(name="later")  # and it goes on


def test_files_of_the_store_stay_the_agents(agent, place):
    agent.stop()
    (agent.store / "lock.mdb").unlink()
    assert backup(agent, place).returncode == 0
    assert set(owners(agent).values()) == {people.AGENT_USER}
    agent.start()
    assert agent.json("status")


def test_the_owner_of_the_store_may(agent):
    place = agent.place / "mine"
    result = backup(agent, place, user=people.AGENT_USER)
    assert result.returncode == 0, result.stderr
    assert place.owner() == people.AGENT_USER


def test_nobody_else_may(agent):
    place = Path(pwd.getpwnam("alice").pw_dir) / "mine"
    result = backup(agent, place, user="alice")
    assert result.returncode == 3
    assert "root" in result.stderr
    assert not place.exists() and not list(place.parent.glob("*.part"))


def test_to_standard_output(agent, place):
    result = subprocess.run(
        [str(built.COMMAND), "--config", str(agent.config), "store",
         "backup", "-"], capture_output=True, check=True)
    place.write_bytes(result.stdout)
    assert head_of(place)["format"] == 1
    assert json.loads(result.stdout[-FOOT:])["size"] == \
        len(result.stdout) - HEAD - FOOT


def test_nothing_for_a_terminal(agent):
    ours, theirs = pty.openpty()
    result = subprocess.run(
        [str(built.COMMAND), "--config", str(agent.config), "store",
         "backup", "-"], stdout=theirs, stderr=subprocess.PIPE, text=True)
    os.close(theirs)
    os.close(ours)
    assert result.returncode == 2 and "terminal" in result.stderr


def test_json(agent, place):
    answer = json.loads(backup(agent, place, "--json").stdout)
    assert answer["file"] == str(place)
    assert answer["size"] == place.stat().st_size
    assert answer["time"] == head_of(place)["time"]


def test_a_file_is_replaced_only_with_force(agent, place):
    place.write_text("precious")
    result = backup(agent, place)
    assert result.returncode == 2 and "--force" in result.stderr
    assert place.read_text() == "precious"
    assert backup(agent, place, "--force").returncode == 0
    assert head_of(place)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_never_replaced(agent, place, make):
    make(place)
    kind = place.stat().st_mode
    result = backup(agent, place, "--force")
    assert result.returncode == 2 and "plain file" in result.stderr
    assert place.stat().st_mode == kind


def test_a_leftover_is_replaced(agent, place):
    part = place.with_name(place.name + ".part")
    part.write_text("of a backup that was killed")
    assert backup(agent, place).returncode == 0
    assert head_of(place) and not part.exists()


def test_a_foreign_part_is_not(agent, place):
    part = place.with_name(place.name + ".part")
    part.symlink_to("/etc/passwd")
    result = backup(agent, place)
    assert result.returncode == 1 and str(part) in result.stderr
    assert part.is_symlink() and not place.exists()


def test_no_room(agent, tmp_path):
    """A full disk: a sentence, and nothing is left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs",
                    str(disk)], check=True)
    try:
        agent.enroll()
        result = backup(agent, disk / "b")
        assert result.returncode == 1
        assert "No space left on device" in result.stderr
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_no_such_folder(agent, place):
    result = backup(agent, place / "deeper")
    assert result.returncode == 1 and str(place) in result.stderr


def test_no_store(agent, place):
    agent.stop()
    for path in agent.store.iterdir():
        path.unlink()
    result = backup(agent, place)
    assert result.returncode == 5 and str(agent.store) in result.stderr
    assert list(agent.store.iterdir()) == []
    assert list(place.parent.iterdir()) == []


def start_slow(agent):
    """A backup that cannot go on, into a pipe that nobody reads."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [str(built.COMMAND), "--config", str(agent.config), "store",
         "backup", "-"], stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    waiting.until(lambda: children(process.pid), 5)
    return process, reading


def children(pid):
    path = f"/proc/{pid}/task/{pid}/children"
    with open(path) as file:
        return [int(child) for child in file.read().split()]


def is_there(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_copier_dies_with_the_command(make_agent, how):
    agent = make_agent().fill(LARGE).start()
    process, reading = start_slow(agent)
    child, = children(process.pid)
    process.send_signal(how)
    process.wait(10)
    waiting.until(lambda: not is_there(child), 5)
    os.close(reading)
    assert process.returncode != 0
    process.stderr.close()


def test_a_killed_reader_is_dropped(make_agent):
    """Its place in lock.mdb is free again after a sweep."""
    agent = make_agent().fill(LARGE).start()
    process, reading = start_slow(agent)
    child, = children(process.pid)
    lock = agent.store / "lock.mdb"
    mark = child.to_bytes(4, "little")
    waiting.until(lambda: mark in lock.read_bytes(), 5)
    process.kill()
    process.wait()
    os.close(reading)
    process.stderr.close()
    waiting.until(lambda: mark not in lock.read_bytes(), 15)


def test_killed_at_any_time(make_agent, tmp_path):
    """There is a whole backup of that name, or none, and the next is made."""
    agent = make_agent().fill(LARGE).start()
    file = tmp_path / "b"
    command = [str(built.COMMAND), "--config", str(agent.config), "store",
               "backup", str(file), "--quiet"]
    for _ in killing.until_it_lives(command, file.unlink):
        assert {path.name for path in tmp_path.iterdir()} <= {"b", "b.part"}
        if file.exists():
            assert agent.run("store", "restore", "--dry-run",
                             str(file)).returncode == 0
        # the killed one's child may be dying still
        waiting.until(lambda: agent.run("store", "backup", str(file),
                                        "--force").returncode == 0)
        assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_progress_on_a_terminal(agent, place):
    """Drawn over and over, and not with --quiet."""
    for options, drawn in ([], True), (["--quiet"], False):
        ours, theirs = pty.openpty()
        subprocess.run(
            [str(built.COMMAND), "--config", str(agent.config), "store",
             "backup", str(place), "--force", *options],
            stdout=subprocess.DEVNULL, stderr=theirs, check=True)
        os.close(theirs)
        try:
            said = os.read(ours, 4096)
        except OSError:
            said = b""
        os.close(ours)
        assert (b"copied [" in said) == drawn
