# SPDX-License-Identifier: BSD-3-Clause
"""What installing, enabling, disabling, removing and purging do to /etc/pam.d,
to the keys and to the store, on a machine that runs."""

import pytest
from harness import tokens
from machine import packages
from machine.root import PASSWORDS, files_below

STATE = "/var/lib/jwt-agent"


@pytest.fixture(scope="module")
def plain(make_machine):
    """Booted, and nothing of ours on it."""
    return make_machine().boot()


@pytest.fixture(scope="module")
def untouched(plain):
    return pam_files(plain)


def pam_files(machine):
    return files_below(machine.path("/etc/pam.d"))


def keys(machine):
    return machine.agent("key", "list")


def test_install_enables_nothing(plain, untouched):
    packages.install(plain)

    assert pam_files(plain) == untouched
    assert plain.systemctl("is-active", *packages.UNITS).split() == [
        "active"] * len(packages.UNITS)
    assert plain.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"


@pytest.mark.parametrize("profile", ["jwt", "jwt-observe"])
def test_disable_restores_every_byte(plain, untouched, profile):
    plain.run("pam-auth-update", "--enable", profile)
    assert "pam_jwt.so" in plain.path("/etc/pam.d/common-auth").read_text()

    plain.run("pam-auth-update", "--disable", profile)

    assert pam_files(plain) == untouched


def test_observe_logs_and_lets_nobody_in(plain, untouched):
    packages.enable_sshd(plain)
    plain.systemctl("reload", "ssh.service")
    plain.run("pam-auth-update", "--enable", "jwt-observe")
    device = plain.agent("device", "enroll", "--user", "alice", "--name",
                         "laptop")

    token = plain.ssh("alice", *tokens.parts(device["access_token"], 1000))
    password = plain.ssh("alice", PASSWORDS["alice"])

    assert token.returncode == 255
    assert password.stdout == "alice\n", password.stderr
    said = [entry["MESSAGE"] for entry in plain.journal("-t", "sshd")]
    said += [entry["MESSAGE"] for entry in plain.journal("-t", "sshd-session")]
    assert any("would accept" in line for line in said), said
    assert plain.sessions("--all") == []
    plain.run("pam-auth-update", "--disable", "jwt-observe")
    assert pam_files(plain) == untouched


def test_remove_keeps_keys_and_store(plain, untouched):
    plain.run("pam-auth-update", "--enable", "jwt")
    before = keys(plain)
    device = plain.agent("device", "list")

    packages.apt(plain, "remove", *packages.NAMES)

    assert pam_files(plain) == untouched
    assert plain.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
    assert plain.path(f"{STATE}/store").is_dir()
    assert plain.systemctl("list-units", "--failed", "--no-legend") == ""
    packages.install(plain)
    assert keys(plain) == before
    assert plain.agent("device", "list") == device


def test_module_removed_alone(plain, untouched):
    """The profile is enabled, and the agent stays."""
    plain.run("pam-auth-update", "--enable", "jwt")

    packages.apt(plain, "remove", "libpam-jwt")

    assert pam_files(plain) == untouched
    assert plain.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
    packages.install(plain)


def test_purge_leaves_nothing(plain, untouched):
    plain.run("pam-auth-update", "--enable", "jwt")

    packages.apt(plain, "purge", *packages.NAMES)

    assert pam_files(plain) == untouched
    for gone in (STATE, "/etc/jwt-agent", "/run/jwt-agent"):
        assert not plain.path(gone).exists(), gone
    plain.run("rm", packages.SSHD_CONFIG)  # this was put there by hand
    left = plain.run("find", "/etc", "/usr", "/var", "-xdev", "-name",
                     "*jwt?agent*").stdout.split()
    assert [path for path in left if not path.startswith(
        ("/var/cache/apt/", "/var/log/"))] == []
    assert plain.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
    plain.console_login()
    plain.console_logout()
