# SPDX-License-Identifier: BSD-3-Clause
"""What can go wrong on a machine; each is mended at the end of its block."""

import contextlib
import subprocess
from pathlib import Path

from harness import clock, waiting

from . import packages

UNITS = ("jwt-agent.socket", "jwt-agent.service")
CONFIG = "/etc/jwt-agent/jwt-agent.conf"
STATE = "/var/lib/jwt-agent"
CLOCK = "/etc/clock-of-test"
LIBRARY = "/usr/lib/clock-of-test.so"
CLOCK_SOURCE = Path(clock.__file__).with_suffix(".c")
CLOCKED = ("jwt-agent.service", "ssh.service", "console-getty.service")


def start(machine):
    """As an administrator does it who has mended something."""
    machine.systemctl("reset-failed", *UNITS, code=None)
    machine.systemctl("start", *UNITS)
    wait_for(machine, "active")


def stop(machine):
    machine.systemctl("stop", *UNITS)


def wait_for(machine, *states):
    """Of the agent's unit."""
    waiting.until(lambda: machine.show("jwt-agent.service", "ActiveState")
                  ["ActiveState"] in states, 60, f"the agent to be {states}")


def wait_for_failure(machine):
    """The agent has ended by itself at least twice."""
    waiting.until(lambda: int(machine.show("jwt-agent.service", "NRestarts")
                              ["NRestarts"]) >= 2
                  or machine.show("jwt-agent.service", "ActiveState")
                  ["ActiveState"] == "failed", 60, "a loop of crashes")


def restart(machine):
    """Of one that will not come up; returns when it has failed."""
    machine.systemctl("restart", "--no-block", "jwt-agent.service")
    wait_for_failure(machine)


@contextlib.contextmanager
def stopped(machine):
    stop(machine)
    try:
        yield
    finally:
        start(machine)


@contextlib.contextmanager
def masked(machine):
    machine.systemctl("mask", "--now", *UNITS)
    try:
        yield
    finally:
        machine.systemctl("unmask", *UNITS)
        start(machine)


@contextlib.contextmanager
def drop_in(machine, text):
    path = "/etc/systemd/system/jwt-agent.service.d/test.conf"
    machine.write(path, text)
    machine.systemctl("daemon-reload")
    try:
        yield
    finally:
        machine.run("rm", path)
        machine.systemctl("daemon-reload")
        start(machine)


@contextlib.contextmanager
def ends_at_once(machine):
    with drop_in(machine, "[Service]\nExecStart=\nExecStart=/bin/false\n"):
        restart(machine)
        yield


@contextlib.contextmanager
def killed_at_start(machine):
    with drop_in(machine, "[Service]\nExecStart=\n"
                 "ExecStart=/bin/sh -c 'kill -KILL $$$$'\n"):
        restart(machine)
        yield


@contextlib.contextmanager
def hanging(machine):
    """It listens, takes connections and answers none."""
    machine.systemctl("kill", "--signal=STOP", "jwt-agent.service")
    try:
        yield
    finally:
        machine.systemctl("kill", "--signal=CONT", "jwt-agent.service")


@contextlib.contextmanager
def store_unreadable(machine):
    stop(machine)
    machine.run("chown", "root:root", f"{STATE}/store")
    machine.run("chmod", "000", f"{STATE}/store")
    machine.systemctl("start", "jwt-agent.socket")
    restart(machine)
    try:
        yield
    finally:
        machine.run("chown", "_jwt-agent:_jwt-agent", f"{STATE}/store")
        machine.run("chmod", "700", f"{STATE}/store")
        start(machine)


@contextlib.contextmanager
def typo(machine):
    before = machine.path(CONFIG).read_text()
    machine.path(CONFIG).write_text(before + "\n[token]\nacces_lifetime=5m\n")
    restart(machine)
    try:
        yield
    finally:
        machine.path(CONFIG).write_text(before)
        start(machine)


@contextlib.contextmanager
def disk_full(machine):
    """The store on a small file system in which nothing is left."""
    stop(machine)
    size = int(machine.run("du", "-sk", STATE).stdout.split()[0])
    machine.run("cp", "-a", STATE, "/root/state")
    machine.run("mount", "-t", "tmpfs", "-o",
                f"size={size + 64}k,mode=0700", "tmpfs", STATE)
    machine.run("chown", "_jwt-agent:_jwt-agent", STATE)
    machine.run("sh", "-c", f"cp -a /root/state/. {STATE}/")
    machine.run("dd", "if=/dev/zero", f"of={STATE}/filler", "bs=4k",
                code=None)
    machine.systemctl("start", "jwt-agent.socket")
    machine.systemctl("start", "jwt-agent.service", code=None)
    try:
        yield
    finally:
        stop(machine)
        machine.run("umount", STATE)
        machine.run("rm", "-r", "/root/state")
        start(machine)


def restart_clocked(machine):
    """However often they were started in the last seconds."""
    machine.systemctl("reset-failed", *CLOCKED, code=None)
    machine.systemctl("restart", *CLOCKED)


@contextlib.contextmanager
def clock_jumps(machine, seconds):
    """For whatever starts from now on. The clock of the host stays."""
    hands = clock.Clock(machine.path(CLOCK))
    subprocess.run(["cc", "-D_GNU_SOURCE", f'-DCLOCK_FILE="{CLOCK}"', "-O1",
                    "-shared", "-fPIC", "-o", machine.path(LIBRARY),
                    CLOCK_SOURCE], check=True)
    machine.write("/etc/ld.so.preload", f"{LIBRARY}\n")
    restart_clocked(machine)
    hands.jump(seconds)
    try:
        yield
    finally:
        machine.run("rm", "/etc/ld.so.preload")
        restart_clocked(machine)


def clock_ahead(machine):
    return clock_jumps(machine, 3600)


def clock_behind(machine):
    return clock_jumps(machine, -3600)


@contextlib.contextmanager
def half_configured(machine):
    """An upgrade whose postinst fails."""
    packages.break_postinst(machine, "/packages", "/root/broken")
    packages.install(machine, "/root/broken", code=100)
    for name in packages.NAMES:
        assert packages.state(machine, name) in (
            "install ok half-configured", "install ok unpacked")
    try:
        yield
    finally:
        packages.install(machine)
        start(machine)


@contextlib.contextmanager
def module_missing(machine):
    module = machine.run("sh", "-c", "ls /usr/lib/*/security/pam_jwt.so"
                         ).stdout.strip()
    machine.run("mv", module, "/root/")
    try:
        yield
    finally:
        machine.run("mv", "/root/pam_jwt.so", module)


@contextlib.contextmanager
def no_master_key(machine):
    key = f"{STATE}/master.key"
    stop(machine)
    machine.run("mv", key, "/root/")
    machine.systemctl("start", "jwt-agent.socket")
    restart(machine)
    try:
        yield
    finally:
        machine.run("mv", "/root/master.key", key)
        start(machine)
