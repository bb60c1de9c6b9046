# SPDX-License-Identifier: BSD-3-Clause
"""Lines of JSON out of a store and into one: store export, store import."""

import json
import time
from pathlib import Path

import pytest
from harness import ssh, tokens
from harness.postgres import Postgres

EXAMPLE = Path(__file__).parents[2] / "examples/import/postgresql.sql"
NOW = int(time.time())
TABLES = """
CREATE TABLE users (id int PRIMARY KEY, username text);
CREATE TABLE user_sessions (id uuid PRIMARY KEY, user_id int, device_id uuid,
    ip_address inet, user_agent text, created_at timestamptz,
    last_activity timestamptz, expires_at timestamptz, ended_at timestamptz);
CREATE TABLE refresh_tokens (id serial PRIMARY KEY, family_id uuid,
    user_id int, device_name text, token_hash text, ip_address inet,
    created_at timestamptz, last_used_at timestamptz,
    revoked_at timestamptz);
INSERT INTO users VALUES (1, 'alice'), (2, 'bob'), (3, 'left-long-ago');
INSERT INTO refresh_tokens (family_id, user_id, device_name, token_hash,
        ip_address, created_at, last_used_at, revoked_at) VALUES
    ('11111111-1111-1111-1111-111111111111', 1, 'Alice''s "phone"',
     'HASHOFTOKEN1', '192.0.2.7', now() - interval '9 days',
     now() - interval '3 days', now() - interval '3 days'),
    ('11111111-1111-1111-1111-111111111111', 1, 'Alice''s "phone"',
     'HASHOFTOKEN2', '192.0.2.8', now() - interval '3 days',
     now() - interval '1 day', NULL),
    ('22222222-2222-2222-2222-222222222222', 2, '', 'HASHOFTOKEN3',
     '2001:db8::1', now() - interval '9 days', NULL,
     now() - interval '8 days'),
    ('33333333-3333-3333-3333-333333333333', 3, 'gone', 'HASHOFTOKEN4',
     '192.0.2.9', now() - interval '9 days', NULL, NULL),
    ('44444444-4444-4444-4444-444444444444', 2, E'bell\\x07', 'HASHOFTOKEN5',
     '192.0.2.9', now() - interval '9 days', NULL, NULL);
INSERT INTO user_sessions VALUES
    ('aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa', 1,
     '11111111-1111-1111-1111-111111111111', '192.0.2.7', 'Mozilla',
     now() - interval '2 days', now() - interval '1 day',
     now() + interval '1 day', NULL),
    ('bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb', 2, NULL, '192.0.2.9', 'curl',
     now() - interval '2 days', now() - interval '1 day',
     now() + interval '1 day', now() - interval '1 day');
"""

ATTRIBUTES = {"team": "ops", "floor": 4, "onboarded": True}


def export(agent, *what):
    result = agent.run("store", "export", *what)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def lines_of(*lines):
    return "".join(
        (line if isinstance(line, str) else json.dumps(line)) + "\n"
        for line in lines)


def import_lines(agent, *lines, options=(), code=None):
    return agent.json("store", "import", "-", *options,
                      stdin=lines_of(*lines), code=code)


def device(**members):
    return {"type": "device", "id": "phone-1", "user": "alice",
            "name": "phone", "created": NOW - 9000, **members}


def session(**members):
    return {"type": "session", "id": "s-1", "user": "alice",
            "device": "phone-1", "created": NOW - 9000, **members}


@pytest.fixture(scope="module")
def lines_of_application(host):
    """What the example makes of an application's tables."""
    server = Postgres("/run/postgres-import", 5498).start()
    try:
        server.administrate(TABLES)
        return server.administrate(EXAMPLE.read_text())
    finally:
        server.stop()


def test_from_the_tables_of_an_application(agent, lines_of_application):
    assert "HASHOFTOKEN" not in lines_of_application
    first = agent.json("store", "import", "-", stdin=lines_of_application,
                       code=3)

    assert first["lines"] == 6
    assert first["imported"] == 4
    assert first["reasons"] == {"unknown-user": 1, "control-character": 1}
    phone, = agent.json("device", "list", "--user", "alice")
    assert phone["name"] == 'Alice\'s "phone"'
    assert phone["state"] == "imported"
    assert phone["seen_rhost"] == "192.0.2.8"
    assert abs(phone["seen"] - (time.time() - 86400)) < 600
    other, = agent.json("device", "list", "--user", "bob")
    assert other["state"] == "revoked"
    assert other["name"].startswith("device 2222")
    sessions = agent.json("session", "list", "--all")
    assert {(s["user"], s["state"], s["reason"]) for s in sessions} == {
        ("alice", "closed", "imported"), ("bob", "closed", "imported")}
    assert {s["device"] for s in sessions if s["user"] == "alice"} == {
        phone["device"]}
    assert agent.json("session", "list") == []
    assert agent.run("store", "check").returncode == 0


def test_a_second_time_changes_nothing(agent, lines_of_application):
    agent.json("store", "import", "-", stdin=lines_of_application, code=3)
    before = export(agent)
    again = agent.json("store", "import", "-", stdin=lines_of_application,
                       code=3)

    assert again["imported"] == 0 and again["present"] == 4
    assert export(agent) == before


def test_a_dry_run_writes_nothing(agent, lines_of_application):
    dry = agent.json("store", "import", "-", "--dry-run",
                     stdin=lines_of_application, code=3)

    assert dry["dry_run"] and dry["imported"] == 4
    assert export(agent) == []


def test_people_enrol_again_under_the_same_name(ssh_agent, sshd):
    import_lines(ssh_agent, device(), code=0)
    phone, = ssh_agent.json("device", "list", "--user", "alice")
    pair = ssh_agent.json("device", "enroll", "--again", phone["device"])
    assert pair["device"] == phone["device"]
    assert pair["name"] == "phone"
    token = ssh.token(ssh_agent, pair["access_token"])
    assert ssh.run(sshd, "alice", token, "id", "-un").stdout == "alice\n"
    shown, = ssh_agent.json("device", "list", "--user", "alice")
    assert shown["state"] == "active"


def test_an_imported_device_can_be_revoked_and_restored(agent):
    import_lines(agent, device(), code=0)
    phone = agent.json("device", "list", "--user", "alice")[0]["device"]
    revoked = agent.json("device", "revoke", phone)
    assert revoked["result"] == "revoked"
    agent.json("device", "restore", phone)
    assert agent.json("device", "show", phone)["state"] == "imported"
    assert agent.run("store", "check").returncode == 0


def fill(agent):
    """Devices of two people, one revoked, and sessions that have ended."""
    first = agent.enroll(name="laptop ✓")
    agent.enroll(user="bob")
    import_lines(agent, device(jkt="A" * 43, fingerprint="f"),
                 session(ended=NOW - 10, reason="logged out", tty="pts/1"),
                 session(id="s-2", state="expired", service="sshd"), code=0)
    agent.json("device", "revoke", first["device"], "--reason", "lost")
    agent.json("user", "logout", "bob", "--reason", "left")
    agent.json("user", "set", "alice", "team=ops", "floor=4", "onboarded=true")


def test_export_import_export(agent, make_agent):
    fill(agent)
    before = export(agent)
    text = lines_of(*before)
    agent.stop()
    other = make_agent().start()
    report = other.json("store", "import", "-", stdin=text)

    assert {line["type"] for line in before} == {"user", "device", "session"}
    assert before[0]["attributes"] == ATTRIBUTES
    assert report["skipped"] == 0
    assert export(other) == before
    assert other.run("store", "check").returncode == 0


def test_an_export_has_no_secrets(agent):
    pair = agent.enroll()
    text = agent.run("store", "export").stdout

    for secret in (pair["refresh_token"], pair["access_token"], "secret",
                   "family"):
        assert secret not in text


def test_one_kind(agent):
    fill(agent)
    for what in ("user", "device", "session"):
        assert {line["type"] for line in export(agent, f"--{what}s")} == {what}


def test_a_session_that_lived_is_history_afterwards(agent):
    report = import_lines(agent, session(activity=NOW - 100,
                                         expires=NOW + 9000), code=0)
    assert report["imported"] == 1
    assert agent.json("session", "list") == []
    line, = export(agent, "--sessions")
    assert line["ended"] == NOW - 100
    assert line["reason"] == "imported" and line["state"] == "closed"


def attributes_of(agent, user):
    return agent.json("user", "show", user)["attributes"]


def test_attributes_of_who_has_no_device(agent, make_agent):
    agent.enroll("bob")
    agent.json("user", "set", "alice", "team=ops", "floor=4", "onboarded=true")
    agent.json("user", "set", "bob", "team=dev")
    agent.json("user", "set", "nobody", "team=x")
    agent.json("user", "set", "nobody", "--unset", "team")

    before = export(agent, "--users")
    assert {line["user"]: line["attributes"] for line in before} == {
        "alice": ATTRIBUTES, "bob": {"team": "dev"}}
    assert before[0]["user"] == "bob"
    agent.stop()
    other = make_agent().start()
    assert import_lines(other, *before, code=0)["imported"] == 2
    assert attributes_of(other, "alice") == ATTRIBUTES
    assert import_lines(other, *before, code=0)["present"] == 2


def user(**members):
    return {"type": "user", "user": "alice", **members}


def test_attributes_that_are_there_stay(agent):
    agent.json("user", "set", "alice", "team=ops")
    line = user(attributes={"team": "dev", "floor": 4})

    dry = import_lines(agent, line, options=("--dry-run",), code=0)
    assert dry["imported"] == 1
    assert attributes_of(agent, "alice") == {"team": "ops"}
    assert import_lines(agent, line, code=0)["imported"] == 1
    assert attributes_of(agent, "alice") == {"team": "ops", "floor": 4}
    assert import_lines(agent, line, code=0)["present"] == 1


def test_attributes_and_a_mark_in_one_line(agent):
    line = user(attributes={"team": "ops"}, not_before=NOW - 50)
    assert import_lines(agent, line, code=0)["imported"] == 1

    shown = agent.json("user", "show", "alice")
    assert shown["attributes"] == {"team": "ops"}
    assert shown["marks"][0]["before"] == NOW - 50
    # the mark alone is new, and then the attribute alone
    line["not_before"] = NOW - 40
    assert import_lines(agent, line, code=0)["imported"] == 1
    line["attributes"]["floor"] = 4
    assert import_lines(agent, line, code=0)["imported"] == 1
    assert import_lines(agent, line, code=0)["present"] == 1


def test_what_is_in_a_token_after_an_import(agent):
    agent.add_config("claims.conf", "[claim team]\nfrom = user\n")
    agent.restart()
    import_lines(agent, user(attributes={"team": "ops"}), code=0)

    token = agent.enroll()["access_token"]
    assert tokens.claims(token)["team"] == "ops"


def test_attributes_that_no_token_could_carry(agent):
    names = [f"n{number}" for number in range(6)]
    agent.add_config("claims.conf", "".join(
        f"[claim {name}]\nfrom = user\n" for name in names))
    agent.restart()

    report = import_lines(agent, user(attributes={
        name: "x" * 128 for name in names}), code=3)
    assert report["reasons"] == {"bad-attribute": 1}
    assert "600" in report["lines_skipped"][0]["detail"]
    assert export(agent) == []


# What is wrong with a line, and the word for it.
REFUSED = {
    "no JSON": ("{", "not-json"),
    "an array": ("[]", "not-json"),
    "a member twice": ('{"user":"alice","user":"bob"}', "not-json"),
    "NUL": ('{"user":"a\\u0000lice"}', "not-json"),
    "long": ("x" * 20000, "too-long"),
    "deep": ("[" * 5000, "too-deep"),
    "a token by name": (device(refresh_token="q"), "secret"),
    "a password": (device(password="hunter2"), "secret"),
    "a hash": (device(token_hash="0123"), "secret"),
    "a token by value": (device(name="jr1_abcdef"), "secret"),
    "a JWT in a claim": (device(claims={"x": ["eyJh.eyJi.c"]}), "secret"),
    "no user": ({"type": "device"}, "bad-member"),
    "a number as user": (device(user=1), "bad-member"),
    "an unknown member": (device(shoe=42), "bad-member"),
    "no name": ({"type": "device", "user": "alice", "id": "1", "created": 1},
                "bad-member"),
    "a time as text": (device(created="2020-01-01"), "bad-member"),
    "another type": (device(type="family"), "bad-type"),
    "a later format": (device(format=2), "format"),
    "an escape": (device(name="\x1b[2J"), "control-character"),
    "a C1 control": (device(name="\x9b2J"), "control-character"),
    "milliseconds": (device(created=NOW * 1000), "future"),
    "seen tomorrow": (device(seen=NOW + 86400), "future"),
    "before 1970": (device(created=-1), "bad-time"),
    "no time": (device(created=0), "bad-time"),
    "an empty id": (device(id=""), "bad-id"),
    "a long id": (device(id="x" * 257), "bad-id"),
    "a long name": (device(name="x" * 129), "bad-device"),
    "a claim that is reserved": (device(claims={"sub": "root"}),
                                 "bad-device"),
    "an origin alone": (device(origin="A" * 43), "bad-origin"),
    "an origin that is none": (device(origin="A", issuer="i"), "bad-origin"),
    "a thumbprint that is none": (device(jkt="x"), "bad-key"),
    "a live state": (session(state="active"), "bad-state"),
    "an end before": (session(ended=NOW - 9001), "bad-time"),
    "an old session": (session(created=1, ended=2), "too-old"),
    "an attribute that is reserved": (user(attributes={"sub": "root"}),
                                      "bad-attribute"),
    "an attribute that is a list": (user(attributes={"team": ["a"]}),
                                    "bad-attribute"),
    "an attribute of nothing": (user(attributes={"team": None}),
                                "bad-attribute"),
    "an attribute with an escape": (user(attributes={"team": "\x1b[2J"}),
                                    "bad-attribute"),
    "a long attribute": (user(attributes={"team": "x" * 129}),
                         "bad-attribute"),
    "too many attributes": (user(attributes={
        f"n{number}": 1 for number in range(17)}), "bad-attribute"),
    "attributes that are a text": (user(attributes="team"), "bad-member"),
    "a bad attribute beside a mark": (user(
        not_before=NOW - 50, attributes={"exp": 1}), "bad-attribute"),
    "a token in an attribute": (user(attributes={"team": "jr1_abcdef"}),
                                "secret"),
    "a stranger": (device(user="nobody-of-this-name"), "unknown-user"),
    "another uid": (device(uid=1), "uid-differs"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(agent, case):
    line, reason = REFUSED[case]
    text = lines_of(line, device(id="good"))
    result = agent.run("store", "import", "-", "--json",
                       stdin=text)
    report = json.loads(result.stdout)

    assert report["reasons"] == {reason: 1}, report
    assert report["imported"] == 1
    assert report["lines_skipped"][0]["line"] == 1
    assert result.returncode == 3
    assert len(export(agent, "--devices")) == 1
    assert export(agent, "--sessions") == []
    shown = agent.json("user", "show", "alice")
    assert (shown["attributes"], shown["marks"]) == (None, [])


def test_bytes_that_are_no_text(agent, tmp_path):
    path = tmp_path / "lines"
    path.write_bytes(b'{"user":"\xff"}\n\n\xfe\n' +
                     lines_of(device()).encode())
    report = agent.json("store", "import", str(path), code=3)
    assert report["reasons"] == {"not-json": 2}
    assert [line["line"] for line in report["lines_skipped"]] == [1, 3]


def test_a_value_is_never_told(agent):
    result = agent.run("store", "import", "-",
                       stdin=lines_of(device(token="verysecretvalue"),
                                      device(id="jr1_verysecretvalue"),
                                      '{"verysecretvalue'))
    assert result.returncode == 3
    assert "verysecretvalue" not in result.stdout + result.stderr
    assert b"verysecretvalue" not in agent.bytes_of_store()


def test_ids_of_other_people(agent):
    mine = agent.enroll()["device"]
    report = import_lines(
        agent, device(id=mine, user="bob"),
        device(id="same"), device(id="same", user="bob"),
        session(device="same", user="bob"), code=3)
    assert report["reasons"] == {"id-taken": 2, "other-device": 1}
    assert agent.json("device", "show", mine)["user"] == "alice"


def test_an_origin_has_one_device(agent):
    origin = {"issuer": "https://elsewhere", "origin": "A" * 43}
    report = import_lines(agent, device(id="one", **origin),
                          device(id="two", **origin), code=3)
    assert report["reasons"] == {"origin-taken": 1}
    shown, = agent.json("device", "list", "--user", "alice")
    assert shown["state"] == "active"


def test_a_mark_is_only_made_stronger(agent):
    line = {"type": "user", "user": "alice", "not_before": NOW - 50}
    assert import_lines(agent, line, code=0)["imported"] == 1
    line["not_before"] = NOW - 90
    assert import_lines(agent, line, code=0)["present"] == 1
    mark, = agent.json("user", "show", "alice")["marks"]
    assert mark["before"] == NOW - 50


def test_many_lines(agent):
    """More than one message holds, of people who take turns."""
    lines = [device(id=f"d{n}", user=("alice", "bob")[n // 100 % 2],
                    name=f"{n} " + "x" * 100) for n in range(1000)]
    report = import_lines(agent, *lines, code=0)
    assert report["imported"] == 1000
    assert len(export(agent, "--devices")) == 1000
    assert agent.run("store", "check").returncode == 0


def test_people_without_rights(agent):
    for user in ("alice", "nobody"):
        result = agent.run("store", "import", "-", user=user,
                           stdin=lines_of(device()))
        assert result.returncode == 3
        assert agent.run("store", "export", user=user).returncode == 3
    assert export(agent) == []
