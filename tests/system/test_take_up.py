# SPDX-License-Identifier: BSD-3-Clause
"""What an agent that starts again finds: sessions, their processes, another boot,
another time."""

import os
import signal
import subprocess
import time

import pytest
from harness import people, waiting
from harness.clock import Clock
from harness.opener import Opener
from harness.leader import fork_as
from harness.manager import Manager
from harness.wire import Refused

HOUR = 3600
DAY = 24 * HOUR
BOOT_ID = "/proc/sys/kernel/random/boot_id"


@pytest.fixture
def leaders():
    made = []
    yield made
    for leader in made:
        leader.kill()


@pytest.fixture
def open_session(leaders):
    """A login of a device and a process that leads its session."""
    def open_one(agent, device, **how):
        session = agent.login(device["access_token"])["session"]
        leaders.append(Opener(agent.socket, session, **how))
        assert leaders[-1].said == "ok"
        return leaders[-1]
    return open_one


@pytest.fixture
def manager(make_agent):
    manager = Manager(make_agent())
    manager.start()
    yield manager
    manager.close()


def state(agent, leader):
    session = agent.session(leader.session)
    return session["state"], session["reason"]


def events(agent, name):
    return [event for event in agent.audit() if event["event"] == name]


def pidfds_of(pid):
    found = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:
            pass  # it was closed meanwhile
    return [link for link in found if "pidfd" in link]


# systemd's store of descriptors

def test_pidfds_are_kept_while_their_sessions_are_open(manager, open_session):
    agent = manager.agent
    device = agent.enroll()
    first, second = (open_session(agent, device) for _ in range(2))
    names = sorted(f"session-{leader.session}" for leader in (first, second))
    waiting.until(lambda: manager.names() == names)

    first.kill()

    waiting.until(lambda: manager.names() == [f"session-{second.session}"])
    agent.json("session", "terminate", second.session)
    waiting.until(lambda: manager.names() == [])
    assert not second.is_alive()


@pytest.mark.parametrize("end", ["stop", "kill"])
@pytest.mark.parametrize("socket_first", [True, False])
def test_sessions_are_taken_up_from_the_store(manager, open_session, end,
                                              socket_first):
    agent = manager.agent
    device = agent.enroll()
    stays, dies = (open_session(agent, device) for _ in range(2))
    waiting.until(lambda: len(manager.names()) == 2)

    getattr(agent, end)()
    dies.kill()
    manager.start(socket_first)

    waiting.until(lambda: state(agent, dies)[0] == "closed")
    assert state(agent, stays) == ("active", None)
    waiting.until(lambda: manager.names() == [f"session-{stays.session}"])
    agent.json("device", "revoke", device["device"])
    waiting.until(lambda: not stays.is_alive(), 1.5)
    waiting.until(lambda: manager.names() == [])


def test_kept_pidfd_of_another_process_is_not_believed(manager, open_session):
    agent = manager.agent
    device = agent.enroll()
    leader = open_session(agent, device)
    waiting.until(lambda: manager.names() != [])
    agent.kill()
    bystander = subprocess.Popen(["sleep", "86400"])
    manager.forget_all()
    pidfd = os.pidfd_open(bystander.pid)
    manager.keep(f"session-{leader.session}", pidfd)
    os.close(pidfd)

    manager.start()
    agent.json("device", "revoke", device["device"])

    waiting.until(lambda: not leader.is_alive(), 1.5)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


@pytest.mark.parametrize("name", ["session-01ARZ3NDEKTSV4RRFFQ69G5FAV",
                                  "session-nonsense", "session-"])
def test_kept_descriptor_of_no_session_is_closed(manager, name):
    agent = manager.agent
    agent.stop()
    process = subprocess.Popen(["sleep", "86400"])
    pidfd = os.pidfd_open(process.pid)
    manager.keep(name, pidfd)
    os.close(pidfd)

    manager.start()

    assert agent.json("status")["sessions"] == 0
    assert pidfds_of(agent.process.pid) == []
    if name == "session-01ARZ3NDEKTSV4RRFFQ69G5FAV":
        waiting.until(lambda: manager.names() == [])
    assert process.poll() is None, "a stranger's process was signalled"
    process.kill()
    process.wait()


def test_no_child_of_the_agent_holds_a_kept_pidfd(manager, open_session):
    agent = manager.agent
    open_session(agent, agent.enroll())
    waiting.until(lambda: manager.names() != [])
    agent.kill()

    manager.start()

    children = subprocess.run(["pgrep", "-P", str(agent.process.pid)],
                              capture_output=True, text=True).stdout.split()
    assert children
    for child in children:
        assert pidfds_of(child) == []


# without it

@pytest.mark.parametrize("end", ["stop", "kill"])
def test_sessions_are_taken_up_by_pid_and_start_time(agent, open_session, end):
    device = agent.enroll()
    leader = open_session(agent, device)
    getattr(agent, end)()

    agent.start()

    assert state(agent, leader) == ("active", None)
    agent.json("device", "revoke", device["device"])
    waiting.until(lambda: not leader.is_alive(), 1.5)


def test_process_that_has_the_pid_now_is_left_alone(agent, open_session):
    """The pid of a leader that died is given to somebody else."""
    device = agent.enroll()
    leader = open_session(agent, device)
    agent.kill()
    leader.kill()
    stranger = fork_as(leader.pid)

    agent.start()
    waiting.until(lambda: state(agent, leader)[0] == "closed")
    agent.json("device", "revoke", device["device"])

    time.sleep(0.3)
    assert os.waitpid(stranger, os.WNOHANG) == (0, 0)
    os.kill(stranger, signal.SIGKILL)
    os.waitpid(stranger, 0)


def test_end_that_the_agent_did_not_see_through(agent, open_session):
    """It dies between SIGTERM, which the leader ignores, and SIGKILL."""
    device = agent.enroll()
    leader = open_session(agent, device, stubborn=True)
    agent.json("device", "revoke", device["device"])
    agent.kill()
    assert leader.is_alive()

    agent.start()

    waiting.until(lambda: not leader.is_alive(), 8)
    assert state(agent, leader)[0] == "revoked"


# another boot

@pytest.fixture
def other_boot():
    """Lets the machine say that it was started again."""
    mounted = []

    def boot(identity="11111111-2222-3333-4444-555555555555"):
        path = f"/run/boot-{identity}"
        with open(path, "w") as file:
            file.write(identity + "\n")
        subprocess.run(["mount", "--bind", path, BOOT_ID], check=True)
        mounted.append(path)

    yield boot
    for _ in mounted:
        subprocess.run(["umount", BOOT_ID], check=True)


def test_reboot_closes_what_was_open(agent, open_session, other_boot):
    """Even when a process of the new boot has pid and start time."""
    device = agent.enroll()
    leader = open_session(agent, device)
    pending = agent.login(device["access_token"])["session"]
    agent.kill()
    other_boot()

    agent.start()

    waiting.until(lambda: agent.sessions() == [], 2)
    assert state(agent, leader) == ("closed", "reboot")
    session = agent.session(pending)
    assert (session["state"], session["reason"]) == ("closed", "reboot")
    assert len([event for event in events(agent, "session-close")
                if event["detail"] == "reboot"]) == 2
    assert leader.is_alive(), "nothing of another boot is signalled"
    assert agent.json("status")["devices"] == 1
    agent.refresh(device["refresh_token"])


# another time

@pytest.fixture
def clock():
    return Clock()


def clock_jumps(agent):
    return events(agent, "clock-jump")


@pytest.mark.parametrize("seconds", [2 * HOUR, -2 * HOUR, 400 * DAY])
def test_jump_is_an_event_with_both_times(make_agent, clock, seconds):
    agent = make_agent().start(clock=clock)
    before = clock.wall()

    clock.jump(seconds)
    agent.json("status")

    jump, = waiting.until(lambda: clock_jumps(agent))
    texts = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
             for second in range(-1, 3)
             for at in (before + second, before + second + seconds)]
    said = jump["detail"]
    assert any(text in said for text in texts[0::2]), said
    assert any(text in said for text in texts[1::2]), said
    assert "clock-jump" in agent.said()
    agent.json("status")
    assert len(clock_jumps(agent)) == 1


def test_step_of_less_than_five_minutes_is_none(make_agent, clock):
    agent = make_agent().start(clock=clock)
    for _ in range(5):
        clock.jump(250)
        agent.json("status")
    assert clock_jumps(agent) == []


def test_time_that_passed_is_no_jump(make_agent, clock):
    agent = make_agent().start(clock=clock)
    clock.let_pass(3 * DAY)
    agent.json("status")
    assert clock_jumps(agent) == []


def test_jump_while_the_agent_was_down_is_noticed_once(make_agent, clock):
    agent = make_agent().start(clock=clock)
    agent.json("status")
    agent.kill()
    clock.jump(2 * HOUR)
    agent.start(clock=clock)
    agent.json("status")
    waiting.until(lambda: clock_jumps(agent))
    agent.restart(clock=clock)
    agent.json("status")
    assert len(clock_jumps(agent)) == 1


def test_jump_ends_no_session(make_agent, clock, open_session):
    """session_max and the time for a pending login are times that pass."""
    agent = make_agent(services={"probe": {"session_max": "1h"}}).start(
        clock=clock)
    device = agent.enroll()
    leader = open_session(agent, device)
    pending = agent.login(device["access_token"])["session"]

    for jump in (30 * DAY, -60 * DAY, 30 * DAY):
        clock.jump(jump)
        agent.json("status")
        agent.restart(clock=clock)  # sweeps at once
        agent.json("status")
        assert state(agent, leader)[0] == "active"
        assert agent.session(pending)["state"] == "pending"

    clock.let_pass(HOUR + 1)
    agent.restart(clock=clock)
    waiting.until(lambda: not leader.is_alive(), 2)
    assert state(agent, leader) == ("expired", "session_max reached")
    assert agent.session(pending)["state"] == "expired"


def test_session_that_ended_stays_ended(make_agent, clock, open_session):
    agent = make_agent(services={"probe": {"session_max": "1h"}}).start(
        clock=clock)
    leader = open_session(agent, agent.enroll())
    clock.let_pass(2 * HOUR)
    agent.restart(clock=clock)
    waiting.until(lambda: state(agent, leader)[0] == "expired")

    clock.jump(-10 * HOUR)
    agent.json("status")
    agent.restart(clock=clock)

    assert state(agent, leader)[0] == "expired"
    assert agent.sessions() == []


def test_claims_follow_the_wall_clock(make_agent, clock):
    """Nothing is written about it: a clock put right makes them good again."""
    agent = make_agent().start(clock=clock)
    device = agent.enroll()

    clock.jump(HOUR)
    assert agent.verdict(device["access_token"]) == "Expired"
    clock.jump(-HOUR)
    assert agent.verdict(device["access_token"]) == "ok"


def test_retry_after_a_jump_is_no_reuse(make_agent, clock):
    """The grace time is time that passes."""
    agent = make_agent().start(clock=clock)
    token = agent.enroll()["refresh_token"]
    successor = agent.refresh(token)["refresh_token"]

    clock.jump(DAY)

    assert agent.refresh(token)["refresh_token"] == successor
    agent.refresh(successor)
    assert "TokenReused" not in [e["reason"] for e in agent.audit()]


def test_grace_ends_whatever_the_clock_says(make_agent, clock):
    agent = make_agent().start(clock=clock)
    token = agent.enroll()["refresh_token"]
    agent.refresh(token)

    clock.let_pass(32)  # of 30: both times are cut to whole seconds
    clock.jump(-DAY)

    with pytest.raises(Refused) as refusal:
        agent.refresh(token)
    assert refusal.value.name == "TokenReused"


def test_idle_time_is_not_lost_to_a_jump(make_agent, clock):
    """Refused as long as the clock is wrong, good when it is put right; a
    refresh while it was behind does not age the family."""
    agent = make_agent().start(clock=clock)
    token = agent.enroll()["refresh_token"]

    clock.jump(31 * DAY)
    with pytest.raises(Refused) as refusal:
        agent.refresh(token)
    assert refusal.value.name == "TokenExpired"
    clock.jump(-31 * DAY)
    token = agent.refresh(token)["refresh_token"]
    clock.jump(-31 * DAY)
    token = agent.refresh(token)["refresh_token"]
    clock.jump(31 * DAY)
    agent.refresh(token)


def test_single_use_outlives_a_jump(make_agent, clock):
    """The mark of a token that was used is not swept because of it."""
    agent = make_agent(services={"probe": {"replay": "once"}}).start(
        clock=clock)
    device = agent.enroll()
    assert agent.verdict(device["access_token"]) == "ok"

    clock.jump(30 * DAY)
    agent.restart(clock=clock)
    waiting.until(lambda: clock_jumps(agent))
    clock.jump(-30 * DAY)

    assert agent.verdict(device["access_token"]) == "Replayed"
