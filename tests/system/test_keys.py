# SPDX-License-Identifier: BSD-3-Clause
"""Rotating the keys of a running agent."""

import base64
import os
import re
import shutil

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness import people, tokens, waiting
from harness.leader import Leader
from harness.wire import Refused

WRAPPED = re.compile(rb'{"v":1,"id":(\d+),"created":\d+,"key":"([\w-]+)"')


def keys(agent, kind):
    return [key for key in agent.json("key", "list") if key["kind"] == kind]


def states(agent):
    return sorted(key["state"] for key in keys(agent, "signing"))


def kids(agent):
    return {key["kid"] for key in agent.json("key", "jwks")["keys"]}


def events(agent, name):
    return [event for event in agent.json("audit", "list")
            if event["event"] == name]


# signing keys

def test_next_key_is_shown_and_does_not_sign(agent):
    before = agent.enroll()
    [active] = keys(agent, "signing")

    made = agent.json("key", "rotate")

    assert made["state"] == "next"
    assert made["until"] - made["since"] == 3600
    assert kids(agent) == {active["key"], made["key"]}
    after = agent.refresh(before["refresh_token"])
    assert tokens.header(after["access_token"])["kid"] == active["key"]
    again = agent.run("key", "rotate")
    assert again.returncode == 3
    assert made["key"] in again.stderr


def test_whole_life(make_agent):
    """In real time, by the agent alone."""
    agent = make_agent(token={"key_publish": "1s",
                              "access_lifetime": "5s"}).start()
    [first] = keys(agent, "signing")
    made = agent.json("key", "rotate")
    pair = agent.enroll()
    assert tokens.header(pair["access_token"])["kid"] == first["key"]
    waiting.until(lambda: states(agent) == ["active", "retired"], 60)
    [active] = [key for key in keys(agent, "signing")
                if key["state"] == "active"]
    assert active["key"] == made["key"]
    assert kids(agent) == {first["key"], made["key"]}
    pair = agent.refresh(pair["refresh_token"])
    assert tokens.header(pair["access_token"])["kid"] == made["key"]
    assert agent.verdict(pair["access_token"]) == "ok"
    assert [event["detail"] for event in events(agent, "key-activated")] == [
        made["key"]]


def test_key_publish(make_agent):
    at_once = make_agent(token={"key_publish": "0s"}).start()
    later = make_agent(token={"key_publish": "1h"}).start()

    assert at_once.json("key", "rotate")["state"] == "active"
    assert later.json("key", "rotate")["state"] == "next"
    assert states(at_once) == ["active", "retired"]


def test_leaked_key(agent):
    pair = agent.enroll()
    leader = Leader(agent, pair["access_token"])
    assert agent.verdict(pair["access_token"]) == "ok"

    said = agent.run("key", "rotate", "--now")

    assert "signs from now on" in said.stdout
    assert agent.verdict(pair["access_token"]) == "UnknownKey"
    assert states(agent) == ["active"]
    pair = agent.refresh(pair["refresh_token"])
    assert agent.verdict(pair["access_token"]) == "ok"
    assert agent.session(leader.session)["state"] == "active"
    assert leader.is_alive()
    [event] = events(agent, "key-rotate")
    assert event["outcome"] == "granted"
    assert event["caller_uid"] == 0
    agent.restart()
    assert agent.verdict(pair["access_token"]) == "ok"
    leader.end()


def test_change_of_algorithm(make_agent):
    agent = make_agent(token={"key_publish": "0s"}).start()
    pair = agent.enroll()
    agent.configure(algorithm="EdDSA")
    agent.restart()
    waiting.until(lambda: states(agent) == ["active", "retired"])

    assert agent.verdict(pair["access_token"]) == "ok"
    pair = agent.refresh(pair["refresh_token"])
    assert tokens.header(pair["access_token"])["alg"] == "EdDSA"


# data keys

def data_key(agent, number, master):
    """A data key of the store, and the text that it is wrapped into."""
    for found in WRAPPED.finditer(agent.bytes_of_store()):
        if int(found[1]) == number:
            sealed = base64.urlsafe_b64decode(found[2] + b"==")
            place = f"meta\0datakey/{number:08x}\0key".encode()
            return (AESGCM(master).decrypt(sealed[4:16], sealed[16:], place),
                    found[2])
    raise AssertionError(f"no data key {number}")


def assert_absent(content, secret):
    for form in (secret, secret.hex().encode(),
                 base64.urlsafe_b64encode(secret).rstrip(b"="),
                 base64.b64encode(secret).rstrip(b"=")):
        assert form not in content


def test_data_key_over_kills(make_agent):
    agent = make_agent()
    agent.add_config("devices.conf", "[device]\nmax_devices = 0\n")
    agent.start()
    with agent.wire() as wire:
        pairs = [wire.call("io.jwtagent.Device.Enroll", {
            "user": "alice", "name": f"device {number}"})
            for number in range(600)]
    master = (agent.place / "master.key").read_bytes()
    old, wrapped = data_key(agent, 1, master)

    made = agent.json("key", "rotate-data")
    assert made["key"] == "2"
    kills = 0
    while len(keys(agent, "data")) > 1:
        agent.kill()
        agent.start()
        kills += 1
        if kills > 20:
            waiting.until(lambda: len(keys(agent, "data")) == 1, 60)

    assert kills > 0
    with agent.wire() as wire:
        for pair in pairs:
            wire.call("io.jwtagent.Token.Refresh", {
                "token": pair["refresh_token"]})
    assert agent.run("store", "check").returncode == 0
    assert_absent(agent.bytes_of_store(), old)
    backup = agent.place / "backup"
    assert agent.run("store", "backup", str(backup)).returncode == 0
    assert wrapped not in backup.read_bytes()
    assert_absent(backup.read_bytes(), master)


# the master key

def test_master_key(agent):
    pair = agent.enroll()
    file = agent.place / "master.key"
    old = file.read_bytes()

    said = agent.run("key", "rotate-master")

    assert f"{file}: replaced" in said.stdout
    new = file.read_bytes()
    assert new != old and len(new) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    waiting.until(lambda: len(keys(agent, "master")) == 1)
    assert events(agent, "key-master")[-1]["detail"] == \
        "the new one is in its place"
    assert events(agent, "key-rotate-master")[-1]["caller_uid"] == 0
    pair = agent.refresh(pair["refresh_token"])
    assert agent.json("key", "rotate-data")["key"] == "2"
    agent.restart()
    pair = agent.refresh(pair["refresh_token"])
    for secret in old, new:
        assert_absent(agent.bytes_of_store(), secret)
    agent.stop()
    file.write_bytes(old)
    process = agent.spawn()
    assert process.wait(timeout=30) == 1
    assert str(file) in agent.said()
    file.write_bytes(new)
    agent.start()
    assert agent.refresh(pair["refresh_token"])


def test_master_key_that_cannot_be_written(agent):
    pair = agent.enroll()
    file = agent.place / "master.key"
    old = file.read_bytes()
    (agent.place / "master.key.new").mkdir()

    said = agent.run("key", "rotate-master")

    assert said.returncode == 1
    assert f"{file} cannot be replaced: " in said.stderr
    waiting.until(lambda: len(keys(agent, "master")) == 1)
    assert file.read_bytes() == old
    agent.restart()
    assert agent.refresh(pair["refresh_token"])


def test_master_key_of_a_command(agent):
    """Both open the store until somebody has put the new one in its place."""
    pair = agent.enroll()
    agent.stop()
    file = agent.place / "master.key"
    source = agent.place / "safe"
    source.write_text(file.read_bytes().hex())
    file.unlink()
    agent.agent["master_key_command"] = f"/bin/cat {source}"
    agent.configure()
    shutil.chown(source, people.AGENT_USER)
    agent.start()
    assert agent.run("key", "rotate-master").returncode == 2
    new = os.urandom(32)
    handed = agent.place / "new"
    handed.touch(mode=0o600)
    handed.write_bytes(new)

    said = agent.run("key", "rotate-master", "--new-key-file", str(handed))

    assert "restart the agent" in said.stdout
    assert [key["state"] for key in keys(agent, "master")] == [
        "active", "next"]
    agent.restart()
    pair = agent.refresh(pair["refresh_token"])
    assert len(keys(agent, "master")) == 2
    assert agent.run("key", "rotate-data").returncode == 3
    source.write_text(new.hex())
    agent.restart()
    assert len(keys(agent, "master")) == 1
    assert agent.refresh(pair["refresh_token"])
    assert new.hex() not in agent.said()


@pytest.mark.parametrize("text", ["", "short", "00" * 31, "0" * 200])
def test_refused_master_keys(agent, text):
    with agent.wire() as wire, pytest.raises(Refused) as refused:
        wire.call("io.jwtagent.Key.RotateMaster", {"new_key": text})

    assert refused.value.name == "InvalidParameter"
