# SPDX-License-Identifier: BSD-3-Clause
"""jwt-agent serve: start, what it refuses to start with, and its end."""

import os
import shutil
import socket
import subprocess
import time

import pytest
from harness import built, people
from harness.agent import as_user
from harness.wire import Closed, Refused


def refused_start(agent):
    """The exit code and what was said, of a start that must not succeed."""
    process = agent.spawn()
    code = process.wait(timeout=10)
    assert code != 0
    return agent.said()


def test_clean_end(agent):
    assert agent.stop() == 0
    assert agent.start().stop() == 0


def test_calls_in_flight_are_answered(agent):
    pairs = [agent.enroll(name=f"device {n}") for n in range(32)]
    wires = [agent.wire() for _ in pairs]
    for wire, pair in zip(wires, pairs):
        wire.ask("io.jwtagent.Token.Refresh", {"token": pair["refresh_token"]})

    assert agent.stop() == 0

    newest = []
    for wire, pair in zip(wires, pairs):
        try:
            newest.append(wire.answer()["refresh_token"])
        except Closed as closed:
            assert closed.args[0] == b"", "half an answer"
            newest.append(pair["refresh_token"])
        except Refused as refused:
            assert refused.name == "Busy"
            newest.append(pair["refresh_token"])
        wire.close()
    agent.start()
    for token in newest:
        agent.refresh(token)
    assert "TokenReused" not in [e["reason"] for e in agent.audit()]


def test_end_does_not_wait_for_idle_callers(agent):
    idle = [agent.wire() for _ in range(10)]
    idle[0].send(b'{"method":')
    start = time.monotonic()

    assert agent.stop() == 0

    assert time.monotonic() - start < 3
    for wire in idle:
        wire.close()


def test_second_agent_on_the_socket(make_agent):
    first = make_agent().start()
    second = make_agent(agent={"socket": first.socket})

    refused_start(second)

    assert first.refresh(first.enroll()["refresh_token"])


def test_second_agent_on_the_store(make_agent):
    first = make_agent().start()
    second = make_agent(agent={
        "store": first.store, "master_key": first.place / "master.key"})

    refused_start(second)

    assert first.refresh(first.enroll()["refresh_token"])


def test_socket_left_by_a_killed_agent(agent):
    agent.kill()
    assert agent.socket.exists()

    agent.start()

    assert agent.enroll()["device"]


def test_loose_socket_directory(agent):
    agent.stop()
    agent.socket.parent.chmod(0o777)

    assert str(agent.socket.parent) in refused_start(agent)


def test_socket_directory_of_another_user(agent):
    agent.stop()
    shutil.chown(agent.socket.parent, "alice")
    agent.socket.parent.chmod(0o777)

    assert str(agent.socket.parent) in refused_start(agent)


def test_readable_master_key(agent):
    agent.stop()
    key = agent.place / "master.key"
    key.chmod(0o644)

    assert str(key) in refused_start(agent)


def test_missing_master_key_beside_a_store(agent):
    agent.enroll()
    agent.stop()
    key = agent.place / "master.key"
    saved = key.read_bytes()
    key.unlink()

    assert str(key) in refused_start(agent)
    assert not key.exists(), "a new key would make the store unreadable"

    key.touch(mode=0o600)
    key.write_bytes(saved)
    shutil.chown(key, people.AGENT_USER)
    agent.start()
    assert len(agent.json("device", "list")) == 1


def test_wrong_master_key(agent):
    agent.enroll()
    agent.stop()
    key = agent.place / "master.key"
    saved = key.read_bytes()
    key.write_bytes(bytes(len(saved)))
    before = (agent.store / "data.mdb").read_bytes()

    assert str(key) in refused_start(agent)

    assert (agent.store / "data.mdb").read_bytes() == before
    key.write_bytes(saved)
    agent.start()


def test_master_key_of_a_command(agent):
    """Before and after, the key is the same; the store is sealed with it."""
    refresh = agent.enroll()["refresh_token"]
    agent.stop()
    key = agent.place / "master.key"
    program = agent.place / "print-key"
    program.write_text(f"#!/bin/sh\necho {key.read_bytes().hex()}\n")
    program.chmod(0o700)
    shutil.chown(program, people.AGENT_USER)
    key.unlink()
    agent.agent["master_key_command"] = f"{program} --for jwt-agent"
    agent.configure()

    agent.start()
    assert agent.refresh(refresh)

    agent.stop()
    before = (agent.store / "data.mdb").read_bytes()
    program.write_text("#!/bin/sh\necho slot 3 is empty >&2\nexit 9\n")
    said = refused_start(agent)
    assert f"{program} ended with status 9: slot 3 is empty" in said
    program.write_text(f"#!/bin/sh\necho {'00' * 32}\n")
    assert "master_key_command" in refused_start(agent)
    assert (agent.store / "data.mdb").read_bytes() == before


@pytest.mark.parametrize("line", ["acess_lifetime = 5m", "algorithm = HS256",
                                  "access_lifetime = soon",
                                  "[agent]\nmaster_key_command = get-key"])
def test_mistyped_configuration(agent, line):
    agent.stop()
    with open(agent.config, "a") as config:
        config.write(line + "\n")
    number = len(agent.config.read_text().splitlines())

    said = refused_start(agent)

    assert f"{agent.config}:{number}:" in said
    checked = agent.run("config", "check")
    assert checked.returncode == 2
    assert f"{agent.config}:{number}:" in checked.stdout + checked.stderr


def test_socket_activation(make_agent):
    """The socket comes from the service manager as descriptor 3."""
    agent = make_agent()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(agent.socket))
    os.chmod(agent.socket, 0o666)
    listener.listen(16)
    launch = ('exec 3<&"$0"; export LISTEN_FDS=1 LISTEN_PID=$$; exec '
              f"{built.COMMAND} --config {agent.config} serve")
    with open(agent.log, "ab") as log:
        agent.process = subprocess.Popen(
            [*as_user(people.AGENT_USER), "/bin/bash", "-c", launch,
             str(listener.fileno())], pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    with agent.wire() as wire:
        assert wire.call("io.jwtagent.Token.ListKeys")["keys"]
    assert agent.stop() == 0
    assert agent.socket.exists(), "the socket is the service manager's"
    listener.close()


def test_process_keeps_no_core_and_no_privilege(agent):
    status = dict(line.split(":\t", 1) for line in
                  open(f"/proc/{agent.process.pid}/status")
                  if ":\t" in line)
    assert int(status["CapEff"], 16) == 1 << 5  # CAP_KILL
    assert os.stat(f"/proc/{agent.process.pid}/mem").st_uid == 0, (
        "dumpable: its user could read its memory")


def test_no_network(agent):
    """No socket of the agent is of another family than AF_UNIX."""
    inodes = {os.readlink(f"/proc/{agent.process.pid}/fd/{fd}")
              for fd in os.listdir(f"/proc/{agent.process.pid}/fd")}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with open(f"/proc/net/{table}") as lines:
            for line in list(lines)[1:]:
                assert f"socket:[{line.split()[9]}]" not in inodes


def test_status_and_doctor(agent):
    status = agent.json("status")
    assert status["pid"] == agent.process.pid
    assert (status["issuer"], status["algorithm"]) == ("https://agent.test",
                                                       "ES256")
    assert agent.run("doctor").returncode in (0, 1)
    agent.stop()
    assert agent.run("status").returncode == 4
    assert agent.run("doctor").returncode == 1


def test_exit_codes(agent):
    assert agent.run("status").returncode == 0
    assert agent.run("nonsense").returncode == 2
    assert agent.run("device", "show", "nonsense").returncode == 5
    assert agent.run("device", "enroll", "--user", "nosuchuser", "--name",
                     "x").returncode == 5
