# SPDX-License-Identifier: BSD-3-Clause
"""Tokens of other issuers, by every algorithm and from every kind of file."""

import json
import subprocess
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from harness import keyfile, ssh, stacks, terminal, tokens, waiting
from harness.agent import Agent
from harness.issuer import (ASYMMETRIC, SYMMETRIC, Issuer, Key, jwks,
                            private_jwk)

ISS = "https://corp.test"
# RFC 7518 section 3.2: never shorter than the hash
SECRET = b"0123456789abcdef" * 4


def corp(**keys):
    return {"corp": {"issuer": ISS, **keys}}


@pytest.fixture
def file_agent(make_agent):
    """Makes an agent whose issuer has `text` as its file of keys."""
    def make(text, suffix=".json", **keys):
        place = keyfile.public(text, suffix)
        agent = make_agent(issuers=corp(keys_file=place, **keys)).start()
        agent.keys_file = place
        return agent
    return make


# every algorithm, from every kind of file

@pytest.fixture(scope="module")
def every_key():
    return {algorithm: Key(algorithm, f"kid {algorithm}")
            for algorithm in ASYMMETRIC}


def assert_all_log_in(agent, every_key, **header):
    source = Issuer(ISS)
    for algorithm, key in every_key.items():
        token = source.token(key=key, header=header)
        assert agent.verdict(token) == "ok", algorithm
        assert agent.verdict(tokens.with_bad_signature(token)) == (
            "BadSignature"), algorithm


def test_every_algorithm_from_a_jwks(file_agent, every_key):
    agent = file_agent(jwks(*every_key.values()))

    assert_all_log_in(agent, every_key)
    assert {(key["kid"], key["alg"]) for key in
            agent.issuer("corp")["keys"]} == {
                (key.kid, algorithm) for algorithm, key in every_key.items()}


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_a_single_jwk(file_agent, every_key, algorithm):
    key = every_key[algorithm]
    agent = file_agent(json.dumps(key.jwk()))

    assert_all_log_in(agent, {algorithm: key})


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_pem(file_agent, every_key, algorithm):
    """Keys without a name answer to any."""
    key = every_key[algorithm]
    agent = file_agent(key.pem(), ".pem")

    assert_all_log_in(agent, {algorithm: key})
    assert_all_log_in(agent, {algorithm: key}, kid=None)


def test_two_keys_in_one_pem_file(file_agent):
    pair = [Key("ES256"), Key("EdDSA")]
    agent = file_agent("".join(key.pem() for key in pair), ".pem")

    assert_all_log_in(agent, {key.algorithm: key for key in pair})


@pytest.mark.parametrize("algorithm", SYMMETRIC)
def test_shared_secret(make_agent, algorithm):
    agent = make_agent(issuers=corp(secret_file=keyfile.secret(SECRET),
                                    algorithms=algorithm)).start()
    claims = Issuer(ISS).claims()

    assert agent.verdict(jwt.encode(claims, SECRET, algorithm)) == "ok"
    assert agent.verdict(jwt.encode(claims, SECRET[1:] + b"x", algorithm)) == (
        "BadSignature")
    for other in set(SYMMETRIC) - {algorithm}:
        assert agent.verdict(jwt.encode(claims, SECRET, other)) == (
            "AlgorithmRefused")


def test_signed_by_openssl(file_agent):
    """By hand, as a shell script would do it."""
    key = Key("RS256", "by-hand")
    agent = file_agent(jwks(key))
    private = keyfile.path(".pem")
    private.write_text(private_pem(key))
    head = tokens.encode(b'{"alg":"RS256","kid":"by-hand"}')
    body = tokens.encode(json.dumps(Issuer(ISS).claims()).encode())

    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", str(private)], check=True,
        input=f"{head}.{body}".encode(), capture_output=True).stdout

    assert agent.verdict(f"{head}.{body}.{tokens.encode(signature)}") == "ok"


def private_pem(key):
    return key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()).decode()


def test_secret_is_no_key_for_others(make_agent):
    """A token by the published key's bytes as a secret: the old confusion."""
    key = Key("RS256", "k")
    agent = make_agent(issuers=corp(
        keys_file=keyfile.public(jwks(key)))).start()
    good = Issuer(ISS).token(key=key)

    forged = tokens.with_public_key_as_secret(good,
                                              {"keys": [key.jwk()]})

    assert agent.verdict(good) == "ok"
    assert agent.verdict(forged) == "AlgorithmRefused"


def test_login_by_ssh(file_agent, sshd):
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    stacks.token_only("sshd", agent)

    result = ssh.run(sshd, "alice", ssh.token(agent, source.token()), "id -un")

    assert result.stdout == "alice\n", result.stderr
    waiting.until(lambda: agent.sessions() == [])
    session, = agent.sessions(all=True)
    assert (session["user"], session["state"]) == ("alice", "closed")


def test_long_token_by_ssh(file_agent, sshd):
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    stacks.token_only("sshd", agent)
    token = source.token(groups=[f"group-{n}" for n in range(400)])
    assert len(token) > 4096

    result = ssh.run(sshd, "alice", ssh.token(agent, token), "id -un")

    assert result.stdout == "alice\n", result.stderr


def test_revoked_device_of_another_issuer(file_agent):
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    token = source.token()
    device = agent.login(token)["device"]

    assert agent.json("device", "revoke", device)["result"] == "revoked"

    assert agent.verdict(token) == "DeviceRevoked"
    assert agent.verdict(source.token()) == "DeviceRevoked"
    assert agent.verdict(source.token("bob"), "bob") == "ok"


def test_issuers_do_not_sign_for_one_another(make_agent):
    one, two = Issuer("https://one.test"), Issuer("https://two.test")
    agent = make_agent(issuers={
        "one": {"issuer": one.name,
                "keys_file": keyfile.public(one.jwks())},
        "two": {"issuer": two.name,
                "keys_file": keyfile.public(
                    jwks(Key("ES256", one.keys[0].kid)))}}).start()

    assert agent.verdict(one.token()) == "ok"
    assert agent.verdict(one.token(iss=two.name)) == "BadSignature"
    assert agent.verdict(one.token(iss="https://agent.test")) == "UnknownKey"


# names

MAPPED = [
    ("alice", [], "ok"),
    ("alice@corp.test", [], "WrongUser"),
    ("alice@corp.test", ["{user}@corp.test"], "ok"),
    ("alice@corp.test.evil", ["{user}@corp.test"], "WrongUser"),
    ("alice@partner.test", ["{user}@corp.test"], "WrongUser"),
    ("alice", ["{user}@corp.test"], "WrongUser"),
    ("alice\n@corp.test", ["{user}@corp.test"], "WrongUser"),
    ("x\nalice", ["/[a-z]+/"], "WrongUser"),
    ("alice@corp.test", ["/([a-z]+)@corp[.]test/"], "ok"),
    ("xalice@corp.test", ["/alice@corp[.]test/ -> alice"], "WrongUser"),
    ("alice@corp.test", ["/alice@corp[.]test/ -> alice"], "ok"),
    ("4711", ["4711 -> alice"], "ok"),
    ("ice", ["{user} -> al{user}"], "ok"),
    ("alice", ["bob -> alice"], "WrongUser"),
    ("Alice", [], "WrongUser"),
    ("alice ", [], "WrongUser"),
    ("alic\u0435", [], "WrongUser"),
]


@pytest.fixture(scope="module")
def mapping_agent(host):
    """One issuer for every list of rules in MAPPED."""
    key = Key("ES256", "k")
    place = keyfile.public(jwks(key))
    agent = Agent(issuers={
        f"map{number}": {"issuer": f"https://map{number}.test",
                         "keys_file": place,
                         **({"username_map": rules} if rules else {})}
        for number, (_, rules, _) in enumerate(MAPPED)})
    agent.key = key
    yield agent.start()
    agent.discard()


@pytest.mark.parametrize("number", range(len(MAPPED)))
def test_name_of_the_user(mapping_agent, number):
    claim, _, outcome = MAPPED[number]
    source = Issuer(f"https://map{number}.test", mapping_agent.key)

    assert mapping_agent.verdict(source.token(claim)) == outcome


@pytest.mark.parametrize("claim", [
    {"preferred_username": None}, {"preferred_username": 7},
    {"preferred_username": ["alice"]}, {"preferred_username": True}])
def test_no_other_claim_names_the_user(file_agent, claim):
    source = Issuer(ISS)
    agent = file_agent(source.jwks(), user_claim="preferred_username")

    assert agent.verdict(source.token(sub="alice", **claim)) == "InvalidClaim"


# files that change

def by(key):
    return Issuer(ISS, key).token()


@pytest.mark.parametrize("change", ["rename", "in place"])
def test_file_is_read_again(file_agent, change):
    old, new = Key("ES256", "old"), Key("ES256", "new")
    agent = file_agent(jwks(old))
    assert (agent.verdict(by(old)), agent.verdict(by(new))) == (
        "ok", "UnknownKey")

    if change == "rename":
        keyfile.replace(agent.keys_file, jwks(new, old))
    else:
        agent.keys_file.write_text(jwks(new, old))

    waiting.until(lambda: agent.verdict(by(new)) == "ok")
    assert agent.verdict(by(old)) == "ok"


def test_key_that_left_its_file_is_gone(file_agent):
    old, new = Key("ES256", "old"), Key("ES256", "new")
    agent = file_agent(jwks(new, old))
    assert agent.verdict(by(old)) == "ok"

    keyfile.replace(agent.keys_file, jwks(new))

    waiting.until(lambda: agent.verdict(by(old)) == "UnknownKey")
    assert agent.verdict(by(new)) == "ok"


BROKEN = {"cut": '{"keys": [', "empty": "", "no keys": '{"keys": []}',
          "HTML": "<!doctype html><p>Hello", "private": None,
          "weak": None}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_file_keeps_the_old_keys(file_agent, what):
    key = Key("ES256", "k")
    agent = file_agent(jwks(key))
    text = BROKEN[what]
    if what == "private":
        text = private_pem(Key("ES256"))
    elif what == "weak":
        text = jwks(Key("RS256", "weak", size=1024))
    assert agent.verdict(by(key)) == "ok"

    keyfile.replace(agent.keys_file, text)

    waiting.until(lambda: agent.verdict(by(key)) == "ok"
                  and agent.issuer("corp").get("problem"))
    assert agent.json("issuer", "refresh", "corp", code=None)["problem"]
    assert agent.verdict(by(key)) == "ok"
    second = Key("ES256", "second")
    keyfile.replace(agent.keys_file, jwks(key, second))
    waiting.until(lambda: agent.verdict(by(second)) == "ok")
    assert not agent.issuer("corp").get("problem")


REFUSED_FILES = {
    "weak RSA": lambda: jwks(Key("RS256", "weak", size=1024)),
    "private key": lambda: private_pem(Key("ES256")),
    "empty set": lambda: '{"keys": []}',
    "secret": lambda: json.dumps({"kty": "oct", "k": tokens.encode(SECRET)}),
    "wrong curve": lambda: json.dumps(
        Key("ES256", "k").jwk(alg="ES384")),
    "point off its curve": lambda: json.dumps(
        Key("ES256", "k").jwk(y=tokens.encode(b"\1" * 32))),
    "not JSON": lambda: "keys?",
}


@pytest.mark.parametrize("what", REFUSED_FILES)
def test_start_is_refused(make_agent, what):
    place = keyfile.public(REFUSED_FILES[what]())
    agent = make_agent(issuers=corp(keys_file=place))

    result = agent.run("config", "check")

    line = agent.config.read_text().splitlines().index(
        f"keys_file = {place}") + 1
    assert result.returncode == 2
    assert f"{agent.config}:{line}: " in result.stderr
    process = agent.spawn()
    assert process.wait(timeout=10) != 0
    assert f"{agent.config}:{line}: " in agent.said()


# what an administrator sees

def test_list_and_show(make_agent):
    source = Issuer(ISS, Key("ES256", "first"), Key("EdDSA", "second"))
    agent = make_agent(issuers={
        **corp(keys_file=keyfile.public(source.jwks()),
               algorithms="ES256, EdDSA"),
        "old": {"issuer": "https://old.test", "algorithms": "HS256",
                "secret_file": keyfile.secret(SECRET)}}).start()

    listed = {one["name"]: one for one in agent.json("issuer", "list")}

    assert {name: (one["source"], one["issuer"], one["state"])
            for name, one in listed.items()} == {
                "local": ("local", "https://agent.test", "ok"),
                "corp": ("keys_file", ISS, "ok"),
                "old": ("secret_file", "https://old.test", "ok")}
    shown = agent.issuer("corp")
    assert shown["keys"] == [{"kid": "first", "alg": "ES256"},
                             {"kid": "second", "alg": "EdDSA"}]
    assert shown["algorithms"] == ["ES256", "EdDSA"]
    assert shown == listed["corp"]
    assert SECRET.decode() not in json.dumps(listed)


def test_what_is_not_there(agent):
    for verb in ("show", "refresh"):
        assert agent.run("issuer", verb, "nobody").returncode == 5


def test_people_read_it(make_agent):
    source = Issuer(ISS)
    agent = make_agent(issuers=corp(
        keys_file=keyfile.public(source.jwks()))).start()

    for arguments in (("list",), ("show", "corp"), ("refresh", "corp")):
        text = agent.run("issuer", *arguments).stdout
        assert "corp" in text and "ok" in text, text


def test_only_administrators_may_look(make_agent):
    agent = make_agent(issuers=corp(
        keys_file=keyfile.public(Issuer(ISS).jwks()))).start()

    for arguments in (("list",), ("show", "corp"), ("refresh", "corp")):
        assert agent.run("issuer", *arguments, user="alice").returncode == 3


# a JWS and nothing but

def jws_verify(agent, text, jwk, *more):
    place = keyfile.public(jwk if isinstance(jwk, str) else json.dumps(jwk))
    return agent.run("jws", "verify", "--jwk", str(place), *more, stdin=text)


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_jws_verify(make_agent, every_key, algorithm):
    """It needs no agent, and the payload need not be a claim set."""
    agent = make_agent()
    key = every_key[algorithm]
    text = jwt.api_jws.encode(b"a payload, not JSON", key.private, algorithm)

    good = jws_verify(agent, text, key.jwk())
    assert (good.returncode, good.stdout) == (0, "a payload, not JSON")
    bad = jws_verify(agent, tokens.with_bad_signature(text), key.jwk())
    assert (bad.returncode, bad.stdout) == (3, "")
    assert jws_verify(agent, text, key.jwk(), "--alg",
                      algorithm).returncode == 0
    assert jws_verify(agent, text, key.jwk(), "--alg",
                      "HS256").returncode == 3


def test_jws_verify_with_a_secret(make_agent):
    agent = make_agent()
    jwk = {"kty": "oct", "k": tokens.encode(SECRET)}
    text = jwt.api_jws.encode(b"", SECRET, "HS256")

    assert jws_verify(agent, text, jwk).returncode == 0
    assert jws_verify(agent, text, {**jwk, "alg": "HS512"}).returncode == 3


def test_private_members_of_a_jwk_are_read_over(make_agent):
    """As in the examples of RFC 7515."""
    key = Key("ES256", "k")
    text = jwt.api_jws.encode(b"x", key.private, "ES256")

    assert jws_verify(make_agent(), text, private_jwk(key)).returncode == 0


def test_audit_names_the_device(file_agent):
    """Through which the issuer and whom it vouched for are known."""
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    for _ in range(2):
        device = agent.login(source.token())["device"]

    events = [event for event in agent.audit() if event["event"] == "login"]

    assert [(event["outcome"], event["user"], event["device"])
            for event in events] == [("granted", "alice", device)] * 2
    shown = agent.json("device", "show", device)
    assert ISS in json.dumps(shown)


def test_tokens_of_another_issuer_are_not_in_the_log(file_agent):
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    token = source.token(sub="bob")

    assert agent.verdict(token) == "WrongUser"

    assert token.rsplit(".", 1)[0] not in agent.said()
    assert token.encode() not in agent.bytes_of_store()


def test_by_pamtester(file_agent):
    source = Issuer(ISS)
    agent = file_agent(source.jwks())
    stacks.token_only("probe", agent)

    tester = terminal.pamtester("probe", "alice", "authenticate", "acct_mgmt",
                                "open_session", "close_session")
    tester.answer_parts(tokens.parts(source.token()))
    text, code = tester.finish()

    assert code == 0, text
