# SPDX-License-Identifier: BSD-3-Clause
"""Login codes at every prompt, and what a stranger can do about them."""

import concurrent.futures
import random
import re
import time

import pytest
from harness import built, people, ssh, stacks, terminal, waiting
from harness.wire import Refused

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORM = re.compile(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{2}}")
HERE = "192.0.2.1"


def guess():
    return "-".join("".join(random.choices(ALPHABET, k=4)) for _ in range(3))


def make(agent, *arguments, user="root", **how):
    """A code for alice, unless the arguments say otherwise."""
    if user == "root" and "--user" not in arguments:
        arguments = (*arguments, "--user", "alice")
    return agent.json("code", "new", *arguments, user=user, **how)["code"]


def attempt(wire, token, user="alice", rhost=HERE, service="sshd"):
    """How a login ends: "ok" or the name of the refusal."""
    try:
        wire.call("io.jwtagent.Login.Authenticate", {
            "user": user, "uid": people.uid(user), "service": service,
            "rhost": rhost, "token": token})
        return "ok"
    except Refused as refusal:
        return refusal.name


@pytest.fixture
def wire(agent):
    with agent.wire(timeout=30) as wire:
        yield wire


# the command

def test_code_of_a_user(agent):
    before = int(time.time())

    made = agent.json("code", "new", user="alice")

    assert FORM.fullmatch(made["code"])
    assert 118 <= made["expires"] - before <= 123
    assert made["code"] not in agent.said()


def test_codes_are_for_oneself(agent):
    assert agent.run("code", "new", "--user", "alice",
                     user="bob").returncode == 3
    assert agent.run("code", "new", "--user", "nosuchuser").returncode == 5
    assert make(agent, "--user", "bob")


def test_picture_on_a_terminal_only(agent):
    plain = agent.run("code", "new", user="alice").stdout
    assert FORM.fullmatch(plain.strip()) and "\n" not in plain.strip()

    screen = terminal.Terminal([str(built.COMMAND), "--config",
                                str(agent.config), "code", "new"],
                               user="alice")
    text, code = screen.finish()

    lines = text.splitlines()
    assert code == 0 and FORM.fullmatch(lines[0])
    assert lines[1] == "█" * 29
    assert sum(1 for line in lines if set(line) <= set(" ▀▄█")) == 15
    assert "for one login of alice until" in lines[-1]


def test_time_to_live(agent, wire):
    code = make(agent, "--ttl", "15m")
    agent.restart(clock=890)
    with agent.wire() as later:
        assert attempt(later, code) == "ok"

    agent.restart()
    code = make(agent, "--ttl", "10s")
    agent.restart(clock=11)
    with agent.wire() as later:
        assert attempt(later, code) == "WrongCode"


# every prompt

def test_ssh(ssh_agent, sshd):
    code = make(ssh_agent)

    result = ssh.run(sshd, "alice", ssh.answers(code.lower()), "id", "-un")
    assert (result.returncode, result.stdout) == (0, "alice\n"), result.stderr
    waiting.until(lambda: ssh_agent.sessions() == [], what="the close")
    session, = ssh_agent.sessions(all=True)
    assert (session["state"], session["service"]) == ("closed", "sshd")
    device = ssh_agent.json("device", "show", session["device"])
    assert (device["name"], device["user"]) == ("login code", "alice")
    assert device["seen_rhost"] == "127.0.0.1"

    again = ssh.run(sshd, "alice", ssh.answers(code), "id", "-un")
    assert (again.returncode, again.stdout) == (255, "")
    assert "this login code is not known" in again.stderr
    assert ssh_agent.last_refusal() == "WrongCode"


def test_ssh_for_another_user(ssh_agent, sshd, log):
    code, mark = make(ssh_agent), log.mark()

    result = ssh.run(sshd, "bob", ssh.answers(code), "id", "-un")

    assert (result.returncode, result.stdout) == (255, "")
    assert ssh_agent.last_refusal() == "WrongUser"
    log.wait_for("reason=WrongUser", mark)
    assert code not in log.text(mark) and code not in ssh_agent.said()
    result = ssh.run(sshd, "alice", ssh.answers(code), "id", "-un")
    assert result.stdout == "alice\n", result.stderr


def test_ssh_session_ends_when_its_device_is_revoked(ssh_agent, sshd):
    shell = ssh.Shell(sshd, "alice", ssh.answers(make(ssh_agent)))
    session, = ssh_agent.sessions()

    ssh_agent.json("device", "revoke", session["device"])

    shell.wait_until_ended(7)
    made = ssh_agent.run("code", "new", "--user", "alice")
    assert made.returncode == 3 and "revoked" in made.stderr


def test_code_made_in_a_session_is_of_its_device(ssh_agent, sshd):
    device = ssh_agent.enroll()
    shell = ssh.Shell(sshd, "alice",
                      ssh.token(ssh_agent, device["access_token"]))
    session, = ssh_agent.sessions()

    code = make(ssh_agent, user="alice",
                environment={"JWT_SESSION": session["session"]})
    forged = make(ssh_agent, user="bob",
                  environment={"JWT_SESSION": session["session"]})

    ssh.run(sshd, "alice", ssh.answers(code), "true")
    ssh.run(sshd, "bob", ssh.answers(forged), "true")
    devices = {one["user"]: one["device"]
               for one in ssh_agent.sessions(all=True)
               if one["session"] != session["session"]}
    assert devices["alice"] == device["device"]
    assert devices["bob"] != device["device"]
    shell.close()


@pytest.fixture
def finishing():
    screens = []
    yield screens.append
    for screen in screens:
        screen.close()


def test_console(agent, finishing):
    stacks.token_then_password("login", agent)

    console = terminal.login("alice")
    finishing(console)
    console.answer(terminal.PROMPT, make(agent, "--service", "login")
                   .replace("-", " "))
    console.expect(r"\$ ")
    session, = agent.sessions()
    console.type("exit")
    console.finish()

    assert (session["service"], session["state"]) == ("login", "active")


def test_su(agent):
    stacks.token_then_password("su", agent)
    stacks.token_then_password("su-l", agent)

    screen = terminal.su("alice")
    screen.answer(terminal.PROMPT, make(agent))
    text, code = screen.finish()

    assert (code, text.split()[-1]) == (0, "alice"), text


# what may be a password

@pytest.fixture
def grouped_password():
    people.make_person("grace", "abcd-efgh-jkmn")
    return "abcd-efgh-jkmn"


def test_password_in_the_form_of_a_code(ssh_agent, sshd, log,
                                        grouped_password):
    mark = log.mark()

    for _ in range(2):
        result = ssh.run(sshd, "grace", ssh.answers(grouped_password),
                         "id", "-un")
        assert result.stdout == "grace\n", result.stderr

    assert ssh_agent.last_refusal() == "WrongCode"
    ssh_agent.stop()
    result = ssh.run(sshd, "grace", ssh.answers(grouped_password), "id",
                     "-un")
    assert result.stdout == "grace\n", result.stderr
    for written in (log.text(mark), ssh_agent.said(),
                    ssh_agent.bytes_of_store().decode("latin-1")):
        assert grouped_password not in written
        assert "ABCDEFGHJKMN" not in written


def test_code_without_its_hyphens_is_never_sent(ssh_agent, sshd):
    code, before = make(ssh_agent), ssh_agent.audit()

    result = ssh.run(sshd, "alice", ssh.answers(code.replace("-", "")), "id")

    assert (result.returncode, result.stdout) == (255, "")
    assert ssh_agent.audit() == before


# where a code counts

BINDINGS = [
    (("--service", "sshd"), {"service": "login"}, {"service": "sshd"}),
    (("--rhost", HERE), {"rhost": "192.0.2.2"}, {"rhost": HERE}),
    (("--rhost", HERE), {"rhost": None}, {"rhost": HERE}),
    (("--service", "login", "--rhost", HERE), {"service": "sshd"},
     {"service": "login"}),
]


@pytest.mark.parametrize("bound,elsewhere,there", BINDINGS)
def test_binding(agent, wire, bound, elsewhere, there):
    code = make(agent, *bound)

    assert attempt(wire, code, **elsewhere) == "CodeElsewhere"
    assert attempt(wire, code, user="bob", **there) == "WrongUser"
    assert attempt(wire, code, **there) == "ok"
    assert attempt(wire, code, **there) == "WrongCode"


@pytest.mark.parametrize("key,value", [
    ("interactive", "no"), ("require_groups", "ops"),
    ("require_claims", "sub"), ("require_acr", "gold"),
    ("require_amr", "otp"), ("max_auth_age", "1h"), ("users", "bob")])
def test_service_that_takes_no_codes(make_agent, key, value):
    agent = make_agent(services={"sshd": {key: value}}).start()
    code = make(agent)

    with agent.wire() as wire:
        assert attempt(wire, code) == "PolicyDenied"
        assert attempt(wire, code, service="login") == "ok"


# what a stranger can do

def test_guessing_neither_finds_nor_voids(agent):
    """A thousand guesses from one host; a thousand from as many."""
    codes = [make(agent) for _ in range(3)]

    def guesses(number):
        with agent.wire(timeout=60) as wire:
            return [attempt(wire, guess(), rhost=f"198.51.{number}.{i}"
                            if number else "203.0.113.1")
                    for i in range(250)]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        rounds = list(pool.map(guesses, [0, 0, 0, 0, 1, 2, 3, 4]))

    one_host = sum(rounds[:4], [])
    assert set(one_host) == {"WrongCode", "TooManyAttempts"}
    # at most 256 calls of one turn do not see each other
    assert one_host.count("WrongCode") < 10 + 256
    assert set(sum(rounds[4:], [])) == {"WrongCode"}
    with agent.wire() as wire:
        assert attempt(wire, codes[0], rhost="203.0.113.1") == (
            "TooManyAttempts")
        for code in codes:
            assert attempt(wire, code) == "ok"
    events = [event["event"] for event in agent.audit(limit=100000)]
    assert "code-guessing" in events


def test_limit_is_exact_one_after_the_other(agent, wire):
    outcomes = [attempt(wire, guess()) for _ in range(15)]

    assert outcomes == ["WrongCode"] * 10 + ["TooManyAttempts"] * 5
    events = [event for event in agent.audit()
              if event["event"] == "code-guessing"]
    assert len(events) == 1
    assert (events[0]["rhost"], events[0]["user"]) == (HERE, "alice")


def test_refused_tokens_do_not_open_the_way_for_codes(agent):
    agent.add_config("limit.conf", "[limit]\nattempts = 10\n")
    agent.restart()
    wire = agent.wire()
    code = make(agent)
    for _ in range(10):
        attempt(wire, "eyJ.e.e")
    assert attempt(wire, code) == "ok"
    for _ in range(20):
        attempt(wire, "eyJ.e.e", user="bob")

    for _ in range(10):
        assert attempt(wire, guess()) == "TooManyAttempts"

    assert attempt(wire, make(agent)) == "TooManyAttempts"


def test_store_never_holds_the_code(agent, wire):
    codes = [make(agent) for _ in range(5)]
    assert attempt(wire, codes[0]) == "ok"

    content = agent.bytes_of_store()
    agent.stop()
    content += agent.bytes_of_store()

    for code in codes:
        plain = code.replace("-", "")
        number = 0
        for character in reversed(plain):
            number = number << 5 | ALPHABET.index(character)
        for needle in (code.encode(), plain.encode(), plain.lower().encode(),
                       number.to_bytes(8, "little"),
                       number.to_bytes(8, "big"), str(number).encode()):
            assert needle not in content
    assert b"192.0.2.1" in content


def test_code_is_used_once_in_a_race(agent):
    code = make(agent)

    def race(_):
        with agent.wire(timeout=30) as wire:
            return attempt(wire, code)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(race, range(16)))

    assert outcomes.count("ok") == 1
    assert len(agent.sessions(all=True)) == 1


def test_used_code_stays_used_after_a_kill(agent, wire):
    used, fresh = make(agent), make(agent)
    assert attempt(wire, used) == "ok"

    agent.kill()
    agent.start()

    with agent.wire() as later:
        assert attempt(later, used) == "WrongCode"
        assert attempt(later, fresh) == "ok"


def test_audit(agent, wire):
    code = make(agent, "--service", "sshd")
    attempt(wire, code)
    attempt(wire, code)

    _, new, good, wrong = agent.audit()
    assert (new["event"], new["outcome"], new["user"]) == (
        "code-new", "granted", "alice")
    assert new["service"] == "sshd" and new["detail"].startswith("code ")
    assert (good["event"], good["outcome"]) == ("login", "granted")
    assert good["detail"] == new["detail"]
    assert (wrong["outcome"], wrong["reason"]) == ("denied", "WrongCode")
