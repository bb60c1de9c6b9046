# SPDX-License-Identifier: BSD-3-Clause
"""store check beside the agent and without it; store stats."""

import time

# By whether there is something to write.
CALLS = {True: ("io.jwtagent.Device.Enroll", {"user": "bob", "name": "x"}),
         False: ("io.jwtagent.Admin.Status", {})}


def damage(agent, old, new):
    """The bytes of a record, wherever a page has them."""
    assert len(old) == len(new)
    path = agent.store / "data.mdb"
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))


def findings(agent, code):
    tables = agent.json("store", "check", code=code)
    return [(table["table"], found["rule"], found["key"])
            for table in tables for found in table["findings"]]


def test_without_an_agent(agent):
    device = agent.enroll()["device"]
    agent.stop()
    result = agent.run("store", "check")
    assert result.returncode == 0, result.stderr
    assert "no agent answers" in result.stderr
    assert "secret" not in result.stderr
    damage(agent, b'"state":"active"}', b'"state":"aktive"}')

    found = findings(agent, 1)
    assert ("device", "state", device) in found
    text = agent.run("store", "check")
    assert text.returncode == 1
    assert f"device: {device} is in no known state (state)" in text.stdout
    # nothing that the agent would stumble over is left
    damage(agent, b'"state":"aktive"}', b'"state":"active"}')
    agent.start()
    assert agent.run("store", "check").returncode == 0


def test_beside_the_agent(agent):
    device = agent.enroll()["device"]
    agent.stop()
    damage(agent, b'"state":"active"}', b'"state":"aktive"}')
    agent.start()
    assert ("device", "state", device) in findings(agent, 1)


def test_without_the_master_key(agent):
    agent.enroll()
    agent.stop()
    key = agent.place / "master.key"
    key.rename(agent.place / "elsewhere")
    result = agent.run("store", "check")
    assert result.returncode == 0, result.stderr
    assert "no secret is opened" in result.stderr


def test_with_another_master_key(agent):
    agent.enroll()
    agent.stop()
    (agent.place / "master.key").write_bytes(bytes(32))
    result = agent.run("store", "check")
    assert result.returncode not in (0, 4)
    assert "is not the one" in result.stderr


def test_no_store_and_no_rights(agent):
    agent.enroll()
    agent.stop()
    assert agent.run("store", "check", user="bob").returncode not in (0, 4)
    for path in agent.store.iterdir():
        path.unlink()
    assert agent.run("store", "check").returncode not in (0, 4)
    assert list(agent.store.iterdir()) == []


def test_logins_go_on(make_agent):
    """A long check is many steps, and calls are answered between them."""
    agent = make_agent()
    agent.fill(20000)
    agent.start()
    answered = 0
    with agent.wire(timeout=60) as check, agent.wire() as other:
        for step in check.stream("io.jwtagent.Admin.StoreCheck"):
            assert step["step"]["entries"] <= 256
            assert step["step"]["problems"] == 0, step
            if answered < 200:
                other.call(*CALLS[answered < 5])
                answered += 1
    assert answered == 200


def test_stats(agent):
    before = int(time.time())
    for _ in range(3):
        agent.enroll()
    stats = agent.json("store", "stats")
    table = {t["table"]: t for t in stats["tables"]}
    assert table["device"]["entries"] == 3
    assert table["device"]["bytes"] >= 4096
    assert before <= table["device"]["oldest"] <= table["device"]["newest"]
    assert table["device"]["newest"] <= time.time()
    assert "oldest" not in table["signkey"]
    assert 0 < stats["free"] < stats["size"] <= stats["map"]
    assert stats["map_max"] >= stats["map"]
    assert sum(t["bytes"] for t in stats["tables"]) < stats["size"]
    text = agent.run("store", "stats").stdout
    assert "NEWEST" in text and "free of that" in text
