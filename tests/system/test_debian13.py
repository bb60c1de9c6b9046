# SPDX-License-Identifier: BSD-3-Clause
"""OpenSSH 10, which runs authentication in a program of its own; ci/debian13
brings it."""

import re
import subprocess

import pytest
from harness import ssh, waiting


def version():
    said = subprocess.run(["ssh", "-V"], capture_output=True, text=True)
    return int(re.search(r"OpenSSH_(\d+)", said.stderr).group(1))


pytestmark = pytest.mark.skipif(version() < 10, reason="needs OpenSSH 10: ci/debian13")


def test_log_in_and_be_revoked(ssh_agent, sshd):
    device = ssh_agent.enroll()
    credential = ssh.token(ssh_agent, device["access_token"])
    shell = ssh.Shell(sshd, "alice", credential)
    try:
        session, = ssh_agent.sessions()
        assert (session["state"], session["service"]) == ("active", "sshd")
        assert shell.echoes()

        ssh_agent.json("device", "revoke", device["device"])

        shell.wait_until_ended(1.5)
        waiting.until(lambda: ssh_agent.sessions() == [])
        assert ssh_agent.session(session["session"])["state"] == "revoked"
    finally:
        shell.close()
    refused = ssh.run(sshd, "alice", credential, "id")
    assert refused.returncode == 255


def test_session_is_taken_up_again(ssh_agent, sshd):
    device = ssh_agent.enroll()
    shell = ssh.Shell(sshd, "alice",
                      ssh.token(ssh_agent, device["access_token"]))
    try:
        ssh_agent.kill()
        ssh_agent.start()
        assert [s["state"] for s in ssh_agent.sessions()] == ["active"]
        ssh_agent.json("device", "revoke", device["device"])
        shell.wait_until_ended(1.5)
    finally:
        shell.close()
