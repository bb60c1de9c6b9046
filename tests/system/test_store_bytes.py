# SPDX-License-Identifier: BSD-3-Clause
"""No secret in the bytes of the store."""

import base64

import pytest
from harness import ssh, tokens

# From the head of a PKCS#8 key up to the secret number (RFC 5915, RFC 8410).
PKCS8_P256 = bytes.fromhex("3013 06072a8648ce3d0201 06082a8648ce3d030107"
                           "046d306b0201010420")
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
PKCS8_RSA = bytes.fromhex("300d06092a864886f70d01010105000482")


def forms(name, secret):
    """A secret as it could lie in a page: raw, hex, base64 at any offset."""
    yield f"{name} raw", secret
    yield f"{name} hex", secret.hex().encode()
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(shift) + secret)
            yield f"{name} base64+{shift}", text[4 if shift else 0:-4]


def assert_absent(agent, secrets):
    content = agent.bytes_of_store()
    assert len(content) > 4096
    for name, secret in secrets.items():
        for form, needle in forms(name, secret):
            assert needle not in content, form
    assert b"PRIVATE" not in content


def secrets_of(agent, pairs):
    secrets = {"P-256 key": PKCS8_P256, "Ed25519 key": PKCS8_ED25519,
               "RSA key": PKCS8_RSA,
               "master key": (agent.place / "master.key").read_bytes()}
    for number, pair in enumerate(pairs):
        token = pair["refresh_token"]
        secrets[f"refresh token {number}"] = token.encode()
        secrets[f"tag {number}"] = tokens.refresh_parts(token)[2]
        secrets[f"access token {number}"] = pair["access_token"].encode()
    return secrets


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "RS256"])
def test_after_the_first_use(make_agent, algorithm):
    agent = make_agent(token={"algorithm": algorithm}).start()
    pairs = [agent.enroll()]
    for _ in range(5):
        pairs.append(agent.refresh(pairs[-1]["refresh_token"]))

    assert_absent(agent, secrets_of(agent, pairs))
    agent.stop()
    assert_absent(agent, secrets_of(agent, pairs))


def test_after_growth(ssh_agent, sshd):
    """Many devices, logins and refusals: pages are split, moved and freed."""
    ssh_agent.add_config("devices.conf", "[device]\nmax_devices = 0\n")
    ssh_agent.restart()
    before = len(ssh_agent.bytes_of_store())
    pairs = []
    with ssh_agent.wire() as wire:
        for number in range(300):
            pairs.append(wire.call("io.jwtagent.Device.Enroll", {
                "user": "alice", "name": f"device {number}",
                "claims": {"filler": "x" * 2000}}))
            pairs.append(wire.call("io.jwtagent.Token.Refresh", {
                "token": pairs[-1]["refresh_token"]}))
    ssh.run(sshd, "alice",
            ssh.token(ssh_agent, pairs[-1]["access_token"]), "true")
    ssh.run(sshd, "bob",
            ssh.token(ssh_agent, pairs[-1]["access_token"]), "true")

    assert len(ssh_agent.bytes_of_store()) > before + 300 * 2000
    assert_absent(ssh_agent, secrets_of(ssh_agent, pairs))


def test_search_finds_what_is_there(agent):
    """The search itself: a public text of the store is found."""
    name = "a name that is no secret"
    agent.enroll(name=name)

    assert any(needle in agent.bytes_of_store()
               for _, needle in forms("name", name.encode()))
    with pytest.raises(AssertionError):
        assert_absent(agent, {"name": name.encode()})


def test_files_are_private(agent):
    agent.enroll()
    paths = [agent.store, *agent.store.rglob("*"), agent.place / "master.key"]
    for path in paths:
        assert path.stat().st_mode & 0o077 == 0, path
