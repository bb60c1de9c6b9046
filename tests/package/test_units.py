# SPDX-License-Identifier: BSD-3-Clause
"""The units beside the agent's, as systemd runs them: confined."""

import json

import pytest
from harness import waiting

JOBS = ("sweep", "backup", "audit-check", "report", "key-rotation")
TEXTFILES = "/var/lib/prometheus/node-exporter"
PROGRAM = """#!/bin/sh
cat >>"$STATE_DIRECTORY/told"
echo >>"$STATE_DIRECTORY/told"
"""
TOLD = "/var/lib/jwt-agent-alerts/told"


@pytest.fixture(scope="module")
def backups(machine):
    """The folder where the operator wants them."""
    folder = "/srv/backups"
    machine.run("install", "-d", "-m", "0700", folder)
    machine.write("/etc/jwt-agent/conf.d/upkeep.conf",
                  f"[upkeep]\nbackup_dir = {folder}\n"
                  "[token]\nkey_max_age = 90d\n")
    machine.systemctl("restart", "jwt-agent.service")
    return folder


@pytest.mark.parametrize("job", JOBS)
def test_upkeep(machine, backups, job):
    machine.systemctl("start", f"jwt-agent-upkeep@{job}.service")

    done = {entry["job"]: entry for entry in machine.agent("upkeep", "list")}
    assert done[job]["outcome"] == "ok", done[job]
    if job == "backup":
        assert machine.run("ls", backups).stdout != ""


def test_timers(machine):
    timers = machine.systemctl("list-timers", "--all", "--no-legend")
    for job in JOBS:
        assert f"jwt-agent-upkeep-{job}.timer" in timers
    assert "jwt-agent-metrics.timer" not in timers


def test_metrics(machine):
    machine.run("install", "-d", TEXTFILES)

    machine.systemctl("start", "jwt-agent-metrics.service")

    file = f"{TEXTFILES}/jwt-agent.prom"
    assert "jwtagent_logins_total" in machine.run("cat", file).stdout
    assert machine.run("stat", "-c", "%a", file).stdout == "644\n"


def test_alerts(machine):
    machine.write("/etc/jwt-agent/alert", PROGRAM)
    machine.run("chmod", "755", "/etc/jwt-agent/alert")
    machine.systemctl("start", "jwt-agent-alerts.service")

    def told():
        # until somebody follows nobody is told
        machine.run("jwt-agent", "alert", "test", "failed-logins")
        return machine.run("cat", TOLD, code=None).stdout

    first = waiting.until(told, 20, "the alert").splitlines()[0]
    assert json.loads(first)["event"] == "alert-test"
    machine.systemctl("stop", "jwt-agent-alerts.service")
    machine.run("rm", "/etc/jwt-agent/alert")
