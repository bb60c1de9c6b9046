# SPDX-License-Identifier: BSD-3-Clause
"""Refresh tokens: rotation, grace, reuse, lifetimes, a clock that jumps."""

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import built, people, ssh, tokens
from harness.wire import Refused

GRACE = 2  # seconds


@pytest.fixture
def quick(make_agent):
    """An agent with a short grace window."""
    return make_agent(token={"refresh_grace": f"{GRACE}s"}).start()


def refusal(agent, token):
    with pytest.raises(Refused) as caught:
        agent.refresh(token)
    return caught.value.name


def reasons(agent):
    return [event["reason"] for event in agent.audit()]


def assert_family_is_dead(agent, *held):
    for token in held:
        assert refusal(agent, token) in ("TokenReused", "DeviceRevoked",
                                         "Revoked")


def test_each_rotation_gives_a_new_pair(agent):
    device = agent.enroll()
    token, seen = device["refresh_token"], {device["refresh_token"]}
    first = tokens.generation(token)

    for count in range(1, 6):
        reply = agent.refresh(token)
        token = reply["refresh_token"]
        assert token not in seen
        seen.add(token)
        assert reply["generation"] == first + count
        assert tokens.generation(token) == first + count
        tokens.verified(reply["access_token"], agent.json("key", "jwks"),
                        "login.test")


def test_lost_reply_inside_grace_gets_the_same_successor(agent):
    token = agent.enroll()["refresh_token"]

    replies = {agent.refresh(token)["refresh_token"] for _ in range(5)}

    assert len(replies) == 1
    agent.refresh(replies.pop())
    assert "TokenReused" not in reasons(agent)


def test_lost_reply_outside_grace_is_reuse(quick):
    token = quick.enroll()["refresh_token"]
    successor = quick.refresh(token)["refresh_token"]
    time.sleep(GRACE + 1.1)

    assert refusal(quick, token) == "TokenReused"

    assert "TokenReused" in reasons(quick)
    assert_family_is_dead(quick, token, successor)


def test_grace_ends_when_the_successor_is_used(agent):
    token = agent.enroll()["refresh_token"]
    successor = agent.refresh(token)["refresh_token"]
    newest = agent.refresh(successor)["refresh_token"]

    assert refusal(agent, token) == "TokenReused"
    assert_family_is_dead(agent, token, successor, newest)


def test_no_grace(make_agent):
    agent = make_agent(token={"refresh_grace": "0s"}).start()
    token = agent.enroll()["refresh_token"]
    agent.refresh(token)
    time.sleep(1.1)

    assert refusal(agent, token) == "TokenReused"


def test_two_clients_race_with_one_token(agent):
    token = agent.enroll()["refresh_token"]

    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            successors = set(pool.map(
                lambda _, held=token: agent.refresh(held)["refresh_token"],
                range(8)))
            assert len(successors) == 1
            token = successors.pop()

    assert "TokenReused" not in reasons(agent)


def test_reuse_ends_the_sessions_of_the_family(ssh_agent, sshd):
    device, other = ssh_agent.enroll(), ssh_agent.enroll(name="phone")
    first = ssh_agent.refresh(device["refresh_token"])
    second = ssh_agent.refresh(first["refresh_token"])
    shell = ssh.Shell(sshd, "alice",
                      ssh.token(ssh_agent, second["access_token"]))
    bystander = ssh.Shell(sshd, "alice",
                          ssh.token(ssh_agent, other["access_token"]))

    try:
        assert refusal(ssh_agent, device["refresh_token"]) == "TokenReused"
        shell.wait_until_ended(1.0)
        assert bystander.echoes()
    finally:
        bystander.close()
        shell.close()
    result = ssh.run(sshd, "alice",
                     ssh.token(ssh_agent, second["access_token"]), "id")
    assert result.returncode == 255
    assert ssh_agent.refresh(other["refresh_token"])["generation"] > 0


def forgeries(token):
    newest = tokens.generation(token)
    wrong_tag = bytearray(tokens.refresh_parts(token)[2])
    wrong_tag[0] ^= 1
    return {
        "tag": tokens.refresh_forged(token, tag=bytes(wrong_tag)),
        "older": tokens.refresh_forged(token, generation=max(newest - 1, 0),
                                       tag=bytes(wrong_tag)),
        "newer": tokens.refresh_forged(token, generation=newest + 1),
        "newest": tokens.refresh_forged(token, generation=2**32 - 1),
        "family": tokens.refresh_forged(token, family=os.urandom(16)),
        "cut": token[:-2],
        "longer": token + "A",
        "prefix": token.replace("jr1_", "jr2_"),
        "text": "jr1_",
        "empty": "",
        "newline": token + "\n",
    }


def test_forged_token_changes_nothing(agent):
    device = agent.enroll()
    token = agent.refresh(device["refresh_token"])["refresh_token"]
    before = agent.json("device", "show", device["device"])

    for name, forged in forgeries(token).items():
        assert refusal(agent, forged) == "InvalidToken", name

    assert agent.json("device", "show", device["device"]) == before
    assert agent.refresh(token)["generation"] == before["generation"] + 1


HOUR = 3600
DAY = 24 * HOUR


def test_idle_lifetime(agent):
    token = agent.enroll()["refresh_token"]
    agent.restart(clock=29 * DAY)
    token = agent.refresh(token)["refresh_token"]
    agent.restart(clock=58 * DAY)
    token = agent.refresh(token)["refresh_token"]

    agent.restart(clock=89 * DAY)

    assert refusal(agent, token) == "TokenExpired"


def test_absolute_lifetime(agent):
    token = agent.enroll()["refresh_token"]
    for day in range(25, 180, 25):
        agent.restart(clock=day * DAY)
        reply = agent.refresh(token)
        token = reply["refresh_token"]
        now = time.time() + day * DAY
        assert reply["refresh_expires"] <= now + (180 - day) * DAY + 60

    agent.restart(clock=181 * DAY)

    assert refusal(agent, token) == "TokenExpired"


def test_short_lifetimes_are_heard(make_agent):
    agent = make_agent(token={"refresh_idle": "1s",
                              "refresh_absolute": "2s"}).start()
    token = agent.enroll()["refresh_token"]
    time.sleep(2.1)

    assert refusal(agent, token) == "TokenExpired"


def test_clock_set_back(agent):
    """An honest client goes on; nothing old comes back to life."""
    device = agent.enroll()
    held = [device["refresh_token"]]
    for _ in range(2):
        held.append(agent.refresh(held[-1])["refresh_token"])

    agent.restart(clock=-2 * HOUR)
    held.append(agent.refresh(held[-1])["refresh_token"])
    agent.restart()
    held.append(agent.refresh(held[-1])["refresh_token"])

    assert "TokenReused" not in reasons(agent)
    agent.restart(clock=-2 * HOUR)
    assert refusal(agent, held[0]) == "TokenReused"
    assert_family_is_dead(agent, held[-1])


def test_lost_reply_before_the_clock_was_set_back(quick):
    """A grace time does not grow by the hours the clock was set back."""
    token = quick.enroll()["refresh_token"]
    successor = quick.refresh(token)["refresh_token"]

    quick.restart(clock=-HOUR)
    assert quick.refresh(token)["refresh_token"] == successor
    time.sleep(GRACE + 1.1)

    assert refusal(quick, token) == "TokenReused"


def test_refresh_of_a_revoked_device(agent):
    device = agent.enroll()
    agent.json("device", "revoke", device["device"])

    assert refusal(agent, device["refresh_token"]) == "DeviceRevoked"


def test_refresh_of_a_user_who_is_gone(agent):
    people.make_person("carol", "leaving 9")
    token = agent.enroll("carol")["refresh_token"]
    subprocess.run(["userdel", "--remove", "carol"], check=True,
                   stderr=subprocess.PIPE)
    time.sleep(1.1)  # an answer of the directory is believed for a second

    assert refusal(agent, token) == "NoSuchUser"


def test_command_reads_standard_input(agent):
    token = agent.enroll()["refresh_token"]

    reply = agent.json("token", "refresh", stdin=token + "\n")

    assert {"access_token", "access_expires", "refresh_token",
            "generation"} <= set(reply)
    assert agent.run("token", "refresh", stdin="jr1_AAAA").returncode == 3


@pytest.fixture
def file_of_alice(agent):
    path = f"{people.HOME}/alice/refresh"
    agent.json("device", "enroll", "--user", "alice", "--name", "laptop",
               "--refresh-file", path)
    os.chown(path, people.uid("alice"), -1)
    yield path
    for name in os.listdir(f"{people.HOME}/alice"):
        if name.startswith("refresh"):
            os.unlink(f"{people.HOME}/alice/{name}")


def read(path):
    with open(path) as file:
        return file.read().strip()


def test_one_file_and_sixteen_processes(agent, file_of_alice):
    assert os.stat(file_of_alice).st_mode & 0o777 == 0o600
    command = [str(built.COMMAND), "--config", str(agent.config), "token",
               "refresh", "--file", file_of_alice]

    for _ in range(3):
        processes = [subprocess.Popen(
            command, preexec_fn=people.become("alice"), cwd="/", text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL) for _ in range(16)]
        outputs = [process.communicate(timeout=30) for process in processes]
        assert [process.returncode for process in processes] == [0] * 16, (
            outputs)
        for access_token, _ in outputs:
            tokens.verified(access_token.strip(), agent.json("key", "jwks"),
                            "login.test")

    assert os.stat(file_of_alice).st_mode & 0o777 == 0o600
    assert agent.refresh(read(file_of_alice))["generation"] > 1
    assert "TokenReused" not in reasons(agent)


def test_file_stays_when_the_agent_is_down(agent, file_of_alice):
    before = read(file_of_alice)
    agent.stop()

    result = agent.run("token", "refresh", "--file", file_of_alice,
                       user="alice")

    assert result.returncode == 4
    assert read(file_of_alice) == before
    agent.start()
    assert agent.run("token", "refresh", "--file", file_of_alice,
                     user="alice").returncode == 0
