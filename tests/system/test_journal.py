# SPDX-License-Identifier: BSD-3-Clause
"""Events in the journal: fields, message ids, and what journalctl -x says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.journal import Journal

SOURCE = Path(__file__).resolve().parents[2]
CATALOG = SOURCE / "etc" / "jwt-agent.catalog"
TABLE = SOURCE / "jwt-agent" / "observe" / "message.c"

LOGGING = re.compile(
    r"\b(?:log_event|log_sentence|call_alert|tell|say)\("
    r"(?:[^();]|\([^()]*\))*\)", re.DOTALL)
NAME = re.compile(r'"((?:[a-z]+-)+[a-z]+)"')
NAMED = re.compile(r'#define (?:ODDITY_\w+|\w*_ALERT|EVENT\w*) ' + NAME.pattern)


def ids():
    return dict(re.findall(r'\{"([a-z-]+)", "([0-9a-f]{32})"\}',
                           TABLE.read_text()))


def entries():
    """Name, id and text of each entry of the catalogue."""
    return re.findall(r"^# ([a-z-]+)\n-- ([0-9a-f]{32})\n(.*?)(?=^# |\Z)",
                      CATALOG.read_text(), re.DOTALL | re.MULTILINE)


def names_in_sources():
    for path in (SOURCE / "jwt-agent").rglob("*.[ch]"):
        text = path.read_text()
        for call in LOGGING.findall(text):
            yield from NAME.findall(call)
        yield from NAMED.findall(text)


@pytest.fixture
def journal(host):
    journal = Journal()
    yield journal
    journal.close()


def test_every_name_that_is_logged_has_an_id():
    found = set(names_in_sources())
    assert {"clock-jump", "odd-network", "code-guessing", "config-changed",
            "store-outage"} <= found
    assert found - set(ids()) == set()


def test_every_id_has_an_entry():
    assert {name: identity for name, identity, _ in entries()} == ids()
    assert len({identity for _, identity, _ in entries()}) == len(ids())
    subjects = set()
    for name, _, text in entries():
        head, _, body = text.partition("\n\n")
        assert "Defined-By: jwt-agent" in head, name
        subjects.add(re.search(r"^Subject: (.+)$", head, re.MULTILINE)[1])
        assert "\nWhat to do: " in body, name
    assert len(subjects) == len(ids())


def test_journalctl_takes_the_catalogue(tmp_path):
    folder = tmp_path / "usr" / "lib" / "systemd" / "catalog"
    folder.mkdir(parents=True)
    shutil.copy(CATALOG, folder)
    (tmp_path / "var" / "lib" / "systemd" / "catalog").mkdir(parents=True)
    result = subprocess.run(
        ["journalctl", f"--root={tmp_path}", "--update-catalog"],
        capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    listed = subprocess.run(
        ["journalctl", f"--root={tmp_path}", "--list-catalog"],
        capture_output=True, text=True, check=True).stdout
    for name, identity in ids().items():
        assert identity in listed, name


def test_events_have_their_ids_and_fields(make_agent, journal):
    agent = journal.of(make_agent()).start()
    agent.verdict("eyJ.e.e")
    login = journal.wait_for("login")
    assert login["MESSAGE_ID"] == ids()["login"]
    assert login["JWT_AGENT_OUTCOME"] == "denied"
    assert login["JWT_AGENT_REASON"] == "Malformed"
    assert login["JWT_AGENT_USER"] == "alice"
    assert login["JWT_AGENT_SERVICE"] == "probe"
    assert login["JWT_AGENT_CALLER_UID"] == "0"
    assert login["JWT_AGENT_COMMAND"].startswith("python3")
    assert login["PRIORITY"] == "5"
    agent.stop()
    journal.wait_for("agent-stopped")
    for entry in journal.entries:
        assert entry["MESSAGE_ID"] == ids()[entry["JWT_AGENT_EVENT"]]


def test_a_flood_is_summed_up_there_too(make_agent, journal):
    agent = journal.of(make_agent()).start()
    with agent.wire() as wire:
        for _ in range(300):
            wire.ask("io.jwtagent.Login.Authenticate", {
                "user": "alice", "uid": 1000, "service": "probe",
                "rhost": "192.0.2.7", "token": "eyJ.e.e"})
        for _ in range(300):
            assert wire.receive()["error"]
    agent.stop()
    journal.wait_for("agent-stopped")
    logins = journal.events("login")
    counts = [int(entry["JWT_AGENT_COUNT"]) for entry in logins
              if "JWT_AGENT_COUNT" in entry]
    assert sum(counts) + len(logins) - len(counts) == 300
    assert len(logins) < 60


def test_who_asked(agent):
    agent.enroll()
    event = agent.json("audit", "list", "--event", "enroll")[-1]
    assert event["command"] == "jwt-agent"
    assert event["caller_uid"] == 0
    assert event["caller_pid"] > 1


def test_start_stop_and_what_was_configured(agent):
    agent.configure(access_lifetime="10m")
    agent.serve_with(services={"sshd": {"audience": "elsewhere"}})
    agent.restart()
    story = [(e["event"], e.get("detail") or "") for e in agent.audit()
             if e["event"] in ("agent-started", "agent-stopped",
                               "config-changed")]
    assert [name for name, _ in story] == [
        "agent-started", "agent-stopped",
        "agent-started", "config-changed", "agent-stopped",
        "agent-started"]
    assert story[3][1] == "[token] access_lifetime, [service sshd] audience"
    agent.kill()
    agent.start()
    assert [e["event"] for e in agent.audit()][-2:] == ["agent-started"] * 2
