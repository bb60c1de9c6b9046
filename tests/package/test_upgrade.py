# SPDX-License-Identifier: BSD-3-Clause
"""From the version before, whose store had an older schema, and back."""

import re

import pytest
from harness import tokens, waiting
from machine import faults, packages
from machine.root import PASSWORDS

STORE = "/var/lib/jwt-agent"


@pytest.fixture(scope="module")
def before(make_machine, work):
    """A machine that has run the version before: with a device, and two
    connections by its token."""
    if not list((work / "before").glob("*.deb")):
        pytest.skip("git does not know the version before here: a clone "
                    "without history")
    machine = make_machine()
    machine.root.add_packages((work / "before").glob("*.deb"), "before")
    packages.install(machine.root, "/before")
    packages.enable(machine.root)
    machine.boot()
    machine.device = machine.agent("device", "enroll", "--user", "alice",
                                   "--name", "laptop")
    machine.shells = [machine.shell("alice", *tokens.parts(
        machine.device["access_token"], 1000)) for _ in range(2)]
    yield machine
    for shell in machine.shells:
        if shell.is_open():
            shell.process.kill()
        shell.close()


def names(machine):
    return sorted(session["session"] for session in machine.sessions())


def test_upgrade_loses_no_session(before):
    old = names(before)
    assert len(old) == 2

    packages.install(before)

    waiting.until(lambda: before.show("jwt-agent.service", "ActiveState")
                  ["ActiveState"] == "active", 60)
    assert names(before) == old
    for shell in before.shells:
        assert shell.echoes()


def test_store_was_migrated_and_backed_up(before):
    said = [entry["MESSAGE"] for entry in
            before.journal("_SYSTEMD_UNIT=jwt-agent.service")]
    assert any("migrat" in line for line in said), said[-20:]
    kept = before.run("find", STORE, "-name", "*backup*").stdout.split()
    assert kept, before.run("find", STORE).stdout
    assert before.run("jwt-agent", "store", "check").returncode == 0


def test_what_was_issued_before_is_good(before):
    made = before.agent("token", "refresh",
                        stdin=before.device["refresh_token"])
    result = before.ssh("alice", *tokens.parts(made["access_token"], 1000))
    assert result.stdout == "alice\n", result.stderr


def test_sessions_of_before_end_by_a_revoke_of_now(before):
    before.agent("device", "revoke", before.device["device"])
    for shell in before.shells:
        shell.wait_until_ended(5)
    assert names(before) == []


def test_downgrade_says_what_to_do(before):
    """And locks nobody out."""
    packages.install(before, "/before")

    waiting.until(lambda: [
        entry for entry in before.journal("_SYSTEMD_UNIT=jwt-agent.service")
        if "newer" in entry["MESSAGE"]], 60, "a sentence of the agent")
    assert before.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
    before.console_login()
    assert before.sudo("id", "-u").splitlines()[-1] == "0"
    before.console_logout()
    doctor = before.run("jwt-agent", "doctor", code=None)
    assert doctor.returncode == 1


def test_up_again_all_is_there(before):
    packages.install(before)
    waiting.until(lambda: before.show("jwt-agent.service", "ActiveState")
                  ["ActiveState"] == "active", 60)
    device, = before.agent("device", "list", "--user", "alice")
    assert device["device"] == before.device["device"]


def rewrite_schema(machine, change):
    """In every copy of the number that the stopped store's file has."""
    path = machine.path(f"{STORE}/store/data.mdb")
    data = path.read_bytes()
    changed = re.sub(rb'"version":(\d)\}',
                     lambda found: b'"version":%d}' % change(int(found[1])),
                     data)
    assert changed != data
    with open(path, "r+b") as file:
        file.write(changed)


def test_store_of_a_version_to_come(before):
    """As after a downgrade: the refusal says what to type, and passwords go
    on. The store has the number of a schema that this version knows not."""
    faults.stop(before)
    rewrite_schema(before, lambda number: number + 3)
    before.systemctl("start", "jwt-agent.socket")

    faults.restart(before)

    said = [entry["MESSAGE"] for entry in
            before.journal("_SYSTEMD_UNIT=jwt-agent.service")
            if "newer jwt-agent" in entry["MESSAGE"]]
    assert "jwt-agent store migrate --to" in said[-1]
    assert before.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
    before.console_login()
    assert before.sudo("id", "-u").splitlines()[-1] == "0"
    before.console_logout()
    doctor = before.run("jwt-agent", "doctor", code=1).stdout
    assert "store-newer" in doctor
    faults.stop(before)
    rewrite_schema(before, lambda number: number - 3)
    faults.start(before)
