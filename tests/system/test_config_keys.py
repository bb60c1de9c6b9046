# SPDX-License-Identifier: BSD-3-Clause
"""Every key of [issuer NAME] and [service NAME] changes an outcome, and so do those
of the other sections, in the files that ELSEWHERE names.

A row of the table is one login, made twice: at an agent with the first
setting of the key and at one with the second.  Each row has an issuer and a
service of its own, so that two agents serve them all.
"""

import grp
import itertools
import json
import pwd
import re
import time
from pathlib import Path

import jwt
import pytest
from harness import keyfile, people, waiting
from harness.agent import Agent
from harness.child import result_of
from harness.issuer import Issuer, Key, jwks
from harness.leader import Leader
from harness.provider import Certificate, Provider
from harness.wire import Refused

SECRET = b"an old shared secret of 64 bytes" * 2
UNSET = {}
AT_ONCE = 32  # issuers in one configuration


class Row:
    """`claims` and `age` go into the token; `base` holds in both runs."""

    def __init__(self, key, first, second, outcomes, *, claims=None, age=0,
                 issuer=None, service=None, user="alice", run=None):
        self.key = key
        self.settings = (first, second)
        self.outcomes = outcomes
        self.claims = claims or {}
        self.age = age
        self.issuer_base = issuer or {}
        self.service_base = service or {}
        self.user = user
        self.run = run or login
        self.number = next(Row.numbers)
        self.name = f"row-{self.number}"
        self.iss = f"https://{self.name}.test"

    numbers = itertools.count(1)

    def token(self):
        source = Issuer(self.iss, KEY)
        return source.token(self.user, age=self.age, **self.claims)

    def issuer(self, turn, files):
        keys = {"issuer": self.iss, "keys_file": files["good"],
                **self.issuer_base}
        if self.key.startswith("issuer."):
            keys.update(self.filled(turn, files))
        return {name: value for name, value in keys.items()
                if value is not None}

    def service(self, turn, files):
        keys = dict(self.service_base)
        if self.key.startswith("service."):
            keys.update(self.filled(turn, files))
        return keys

    def filled(self, turn, files):
        """Names of files and of this row's issuer put in."""
        return {name: files.get(value, value.replace("ROW", self.name)
                                .replace("ISS", self.iss))
                if isinstance(value, str) else value
                for name, value in self.settings[turn].items()}


KEY = Key("ES256", "good")
OTHER_KEY = Key("ES256", "other")


# how a row's login is made; what comes out of it

def login(agent, row):
    return agent.verdict(row.token(), row.user, row.name)


def login_twice(agent, row):
    token = row.token()
    agent.login(token, row.user, row.name)
    return agent.verdict(token, row.user, row.name)


def login_by_bob(agent, row):
    token = row.token()
    return result_of("bob", lambda: agent.verdict(token, row.user, row.name))


def login_with_secret(agent, row):
    token = jwt.encode(Issuer(row.iss, KEY).claims(), SECRET, "HS256")
    return agent.verdict(token, row.user, row.name)


def sentence(agent, row):
    """What the person reads, as far as these rows ask for."""
    with pytest.raises(Refused) as refused:
        agent.login(row.token(), row.user, row.name)
    return "sentence" in json.dumps(refused.value.parameters)


OK_DENIED = ("ok", "PolicyDenied")

ROWS = [
    Row("issuer.issuer", {"issuer": "ISS/"}, {"issuer": "ISS"},
        ("UnknownIssuer", "ok")),
    Row("issuer.issuer", {"issuer": "ISS"},
        {"issuer": "https://ROW.TEST"}, ("ok", "UnknownIssuer")),
    Row("issuer.keys_file", {"keys_file": "other"}, {"keys_file": "good"},
        ("UnknownKey", "ok")),
    Row("issuer.keys_file", {"keys_file": "other"},
        {"keys_file": "both"}, ("UnknownKey", "ok")),
    Row("issuer.secret_file", {"secret_file": "wrong secret"},
        {"secret_file": "secret"}, ("BadSignature", "ok"),
        issuer={"keys_file": None, "algorithms": "HS256"},
        run=login_with_secret),
    Row("issuer.algorithms", {"algorithms": "RS256, EdDSA"},
        {"algorithms": "EdDSA, ES256"}, ("AlgorithmRefused", "ok"),
        issuer={"keys_file": "two kinds"}),
    Row("issuer.algorithms", {"algorithms": "HS384"},
        {"algorithms": "HS384, HS256"}, ("AlgorithmRefused", "ok"),
        issuer={"keys_file": None, "secret_file": "secret"},
        run=login_with_secret),
    Row("issuer.audience", UNSET, {"audience": "elsewhere.test"},
        ("ok", "WrongAudience")),
    Row("issuer.audience", UNSET, {"audience": "a.test, corp.test"},
        ("WrongAudience", "ok"), claims={"aud": ["b.test", "corp.test"]}),
    Row("issuer.max_lifetime", UNSET, {"max_lifetime": "9m"},
        ("ok", "LifetimeTooLong")),
    Row("issuer.max_lifetime", {"max_lifetime": "599s"},
        {"max_lifetime": "600s"}, ("LifetimeTooLong", "ok")),
    Row("issuer.leeway", UNSET, {"leeway": "0"}, ("ok", "Expired"), age=630),
    Row("issuer.leeway", UNSET, {"leeway": "10m"}, ("Expired", "ok"),
        age=900),
    Row("issuer.user_claim", UNSET, {"user_claim": "preferred_username"},
        ("WrongUser", "ok"),
        claims={"sub": "4711", "preferred_username": "alice"}),
    Row("issuer.user_claim", UNSET, {"user_claim": "preferred_username"},
        ("ok", "InvalidClaim")),
    Row("issuer.username_map", UNSET, {"username_map": "{user}@corp.test"},
        ("WrongUser", "ok"), claims={"sub": "alice@corp.test"}),
    Row("issuer.username_map", UNSET,
        {"username_map": ["bob", "/([a-z]+)@(corp|test)/",
                          "root -> alice"]},
        ("ok", "WrongUser")),
    Row("issuer.username_map", UNSET, {"username_map": "4711 -> alice"},
        ("WrongUser", "ok"), claims={"sub": "4711"}),
    Row("issuer.require_claims", UNSET,
        {"require_claims": "email_verified=true"}, OK_DENIED,
        claims={"email_verified": False}),
    Row("issuer.groups_claim", UNSET, {"groups_claim": "realm.roles"},
        ("PolicyDenied", "ok"), claims={"realm": {"roles": ["ops"]}},
        service={"require_groups": "ops"}),
    Row("service.audience", UNSET, {"audience": "db.test"},
        ("ok", "WrongAudience")),
    Row("service.audience", UNSET, {"audience": "db.test"},
        ("WrongAudience", "ok"), claims={"aud": "db.test"}),
    Row("service.issuers", {"issuers": "ROW"}, {"issuers": "local"},
        OK_DENIED),
    Row("service.users", {"users": "bob, alice"}, {"users": "bob"},
        OK_DENIED),
    Row("service.require_groups", {"require_groups": "ops"},
        {"require_groups": "ops, dba"}, OK_DENIED,
        claims={"groups": ["staff", "ops"]}),
    Row("service.require_groups", {"require_groups": "dba|ops"},
        {"require_groups": "dba|op"}, OK_DENIED,
        claims={"groups": ["staff", "ops"]}),
    Row("service.require_claims", {"require_claims": "ref=main|prod, ci"},
        {"require_claims": "ref=prod, ci"}, OK_DENIED,
        claims={"ref": "main", "ci": 1}),
    Row("service.require_acr", {"require_acr": "silver, gold"},
        {"require_acr": "gold"}, OK_DENIED, claims={"acr": "silver"}),
    Row("service.require_amr", {"require_amr": "pwd"},
        {"require_amr": "pwd, otp"}, OK_DENIED, claims={"amr": ["pwd"]}),
    Row("service.max_auth_age", UNSET, {"max_auth_age": "5m"}, OK_DENIED,
        claims={"auth_time": int(time.time()) - 400}),
    Row("service.max_auth_age", UNSET, {"max_auth_age": "5m"}, OK_DENIED),
    Row("service.max_token_age", {"max_token_age": "10m"},
        {"max_token_age": "5m"}, OK_DENIED, age=400),
    Row("service.replay", {"replay": "allow"}, {"replay": "once"},
        ("ok", "Replayed"), run=login_twice),
    Row("service.allow_root", UNSET, {"allow_root": "yes"},
        ("WrongUser", "ok"), user="root"),
    Row("service.min_uid", UNSET, {"min_uid": "1"}, ("WrongUser", "ok"),
        user="daemon"),
    Row("service.min_uid", UNSET, {"min_uid": "60000"}, ("ok", "WrongUser")),
    Row("service.callers", UNSET, {"callers": "daemon, bob"},
        ("PermissionDenied", "ok"), run=login_by_bob),
    Row("service.callers", {"callers": "daemon"}, {"callers": "BOB"},
        ("PermissionDenied", "ok"), run=login_by_bob),
    Row("issuer.accept_until", {"accept_until": "2099-01-01"},
        {"accept_until": "2020-01-01T00:00:00Z"}, ("ok", "IssuerEnded")),
    Row("issuer.algorithms_until", {"algorithms_until": "ES256 2099-01-01"},
        {"algorithms_until": "ES384 2099-01-01, ES256 2020-01-01"},
        ("ok", "AlgorithmEnded")),
    Row("service.deny_message", UNSET,
        {"deny_message": "a sentence for {sub}"}, (False, True),
        service={"users": "bob"}, run=sentence),
]

# Keys that need a provider, shown below this table, and some that are shown with
# sessions, in test_services.py, and with a broken store, in
# test_store_faults.py.
BELOW = {"service.outdated",  # test_claims.py
         "issuer.jwks_url", "issuer.discovery", "issuer.ca_file",
         "issuer.keys_min_age", "issuer.keys_max_age", "service.interactive",
         "service.session_max", "service.on_expiry", "service.store_fault"}


# The keys of the other sections, by the file in which they change an outcome.
ELSEWHERE = {
    "test_serve.py": {"agent.socket", "agent.master_key",
                      "token.access_lifetime"},
    "test_store_faults.py": {"agent.store", "agent.store_max"},
    "test_keys.py": {"agent.master_key_command", "token.algorithm",
                     "token.key_publish"},
    "test_config_keys.py": {"agent.admin_group", "agent.fetcher",
                            "token.issuer", "token.audience"},
    "test_rotation.py": {"token.refresh_idle", "token.refresh_absolute",
                         "token.refresh_grace"},
    "test_claims.py": {"token.claim_version", "token.claim_versions_until",
                       "claim.since", "claim.default", "claim.from",
                       "claim.issuers"},
    "test_limits.py": {"limit.attempts", "limit.window",
                       "limit.code_attempts"},
    "test_devices.py": {"device.auto_register", "device.max_devices",
                        "device.require_key", "retention.sessions",
                        "retention.devices"},
    "test_audit.py": {"retention.audit"},
    "test_upkeep.py": {"token.key_max_age", "upkeep.backup_dir",
                       "upkeep.backup_keep", "upkeep.key_rotation"},
    "test_flags.py": {"flag.default"},
    "test_alerts.py": {"alert.enabled", "alert.of", "alert.kind", "alert.to",
                       "alert.window", "alert.threshold", "alert.minimum",
                       "alert.cooldown"},
}


def configuration(rows, turn, files):
    issuers = {row.name: row.issuer(turn, files) for row in rows}
    services = {row.name: row.service(turn, files) for row in rows}
    return {"issuers": files_put_in(issuers, files), "services": services}


def files_put_in(sections, files):
    return {name: {key: files.get(value, value)
                   if isinstance(value, str) else value
                   for key, value in keys.items()}
            for name, keys in sections.items()}


@pytest.fixture(scope="module")
def files(host):
    return {"good": keyfile.public(jwks(KEY)),
            "other": keyfile.public(jwks(OTHER_KEY)),
            "both": [keyfile.public(jwks(OTHER_KEY)),
                     keyfile.public(jwks(KEY))],
            "two kinds": keyfile.public(jwks(KEY, Key("EdDSA", "ed"))),
            "secret": keyfile.secret(SECRET),
            "wrong secret": keyfile.secret(b"x" + SECRET)}


@pytest.fixture(scope="module")
def pairs(files):
    """For every row, the agent of each of its two settings."""
    agents, of_row = [], {}
    rows = [filled_in(row) for row in ROWS]
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start:start + AT_ONCE]
        pair = [Agent(**configuration(some, turn, files)) for turn in (0, 1)]
        agents += pair
        for agent in pair:
            agent.start()
        of_row.update({row.number: pair for row in some})
    yield of_row
    for agent in agents:
        agent.discard()


def filled_in(row):
    """BOB stands for bob's number, which is known only in the namespace."""
    for settings in row.settings:
        for name, value in settings.items():
            if value == "BOB":
                settings[name] = str(people.uid("bob"))
    return row


@pytest.mark.parametrize("row", ROWS, ids=lambda row:
                         f"{row.key}-{row.number}")
def test_key_changes_an_outcome(pairs, row):
    first, second = pairs[row.number]

    outcomes = (row.run(first, row), row.run(second, row))

    assert outcomes == row.outcomes
    assert outcomes[0] != outcomes[1]


def test_every_key_is_in_the_table(agent):
    agent.serve_with(
        issuers={"one": {"issuer": "https://one.test", "discovery": "yes"}},
        services={"probe": {}})
    shown = agent.json("config", "show")

    known = {f"{kind}.{key}" for kind in ("issuer", "service")
             for keys in shown[kind].values() for key in keys}

    assert known == {row.key for row in ROWS} | BELOW


def keys_of(section):
    """One of several sections of a kind is a level deeper."""
    named = all(isinstance(keys, dict) for keys in section.values())
    return {key for keys in section.values() for key in keys} if named \
        else set(section)


def test_every_other_key_has_a_test(agent):
    agent.add_config("more.conf", "[claim x]\ndefault = 1\n"
                     "[flag token_login]\ndefault = on\n")
    shown = agent.json("config", "show")

    known = {f"{kind}.{key}" for kind, section in shown.items()
             if kind not in ("issuer", "service")
             for key in keys_of(section)}

    assert known == set().union(*ELSEWHERE.values())
    for file, keys in ELSEWHERE.items():
        text = (Path(__file__).parent / file).read_text()
        for key in keys:
            assert key.split(".")[1] in text, f"{file} has nothing of {key}"


def test_admin_group(make_agent):
    group = grp.getgrgid(pwd.getpwnam("bob").pw_gid).gr_name

    codes = [make_agent(agent={"admin_group": name}).start().run(
        "status", user="bob").returncode for name in ("root", group)]

    assert codes == [3, 0]


@pytest.mark.parametrize("key,outcome", [("issuer", "UnknownIssuer"),
                                         ("audience", "WrongAudience")])
def test_what_our_own_tokens_say(make_agent, key, outcome):
    """A token of before says something else than is ours now."""
    agent = make_agent().start()
    token = agent.enroll()["access_token"]
    assert agent.verdict(token) == "ok"

    agent.configure(**{key: "https://renamed.test"})
    agent.restart()

    assert agent.verdict(token) == outcome
    assert agent.verdict(agent.enroll(name="new")["access_token"]) == "ok"


# keys that need a provider

@pytest.fixture
def provider():
    server = Provider()
    yield server
    server.stop()


@pytest.fixture
def tls_provider():
    server = Provider(Certificate(keyfile.path(".tls")))
    yield server
    server.stop()


def fetched(provider, **keys):
    return {"corp": {"issuer": provider.url(), **keys}}


def test_jwks_url(make_agent, provider):
    source = Issuer(provider.url(), KEY)
    provider.say("/good", jwks(KEY))
    provider.say("/other", jwks(OTHER_KEY))

    for path, outcome in (("/other", "UnknownKey"), ("/good", "ok")):
        agent = make_agent(issuers=fetched(provider,
                                           jwks_url=provider.url(path)))
        assert agent.start().verdict(source.token()) == outcome


def test_discovery(make_agent, provider, files):
    source = Issuer(provider.url(), KEY)
    provider.discover("/jwks")
    provider.say("/jwks", jwks(KEY))

    for keys, outcome in (({"keys_file": files["other"]}, "UnknownKey"),
                          ({"discovery": "yes"}, "ok")):
        agent = make_agent(issuers=fetched(provider, **keys))
        assert agent.start().verdict(source.token()) == outcome


def test_ca_file(make_agent, tls_provider):
    source = Issuer(tls_provider.url(), KEY)
    tls_provider.say("/jwks", jwks(KEY))
    stranger = Certificate(keyfile.path(".tls")).ca_file

    for more, outcome in (
            ({}, "KeysUnavailable"), ({"ca_file": stranger},
                                      "KeysUnavailable"),
            ({"ca_file": tls_provider.certificate.ca_file}, "ok")):
        agent = make_agent(issuers=fetched(
            tls_provider, jwks_url=tls_provider.url("/jwks"), **more))
        assert agent.start().verdict(source.token()) == outcome


@pytest.mark.parametrize("keys,next_fetch", [
    ({}, 3600), ({"keys_min_age": "2h"}, 7200), ({"keys_max_age": "50m"}, 1200),
], ids=["as the provider says", "keys_min_age", "keys_max_age"])
def test_age_of_keys(make_agent, provider, keys, next_fetch):
    source = Issuer(provider.url(), KEY)
    provider.say("/jwks", jwks(KEY), Cache_Control="max-age=3600")

    agent = make_agent(issuers=fetched(
        provider, jwks_url=provider.url("/jwks"), **keys)).start()
    assert agent.verdict(source.token()) == "ok"

    assert agent.issuer("corp")["next"] == pytest.approx(next_fetch, abs=30)


@pytest.mark.parametrize("max_age,outcome", [
    ("1h", "KeysUnavailable"), ("3h", "ok")])
def test_age_past_which_keys_are_not_used(make_agent, provider, max_age,
                                          outcome):
    source = Issuer(provider.url(), KEY)
    provider.say("/jwks", jwks(KEY))
    agent = make_agent(issuers=fetched(
        provider, jwks_url=provider.url("/jwks"), keys_max_age=max_age))
    assert agent.start().verdict(source.token()) == "ok"
    provider.stop()

    agent.restart(clock=7200)

    assert agent.verdict(source.token(age=-7200)) == outcome


@pytest.mark.parametrize("interactive,outcome", [
    ("yes", "ok"), ("no", "KeysUnavailable")])
def test_interactive(make_agent, provider, interactive, outcome):
    """Without anybody who waits, there is no waiting for keys."""
    source = Issuer(provider.url(), KEY)
    gate = provider.hang("/jwks", jwks(KEY))
    agent = make_agent(
        issuers=fetched(provider, jwks_url=provider.url("/jwks")),
        services={"probe": {"interactive": interactive}}).start()
    if interactive == "yes":
        gate.set()

    assert agent.verdict(source.token()) == outcome


@pytest.mark.parametrize("on_expiry,state", [("keep", "active"),
                                             ("end", "expired")])
def test_on_expiry(make_agent, on_expiry, state):
    """The session of a token that is over."""
    agent = make_agent(token={"access_lifetime": "2s"},
                       services={"probe": {"on_expiry": on_expiry}}).start()
    leader = Leader(agent, agent.enroll()["access_token"])

    time.sleep(3)
    agent.restart()  # which sweeps, so that nobody waits for the next one
    waiting.until(lambda: agent.session(leader.session)["state"] == state)

    session = agent.session(leader.session)
    assert session["reason"] == {"end": "token expired"}.get(on_expiry)
    assert leader.is_alive() == (on_expiry == "keep") or waiting.until(
        lambda: not leader.is_alive())
    leader.end()


def test_fetcher(make_agent, provider):
    source = Issuer(provider.url(), KEY)
    provider.say("/jwks", jwks(KEY))
    keys = fetched(provider, jwks_url=provider.url("/jwks"))

    assert make_agent(issuers=keys).start().verdict(source.token()) == "ok"

    agent = make_agent(agent={"fetcher": "/nonexistent"}, issuers=keys)
    assert agent.start().verdict(source.token()) == "KeysUnavailable"


# what makes no sense is refused, with the line of a key that it is about

SENSELESS = {
    "unknown key": ({"jwks": "x"}, {}, "jwks"),
    "unknown key of a service": ({}, {"require_group": "x"},
                                 "require_group"),
    "no issuer": ({"issuer": None}, {}, "[issuer corp]"),
    "no source of keys": ({"keys_file": None}, {}, "[issuer corp]"),
    "two sources": ({"jwks_url": "https://x.test/"}, {},
                    "jwks_url keys_file [issuer corp]"),
    "source and discovery": ({"discovery": "yes"}, {},
                             "discovery keys_file [issuer corp]"),
    "no https": ({"keys_file": None, "jwks_url": "http://x.test/"}, {},
                 "jwks_url"),
    "not really loopback": (
        {"keys_file": None, "jwks_url": "http://127.0.0.1.evil.test/"}, {},
        "jwks_url"),
    "discovery of no URL": (
        {"keys_file": None, "issuer": "corp", "discovery": "yes"}, {},
        "issuer discovery"),
    "authority for no server": ({"ca_file": "good"}, {}, "ca_file"),
    "age of keys that are not fetched": ({"keys_max_age": "1h"}, {},
                                         "keys_max_age"),
    "ages crossed": ({"keys_file": None, "jwks_url": "https://x.test/",
                      "keys_min_age": "2h", "keys_max_age": "1h"}, {},
                     "keys_min_age keys_max_age"),
    "HS256 without a secret": ({"algorithms": "HS256"}, {},
                               "algorithms keys_file [issuer corp]"),
    "secret without algorithms": (
        {"keys_file": None, "secret_file": "secret"}, {},
        "secret_file [issuer corp]"),
    "secret with other algorithms": (
        {"keys_file": None, "secret_file": "secret",
         "algorithms": "HS256, ES256"}, {}, "algorithms secret_file"),
    "alg none": ({"algorithms": "none"}, {}, "algorithms"),
    "secret that others can read": (
        {"keys_file": None, "algorithms": "HS256", "secret_file": "good"},
        {}, "secret_file"),
    "file that is not there": ({"keys_file": "/nonexistent"}, {},
                               "keys_file"),
    "our own issuer": ({"issuer": "https://agent.test"}, {}, "issuer"),
    "empty item": ({"audience": "a,,b"}, {}, "audience"),
    "leeway of an hour": ({"leeway": "1h"}, {}, "leeway"),
    "half an expression": ({"username_map": "/a(/"}, {}, "username_map"),
    "two users in a template": ({"username_map": "{user}@{user}"}, {},
                                "username_map"),
    "user that can be none": ({"username_map": "x -> ../root"}, {},
                              "username_map"),
    "claim without a name": ({"require_claims": "=x"}, {}, "require_claims"),
    "unknown issuer": ({}, {"issuers": "nobody"}, "issuers"),
    "open brace": ({}, {"deny_message": "Ask {sub."}, "deny_message"),
    "replay": ({}, {"replay": "twice"}, "replay"),
    "time without a number": ({}, {"max_auth_age": "soon"}, "max_auth_age"),
    "uid": ({}, {"min_uid": "-1"}, "min_uid"),
}


@pytest.mark.parametrize("what", SENSELESS)
def test_refused_with_its_line(make_agent, files, what):
    issuer, service, keys = SENSELESS[what]
    merged = {"issuer": "https://corp.test", "keys_file": "good", **issuer}
    issuers = {"corp": {name: value for name, value in merged.items()
                        if value is not None}}
    agent = make_agent(issuers=files_put_in(issuers, files),
                       services={"probe": service})
    starts = tuple(key if key.startswith("[") else f"{key} = "
                   for key in re.findall(r"\[.*?\]|\w+", keys))
    lines = {number for number, line in enumerate(
        agent.config.read_text().splitlines(), 1) if line.startswith(starts)}

    result = agent.run("config", "check")

    assert result.returncode == 2
    named = re.search(re.escape(str(agent.config)) + r":(\d+): ",
                      result.stderr)
    assert named and int(named[1]) in lines, result.stderr
    assert agent.spawn().wait(timeout=10) != 0
    assert named[0] in agent.said()


def test_two_issuers_of_one_name(make_agent, files):
    agent = make_agent(issuers={
        name: {"issuer": "https://same.test", "keys_file": files["good"]}
        for name in ("one", "two")})

    result = agent.run("config", "check")

    assert result.returncode == 2 and f"{agent.config}:" in result.stderr
