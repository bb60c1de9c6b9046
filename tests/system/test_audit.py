# SPDX-License-Identifier: BSD-3-Clause
"""What happened is on record, can be looked at, and cannot be altered unseen."""

import json
import shutil
import subprocess

from harness import built, waiting
from harness.clock import Clock


def events(agent, *filters):
    return agent.json("audit", "list", *filters)


def names(agent, *filters):
    return [event["event"] for event in events(agent, *filters)]


def make_history(agent):
    token = agent.enroll()["access_token"]
    agent.login(token)
    agent.verdict("eyJ.e.e")
    agent.enroll("bob", "desk")
    return token


def test_filters(agent):
    make_history(agent)

    assert names(agent, "--user", "bob") == ["enroll"]
    assert names(agent, "--event", "login") == ["login", "login"]
    assert names(agent, "--outcome", "denied") == ["login"]
    assert names(agent, "--reason", "Malformed") == ["login"]
    assert names(agent, "--service", "probe", "--outcome", "granted") == [
        "login"]
    device = events(agent, "--user", "bob")[0]["device"]
    assert names(agent, "--device", device) == ["enroll"]
    assert names(agent, "--rhost", "192.0.2.99") == []
    assert names(agent, "--until", "2020-01-01") == []
    assert names(agent, "--since", "1h") == names(agent)
    assert names(agent, "--since", "2020-01-01T00:00Z", "--limit", "1") == [
        names(agent)[-1]]


def test_limit_counts_what_is_asked_for(agent):
    """Not what was looked at, however much of it lies in between."""
    agent.enroll("bob", "desk")
    with agent.wire() as wire:
        for _ in range(1200):
            wire.call("io.jwtagent.User.Logout", {"user": "alice"})

    assert names(agent, "--user", "bob", "--limit", "1") == ["enroll"]
    assert len(events(agent, "--user", "alice", "--limit", "1100")) == 1100


def test_time_that_is_none(agent):
    for text in ("yesterday", "7", "-1d", "2026-13-01", "7dd", ""):
        result = agent.run("audit", "list", f"--since={text}")
        assert result.returncode == 2, text
        assert "is no time" in result.stderr


def test_monitor_shows_what_happens(agent):
    make_history(agent)
    with subprocess.Popen(
            [str(built.COMMAND), "--config", str(agent.config), "monitor",
             "--user", "bob"],
            stdout=subprocess.PIPE, text=True) as monitor:
        try:
            assert "enroll granted  bob" in monitor.stdout.readline()
            agent.enroll("alice", "another")
            agent.enroll("bob", "third")
            assert "enroll granted  bob" in monitor.stdout.readline()
            agent.run("user", "logout", "bob", "--reason", "so it is")
            line = monitor.stdout.readline()
            assert "user-logout granted  bob: so it is" in line
            agent.stop()
            assert monitor.wait(timeout=20) in (0, 4)
        finally:
            monitor.kill()


def test_follow_in_json_is_one_line_an_event(agent):
    make_history(agent)
    with subprocess.Popen(
            [str(built.COMMAND), "--config", str(agent.config), "audit",
             "list", "--follow", "--limit", "1", "--json"],
            stdout=subprocess.PIPE, text=True) as follower:
        try:
            before = json.loads(follower.stdout.readline())
            agent.enroll("bob", "third")
            after = json.loads(follower.stdout.readline())
            assert after["seq"] == before["seq"] + 1
        finally:
            follower.kill()


def head_of(agent, place):
    result = agent.run("audit", "head")
    assert result.returncode == 0, result.stderr
    with open(place / "heads", "a", encoding="ascii") as heads:
        heads.write(result.stdout)
    return place / "heads"


def verify(agent, heads=None):
    arguments = ["--head", str(heads)] if heads else []
    return agent.run("audit", "verify", *arguments)


def test_what_was_not_touched_holds(agent, tmp_path):
    make_history(agent)
    heads = head_of(agent, tmp_path)
    make_history(agent)
    head_of(agent, tmp_path)
    agent.restart()

    result = verify(agent, heads)

    assert result.returncode == 0, result.stdout
    assert result.stdout.count("holds") == 2


def test_older_store_in_its_place(agent, tmp_path):
    """Nothing in it is wrong, but it is not the one that there was."""
    make_history(agent)
    older = head_of(agent, tmp_path)
    agent.stop()
    shutil.copytree(agent.store, tmp_path / "older")
    agent.start()
    make_history(agent)
    heads = head_of(agent, tmp_path)
    agent.stop()
    shutil.rmtree(agent.store)
    shutil.copytree(tmp_path / "older", agent.store)
    subprocess.run(["chown", "-R", "--reference", str(agent.place),
                    str(agent.store)], check=True)
    agent.start()

    assert verify(agent).returncode == 0
    result = verify(agent, heads)
    assert result.returncode == 1
    assert "an older store was put in place" in result.stdout
    for _ in range(3):
        make_history(agent)  # the same numbers again, with other events
    result = verify(agent, older)
    assert result.returncode == 1
    assert "changed or replaced" in result.stdout
    assert result.stdout.count("holds") == 1


def test_head_of_an_event_that_is_not_kept_any_more(make_agent, tmp_path):
    """Its checkpoint tells, also after a restart; without one it does not."""
    agent, clock = make_agent(), Clock()
    agent.add_config("retention.conf", "[retention]\naudit = 1h\n")
    agent.start(clock=clock)
    make_history(agent)
    heads = head_of(agent, tmp_path)
    first = agent.audit()[0]["seq"]
    clock.let_pass(2 * 3600)
    make_history(agent)
    waiting.until(lambda: agent.audit()[0]["seq"] > first + 3, 60)
    agent.restart(clock=clock)

    result = verify(agent, heads)
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("holds") == 1


def test_head_that_is_none(agent, tmp_path):
    token = make_history(agent)
    (tmp_path / "heads").write_text(token + "\n")
    assert "not an audit head" in verify(agent, tmp_path / "heads").stderr
    (tmp_path / "heads").write_text("\n")
    assert "has no head" in verify(agent, tmp_path / "heads").stderr
    assert verify(agent, tmp_path / "missing").returncode == 2


def test_head_with_another_signature(agent, tmp_path):
    make_history(agent)
    heads = head_of(agent, tmp_path)
    text = heads.read_text().strip()
    body, signature = text.rsplit(".", 1)
    other = ("B" if signature[4] == "A" else "A")
    heads.write_text(f"{body}.{signature[:4]}{other}{signature[5:]}\n")

    result = verify(agent, heads)

    assert result.returncode == 1
    assert "signature is wrong" in result.stdout


def test_head_can_be_checked_elsewhere(agent, tmp_path):
    make_history(agent)
    heads = head_of(agent, tmp_path)
    keys = tmp_path / "keys"
    keys.write_text(agent.run("key", "jwks", "--json").stdout)

    result = agent.run("jws", "verify", "--jwk", str(keys),
                       stdin=heads.read_text().strip())

    assert result.returncode == 0, result.stderr
    assert set(json.loads(result.stdout)) == {"iss", "iat", "seq", "link"}


def test_head_is_no_token(agent, tmp_path):
    make_history(agent)
    head = head_of(agent, tmp_path).read_text().strip()

    assert agent.verdict(head) == "HeaderRefused"


def test_follower_gets_each_event_once(agent):
    """Also of a turn that many share."""
    with agent.wire() as follower, agent.wire() as wire:
        agent.enroll()
        follower.ask("io.jwtagent.Admin.Audit", {"follow": True, "limit": 1},
                     more=True)
        seen = [follower.answer()["event"]["seq"]]
        for _ in range(300):
            wire.ask("io.jwtagent.User.Logout", {"user": "alice"})
        waiting.until(lambda: seen.append(follower.answer()["event"]["seq"])
                      or len(seen) > 300, 30)
    assert seen == list(range(seen[0], seen[0] + len(seen)))
