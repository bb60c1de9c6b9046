# SPDX-License-Identifier: BSD-3-Clause
"""The doctor on file systems and clocks of its own, and over every example."""

import json
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from harness import built, namespace, profiles

EXAMPLES = built.SOURCE / "examples"
SHIPPED = built.SOURCE / "etc" / "pam.d"

# What Debian has around them.
COMMON = {
    "common-auth": "auth required pam_unix.so\n",
    "common-account": "account required pam_unix.so\n",
    "common-session": "session required pam_unix.so\n",
    "common-session-noninteractive": "session required pam_unix.so\n",
    "common-password": "password required pam_unix.so\n",
}


def examine(agent, *arguments):
    """The names of what was found, by check."""
    result = agent.run("doctor", "--json", *arguments)
    assert result.returncode in (0, 1), result.stderr
    return {(found["check"], found["name"])
            for found in json.loads(result.stdout) if "name" in found}


def names(agent, *arguments):
    return {name for _, name in examine(agent, *arguments)}


@pytest.fixture
def mounted():
    """Mounts that are gone after the test."""
    places = []

    def mount(*arguments):
        namespace.mount(*arguments)
        places.append(arguments[-1])
    yield mount
    for place in reversed(places):
        subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def small(make_agent, mounted):
    """An agent, and its store on a file system of its own, of so many MiB."""
    def make(size):
        agent = make_agent().start()
        agent.stop()
        copy = agent.place / "copy"
        shutil.copytree(agent.store, copy)
        mounted("-t", "tmpfs", "-o", f"size={size}m,mode=0700", "tmpfs",
                str(agent.store))
        for path in copy.iterdir():
            subprocess.run(["cp", "--sparse=always", path, agent.store],
                           check=True)
        subprocess.run(["chown", "-R", "_jwt-agent:", agent.store],
                       check=True)
        return agent
    return make


def fill(agent, left):
    """Up to `left` KiB."""
    free = shutil.disk_usage(agent.store).free // 1024 - left
    subprocess.run(["fallocate", "-l", f"{free}k", agent.store / "filler"],
                   check=True)


def test_disk(small):
    agent = small(256)
    assert not {"disk-low", "disk-full"} & names(agent)

    fill(agent, 32 * 1024)
    assert "disk-low" in names(agent)

    (agent.store / "filler").unlink()
    fill(agent, 64)
    assert "disk-full" in names(agent)


def test_read_only(small, mounted):
    agent = small(256)
    subprocess.run(["mount", "-o", "remount,ro", agent.store], check=True)

    assert "store-read-only" in names(agent)


def test_hardware_clock(agent, mounted):
    mounted("-t", "tmpfs", "tmpfs", "/sys")
    clock = Path("/sys/class/rtc/rtc0/since_epoch")
    clock.parent.mkdir(parents=True)

    for shift, wrong in ((0, False), (3600, True), (-3600, True)):
        clock.write_text(f"{int(time.time()) + shift}\n")
        assert ("clock-wrong" in names(agent)) == wrong

    adjtime = Path("/etc/adjtime")  # the namespace's own
    adjtime.write_text("0.0 0 0.0\n0\nLOCAL\n")
    assert "clock-wrong" not in names(agent)
    adjtime.unlink()


def test_while_the_agent_is_down(agent):
    assert "socket-missing" not in names(agent)
    agent.stop()
    assert "socket-missing" in names(agent)


def test_store_that_was_cut_off(agent):
    """LMDB touches what is not there, and the kernel ends who does."""
    agent.stop()
    assert "store-damaged" not in names(agent)
    with open(agent.store / "data.mdb", "r+b") as file:
        file.truncate(5000)
    assert "store-damaged" in names(agent)


def test_by_somebody_who_is_not_root(agent):
    """What may not be looked at is said to be so, and is no finding."""
    result = agent.run("doctor", "--json", user="alice")
    skipped = {found["check"] for found in json.loads(result.stdout)
               if found["result"] == "not checked"}
    assert {"store", "master key"} <= skipped


# the examples


@pytest.fixture
def stacks_of(tmp_path_factory):
    """A folder with these files, and Debian's own around them."""
    def make(*paths):
        folder = tmp_path_factory.mktemp("pam.d")
        for name, text in COMMON.items():
            (folder / name).write_text(text)
        for path in paths:
            shutil.copy(path, folder / path.name)
        return folder
    return make


def pam_findings(agent, folder, *arguments):
    return {name for check, name in examine(
        agent, "--pam-dir", str(folder), *arguments)
        if check in ("pam", "sshd")}


@pytest.mark.parametrize("name", ["sshd", "observe"])
def test_shipped_stacks(agent, stacks_of, name):
    folder = stacks_of(SHIPPED / name)
    assert pam_findings(agent, folder, "--sshd-config",
                        str(EXAMPLES / "sshd/10-jwt-agent.conf")) == set()


def test_shipped_common_files(agent, stacks_of):
    folder = stacks_of(*SHIPPED.glob("common-*"))
    (folder / "login").write_text("@include common-auth\n"
                                  "@include common-account\n"
                                  "@include common-session\n")
    assert pam_findings(agent, folder) == set()


def test_token_only(agent, stacks_of):
    """Where people log in it locks them out, as it says of itself."""
    folder = stacks_of(SHIPPED / "token-only")
    assert pam_findings(agent, folder) == {"pam-locks-out"}


@pytest.mark.parametrize("example", ["sudo", "postgresql"])
def test_examples(make_agent, stacks_of, example):
    agent = make_agent()
    for path in (EXAMPLES / example).glob(f"{example}*.conf"):
        text = path.read_text()
        agent.add_config(path.name, text.replace("issuers = corp",
                                                 "issuers = local"))
    folder = stacks_of(*(EXAMPLES / example / "pam.d").iterdir())

    assert pam_findings(agent, folder) == set()


@pytest.mark.parametrize("name", profiles.NAMES)
def test_profiles(agent, name):
    pam = profiles.Profiles()
    try:
        pam.enable(name)
        found = examine(agent)
    finally:
        pam.discard()
    assert {one for one in found if one[0] in ("pam", "module")} == set()
