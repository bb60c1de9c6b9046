# SPDX-License-Identifier: BSD-3-Clause
"""Nobody is locked out: whatever is wrong with us, passwords log in as before,
and the doctor names the fault."""

import json
import re
import statistics
import time

import pytest
from harness import tokens
from machine import faults
from machine.root import PASSWORDS

# What is wrong, and what the doctor says of it.
FAULTS = {
    "stopped": (faults.stopped, r"stopped|not running|no agent|nobody listens"),
    "masked": (faults.masked, r"masked"),
    "ends_at_once": (faults.ends_at_once, r"fail|crash|again and again"),
    "killed_at_start": (faults.killed_at_start, r"fail|crash|again and again"),
    "hanging": (faults.hanging, r"does not answer|in time"),
    "store_unreadable": (faults.store_unreadable, r"/var/lib/jwt-agent/store"),
    "typo": (faults.typo, r"acces_lifetime"),
    "disk_full": (faults.disk_full, r"full|space"),
    "clock_off": (faults.clock_off, r"clock"),
    "half_configured": (faults.half_configured,
                        r"(jwt-agent|libpam-jwt).*(half-)?configured"),
    "module_missing": (faults.module_missing, r"no module|pam_jwt\.so"),
    "no_master_key": (faults.no_master_key, r"master[ ._]key"),
}

# In these the agent answers all the same.
MILD = ("clock_off", "half_configured", "module_missing", "disk_full")
ADDED = 0.150
ROUNDS = 9


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
    """What the doctor complains of, by root."""
    result = machine.run("jwt-agent", "doctor", "--json", code=None)
    return [f"{finding['check']}: {finding['message']}"
            for finding in json.loads(result.stdout)
            if finding["result"] in ("fault", "warning")]


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
    fault, said = FAULTS[name]
    access = token(machine, device)
    before = findings(machine)

    with fault(machine):
        password_ways_in(machine)
        if name not in MILD:
            refused = machine.ssh("alice", *tokens.parts(access, 1000))
            assert refused.returncode == 255
        found = findings(machine)

    new = [line for line in found if line not in before]
    assert any(re.search(said, line) for line in new), "\n".join(new)
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


@pytest.mark.parametrize("way", [seconds_for_sudo, seconds_for_ssh])
def test_a_password_waits_for_nobody(machine, way):
    """Nobody listens; measured by turns with and without our profile."""
    times = {"with": [], "without": []}
    with faults.stopped(machine):
        for _ in range(ROUNDS):
            times["with"].append(way(machine))
            machine.run("pam-auth-update", "--disable", "jwt")
            times["without"].append(way(machine))
            machine.run("pam-auth-update", "--enable", "jwt")
    medians = {name: statistics.median(taken)
               for name, taken in times.items()}
    print(f"{way.__name__}: {medians}")
    assert medians["with"] - medians["without"] < ADDED, times
