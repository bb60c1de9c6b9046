# SPDX-License-Identifier: BSD-3-Clause
"""Keys that are fetched: a real OpenID provider, and one that misbehaves."""

import json
import os
import shutil
import signal
import statistics
import threading
import time
from pathlib import Path

import pytest
from harness import people, stacks, terminal, tokens, waiting
from harness.glewlwyd import CLIENT, Glewlwyd
from harness.issuer import Issuer, Key, jwks
from harness.provider import ANY, DISCOVERY, HTML, Answer, Provider
from harness.wire import Refused

JWKS = "/jwks"
PAUSE = 60  # seconds after which keys may be fetched for an unknown one again
UNAVAILABLE = "Authentication service cannot retrieve authentication info"


# glewlwyd

@pytest.fixture
def glewlwyd(host):
    if not shutil.which("glewlwyd"):
        pytest.skip("glewlwyd is not installed, see ci/install")
    server = Glewlwyd(f"/run/glewlwyd-{time.monotonic_ns()}")
    server.start().furnish(Key("ES256", "of-monday"))
    server.add_person("alice")
    yield server
    server.stop()


def at_glewlwyd(server, **keys):
    """As an administrator writes it: people log in by their mail address."""
    return {"corp": {"issuer": server.issuer, "discovery": "yes",
                     "audience": CLIENT, "user_claim": "email",
                     "username_map": "{user}@corp.test", **keys}}


@pytest.fixture
def corp_agent(make_agent, glewlwyd):
    return make_agent(issuers=at_glewlwyd(glewlwyd)).start()


def test_login_with_an_id_token(corp_agent, glewlwyd):
    token = glewlwyd.id_token("alice")

    assert corp_agent.verdict(token) == "ok"
    assert corp_agent.verdict(token, "bob") == "WrongUser"
    assert corp_agent.verdict(tokens.with_bad_signature(token)) == (
        "BadSignature")
    shown = corp_agent.issuer("corp")
    assert (shown["source"], shown["state"]) == ("discovery", "ok")
    assert shown["keys"] == [{"kid": "of-monday", "alg": "ES256"}]
    assert abs(shown["fetched"] - time.time()) < 60
    assert (shown["age"] or 0) < 60


def test_login_by_jwks_url(make_agent, glewlwyd):
    agent = make_agent(issuers=at_glewlwyd(
        glewlwyd, discovery="no", jwks_url=glewlwyd.jwks_url)).start()

    assert agent.verdict(glewlwyd.id_token("alice")) == "ok"


def test_discovery_of_another_issuer_is_refused(make_agent, glewlwyd):
    """The document must name exactly the issuer that was asked for."""
    agent = make_agent(issuers=at_glewlwyd(
        glewlwyd, issuer=glewlwyd.issuer + "/")).start()

    shown = agent.json("issuer", "refresh", "corp", code=None)

    assert shown["state"] == "unavailable" and shown["problem"]


def test_keys_change_while_logins_go_on(corp_agent, glewlwyd):
    old, new = glewlwyd.keys[0], Key("PS256", "of-tuesday")
    assert corp_agent.verdict(glewlwyd.id_token("alice")) == "ok"
    corp_agent.restart(clock=PAUSE)
    stop, outcomes = threading.Event(), []
    # glewlwyd can die of a request while it takes up new keys
    at_provider = threading.Lock()

    def log_in_again_and_again():
        token = None
        while not stop.is_set():
            if at_provider.acquire(blocking=token is None):
                token = glewlwyd.id_token("alice")
                at_provider.release()
            kid = tokens.header(token)["kid"]
            outcomes.append((kid, corp_agent.verdict(token)))

    def sign_with(*keys):
        with at_provider:
            glewlwyd.sign_with(*keys)

    def count(kid):
        return sum(seen == kid for seen, _ in list(outcomes))

    person = threading.Thread(target=log_in_again_and_again)
    person.start()
    try:
        waiting.until(lambda: count("of-monday") >= 5, 20)
        sign_with(new, old)
        waiting.until(lambda: count("of-tuesday") >= 5, 20)
        sign_with(new)
        before = count("of-tuesday")
        waiting.until(lambda: count("of-tuesday") >= before + 5, 20)
    finally:
        stop.set()
        person.join()

    assert {outcome for _, outcome in outcomes} == {"ok"}, outcomes
    kids = {key["kid"] for key in corp_agent.issuer("corp")["keys"]}
    assert "of-tuesday" in kids


def test_provider_stopped_and_agent_restarted(corp_agent, glewlwyd):
    """Logins go on from what the store holds."""
    token = glewlwyd.id_token("alice")
    assert corp_agent.verdict(token) == "ok"
    glewlwyd.stop()

    assert corp_agent.verdict(token) == "ok"
    corp_agent.restart()
    assert corp_agent.verdict(token) == "ok"
    corp_agent.kill()
    corp_agent.start()
    assert corp_agent.verdict(token) == "ok"

    shown = corp_agent.json("issuer", "refresh", "corp", code=None)
    assert shown["problem"] and shown["keys"]
    assert corp_agent.verdict(token) == "ok"


IN_ITS_PLACE = {
    "500": Answer("{}", 500),
    "502 in HTML": Answer(HTML, 502, "text/html"),
    "login page": Answer(HTML, 200, "text/html"),
    "redirect to a login page": Answer("", 302, Location="/login"),
}


@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_something_else_in_the_place_of_the_provider(corp_agent, glewlwyd,
                                                     what):
    """A proxy whose server is down, say: what was good stays."""
    token = glewlwyd.id_token("alice")
    assert corp_agent.verdict(token) == "ok"
    glewlwyd.stop()
    proxy = Provider(port=glewlwyd.port)
    try:
        proxy.answers[ANY] = IN_ITS_PLACE[what]
        assert refresh(corp_agent)["problem"]
        assert corp_agent.verdict(token) == "ok"
        corp_agent.restart(clock=PAUSE)
        assert corp_agent.verdict(token) == "ok"
    finally:
        proxy.stop()

    glewlwyd.start()
    new = Key("EdDSA", "after it came back")
    glewlwyd.sign_with(new)
    assert not refresh(corp_agent).get("problem")
    assert corp_agent.verdict(glewlwyd.id_token("alice")) == "ok"


def test_provider_that_becomes_slow(corp_agent, glewlwyd):
    """Who needs no new key does not wait for one."""
    token = glewlwyd.id_token("alice")
    assert corp_agent.verdict(token) == "ok"
    glewlwyd.stop()
    proxy = Provider(port=glewlwyd.port)
    path = "/api/oidc" + DISCOVERY
    try:
        gate = proxy.hang(path)
        with corp_agent.wire(timeout=30) as wire:
            wire.ask("io.jwtagent.Issuer.Refresh", {"issuer": "corp"})
            proxy.wait_for_requests(path, 1)
            assert corp_agent.verdict(token) == "ok"
            gate.set()
            assert wire.answer()["problem"]
    finally:
        proxy.stop()
    assert corp_agent.verdict(token) == "ok"


# a provider whose answers we write

@pytest.fixture
def provider():
    server = Provider()
    yield server
    server.stop()


@pytest.fixture
def source(provider):
    """The issuer whose keys the provider publishes."""
    made = Issuer(provider.url(), Key("ES256", "first"))
    provider.say(JWKS, made.jwks())
    return made


def at(provider, **keys):
    return {"corp": {"issuer": provider.url(),
                     "jwks_url": provider.url(JWKS), **keys}}


@pytest.fixture
def agent(make_agent, provider, source):
    """An agent that has fetched the provider's keys a while ago."""
    agent = make_agent(issuers=at(provider)).start()
    assert agent.verdict(source.token()) == "ok"
    assert provider.requests[JWKS] == 1
    return agent.restart(clock=PAUSE)


def fetchers(agent):
    """The processes that fetch for this agent."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
            command = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == agent.process.pid and b"fetcher" in command:
            found.append(int(path.parent.name))
    return found


def wait_for_fetchers(agent):
    """Keys that are good still are fetched again beside the logins."""
    waiting.until(lambda: fetchers(agent) == [], 10, "the end of a fetch")


def refresh(agent, name="corp"):
    return agent.json("issuer", "refresh", name, code=None)


def test_refresh(agent, provider, source):
    second = Key("ES256", "second")
    provider.say(JWKS, jwks(second))

    shown = refresh(agent)

    assert shown["keys"] == [{"kid": "second", "alg": "ES256"}]
    assert not shown.get("problem")
    assert agent.verdict(source.token(key=second)) == "ok"
    assert agent.verdict(source.token()) == "UnknownKey"


WRONG = {
    "500": Answer("{}", 500),
    "404": Answer("not here", 404),
    "HTML with 500": Answer(HTML, 500, "text/html"),
    "HTML with 200": Answer(HTML, 200, "text/html"),
    "nothing": Answer(""),
    "empty set": Answer('{"keys": []}'),
    "no set": Answer("{}"),
    "array": Answer("[]"),
    "cut": Answer(jwks(Key("ES256", "first"))[:-9]),
    "keys is an object": Answer('{"keys": {}}'),
    "only encryption keys": Answer(json.dumps(
        {"keys": [Key("RS256", "e").jwk(use="enc", alg="RSA-OAEP")]})),
    "only weak keys": Answer(jwks(Key("RS256", "weak", size=1024))),
    "only secrets": Answer(json.dumps(
        {"keys": [{"kty": "oct", "k": "AAAA" * 16, "kid": "s"}]})),
    "another curve": Answer(json.dumps(
        {"keys": [Key("ES256", "first").jwk(alg="ES384")]})),
    "too large": Answer(jwks(Key("ES256", "first")) + " " * (512 << 10)),
    "redirect to a file": Answer("", 302, Location="file:///etc/passwd"),
    "redirect to nowhere": Answer("", 302, Location="http://example.com/"),
    "unnamed error": Answer("", 204),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_answers_never_replace_good_keys(agent, provider, source, what):
    before = agent.issuer("corp")
    provider.answers[JWKS] = WRONG[what]

    shown = refresh(agent)

    assert shown["problem"]
    assert shown["keys"] == before["keys"]
    assert shown["fetched"] == before["fetched"]
    assert agent.verdict(source.token()) == "ok"
    agent.restart(clock=PAUSE)
    assert agent.verdict(source.token()) == "ok"
    provider.say(JWKS, source.jwks())
    assert not refresh(agent).get("problem")


def test_usable_keys_beside_unusable_ones(agent, provider, source):
    """RFC 7517 section 5: what is not understood is passed over."""
    mixed = [Key("RS256", "e").jwk(use="enc"), {"kty": "future"},
             Key("RS256", "weak", size=1024).jwk(), source.keys[0].jwk()]
    provider.say(JWKS, json.dumps({"keys": mixed}))

    assert refresh(agent)["keys"] == [{"kid": "first", "alg": "ES256"}]
    assert agent.verdict(source.token()) == "ok"


def test_fetched_keys_keep_nothing_private(agent, provider, source):
    """A provider that publishes too much does not fill our store with it."""
    secret = tokens.encode(b"the private half of a key")
    provider.say(JWKS, json.dumps({"keys": [source.keys[0].jwk(d=secret)]}))

    refresh(agent)

    assert agent.verdict(source.token()) == "ok"
    assert secret.encode() not in agent.bytes_of_store()


def test_keys_are_not_fetched_again_before_time(agent, provider, source):
    """Neither by logins nor by a restart."""
    for _ in range(20):
        assert agent.verdict(source.token()) == "ok"
    agent.restart(clock=PAUSE)
    assert agent.verdict(source.token()) == "ok"

    wait_for_fetchers(agent)
    assert provider.requests[JWKS] == 1


@pytest.mark.parametrize("cache,keys,age,fetches", [
    ("max-age=600", {}, 540, 1), ("max-age=600", {}, 660, 2),
    ("max-age=0", {}, 240, 1), ("no-store", {}, 360, 2),
    ("max-age=0", {"keys_min_age": "20m"}, 1140, 1),
    ("max-age=864000", {"keys_max_age": "20m"}, 420, 1),
    ("max-age=864000", {"keys_max_age": "20m"}, 540, 2),
])
def test_cache_control(make_agent, provider, source, cache, keys, age,
                       fetches):
    """What it says holds, between keys_min_age and 40 % of keys_max_age."""
    provider.say(JWKS, source.jwks(), Cache_Control=cache)
    agent = make_agent(issuers=at(provider, **keys)).start()
    assert agent.verdict(source.token()) == "ok"

    agent.restart(clock=age)

    assert agent.verdict(source.token(age=-age)) == "ok"
    if fetches > 1:
        provider.wait_for_requests(JWKS, fetches)
    wait_for_fetchers(agent)
    assert agent.verdict(source.token(age=-age)) == "ok"
    assert agent.issuer("corp")["state"] == "ok"
    assert provider.requests[JWKS] == fetches


def test_past_the_largest_age(make_agent, provider, source):
    """Unavailable, which PAM hears as such: a password can be tried below."""
    agent = make_agent(issuers=at(provider, keys_max_age="1h")).start()
    assert agent.verdict(source.token()) == "ok"
    provider.stop()
    agent.restart(clock=3000)
    assert agent.verdict(source.token(age=-3000)) == "ok"
    assert agent.issuer("corp")["state"] in ("ok", "stale")

    agent.restart(clock=4000)

    token = source.token(age=-4000)
    assert agent.verdict(token) == "KeysUnavailable"
    assert agent.issuer("corp")["state"] == "unavailable"
    stacks.token_only("probe", agent)
    tester = terminal.pamtester("probe", "alice", "authenticate")
    tester.answer_parts(tokens.parts(token))
    text, code = tester.finish()
    assert code != 0 and UNAVAILABLE in text
    provider.start()
    waiting.until(lambda: refresh(agent)["state"] == "ok")
    assert agent.verdict(token) == "ok"


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + offset * 86400))


def test_issuer_that_has_ended(make_agent, provider, source):
    """Its tokens are refused by name for ever, and nothing is fetched for that."""
    agent = make_agent(issuers=at(provider, accept_until=day(9))).start()
    assert agent.verdict(source.token()) == "ok"
    assert provider.requests[JWKS] == 1
    provider.say("/others", jwks(Key("ES256", "other")))
    later = 30 * 86400
    agent.issuers["other"] = {"issuer": "https://other.test",
                              "jwks_url": provider.url("/others")}
    agent.configure()

    agent.restart(clock=later)

    # what is due has been fetched
    provider.wait_for_requests("/others", 1, 30)
    for token, reason in (
            (source.token(age=-later), "IssuerEnded"),
            (source.token(), "IssuerEnded"),
            (tokens.with_bad_signature(source.token()), "BadSignature"),
            (source.token(key=Key("ES256", "new")), "UnknownKey")):
        assert agent.verdict(token) == reason
    assert "the issuer has ended" in agent.audit()[-1]["detail"]
    shown = refresh(agent)
    assert (shown["state"], shown.get("next")) == ("ended", None)
    assert shown["keys"] == [{"kid": "first", "alg": "ES256"}]
    wait_for_fetchers(agent)
    assert provider.requests[JWKS] == 1
    # nor is anybody told that its keys are old
    assert [key["key"] for key in agent.json("report")["keys_due"]] == []
    assert 'issuer="corp"' not in "".join(
        line for line in agent.run("metrics").stdout.splitlines()
        if line.startswith("jwtagent_issuer_keys"))

    # and back, as if it had never ended
    del agent.issuers["corp"]["accept_until"]
    agent.configure()
    agent.restart(clock=later)
    assert agent.verdict(source.token(age=-later)) == "ok"
    assert provider.requests[JWKS] == 2


def test_provider_that_was_never_there(make_agent, provider, source):
    provider.stop()
    agent = make_agent(issuers=at(provider)).start()

    assert agent.verdict(source.token()) == "KeysUnavailable"
    shown = agent.issuer("corp")

    assert (shown["state"], shown["keys"]) == ("unavailable", [])
    assert shown["problem"]


def test_slow_provider(make_agent, provider, source):
    """The call that needs the keys waits for them."""
    gate = provider.hang(JWKS, source.jwks())
    agent = make_agent(issuers=at(provider)).start()
    with agent.wire(timeout=30) as wire:
        ask(wire, source.token())
        provider.wait_for_requests(JWKS, 1)
        gate.set()

        assert wire.answer()["session"]


# keys that are not known

def ask(wire, token, user="alice"):
    wire.ask("io.jwtagent.Login.Authenticate", {
        "user": user, "uid": people.uid(user), "service": "probe",
        "token": token})


def outcome(wire):
    try:
        wire.answer()
        return "ok"
    except Refused as refusal:
        return refusal.name


def burst(agent, made):
    """All of these tokens at one time, each over a connection of its own."""
    wires = [agent.wire(timeout=60) for _ in made]
    for wire, token in zip(wires, made):
        ask(wire, token)
    return wires


def outcomes(wires):
    found = [outcome(wire) for wire in wires]
    for wire in wires:
        wire.close()
    return set(found)


def test_burst_of_unknown_keys_is_one_fetch(agent, provider, source):
    gate = provider.hang(JWKS, source.jwks())
    stranger = Key("ES256", "of-nobody")
    before, start = provider.requests[JWKS], time.monotonic()

    wires = burst(agent, [source.token(key=stranger) for _ in range(200)])
    provider.wait_for_requests(JWKS, before + 1)
    gate.set()

    assert outcomes(wires) == {"UnknownKey"}
    more = burst(agent, [source.token(key=stranger) for _ in range(50)])
    assert outcomes(more) == {"UnknownKey"}
    # one in half a minute, should the machine be that slow
    allowed = 1 + int((time.monotonic() - start) / 30)
    assert 1 <= provider.requests[JWKS] - before <= allowed
    assert agent.verdict(source.token()) == "ok"


def test_burst_with_a_new_key_is_one_fetch(agent, provider, source):
    new = Key("ES256", "new")
    gate = provider.hang(JWKS, jwks(new, *source.keys))
    before = provider.requests[JWKS]

    wires = burst(agent, [source.token(key=new) for _ in range(200)])
    provider.wait_for_requests(JWKS, before + 1)
    gate.set()

    assert outcomes(wires) == {"ok"}
    assert provider.requests[JWKS] == before + 1


def test_key_without_a_name_costs_no_fetch(agent, provider, source):
    """A bad signature is not an unknown key."""
    before = provider.requests[JWKS]

    forged = Key("ES256", "first")
    assert agent.verdict(source.token(key=forged)) == "BadSignature"
    assert agent.verdict(source.token(iss="https://x.test")) == (
        "UnknownIssuer")

    assert provider.requests[JWKS] == before


# a provider that hangs

def percentile(samples, share):
    return sorted(samples)[int(len(samples) * share)]


def time_of_logins(wire, source, count):
    """Seconds of each of so many logins that need no fetch."""
    taken = []
    for token in [source.token() for _ in range(count)]:
        start = time.perf_counter()
        ask(wire, token)
        assert wire.answer()["session"]
        taken.append(time.perf_counter() - start)
    return taken


class Hanging:
    """A fetch in flight, and calls that wait for it, while it is entered.

    Each time for another issuer, for fetches are not repeated at once.
    """

    def __init__(self, agent, provider, count):
        self.agent = agent
        self.provider = provider
        self.paths = [f"/hung-{number}" for number in range(count)]

    def __enter__(self):
        path = self.paths.pop()
        name = path[1:]
        gate = self.provider.hang(path)
        source = Issuer(f"https://{name}.test", Key("ES256", "unknown"))
        before = self.provider.requests[path]
        self.wires = [self.agent.wire(timeout=60) for _ in range(9)]
        self.wires[0].ask("io.jwtagent.Issuer.Refresh", {"issuer": name})
        for wire in self.wires[1:]:
            ask(wire, source.token())
        self.provider.wait_for_requests(path, before + 1)
        self.gate = gate
        return self

    def __exit__(self, *_):
        self.gate.set()
        for wire in self.wires:
            outcome(wire)
            wire.close()


TURNS, LOGINS = 8, 150


def p99_ratio(agent, provider, source):
    """Of logins beside a hung fetch and of undisturbed ones, in turns."""
    hanging = Hanging(agent, provider, TURNS)
    calm, disturbed = [], []
    with agent.wire() as wire:
        time_of_logins(wire, source, LOGINS)  # to warm up
        for _ in range(TURNS):
            calm += time_of_logins(wire, source, LOGINS)
            with hanging:
                disturbed += time_of_logins(wire, source, LOGINS)
    print(f"p50 {statistics.median(calm):.6f} and "
          f"{statistics.median(disturbed):.6f}, p99 "
          f"{percentile(calm, .99):.6f} and {percentile(disturbed, .99):.6f}")
    return percentile(disturbed, .99) / percentile(calm, .99)


def test_hung_provider_delays_nobody_else(make_agent, provider, source):
    """A delay by a fetch is there every time; another program's is not."""
    ratios = []
    for _ in range(5):
        issuers = {f"hung-{number}": {
            "issuer": f"https://hung-{number}.test",
            "jwks_url": provider.url(f"/hung-{number}")}
            for number in range(TURNS)}
        for number in range(TURNS):
            provider.say(f"/hung-{number}", source.jwks())
        agent = make_agent(issuers={**at(provider), **issuers}).start()
        assert agent.verdict(source.token()) == "ok"
        ratios.append(p99_ratio(agent, provider, source))
        agent.stop()
        if ratios[-1] <= 2:
            break
    assert min(ratios) <= 2, ratios


def test_hung_provider_and_the_password_below(make_agent, provider, source):
    """Whoever cannot wait for keys goes on to the password."""
    provider.hang(JWKS)
    agent = make_agent(issuers=at(provider)).start()
    stacks.token_then_password("probe", agent, extra="timeout=1s")

    tester = terminal.pamtester("probe", "alice", "authenticate")
    tester.answer_parts(tokens.parts(source.token()))
    tester.answer("Password: ", people.PASSWORDS["alice"])
    text, code = tester.finish()

    assert code == 0, text
    assert agent.sessions(all=True) == []


def test_callers_that_leave_while_they_wait(agent, provider, source):
    gate = provider.hang(JWKS, source.jwks())
    before = provider.requests[JWKS]
    wires = burst(agent, [source.token(key=Key("ES256", "unknown"))
                          for _ in range(50)])
    provider.wait_for_requests(JWKS, before + 1)
    for wire in wires:
        wire.close()

    gate.set()

    wait_for_fetchers(agent)
    assert agent.verdict(source.token()) == "ok"


def test_fetcher_that_is_killed(agent, provider, source):
    """It costs that fetch and nothing else."""
    provider.hang(JWKS)
    before = provider.requests[JWKS]
    with agent.wire(timeout=30) as wire:
        ask(wire, source.token(key=Key("ES256", "unknown")))
        provider.wait_for_requests(JWKS, before + 1)
        pid, = fetchers(agent)
        os.kill(pid, signal.SIGKILL)

        assert outcome(wire) == "UnknownKey"

    wait_for_fetchers(agent)
    assert agent.issuer("corp")["problem"]
    assert agent.verdict(source.token()) == "ok"
    provider.say(JWKS, source.jwks())
    assert not refresh(agent).get("problem")


def test_agent_ends_with_its_fetcher(agent, provider, source):
    provider.hang(JWKS)
    before = provider.requests[JWKS]
    with agent.wire(timeout=30) as wire:
        wire.ask("io.jwtagent.Issuer.Refresh", {"issuer": "corp"})
        provider.wait_for_requests(JWKS, before + 1)
        pid, = fetchers(agent)

        assert agent.stop() == 0

    waiting.until(lambda: not os.path.exists(f"/proc/{pid}"))


def test_agent_has_no_network_code(agent):
    """libcurl is the fetcher's alone."""
    maps = Path(f"/proc/{agent.process.pid}/maps").read_text()

    assert "libssl" not in maps and "libcurl" not in maps


def test_hung_provider_and_a_service_that_does_not_wait(make_agent, provider,
                                                        source):
    """With interactive=no the answer comes while the fetch still hangs."""
    provider.hang(JWKS)
    agent = make_agent(issuers=at(provider),
                       services={"cron": {"interactive": "no"}}).start()

    assert agent.verdict(source.token(), service="cron") == "KeysUnavailable"

    assert agent.issuer("corp")["state"] == "unavailable"
