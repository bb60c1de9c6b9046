# SPDX-License-Identifier: BSD-3-Clause
"""What [service NAME] decides, where the table of keys does not show it."""

import os
import subprocess
import sys
import time

import pytest
from harness import keyfile, people, ssh, stacks, terminal, tokens, waiting
from harness.child import result_of
from harness.issuer import Issuer
from harness.wire import Refused

ISS = "https://corp.test"

# Authenticates through libpam with a conversation that is not there, or that
# fails, as programs have it that nobody sits before.
SILENT = """\
import ctypes, sys
pam = ctypes.CDLL("libpam.so.0")
FAIL = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p,
                        ctypes.c_void_p, ctypes.c_void_p)
class Conversation(ctypes.Structure):
    _fields_ = [("function", FAIL), ("data", ctypes.c_void_p)]
function = FAIL(lambda *_: 19) if sys.argv[1] == "fails" else FAIL(0)
handle = ctypes.c_void_p()
conversation = Conversation(function, None)
assert pam.pam_start(b"probe", b"alice", ctypes.byref(conversation),
                     ctypes.byref(handle)) == 0
code = pam.pam_authenticate(handle, 0)
pam.pam_end(handle, code)
print(code)
"""
PAM_CONV_ERR = 19


@pytest.fixture
def source():
    return Issuer(ISS)


@pytest.fixture
def serve(make_agent, source):
    """Makes an agent with these services, for tokens of `source`."""
    def make(**services):
        place = keyfile.public(source.jwks())
        return make_agent(
            issuers={"corp": {"issuer": ISS, "keys_file": place}},
            services={name.replace("any", "*"): keys
                      for name, keys in services.items()}).start()
    return make


# defaults

def test_defaults_for_every_service(serve, source):
    agent = serve(any={"users": "bob", "require_groups": "ops"},
                  sshd={"users": "alice"})

    both = source.token(groups=["ops"])
    assert agent.verdict(both, service="sshd") == "ok"
    assert agent.verdict(both, service="cups") == "PolicyDenied"
    # what the section does not set comes from [service *]
    assert agent.verdict(source.token(), service="sshd") == "PolicyDenied"


def test_names_of_services_are_exact(serve, source):
    agent = serve(sudo={"max_auth_age": "5m"})

    assert agent.verdict(source.token(), service="sudo") == "PolicyDenied"
    assert agent.verdict(source.token(), service="sudo-i") == "ok"
    assert agent.verdict(source.token(), service="SUDO") == "ok"


def test_policy_is_for_our_own_tokens_too(serve):
    agent = serve(probe={"issuers": "corp"}, other={"issuers": "local"})
    token = agent.enroll()["access_token"]

    assert agent.verdict(token) == "PolicyDenied"
    assert agent.verdict(token, service="other") == "ok"


# single use

def test_once_survives_a_restart(serve, source):
    agent = serve(probe={"replay": "once"})
    token = source.token()
    assert agent.verdict(token) == "ok"

    assert agent.verdict(token) == "Replayed"
    agent.restart()
    assert agent.verdict(token) == "Replayed"
    agent.kill()
    agent.start()
    assert agent.verdict(token) == "Replayed"
    assert agent.last_refusal() == "Replayed"
    assert agent.verdict(source.token()) == "ok"


def test_once_is_for_the_token_not_for_its_name(make_agent):
    """The same jti of two issuers, and twice of one, are different tokens."""
    one, two = Issuer("https://one.test"), Issuer("https://two.test")
    agent = make_agent(
        issuers={source.name[8:11]: {
            "issuer": source.name,
            "keys_file": keyfile.public(source.jwks())}
            for source in (one, two)},
        services={"probe": {"replay": "once"}}).start()

    assert agent.verdict(one.token(jti="same")) == "ok"
    assert agent.verdict(two.token(jti="same")) == "ok"
    assert agent.verdict(one.token(jti="same", n=1)) == "ok"


def twin(token):
    """The same token under the other signature that is as good: (r, n - s)."""
    head, payload, signature = token.split(".")
    raw = tokens.decode(signature)
    order = int("ffffffff00000000ffffffffffffffff"
                "bce6faada7179e84f3b9cac2fc632551", 16)
    flipped = order - int.from_bytes(raw[32:], "big")
    return ".".join((head, payload, tokens.encode(
        raw[:32] + flipped.to_bytes(32, "big"))))


def test_once_holds_for_the_twin_of_a_signature(serve, source):
    agent = serve(probe={"replay": "once"}, often={})
    token = source.token()
    assert twin(token) != token
    assert agent.verdict(twin(token), service="often") == "ok"

    assert agent.verdict(token) == "ok"

    assert agent.verdict(twin(token)) == "Replayed"


def test_refused_login_does_not_use_a_token_up(serve, source):
    agent = serve(probe={"replay": "once", "users": "alice"})
    token = source.token()

    assert agent.verdict(token, "bob") == "WrongUser"
    assert agent.explain(token)["accepted"] is True
    assert agent.verdict(token) == "ok"
    assert agent.explain(token)["reason"] == "Replayed"


def test_one_of_many_at_once(serve, source):
    """However many present it in one moment."""
    agent = serve(probe={"replay": "once"})
    token = source.token()
    wires = [agent.wire() for _ in range(50)]
    for wire in wires:
        wire.ask("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": "probe",
            "token": token})

    accepted = 0
    for wire in wires:
        try:
            wire.answer()
            accepted += 1
        except Refused as refusal:
            assert refusal.name == "Replayed"
        wire.close()

    assert accepted == 1


def test_used_tokens_are_forgotten_when_they_expire(serve, source):
    """And stay refused, by their own expiry."""
    agent = serve(probe={"replay": "once"})
    for _ in range(200):
        assert agent.verdict(source.token()) == "ok"
    token = source.token()
    assert agent.verdict(token) == "ok"

    agent.restart(clock=3600)

    assert agent.verdict(token) == "Expired"


# who may ask

def test_caller_that_is_not_listed(serve, source, log):
    agent = serve(listed={"callers": "bob"})
    token = source.token()

    def by(user, service):
        return result_of(user, lambda: agent.verdict(token, service=service))

    assert by("bob", "listed") == "ok"
    assert by("bob", "probe") == "PermissionDenied"
    assert by("nobody", "listed") == "PermissionDenied"
    assert by("alice", "listed") == "PermissionDenied"


def test_caller_reads_why(serve, source, log):
    """The module of a program that runs as somebody else."""
    agent = serve(probe={"callers": "daemon"})
    stacks.token_only("probe", agent)
    mark = log.mark()

    tester = terminal.Terminal(
        ["pamtester", "probe", "alice", "authenticate"], user="bob")
    tester.answer_parts(tokens.parts(source.token()))
    text, code = tester.finish()

    assert code != 0
    line = log.wait_for("reason=PermissionDenied", mark)
    assert "you may not do this" in line or "callers" in line


def test_listed_caller_may_ask_for_its_service_only(serve, source):
    """Listed is not root: nothing but logins to that service."""
    agent = serve(listed={"callers": "bob"})

    def revoke():
        with agent.wire() as wire:
            try:
                wire.call("io.jwtagent.Admin.Status")
                return "ok"
            except Refused as refusal:
                return refusal.name

    assert result_of("bob", revoke) == "PermissionDenied"


def test_listed_caller_has_nothing_to_say_about_others(serve, source):
    """Not about a session of a service that it may not ask for."""
    agent = serve(listed={"callers": "bob"})
    session = agent.login(source.token(), service="probe")["session"]

    def check(service):
        with agent.wire() as wire:
            try:
                wire.call("io.jwtagent.Login.CheckAccount", {
                    "session": session, "user": "alice",
                    "uid": people.uid("alice"), "service": service})
                return "ok"
            except Refused as refusal:
                return refusal.name

    assert check("probe") == "ok"
    assert result_of("bob", lambda: check("probe")) == "PermissionDenied"
    assert result_of("bob", lambda: check("listed")) == "NoSuchSession"


# how long a session lasts

def test_longest_session(serve, source, sshd):
    """It ends when its time is over, though the token is good for longer."""
    agent = serve(sshd={"session_max": "3s"})
    stacks.token_only("sshd", agent)
    token = source.token()

    shell = ssh.Shell(sshd, "alice", ssh.token(agent, token))
    start = time.monotonic()
    try:
        assert shell.echoes()
        shell.wait_until_ended(20)
    finally:
        shell.process.kill()
        shell.close()

    assert time.monotonic() - start > 1
    waiting.until(lambda: agent.sessions() == [])
    session, = agent.sessions(all=True)
    assert session["state"] == "expired"


def test_longest_session_is_of_its_service(serve, source, sshd):
    """Two sessions, one of a service that has no such limit."""
    agent = serve(sshd={"session_max": "1h"})
    for service in ("sshd", "su-l"):
        stacks.token_only(service, agent)
    shell = ssh.Shell(sshd, "alice", ssh.token(agent, source.token()))
    su = terminal.su("alice", "echo here; exec cat")
    su.answer_parts(tokens.parts(source.token()))
    su.expect("here")

    agent.restart(clock=7200)

    try:
        shell.wait_until_ended(20)
        state = {session["service"]: session["state"]
                 for session in agent.sessions(all=True)}
        assert state == {"sshd": "expired", "su-l": "active"}
    finally:
        su.close()
        shell.process.kill()
        shell.close()


# what is said

def denied(agent, source, **claims):
    stacks.token_only("probe", agent)
    tester = terminal.pamtester("probe", "alice", "authenticate")
    tester.answer_parts(tokens.parts(source.token(**claims)))
    return tester.finish()


def test_message_of_a_refusal(serve, source):
    agent = serve(probe={
        "require_groups": "ops",
        "deny_message": "Ask {team} for the group ops, {sub}."})

    text, code = denied(agent, source, team="helpdesk")

    assert code != 0
    assert "Ask helpdesk for the group ops, alice." in text


def test_claims_in_a_message_are_harmless(serve, source):
    agent = serve(probe={"require_groups": "ops",
                         "deny_message": "Ask {team}."})

    text, _ = denied(agent, source,
                     team="\x1b[2J{sub}\r\n" + "x" * 1000)

    assert "Ask " in text and "\x1b" not in text
    assert "Ask {sub}" not in text and "alice" not in text
    assert "x" * 200 not in text


def test_message_is_for_refusals_by_policy_only(serve, source):
    agent = serve(probe={"require_groups": "ops", "deny_message": "Ask us."})

    text, _ = denied(agent, source, exp=int(time.time()) - 900)

    assert "expired" in text and "Ask us." not in text


# nobody to converse with

@pytest.mark.parametrize("conversation", ["fails", "is absent"])
def test_no_conversation_is_answered_at_once(serve, log, conversation):
    agent = serve(probe={})
    stacks.token_only("probe", agent)
    before = agent.audit()

    result = subprocess.run(
        [sys.executable, "-c", SILENT, conversation], timeout=5,
        capture_output=True, text=True, env={"PATH": os.defpath})

    assert result.stdout.strip() == str(PAM_CONV_ERR), result.stderr
    assert agent.audit() == before


def test_no_terminal_is_answered_at_once(serve):
    agent = serve(probe={})
    stacks.token_only("probe", agent)

    result = subprocess.run(
        ["pamtester", "probe", "alice", "authenticate"], timeout=5,
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        start_new_session=True, env={"PATH": os.defpath})

    assert result.returncode != 0
