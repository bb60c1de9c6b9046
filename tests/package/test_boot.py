# SPDX-License-Identifier: BSD-3-Clause
"""A machine that booted with the packages: people come and are sent away."""

import pytest
from harness import tokens, waiting
from harness.issuer import Issuer
from harness.provider import Provider
from machine.root import PASSWORDS

LOGINS = ("ssh.service", "console-getty.service", "systemd-logind.service",
          "systemd-user-sessions.service")
PART = 1000


def enroll(machine, user="alice", name="laptop"):
    return machine.agent("device", "enroll", "--user", user, "--name", name)


@pytest.fixture
def device(machine):
    return enroll(machine)


@pytest.fixture
def shells(machine):
    opened = []

    def open_one(token, user="alice"):
        opened.append(machine.shell(user, *tokens.parts(token, PART)))
        return opened[-1]

    yield open_one
    for shell in opened:
        if shell.is_open():
            shell.process.kill()
        shell.close()


def leaders(machine):
    """Of the sessions that logind knows."""
    lines = machine.run("loginctl", "list-sessions", "--no-legend").stdout
    return {int(machine.run("loginctl", "show-session", line.split()[0],
                            "--property", "Leader", "--value",
                            code=None).stdout or 0)
            for line in lines.splitlines()}


def ours(machine, device):
    """The sessions of a device that are not over, and what stays of them."""
    return [{name: value for name, value in session.items() if name != "idle"}
            for session in machine.sessions()
            if session["device"] == device["device"]]


def test_nothing_has_failed(machine):
    assert machine.systemctl("list-units", "--failed", "--no-legend") == ""
    assert machine.show("jwt-agent.service", "ActiveState", "User") == {
        "ActiveState": "active", "User": "_jwt-agent"}


def test_socket_is_there_before_any_login(machine):
    """By what systemd must do, and by what it did."""
    socket = machine.show("jwt-agent.socket", "ActiveEnterTimestampMonotonic",
                          "Before")
    assert "sockets.target" in socket["Before"].split()
    for unit in LOGINS:
        shown = machine.show(unit, "After", "InactiveExitTimestampMonotonic")
        assert "basic.target" in shown["After"].split(), unit
        assert (0 < int(socket["ActiveEnterTimestampMonotonic"])
                < int(shown["InactiveExitTimestampMonotonic"])), unit


def test_ssh_by_password(machine):
    result = machine.ssh("alice", PASSWORDS["alice"])
    assert result.stdout == "alice\n", result.stderr


def test_ssh_by_token(machine, device):
    result = machine.ssh("alice", *tokens.parts(device["access_token"], PART))
    assert result.stdout == "alice\n", result.stderr


def test_token_of_another_user(machine, device):
    result = machine.ssh("bob", *tokens.parts(device["access_token"], PART))
    assert result.returncode == 255


def test_console_by_password_and_sudo(machine):
    machine.console_login()
    assert machine.sudo("id", "-u").splitlines()[-1] == "0"
    machine.console_logout()


def test_console_by_token_in_parts(machine, device):
    machine.console_login(answers=tokens.parts(device["access_token"], 200))
    session, = ours(machine, device)
    assert session["service"] == "login"
    machine.console_logout()
    waiting.until(lambda: ours(machine, device) == [])


def test_client_as_the_manual_says(machine):
    """bob's askpass renews his token and gives it in parts."""
    machine.run("runuser", "-l", "bob", "-c", "jwt-agent device enroll "
                "--name laptop --refresh-file ~/laptop.refresh")
    result = machine.run(
        "runuser", "-l", "bob", "-c",
        "SSH_ASKPASS=/usr/bin/jwt-agent-askpass SSH_ASKPASS_REQUIRE=force "
        'JWT_AGENT_REFRESH_FILE="$HOME/laptop.refresh" '
        "ssh -o StrictHostKeyChecking=no 127.0.0.1 'echo $JWT_SESSION'")
    name = result.stdout.strip()
    assert name in {session["session"] for session in
                    machine.sessions("--all", "--user", "bob")}


def test_logind_knows_a_session_until_it_is_revoked(machine, device, shells):
    shell = shells(device["access_token"])
    session, = ours(machine, device)
    assert session["leader"] in leaders(machine)

    machine.agent("device", "revoke", device["device"])

    shell.wait_until_ended(5)
    waiting.until(lambda: session["leader"] not in leaders(machine), 10)
    assert ours(machine, device) == []


def restart(machine):
    machine.systemctl("restart", "jwt-agent.service")


def kill(machine):
    before = machine.show("jwt-agent.service", "MainPID")
    machine.systemctl("kill", "--signal=KILL", "jwt-agent.service")
    waiting.until(lambda: machine.show("jwt-agent.service", "MainPID")
                  not in (before, {"MainPID": "0"}), 20, "another agent")


@pytest.mark.parametrize("end", [restart, kill])
def test_sessions_live_through_the_end_of_an_agent(machine, device, shells,
                                                   end):
    pair = [shells(device["access_token"]) for _ in range(2)]
    before = ours(machine, device)
    assert int(machine.show("jwt-agent.service",
                            "NFileDescriptorStore").popitem()[1]) >= 2

    end(machine)

    assert ours(machine, device) == before
    for shell in pair:
        assert shell.echoes()
    machine.agent("device", "revoke", device["device"])
    for shell in pair:
        shell.wait_until_ended(5)


def test_journal_has_fields(machine, device):
    machine.ssh("alice", *tokens.parts(device["access_token"], PART))
    machine.agent("device", "revoke", device["device"])
    machine.ssh("alice", *tokens.parts(device["access_token"], PART))

    entries = [entry for entry in
               machine.journal("_SYSTEMD_UNIT=jwt-agent.service")
               if entry.get("JWT_AGENT_DEVICE") == device["device"]]

    events = {entry.get("JWT_AGENT_EVENT"): entry for entry in entries}
    assert "login" in events and "device-revoke" in events, sorted(events)
    assert events["login"]["JWT_AGENT_USER"] == "alice"
    assert events["login"]["SYSLOG_IDENTIFIER"] == "jwt-agent"
    text = machine.run("journalctl", "--no-pager", "-o", "export").stdout
    assert device["access_token"] not in text
    assert device["refresh_token"] not in text


def test_varlinkctl(machine, suite):
    if suite == "bookworm":
        pytest.skip("systemd 252 has no varlinkctl")
    socket = "/run/jwt-agent/io.jwtagent"
    text = machine.run("varlinkctl", "introspect", socket,
                       "io.jwtagent.Session").stdout
    assert "interface io.jwtagent.Session" in text
    for interface in machine.run("varlinkctl", "list-interfaces",
                                 socket).stdout.split():
        if interface.startswith("io.jwtagent"):
            machine.run("varlinkctl", "validate-idl",
                        f"/usr/share/varlink/{interface}.varlink")
    info = machine.run("varlinkctl", "call", socket,
                       "org.varlink.service.GetInfo", "{}").stdout
    assert "io.jwtagent.Login" in info


def test_agent_has_no_network(machine):
    pid = machine.show("jwt-agent.service", "MainPID")["MainPID"]
    links = machine.run("cat", f"/proc/{pid}/net/dev").stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in links] == ["lo"]
    spaces = [machine.run("readlink", f"/proc/{number}/ns/net").stdout
              for number in (1, pid)]
    assert spaces[0] != spaces[1]


@pytest.fixture
def corp(machine):
    """An issuer on the network, that the agent is told of."""
    issuer = Issuer("https://corp.test")
    provider = Provider()
    provider.say("/jwks", issuer.jwks())
    conf = "/etc/jwt-agent/conf.d/corp.conf"
    machine.write(conf, "[issuer corp]\nissuer = https://corp.test\n"
                  f"jwks_url = {provider.url('/jwks')}\n"
                  "audience = login.test\nuser_claim = sub\n")
    restart(machine)
    yield issuer, provider
    machine.run("rm", conf)
    restart(machine)
    provider.stop()


def test_keys_come_through_the_fetcher(machine, corp):
    issuer, provider = corp

    result = machine.ssh("alice", *tokens.parts(issuer.token(), PART))

    assert result.stdout == "alice\n", result.stderr
    assert provider.requests["/jwks"] >= 1
    started = {entry["UNIT"] for entry in machine.journal("_PID=1")
               if "UNIT" in entry}
    assert any(unit.startswith("jwt-agent-fetcher@") for unit in started)


def test_reboot(machine, device):
    before = machine.agent("key", "list")

    machine.reboot()

    test_nothing_has_failed(machine)
    test_socket_is_there_before_any_login(machine)
    assert machine.agent("key", "list") == before
    result = machine.ssh("alice", *tokens.parts(device["access_token"], PART))
    assert result.stdout == "alice\n", result.stderr
    assert machine.ssh("alice", PASSWORDS["alice"]).stdout == "alice\n"
