# SPDX-License-Identifier: BSD-3-Clause
"""What a login leaves in the audit, phase by phase, when all of it is granted; and
that nothing but the login is counted as one."""

import json
import subprocess
import time

import pytest
from harness import built, people, ssh, stacks, terminal, tokens, waiting
from harness.opener import request
from harness.wire import Refused

PHASES = ("authenticate", "acct_mgmt", "setcred", "open_session",
          "setcred(PAM_REFRESH_CRED)", "close_session")
CHECK = "io.jwtagent.Login.CheckAccount"
CREDENTIAL = "io.jwtagent.Login.Credential"


def story(agent, event=None):
    """What was audited after the enrolment, in its order."""
    events = agent.audit()
    names = [one["event"] for one in events]
    since = names.index("enroll") + 1 if "enroll" in names else 1
    return [one for one in events[since:]
            if event is None or one["event"] == event]


def through(service, answers, *phases):
    tester = terminal.pamtester(service, "alice", *phases)
    tester.answer_parts(answers)
    return tester.finish()


def test_each_phase_of_a_login(agent):
    stacks.token_only("probe", agent)
    device = agent.enroll()

    text, code = through("probe", tokens.parts(device["access_token"]),
                         *PHASES)

    assert code == 0, text
    events = story(agent)
    assert [(one["event"], one["detail"]) for one in events] == [
        ("login", None), ("account", None), ("credential", "establish"),
        ("session-open", None), ("credential", "refresh"),
        ("session-close", None)]
    session, = {one["session"] for one in events}
    assert agent.session(session)["state"] == "closed"
    for one in events:
        assert (one["outcome"], one["reason"]) == ("granted", "ok")
        assert (one["user"], one["uid"]) == ("alice", people.uid("alice"))
        assert (one["service"], one["device"]) == ("probe", device["device"])
        assert (one["caller_uid"], one["command"]) == (0, "pamtester")
        assert one["caller_pid"] == events[0]["caller_pid"] > 0


def test_a_login_by_ssh(ssh_agent, sshd):
    device = ssh_agent.enroll()
    ssh.run(sshd, "alice", ssh.token(ssh_agent, device["access_token"]),
            "true")

    waiting.until(lambda: [one["detail"] for one in story(
        ssh_agent, "credential")][-1:] == ["delete"], what="the logout")
    events = story(ssh_agent)
    assert {one["event"] for one in events} == {
        "login", "account", "credential", "session-open", "session-close"}
    account, = story(ssh_agent, "account")
    login, = story(ssh_agent, "login")
    for member in ("user", "uid", "service", "rhost", "session", "device"):
        assert account[member] == login[member], member
    assert (account["rhost"], account["outcome"]) == ("127.0.0.1", "granted")


def test_filters_find_them(agent):
    stacks.token_only("probe", agent)
    device = agent.enroll()
    through("probe", tokens.parts(device["access_token"]), *PHASES)

    for filters, count in ((("--event", "account"), 1),
                           (("--event", "credential"), 2),
                           (("--event", "account", "--outcome", "denied"), 0),
                           (("--event", "account", "--user", "alice",
                             "--device", device["device"]), 1)):
        found = agent.json("audit", "list", *filters)
        assert len(found) == count, filters
    assert agent.run("audit", "verify").returncode == 0


def first_lines(agent, count, *arguments):
    command = [str(built.COMMAND), "--config", str(agent.config), "monitor",
               *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE,
                          text=True) as monitor:
        lines = [monitor.stdout.readline() for _ in range(count)]
        monitor.kill()
    return lines


def test_monitor_is_readable_at_a_glance(agent):
    """One line says that somebody is in, but nothing that was refused is left
    out."""
    stacks.token_only("probe", agent)
    device = agent.enroll()
    through("probe", tokens.parts(device["access_token"]), *PHASES)
    with pytest.raises(Refused), agent.wire() as wire:
        wire.call(CHECK, request("none", "alice", "probe"))

    shown = [line.replace(":", " ").split()[4:6]
             for line in first_lines(agent, 6)]
    assert shown == [["agent-started", "granted"], ["enroll", "granted"],
                     ["login", "granted"], ["session-open", "granted"],
                     ["session-close", "granted"], ["account", "denied"]]
    shown = first_lines(agent, 2, "--event", "account")
    assert "account granted" in shown[0] and "account denied" in shown[1]
    shown = [json.loads(line) for line in first_lines(agent, 9, "--json")]
    assert [one["event"] for one in shown].count("credential") == 2


def test_who_came_in_by_password_leaves_nothing(agent):
    """Nothing of ours was granted."""
    stacks.token_then_password("probe", agent)

    text, code = through("probe", [people.PASSWORDS["alice"]], *PHASES)

    assert code == 0, text
    assert story(agent) == []


def test_refusals_as_before(agent):
    device = agent.enroll()
    session = agent.login(device["access_token"])["session"]
    agent.run("device", "revoke", device["device"])
    asked = request(session, "alice", "probe")

    with agent.wire() as wire:
        for method, asked in ((CHECK, asked), (CREDENTIAL, {
                **asked, "action": "establish"})):
            with pytest.raises(Refused) as refusal:
                wire.call(method, asked)
            assert refusal.value.name == "DeviceRevoked"

    for event, detail in (("account", None), ("credential", "establish")):
        one, = story(agent, event)
        assert (one["outcome"], one["reason"], one["detail"]) == (
            "denied", "DeviceRevoked", detail)
        assert one["session"] == session


def test_only_the_login_is_counted_as_one(agent):
    session = agent.login(agent.enroll()["access_token"])["session"]
    with pytest.raises(Refused):
        agent.login("eyJ.e.e")
    asked = request(session, "alice", "probe")

    with agent.wire() as wire:
        for _ in range(30):
            wire.call(CHECK, asked)
            wire.call(CREDENTIAL, {**asked, "action": "refresh"})
        with pytest.raises(Refused):
            wire.call(CHECK, {**asked, "user": "bob"})

    assert len(story(agent, "account")) == 31
    metrics = agent.run("metrics").stdout.splitlines()
    logins = [line for line in metrics
              if line.startswith("jwtagent_logins_total{")]
    assert len(logins) == 2 and all(line.endswith(" 1") for line in logins)
    assert agent.json("report")["logins"] == {
        "granted": 1, "denied": 1, "fault": 0, "success": 50.0}


def test_a_session_that_is_used_is_seen(agent):
    session = agent.login(agent.enroll()["access_token"])["session"]
    before = agent.session(session)["activity"]
    waiting.until(lambda: int(time.time()) > before, what="another second")

    with agent.wire() as wire:
        wire.call(CREDENTIAL, {**request(session, "alice", "probe"),
                               "action": "reinitialize"})

    assert agent.session(session)["activity"] > before
    assert [one["detail"] for one in story(agent, "credential")] == [
        "reinitialize"]
