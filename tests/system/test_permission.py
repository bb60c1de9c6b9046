# SPDX-License-Identifier: BSD-3-Clause
"""Who may call what: every method as a stranger, another user, the owner, an
administrator, a service and root."""

import re
import subprocess

import pytest
from harness import built, people
from harness.child import result_of
from harness.wire import Closed, Refused, Wire

DENIED = "PermissionDenied"
LOGIN = {"user": "alice", "uid": 1, "service": "sshd"}
SESSION = {"session": "{session}", **LOGIN}

# Method, parameters, stream?, and who is denied.  {device}, {session} and
# {token} are alice's.  nobody: a stranger; bob: another user; alice: the
# owner; admin: in the group jwt-admin.
CALLS = [
    ("org.varlink.service.GetInfo", {}, False, ""),
    ("org.varlink.service.GetInterfaceDescription",
     {"interface": "io.jwtagent"}, False, ""),
    ("io.jwtagent.Login.Authenticate", {**LOGIN, "token": "eyJ.e.e"}, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Login.Observe", {**LOGIN, "token": "eyJ.e.e"}, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Login.CheckAccount", SESSION, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Login.Credential", {**SESSION, "action": "establish"},
     False, "nobody bob alice admin"),
    ("io.jwtagent.Login.OpenSession", SESSION, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Login.CloseSession", SESSION, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Login.ChangeToken", {**LOGIN, "token": "{token}"}, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Token.ListKeys", {}, False, ""),
    ("io.jwtagent.Token.Explain",
     {"user": "alice", "service": "sshd", "token": "{access}"}, False,
     "nobody bob"),
    ("io.jwtagent.Token.Refresh", {"token": "{token}"}, False, "nobody bob"),
    ("io.jwtagent.Device.Enroll", {"user": "alice", "name": "x"}, False,
     "nobody bob"),
    ("io.jwtagent.Device.List", {"user": "alice"}, True, "nobody bob"),
    ("io.jwtagent.Device.Show", {"device": "{device}"}, False, "nobody bob"),
    ("io.jwtagent.Session.List", {"user": "alice"}, True, "nobody bob"),
    ("io.jwtagent.Session.Show", {"session": "{session}"}, False,
     "nobody bob"),
    ("io.jwtagent.Session.Terminate", {"session": "{session}"}, False,
     "nobody bob"),
    ("io.jwtagent.Issuer.List", {}, True, "nobody bob alice"),
    ("io.jwtagent.Issuer.Show", {"issuer": "local"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Issuer.Refresh", {"issuer": "local"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.Status", {}, False, "nobody bob alice"),
    ("io.jwtagent.Admin.Audit", {}, True, "nobody bob alice"),
    ("io.jwtagent.Admin.AuditVerify", {}, True, "nobody bob alice"),
    ("io.jwtagent.Admin.AuditHead", {}, False, "nobody bob alice"),
    ("io.jwtagent.Admin.AuditHold", {"head": "a.b.c"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Issuer.Revoke", {"issuer": "none"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Device.Restore", {"device": "{device}"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Token.Revoke", {"token": "{access}"}, False, "nobody bob"),
    ("io.jwtagent.User.Show", {"user": "alice"}, False, "nobody bob"),
    ("io.jwtagent.User.Logout", {"user": "alice"}, False, "nobody bob"),
    ("io.jwtagent.User.Set", {"user": "alice", "set": {"team": "x"}}, False,
     "nobody bob alice"),
    ("io.jwtagent.User.Renew", {"user": "alice"}, False, "nobody bob alice"),
    ("io.jwtagent.Admin.Uses", {}, True, "nobody bob alice"),
    ("io.jwtagent.User.Forget", {"user": "nobody-of-this-name"}, False,
     "nobody bob alice"),
    ("io.jwtagent.User.ForgetStep", {"pseudonym": "none"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.Export", {"what": "device"}, True,
     "nobody bob alice"),
    ("io.jwtagent.Admin.Import", {"user": "alice", "lines": []}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.Upkeep", {}, True, "nobody bob alice"),
    ("io.jwtagent.Admin.UpkeepDone",
     {"job": "sweep", "outcome": "ok", "began": 1}, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Admin.SweepStep", {"number": 0}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.Metrics", {}, True, "nobody bob alice"),
    ("io.jwtagent.Admin.StoreCheck", {}, True, "nobody bob alice"),
    ("io.jwtagent.Device.Revoke", {"device": "{device}"}, False,
     "nobody bob"),
    ("io.jwtagent.Code.New", {"user": "alice"}, False, "nobody bob"),
    ("io.jwtagent.Device.Rename", {"device": "{device}", "name": "x"}, False,
     "nobody bob"),
    ("io.jwtagent.Device.EnrollAgain", {"device": "{device}"}, False,
     "nobody bob"),
    ("io.jwtagent.Key.List", {}, True, "nobody bob alice"),
    ("io.jwtagent.Key.Rotate", {}, False, "nobody bob alice"),
    ("io.jwtagent.Key.RotateData", {}, False, "nobody bob alice"),
    ("io.jwtagent.Key.RotateMaster", {"new_key": "none"}, False,
     "nobody bob alice admin"),
    ("io.jwtagent.Alert.List", {}, True, "nobody bob alice"),
    ("io.jwtagent.Alert.Test", {"alert": "store-size"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.FlagList", {}, True, "nobody bob alice"),
    ("io.jwtagent.Admin.FlagSet",
     {"flag": "token_login", "state": "on", "user": "alice"}, False,
     "nobody bob alice"),
    ("io.jwtagent.Admin.FlagUndo", {}, False, "nobody bob alice"),
    ("io.jwtagent.Admin.StoreStats", {}, False, "nobody bob alice"),
]
SERVICE = "daemon"  # in callers= of sshd, whose logins the table asks for
CALLERS = ("nobody", "bob", "alice", "admin", SERVICE, "root")


def all_denied(method, denied):
    """A service may ask for logins to it, and is a stranger otherwise."""
    callers = set(denied.split())
    if "nobody" in callers and not method.startswith("io.jwtagent.Login."):
        callers.add(SERVICE)
    return callers


def outcome(path, method, parameters, stream):
    """The name of the error, "" when there was none."""
    try:
        with Wire(path) as wire:
            if stream:
                list(wire.stream(method, parameters))
            else:
                wire.call(method, parameters)
        return ""
    except Refused as error:
        return error.name
    except Closed:
        return "Closed"


@pytest.fixture
def agent(make_agent):
    return make_agent(services={"sshd": {"callers": SERVICE}}).start()


@pytest.fixture
def objects(agent):
    """Something of alice's to be asked about."""
    device = agent.enroll("alice")
    with agent.wire() as wire:
        session = wire.call("io.jwtagent.Login.Authenticate", {
            "user": "alice", "uid": people.uid("alice"), "service": "sshd",
            "token": device["access_token"]})["session"]
    return {"{device}": device["device"], "{session}": session,
            "{token}": device["refresh_token"],
            "{access}": device["access_token"]}


@pytest.fixture
def admin():
    people.make_person("admin", "in charge 1")
    subprocess.run(["usermod", "-aG", "jwt-admin", "admin"], check=True)


def filled_in(parameters, objects):
    return {name: objects.get(value, value) if isinstance(value, str)
            else value
            for name, value in parameters.items()}


@pytest.mark.parametrize("method,parameters,stream,denied", CALLS,
                         ids=[row[0] for row in CALLS])
def test_who_may_call(agent, admin, objects, method, parameters, stream,
                      denied):
    filled = filled_in(parameters, objects)
    for caller in CALLERS:
        name = result_of(caller, lambda: outcome(agent.socket, method, filled,
                                                 stream))
        if caller in all_denied(method, denied):
            assert name == DENIED, caller
        else:
            assert name != DENIED, caller


def test_table_is_complete():
    described = {f"{path.stem}.{name}" for path in
                 (built.SOURCE / "varlink").glob("*.varlink")
                 for name in re.findall(r"^method (\w+)", path.read_text(),
                                        re.M)}
    assert described == {row[0] for row in CALLS}


def test_lists_show_a_user_their_own(agent, admin):
    agent.enroll("alice")
    agent.enroll("bob")

    def owners():
        with Wire(agent.socket) as wire:
            return [reply["device"]["user"] for reply in
                    wire.stream("io.jwtagent.Device.List")
                    if "device" in reply]

    assert result_of("alice", owners) == ["alice"]
    assert sorted(result_of("admin", owners)) == ["alice", "bob"]
    assert result_of("nobody", owners) == []


def test_claims_are_for_administrators(agent, admin):
    request = {"user": "alice", "name": "x", "claims": {"role": "boss"}}

    def enroll():
        return outcome(agent.socket, "io.jwtagent.Device.Enroll", request,
                       False)

    assert result_of("alice", enroll) == DENIED
    assert result_of("admin", enroll) == ""


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat", "jti",
                                   "did", "fam", "nbf"])
def test_claims_cannot_replace_ours(agent, claim):
    request = {"user": "alice", "name": "x", "claims": {claim: "bob"}}

    assert outcome(agent.socket, "io.jwtagent.Device.Enroll", request,
                   False) != ""


@pytest.mark.parametrize("method,parameters,denied", [
    ("Token.Revoke", {"token": "{token}"}, "nobody bob"),
    ("Token.Revoke", {"jti": "x", "issuer": "local"}, "nobody bob alice"),
    ("User.Logout", {"all": True}, "nobody bob alice"),
    ("Session.Terminate", {"device": "{device}"}, "nobody bob"),
    ("Session.Terminate", {"user": "alice"}, "nobody bob"),
])
def test_who_may_revoke(agent, admin, objects, method, parameters, denied):
    filled = filled_in(parameters, objects)
    for caller in CALLERS:
        name = result_of(caller, lambda: outcome(
            agent.socket, f"io.jwtagent.{method}", filled, False))
        assert name == (DENIED if caller in all_denied(method, denied)
                        else ""), caller


def test_denied_refresh_changes_nothing(agent, objects):
    token = objects["{token}"]

    for caller in ("nobody", "bob"):
        assert result_of(caller, lambda: outcome(
            agent.socket, "io.jwtagent.Token.Refresh", {"token": token},
            False)) == DENIED

    assert agent.refresh(token)["generation"] == (
        agent.json("device", "show", objects["{device}"])["generation"])


def test_commands_of_a_user(agent):
    device = agent.json("device", "enroll", "--name", "own", user="alice")
    assert device["user"] == "alice"
    assert [one["device"] for one in
            agent.json("device", "list", user="alice")] == [device["device"]]
    assert agent.run("device", "enroll", "--user", "bob", "--name", "x",
                     user="alice").returncode == 3
    assert agent.run("audit", "list", user="alice").returncode == 3
    assert agent.json("device", "revoke", device["device"],
                      user="alice")["result"] == "revoked"
