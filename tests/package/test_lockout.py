# SPDX-License-Identifier: BSD-3-Clause
"""Nobody is locked out: whatever is wrong with us, passwords log in as before,
and the doctor names the fault."""

import json
import statistics
import time

import pytest
from harness import tokens, waiting
from machine import faults
from machine.root import PASSWORDS

# What is wrong, and what the doctor calls it.
FAULTS = {
    "stopped": (faults.stopped, {"agent-stopped"}),
    "masked": (faults.masked, {"agent-masked"}),
    "ends_at_once": (faults.ends_at_once, {"agent-failing"}),
    "killed_at_start": (faults.killed_at_start, {"agent-failing"}),
    "hanging": (faults.hanging, {"agent-silent"}),
    "store_unreadable": (faults.store_unreadable,
                         {"store-unreadable", "store-foreign"}),
    "typo": (faults.typo, {"config-invalid"}),
    "disk_full": (faults.disk_full, {"disk-full"}),
    "clock_ahead": (faults.clock_ahead, {"clock-wrong", "clock-jumped"}),
    "clock_behind": (faults.clock_behind, {"clock-wrong", "clock-jumped"}),
    "half_configured": (faults.half_configured, {"package-half-configured"}),
    "module_missing": (faults.module_missing, {"module-missing"}),
    "no_master_key": (faults.no_master_key, {"master-key-missing"}),
}

# In these the agent answers all the same.
MILD = ("clock_ahead", "clock_behind", "half_configured", "module_missing",
        "disk_full")
ADDED = 0.150
ROUNDS = 7


@pytest.fixture(scope="module")
def device(machine):
    return machine.agent("device", "enroll", "--user", "alice", "--name",
                         "laptop")


def token(machine, device):
    """A fresh one, from an agent that is well."""
    device.update(machine.agent("token", "refresh",
                                stdin=device["refresh_token"]))
    return device["access_token"]


def findings(machine):
    """The names of what the doctor complains of, asked by root."""
    result = machine.run("jwt-agent", "doctor", "--json", code=None)
    return {found.get("name") for found in json.loads(result.stdout)
            if found["result"] in ("fault", "warning")}


def password_ways_in(machine):
    """Asserts each of them."""
    result = machine.ssh("alice", PASSWORDS["alice"])
    assert result.stdout == "alice\n", result.stderr
    machine.console_login()
    assert machine.sudo("id", "-u").splitlines()[-1] == "0"
    machine.console_logout()
    machine.console_login("root")
    machine.console_logout()


@pytest.mark.parametrize("name", FAULTS)
def test_passwords_work_and_the_doctor_knows(machine, device, name):
    fault, names = FAULTS[name]
    access = token(machine, device)
    before = findings(machine)

    with fault(machine):
        password_ways_in(machine)
        if name not in MILD:
            refused = machine.ssh("alice", *tokens.parts(access, 1000))
            assert refused.returncode == 255
        waiting.until(lambda: (findings(machine) - before) & names, 30,
                      f"finding {names}")

    result = machine.ssh("alice", *tokens.parts(access, 1000))
    assert result.stdout == "alice\n", result.stderr


def wrong_password_is_refused(machine):
    assert machine.ssh("alice", "wrong").returncode == 255


@pytest.mark.parametrize("name", ["stopped", "module_missing", "masked"])
def test_a_wrong_password_stays_wrong(machine, name):
    with FAULTS[name][0](machine):
        wrong_password_is_refused(machine)


def seconds_for_sudo(machine):
    """Of a password that is asked for, found right, and let in by account and
    session: the fastest way through a whole stack."""
    start = time.monotonic()
    result = machine.run("runuser", "-u", "alice", "--", "sudo", "-S", "-k",
                         "true", stdin=PASSWORDS["alice"] + "\n")
    assert result.returncode == 0
    return time.monotonic() - start


def seconds_for_ssh(machine):
    start = time.monotonic()
    assert machine.ssh("alice", PASSWORDS["alice"]).returncode == 0
    return time.monotonic() - start


def seconds_added(machine, way):
    """By our profile, to the median; measured by turns with it and without."""
    times = {"enable": [], "disable": []}
    for _ in range(ROUNDS):
        for state, taken in times.items():
            machine.run("pam-auth-update", f"--{state}", "jwt")
            taken.append(way(machine))
    machine.run("pam-auth-update", "--enable", "jwt")
    print(f"{way.__name__}: {times}")
    return statistics.median(times["enable"]) - statistics.median(
        times["disable"])


@pytest.mark.parametrize("way", [seconds_for_sudo, seconds_for_ssh])
def test_a_password_waits_for_nobody(machine, way):
    """Nobody listens. A machine with other work to do is given three tries:
    one that waited would fail in each of them."""
    with faults.stopped(machine):
        added = [seconds_added(machine, way)]
        while added[-1] >= ADDED and len(added) < 3:
            added.append(seconds_added(machine, way))
    assert added[-1] < ADDED, added
