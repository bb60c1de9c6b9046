# SPDX-License-Identifier: BSD-3-Clause
"""A store that takes no writes for a while: what goes on, what is refused and how
it says so, and that all is well again by itself."""

import errno
import json
import os
import shutil
import subprocess

import pytest
from harness import keyfile, people, ssh, stacks, terminal, tokens, waiting
from harness.blocks import Blocks
from harness.issuer import Issuer
from harness.opener import Opener, request
from harness.wire import Refused

FAULTS = {"ENOSPC": (errno.ENOSPC, "DiskFull", "disk that holds the store"),
          "EROFS": (errno.EROFS, "StoreReadOnly", "takes no writes"),
          "EIO": (errno.EIO, "StoreFault", "could not be read or written")}
SERVICES = {"strict": {"store_fault": "refuse"},
            "lenient": {"store_fault": "verify"},
            "sshd": {"store_fault": "verify"},
            "single": {"store_fault": "verify", "replay": "once"}}
ISS = "https://corp.test"


class Scene:
    """An agent whose writes can be broken, and what happened before that."""

    def __init__(self, make_agent):
        self.corp, self.blocks = Issuer(ISS), Blocks()
        keys = keyfile.public(self.corp.jwks())
        self.agent = make_agent(
            issuers={"corp": {"issuer": ISS, "keys_file": keys}},
            services=SERVICES).start(blocks=self.blocks)
        self.device = self.agent.enroll()
        self.gone = self.agent.enroll(name="stolen")
        self.agent.run("device", "revoke", self.gone["device"])
        self.code = self.agent.json("code", "new", "--user", "alice")["code"]

    def lines(self, event):
        return [line for line in self.agent.said().splitlines()
                if line.startswith(f"{event} ")]

    def status(self):
        return self.agent.json("status")

    def wait_until_over(self):
        waiting.until(lambda: self.status().get("store_fault") is None,
                      timeout=15, what="the end of the outage")


@pytest.fixture
def scene(make_agent):
    return Scene(make_agent)


def sentence(call, *arguments):
    with pytest.raises(Refused) as refused:
        call(*arguments)
    return refused.value.name, refused.value.parameters["message"]


@pytest.mark.parametrize("kind", FAULTS)
def test_what_is_refused_and_says_why(scene, kind):
    error, name, words = FAULTS[kind]
    agent, good = scene.agent, scene.device
    scene.blocks.fail(error)

    for call, arguments in (
            (agent.login, (good["access_token"], "alice", "strict")),
            (agent.login, (scene.corp.token(), "alice", "strict")),
            (agent.login, (scene.corp.token(), "alice", "single")),
            (agent.login, (scene.code, "alice", "lenient")),
            (agent.refresh, (good["refresh_token"],))):
        said, message = sentence(call, *arguments)
        assert said == name and words in message
    result = agent.run("device", "revoke", good["device"])
    assert result.returncode == 1 and words in result.stderr
    result = agent.run("device", "enroll", "--user", "alice", "--name", "x")
    assert result.returncode == 1 and words in result.stderr


@pytest.mark.parametrize("kind", FAULTS)
def test_what_goes_on(scene, kind):
    agent = scene.agent
    scene.blocks.fail(FAULTS[kind][0])
    agent.verdict(scene.corp.token(), service="strict")

    assert words_of(scene.status()["store_fault"], kind)
    assert len(agent.json("device", "list")) == 2
    assert agent.sessions(all=True) == []
    assert agent.json("key", "jwks")["keys"]
    assert agent.audit()
    token = scene.device["access_token"]
    assert agent.explain(token, service="strict")["accepted"]
    assert agent.run("store", "check").returncode == 0
    doctor = agent.run("doctor", "--json")
    finding, = [one for one in json.loads(doctor.stdout)
                if one["check"] == "store"]
    assert finding["result"] == "fault" and "no writes" in finding["message"]


def words_of(text, kind):
    return FAULTS[kind][2] in text


@pytest.mark.parametrize("kind", FAULTS)
def test_good_tokens_and_bad_ones_without_a_record(scene, kind):
    agent, token = scene.agent, scene.device["access_token"]
    scene.blocks.fail(FAULTS[kind][0])

    for good in (token, scene.corp.token(), scene.corp.token(age=30)):
        reply = agent.login(good, service="lenient")
        assert reply.get("session") is None and reply["device"]
    assert {kind: agent.verdict(bad, service="lenient") for kind, bad in {
        "stranger": scene.corp.token("bob"),
        "signature": tokens.with_bad_signature(scene.corp.token()),
        "expired": scene.corp.token(age=4000),
        "device": scene.gone["access_token"],
        "audience": scene.corp.token(aud="else"),
    }.items()} == {"stranger": "WrongUser", "signature": "BadSignature",
                   "expired": "Expired", "device": "DeviceRevoked",
                   "audience": "WrongAudience"}
    status = scene.status()
    assert (status["unrecorded"], status.get("not_served")) == (3, None)
    logged = [line for line in scene.lines("login")
              if "outcome=granted" in line and "not recorded" in line]
    assert len(logged) == 3


@pytest.mark.parametrize("kind", FAULTS)
def test_account_is_checked_by_reading(scene, kind):
    agent, token = scene.agent, scene.device["access_token"]
    asked = [request(agent.login(token, service=service)["session"], "alice",
                     service) for service in ("strict", "lenient")]
    other = agent.enroll(name="lost")
    lost = request(agent.login(other["access_token"], service="lenient")[
        "session"], "alice", "lenient")
    agent.run("device", "revoke", other["device"])
    before = agent.audit()
    scene.blocks.fail(FAULTS[kind][0])

    with agent.wire() as wire:
        def check(session):
            return wire.call("io.jwtagent.Login.CheckAccount", session)

        assert check(asked[0]) == check(asked[1]) == {}
        assert sentence(check, lost)[0] == "DeviceRevoked"
        assert sentence(check, {**asked[1], "user": "bob"})[0] == \
            "NoSuchSession"
    waiting.until(lambda: scene.status()["unrecorded"] == 2)
    assert not scene.status()["not_served"]
    assert agent.audit() == before
    granted = [line for line in scene.lines("account")
               if "outcome=granted" in line and "not recorded" in line]
    assert ["service=strict" in line for line in granted] == [True, False]
    assert all("user=alice" in line for line in granted)
    scene.blocks.mend()
    scene.wait_until_over()
    with agent.wire() as wire:
        assert wire.call("io.jwtagent.Login.CheckAccount", asked[0]) == {}
    assert [(one["event"], one["outcome"]) for one in agent.audit()][-1] == (
        "account", "granted")


@pytest.mark.parametrize("kind", FAULTS)
def test_all_is_well_again_by_itself(scene, kind):
    agent, pid = scene.agent, scene.agent.process.pid
    before = len(agent.audit())
    scene.blocks.fail(FAULTS[kind][0])
    for _ in range(3):
        agent.verdict(scene.corp.token(), service="strict")
        agent.verdict(scene.corp.token(), service="lenient")
    assert len(agent.audit()) == before
    scene.blocks.mend()

    scene.wait_until_over()
    assert agent.process.pid == pid and agent.process.poll() is None
    over, = [event for event in agent.audit()
             if event["event"] == "store-outage-over"]
    assert "3 calls were not served, 3 logins" in over["detail"]
    assert len(scene.lines("store-outage")) == 1
    assert len(scene.lines("store-outage-over")) == 1
    assert agent.login(scene.corp.token(), service="strict")["session"]
    assert agent.login(scene.code, service="lenient")["session"]
    agent.refresh(scene.device["refresh_token"])
    assert agent.run("device", "revoke",
                     scene.device["device"]).returncode == 0
    assert agent.run("store", "check").returncode == 0


def test_sweeps_say_nothing_while_it_lasts(scene):
    scene.blocks.fail(errno.EIO)
    scene.agent.verdict(scene.corp.token(), service="strict")
    said = len(scene.agent.said())
    points = scene.blocks.points()
    waiting.until(lambda: scene.blocks.points() > points, timeout=15)
    assert len(scene.agent.said()) == said


# through the module

def test_password_goes_on_below_it(scene, log):
    # what "su -" asks
    stacks.token_then_password("su-l", scene.agent,
                               before="auth sufficient pam_rootok.so")
    scene.blocks.fail(errno.ENOSPC)
    mark = log.mark()

    su = terminal.su("alice")
    su.answer(terminal.PROMPT, people.PASSWORDS["alice"])
    text, code = su.finish()

    assert code == 0 and "alice" in text, (text, log.text(mark))


def test_token_is_unavailable_not_wrong(scene):
    stacks.token_only("strict", scene.agent)
    scene.blocks.fail(errno.ENOSPC)

    pamtester = terminal.pamtester("strict", "alice", "authenticate")
    pamtester.answer_parts(tokens.parts(scene.corp.token()))
    text, code = pamtester.finish()

    assert code != 0 and "cannot retrieve authentication info" in text, text


@pytest.mark.parametrize("stack", ["token_then_password", "token_only"])
def test_login_without_a_session(scene, stack):
    getattr(stacks, stack)("lenient", scene.agent)
    scene.blocks.fail(errno.ENOSPC)

    pamtester = terminal.pamtester(
        "lenient", "alice", "authenticate", "acct_mgmt", "setcred",
        "open_session", "close_session")
    pamtester.answer_parts(tokens.parts(scene.corp.token()))
    text, code = pamtester.finish()

    assert code == 0, text
    assert scene.status()["unrecorded"] == 1


def test_ssh_without_a_session(scene, sshd):
    stacks.token_then_password("sshd", scene.agent)
    scene.blocks.fail(errno.EIO)
    credential = ssh.token(scene.agent, scene.device["access_token"])

    result = ssh.run(sshd, "alice", credential, "id", "-un")

    assert result.stdout == "alice\n", result.stderr
    assert scene.agent.sessions(all=True) == []
    scene.blocks.mend()
    scene.wait_until_over()
    result = ssh.run(sshd, "alice", credential, "id", "-un")
    assert result.stdout == "alice\n", result.stderr
    assert len(scene.agent.sessions(all=True)) == 1


def test_session_that_ends_meanwhile_is_closed_afterwards(scene):
    agent = scene.agent
    session = agent.login(scene.corp.token(), service="lenient")["session"]
    leader = Opener(agent.socket, session, service="lenient")
    assert leader.said == "ok"
    scene.blocks.fail(errno.ENOSPC)

    leader.kill()
    waiting.until(lambda: scene.status().get("store_fault"))
    assert agent.session(session)["state"] == "active"
    scene.blocks.mend()

    scene.wait_until_over()
    waiting.until(lambda: agent.session(session)["state"] == "closed")


# a real disk, and a real ceiling

@pytest.fixture
def small_disk(make_agent):
    """A stopped agent whose store lies on a disk of two megabytes."""
    agent = make_agent(services=SERVICES)
    disk = agent.place / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=755",
                    "disk", str(disk)], check=True)
    shutil.chown(disk, people.AGENT_USER, people.AGENT_USER)
    agent.agent["store"] = disk / "store"
    agent.configure()
    yield agent
    agent.stop()
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk):
    with open(disk / "filler", "wb", buffering=0) as file:
        with pytest.raises(OSError):
            while True:
                file.write(b"x" * 4096)


def enroll_until_refused(agent):
    """The devices that were acknowledged, and the refusal."""
    made = []
    with agent.wire() as wire:
        while True:
            try:
                made.append(wire.call("io.jwtagent.Device.Enroll", {
                    "user": "alice", "name": f"device {len(made)}"}))
            except Refused as refusal:
                return made, refusal


def test_disk_that_fills_and_is_freed(small_disk):
    agent = small_disk.start()
    agent.add_config("10-many.conf", "[device]\nmax_devices = 0\n")
    agent.restart()
    disk = agent.place / "disk"
    made = [agent.enroll()]
    fill(disk)
    more, refusal = enroll_until_refused(agent)
    made += more
    assert refusal.name == "DiskFull"
    assert agent.json("status")["store_fault"]
    assert agent.verdict(made[0]["access_token"], service="lenient") == "ok"

    (disk / "filler").unlink()
    assert agent.login(made[0]["access_token"], service="strict")["session"]
    known = {device["device"] for device in agent.json("device", "list")}
    assert {device["device"] for device in made} <= known
    agent.restart()
    assert agent.run("store", "check").returncode == 0


def test_start_on_a_full_disk_says_so(small_disk):
    small_disk.place.joinpath("disk", "store").mkdir(mode=0o700)
    shutil.chown(small_disk.place / "disk" / "store", people.AGENT_USER,
                 people.AGENT_USER)
    fill(small_disk.place / "disk")

    assert small_disk.spawn().wait(timeout=10) == 1
    assert "free some room on its disk" in small_disk.said()


def test_start_on_a_read_only_file_system_says_so(small_disk):
    small_disk.start()
    small_disk.stop()
    disk = str(small_disk.place / "disk")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    assert small_disk.spawn().wait(timeout=10) == 1
    assert "Read-only file system" in small_disk.said()
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    small_disk.start()


def test_store_at_its_largest_size(make_agent):
    agent = make_agent(agent={"store_max": "1M"}, services=SERVICES)
    agent.add_config("10-many.conf", "[device]\nmax_devices = 0\n")
    agent.start()
    made, refusal = enroll_until_refused(agent)
    assert refusal.name == "StoreFull" and "store_max" in (
        refusal.parameters["message"])
    assert "largest size" in agent.json("status")["store_fault"]

    for device in made[:10]:
        result = agent.run("device", "revoke", device["device"])
        assert result.returncode == 0, result.stderr
        assert agent.verdict(device["access_token"],
                             service="lenient") == "DeviceRevoked"
    assert agent.run("user", "logout", "alice").returncode == 0
    assert agent.run("store", "check").returncode == 0

    agent.agent["store_max"] = "2M"
    agent.configure()
    agent.restart()
    agent.enroll()
    assert agent.json("status").get("store_fault") is None


# damaged files

def refused(agent):
    assert agent.spawn().wait(timeout=20) == 1
    return agent.said().splitlines()[-1]


def test_file_that_is_cut_under_a_running_agent(agent):
    for number in range(20):
        agent.enroll(name=f"device {number}")
    before = (agent.store / "data.mdb").read_bytes()
    os.truncate(agent.store / "data.mdb", 8192)

    assert agent.run("device", "list").returncode != 0
    agent.process.wait(timeout=10)
    assert "store's file is damaged or cut short" in agent.said()
    assert "restore a backup" in refused(agent)

    # the file is back: no more hands are needed
    (agent.store / "data.mdb").write_bytes(before)
    assert len(agent.start().json("device", "list")) == 20
    assert sorted(path.name for path in agent.store.iterdir()) == [
        "data.mdb", "lock.mdb"]


@pytest.mark.parametrize("size", [0.5, 0.35, 0.2])
def test_file_that_was_cut(agent, size):
    """By more than the pages at its end that nothing is in."""
    for number in range(20):
        agent.enroll(name=f"device {number}")
    agent.stop()
    data = agent.store / "data.mdb"
    os.truncate(data, int(data.stat().st_size * size) // 4096 * 4096)

    sentence = refused(agent)
    assert "is damaged" in sentence and "restore a backup" in sentence


def test_file_that_is_something_else(agent):
    agent.stop()
    (agent.store / "data.mdb").write_bytes(b"x" * 65536)

    assert "restore a backup" in refused(agent)


def missing(lock):
    lock.unlink()


def garbage(lock):
    lock.write_bytes(os.urandom(8192))


def cut(lock):
    os.truncate(lock, 100)


def foreign(lock):
    """From a machine with another idea of a lock."""
    lock.write_bytes(b"\0" * 100000)


@pytest.mark.parametrize("change", [missing, garbage, cut, foreign])
def test_lock_file_is_no_obstacle(agent, change):
    agent.enroll()
    agent.kill()
    change(agent.store / "lock.mdb")

    assert len(agent.start().json("device", "list")) == 1
    agent.enroll()
    assert agent.run("store", "check").returncode == 0


def test_second_agent_on_one_store(agent, make_agent):
    other = make_agent(agent={"store": agent.store,
                              "master_key": agent.agent["master_key"]})

    assert "is in use by another process" in refused(other)
    agent.enroll()
