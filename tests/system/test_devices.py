# SPDX-License-Identifier: BSD-3-Clause
"""Devices: limits, names, history, keys and proofs, what is odd, sweeps."""

import os
import subprocess
import time
import uuid

import jwt
import pytest
from harness import keyfile, people, waiting
from harness.issuer import Issuer, Key, jwks
from harness.wire import Refused

AGENT = "https://agent.test"


def set_up(agent, text):
    agent.add_config("devices.conf", text)
    return agent.restart()


def shown(agent, device):
    return agent.json("device", "show", device)


def login(agent, token, rhost=None, **more):
    with agent.wire() as wire:
        return wire.call("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": "probe",
            "token": token, **({"rhost": rhost} if rhost else {}), **more})


def events(agent):
    return [event["event"] for event in agent.audit()]


# names, numbers, history

def test_rename(agent):
    device = agent.enroll()["device"]

    assert agent.run("device", "rename", device, "my phone",
                     user="alice").returncode == 0
    assert shown(agent, device)["name"] == "my phone"
    assert agent.run("device", "rename", device, "x",
                     user="bob").returncode == 3
    assert agent.run("device", "rename", device, "").returncode == 2
    assert "device-rename" in events(agent)


def test_max_devices(agent):
    set_up(agent, "[device]\nmax_devices = 2\n")
    first = agent.enroll()["device"]
    agent.enroll()

    refused = agent.run("device", "enroll", "--user", "alice", "--name", "x")
    assert refused.returncode == 3
    assert "as many devices as are allowed" in refused.stderr
    agent.enroll("bob")
    agent.json("device", "revoke", first)
    agent.enroll()


@pytest.fixture
def foreign(make_agent, host):
    """An agent that takes the tokens of an issuer, and that issuer."""
    key = Key("ES256", "good")
    source = Issuer("https://idp.test", key)
    agent = make_agent(issuers={"idp": {
        "issuer": "https://idp.test", "keys_file": keyfile.public(jwks(key))}})
    return agent, source


def outcome(agent, token, rhost=None):
    try:
        login(agent, token, rhost)
        return "ok"
    except Refused as error:
        return error.name


def test_auto_register(foreign):
    agent, source = foreign
    agent.start()
    token = source.token("alice")
    assert outcome(agent, token, "192.0.2.1") == "ok"

    set_up(agent, "[device]\nauto_register = no\n")

    assert outcome(agent, token, "192.0.2.1") == "ok"
    assert outcome(agent, token, "192.0.2.2") == "DeviceUnknown"


def test_max_devices_of_another_issuer(foreign):
    agent, source = foreign
    agent.start()
    set_up(agent, "[device]\nmax_devices = 2\n")
    token = source.token("alice")

    assert [outcome(agent, token, f"192.0.2.{i}") for i in (1, 2, 3, 1)] == [
        "ok", "ok", "TooManyDevices", "ok"]
    explained = agent.json("token", "explain", "--user", "alice", "--service",
                           "probe", "--rhost", "192.0.2.9", stdin=token,
                           code=3)
    assert explained["reason"] == "TooManyDevices"
    assert explained["steps"][-1]["step"] == "registration"
    assert explained["steps"][-1]["line"].endswith("devices.conf:2")


def test_history(agent):
    device = agent.enroll()
    for number in range(22):
        login(agent, device["access_token"], f"10.1.2.{number}", tty="ssh")
        time.sleep(0.002)  # ids are ordered by their milliseconds

    view = shown(agent, device["device"])

    assert len(view["history"]) == 20
    assert [entry["rhost"] for entry in view["history"]] == [
        f"10.1.2.{number}" for number in range(21, 1, -1)]
    assert view["seen_rhost"] == "10.1.2.21"
    assert view["seen_service"] == "probe"
    assert view["seen_tty"] == "ssh"
    table = agent.run("device", "show", device["device"]).stdout
    assert "last sessions:" in table and "10.1.2.21" in table


def test_enroll_again(agent):
    device = agent.enroll()
    agent.json("device", "revoke", device["device"])

    again = agent.json("device", "enroll", "--again", device["device"],
                       user="alice")

    assert again["device"] == device["device"]
    assert again["name"] == "laptop"
    assert agent.verdict(device["access_token"]) == "Revoked"
    assert agent.verdict(again["access_token"]) == "ok"
    agent.refresh(again["refresh_token"])
    with pytest.raises(Refused) as refused:
        agent.refresh(device["refresh_token"])
    assert refused.value.name == "Revoked"


def test_enroll_again_is_the_owners(agent):
    device = agent.enroll()["device"]

    assert agent.run("device", "enroll", "--again", device,
                     user="bob").returncode == 3
    assert agent.run("device", "enroll", "--again", device[:-1] + "0"
                     if device[-1] != "0" else device[:-1] + "1",
                     ).returncode == 5


# keys and proofs

ALGORITHMS = ("ES256", "EdDSA", "RS256")


def proof(key, jwk=None, header=None, **claims):
    """As another implementation makes it; a claim that is None is absent."""
    content = {"jti": str(uuid.uuid4()), "iat": int(time.time()),
               "htm": "REFRESH", "htu": AGENT, **claims}
    return jwt.encode({name: value for name, value in content.items()
                       if value is not None}, key.private, key.algorithm,
                      {"typ": "dpop+jwt",
                       "jwk": jwk or key.jwk(use=None, alg=None),
                       **(header or {})})


def enroll_with_key(agent, key):
    with agent.wire() as wire:
        return wire.call("io.jwtagent.Device.Enroll", {
            "user": "alice", "name": "phone",
            "key": key.jwk()})


def refresh(agent, token, made=None):
    with agent.wire() as wire:
        return wire.call("io.jwtagent.Token.Refresh", {
            "token": token, **({"proof": made} if made else {})})


def refusal(agent, token, made=None):
    with pytest.raises(Refused) as refused:
        refresh(agent, token, made)
    return refused.value.name


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_proof_of_another_implementation(agent, algorithm):
    key = Key(algorithm)
    device = enroll_with_key(agent, key)

    reply = refresh(agent, device["refresh_token"], proof(key))

    claims = jwt.decode(reply["access_token"],
                        options={"verify_signature": False})
    assert claims["cnf"]["jkt"] == shown(agent, device["device"])["jkt"]


def test_proofs_that_are_refused(agent):
    key, other = Key("ES256"), Key("ES256")
    token = enroll_with_key(agent, key)["refresh_token"]
    now = int(time.time())

    assert refusal(agent, token) == "ProofRequired"
    for bad in (proof(other), proof(other, jwk=key.jwk()),
                proof(key, htm="POST"), proof(key, htu="https://x.test"),
                proof(key, htm=None), proof(key, htu=None),
                proof(key, jti=None), proof(key, iat=None),
                proof(key, iat=now - 100), proof(key, iat=now + 100),
                proof(key, header={"typ": "JWT"}), "x.y.z",
                jwt.encode({}, "s" * 32, "HS256")):
        assert refusal(agent, token, bad) == "InvalidProof", bad
    good = proof(key)
    token = refresh(agent, token, good)["refresh_token"]
    assert refusal(agent, token, good) == "Replayed"
    agent.restart()
    assert refusal(agent, token, good) == "Replayed"
    refresh(agent, token, proof(key))


def test_a_proof_is_no_access_token(agent):
    key = Key("ES256")
    enroll_with_key(agent, key)

    assert agent.verdict(proof(key)) != "ok"


def test_password_change_wants_a_proof(agent):
    token = enroll_with_key(agent, Key("ES256"))["refresh_token"]

    with agent.wire() as wire, pytest.raises(Refused) as refused:
        wire.call("io.jwtagent.Login.ChangeToken", {
            "user": "alice", "uid": people.uid("alice"), "service": "probe",
            "token": token})

    assert refused.value.name == "ProofRequired"


@pytest.fixture
def home(tmp_path_factory):
    """A folder of alice's."""
    path = tmp_path_factory.mktemp("alice")
    for parent in (path, *list(path.parents)[:3]):
        if str(parent).startswith("/tmp/"):
            os.chmod(parent, 0o755)
    os.chown(path, people.uid("alice"), -1)
    return path


def key_pair(home, command):
    """Made with openssl; the private half is alice's alone."""
    private, public = home / "key.pem", home / "key.pub"
    subprocess.run(["openssl", "genpkey", *command, "-out", private],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out",
                    public], check=True)
    os.chmod(private, 0o600)
    os.chown(private, people.uid("alice"), -1)
    return str(private), str(public)


@pytest.mark.parametrize("command", [
    ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    ("-algorithm", "ED25519",),
    ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")],
    ids=["ES256", "EdDSA", "RS256"])
def test_command_makes_proofs(agent, home, command):
    private, public = key_pair(home, command)
    file = str(home / "token")
    agent.json("device", "enroll", "--name", "phone", "--key", public,
               "--refresh-file", file, user="alice")

    without = agent.run("token", "refresh", "--file", file, user="alice")
    assert without.returncode == 3
    assert "proof" in without.stderr
    for _ in range(2):
        agent.json("token", "refresh", "--file", file, "--key", private,
                   user="alice")
    agent.json("token", "refresh", "--file", file, user="alice",
               environment={"JWT_AGENT_KEY_FILE": private})
    os.chmod(private, 0o640)
    exposed = agent.run("token", "refresh", "--file", file, "--key", private,
                        user="alice")
    assert exposed.returncode == 2
    assert "chmod 600" in exposed.stderr


def test_keys_that_are_refused(agent, home):
    private, public = key_pair(home, ("-algorithm", "EC", "-pkeyopt",
                                      "ec_paramgen_curve:P-384"))
    os.chmod(private, 0o644)

    for path in (private, public, str(home), str(home / "none")):
        result = agent.run("device", "enroll", "--user", "alice", "--name",
                           "x", "--key", path)
        assert result.returncode == 2, path
        assert path in result.stderr


def test_require_key(agent):
    before = agent.enroll()
    set_up(agent, "[device]\nrequire_key = yes\n")
    key = Key("ES256")

    assert agent.run("device", "enroll", "--user", "alice", "--name",
                     "x").returncode == 3
    assert refusal(agent, before["refresh_token"]) == "ProofRequired"
    device = enroll_with_key(agent, key)
    refresh(agent, device["refresh_token"], proof(key))


# what is odd

def test_network(agent):
    device = agent.enroll()
    login(agent, device["access_token"], "192.0.2.1")
    login(agent, device["access_token"], "192.0.2.2")
    assert "odd-network" not in events(agent)

    login(agent, device["access_token"], "198.51.100.1")

    odd = [event for event in agent.audit()
           if event["event"] == "odd-network"]
    assert [event["device"] for event in odd] == [device["device"]]
    assert odd[0]["detail"] == ("from 198.51.100.0/24, "
                                "last from 192.0.2.0/24")
    assert odd[0]["rhost"] == "198.51.100.1"
    assert [one["event"] for one in
            shown(agent, device["device"])["oddities"]] == ["odd-network"]
    assert "odd-network" in agent.run("device", "show",
                                      device["device"]).stdout


def test_fingerprint(agent):
    device = agent.enroll()
    login(agent, device["access_token"], fingerprint="one")

    with agent.wire() as wire:
        wire.call("io.jwtagent.Token.Refresh", {
            "token": device["refresh_token"], "fingerprint": "two"})

    assert "odd-fingerprint" in events(agent)
    assert b"two" not in agent.log.read_bytes()


def test_failures_before_a_success(agent):
    device = agent.enroll()
    for _ in range(10):
        assert agent.verdict("eyJ.e.e") != "ok"
    agent.restart()

    login(agent, device["access_token"])

    assert events(agent).count("odd-failures") == 1
    login(agent, device["access_token"])
    assert events(agent).count("odd-failures") == 1


# the store

def stats(agent):
    return {one["table"]: one for one in
            agent.json("store", "stats")["tables"]}


def test_store_stats(agent):
    before = int(time.time())
    agent.enroll()
    agent.enroll()
    agent.json("code", "new", "--user", "alice")

    counted = stats(agent)

    assert counted["device"]["entries"] == 2
    assert counted["family"]["entries"] == 2
    assert before <= counted["device"]["oldest"] <= time.time()
    assert counted["session"]["entries"] == 0
    assert counted["code"]["entries"] == 1
    assert before < counted["code"]["oldest"]  # when it ends
    assert "device" in agent.run("store", "stats").stdout
    assert agent.run("store", "stats", user="alice").returncode == 3


def test_what_has_ended_is_swept(agent):
    set_up(agent, "[retention]\nsessions = 1d\ndevices = 2d\naudit = 2d\n")
    device = agent.enroll()
    other = agent.enroll()
    for _ in range(40):
        login(agent, device["access_token"])
    agent.json("device", "revoke", device["device"])
    assert stats(agent)["session"]["entries"] == 40
    agent.refresh(other["refresh_token"])

    agent.restart(clock=86400 + 600)
    waiting.until(lambda: stats(agent)["session"]["entries"] == 0, 30)
    assert stats(agent)["device"]["entries"] == 2
    assert stats(agent)["session_by_device"]["entries"] == 0

    agent.restart(clock=2 * 86400 + 1200)
    waiting.until(lambda: stats(agent)["device"]["entries"] == 1, 30)
    assert stats(agent)["family"]["entries"] == 1
    assert stats(agent)["audit"]["entries"] >= 1
    waiting.until(lambda: stats(agent)["audit"]["entries"] < 10, 30)
    assert agent.json("device", "list")[0]["device"] == other["device"]
