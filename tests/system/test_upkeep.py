# SPDX-License-Identifier: BSD-3-Clause
"""Upkeep: each job by hand, what the agent knows of it, and what is overdue."""

import os
import re
import shutil
import stat
import time

import pytest
from harness import waiting
from test_metrics import scrape, value

DAY = 86400
JOBS = {"sweep": DAY, "backup": DAY, "audit-check": DAY, "report": 7 * DAY,
        "key-rotation": DAY}


@pytest.fixture
def kept(make_agent):
    """An agent whose backups go to the folder `folder`."""
    agent = make_agent()
    agent.folder = agent.place / "backups"
    agent.folder.mkdir(mode=0o700)
    shutil.chown(agent.folder, "root", "root")
    agent.add_config("upkeep.conf", f"""[upkeep]
backup_dir = {agent.folder}
backup_keep = 2
""")
    return agent.start()


def jobs(agent):
    return {job["job"]: job for job in agent.json("upkeep", "list")}


def run(agent, *arguments, code=0):
    result = agent.run("upkeep", "run", *arguments)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout if code == 0 else result.stderr


def backups(agent):
    return sorted(name for name in os.listdir(agent.folder)
                  if name.endswith(".backup"))


def add_old_backup(agent, day):
    name = f"jwt-agent-2020010{day}T000000Z.backup"
    (agent.folder / name).write_text("old")
    return name


def test_jobs_that_were_never_done(agent):
    listed = jobs(agent)
    assert {name: job["interval"] for name, job in listed.items()} == JOBS
    assert [name for name, job in listed.items() if not job["wanted"]] == [
        "backup", "key-rotation"]
    assert all(job["last"] is None and job["outcome"] is None
               and not job["overdue"] for job in listed.values())
    assert all((job["next"] is not None) == job["wanted"]
               for job in listed.values())


def test_sweep_removes_all_that_has_ended_at_once(make_agent):
    agent = make_agent()
    agent.add_config("retention.conf", "[retention]\nsessions = 1s\n")
    agent.start()
    token = agent.enroll()["access_token"]
    for _ in range(100):  # more than three steps of 32
        agent.login(token)
    agent.json("session", "terminate", "--user", "alice")
    agent.stop()
    agent.start(clock=5)
    before = len(agent.sessions(all=True))
    said = run(agent, "sweep")

    assert re.fullmatch(r"sweep: ok: \d+ records were removed\n", said)
    assert agent.sessions(all=True) == []
    assert before <= 100
    assert jobs(agent)["sweep"]["outcome"] == "ok"


def test_backup_is_checked_and_old_ones_go(kept):
    kept.enroll()
    old = [add_old_backup(kept, day) for day in (1, 2, 3)]
    other = kept.folder / "jwt-agent-notes.backup"
    other.write_text("not ours")

    said = run(kept, "backup")

    here = [name for name in backups(kept) if name != other.name]
    assert len(here) == 2 and here[0] == old[2]
    assert other.exists()
    made = kept.folder / here[1]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert f"backup: ok: {made}, one of 2 that are kept\n" in said
    assert kept.run("store", "restore", str(made),
                    "--dry-run").returncode == 0
    job = jobs(kept)["backup"]
    assert job["outcome"] == "ok" and job["detail"].startswith(str(made))
    assert job["next"] == job["last"] + DAY


@pytest.mark.parametrize("wrong", ["missing", "writable", "file"])
def test_backup_folder_that_is_wrong(kept, wrong):
    if wrong == "writable":
        kept.folder.chmod(0o777)
    else:
        kept.folder.rmdir()
    if wrong == "file":
        kept.folder.write_text("")

    said = run(kept, "backup", code=1)

    assert said.startswith("backup: failed: backup_dir")
    assert str(kept.folder) in said
    job = jobs(kept)["backup"]
    assert (job["outcome"], job["overdue"]) == ("failed", False)
    assert job["next"] <= time.time()  # it is still to be done
    assert kept.audit()[-1]["detail"].startswith("backup: failed: backup_dir")


def test_backup_never_fills_the_disk(kept):
    """A disk of 16 MiB has no room beside the reserve."""
    os.system(f"mount -t tmpfs -o size=16m,mode=700 none {kept.folder}")
    try:
        old = add_old_backup(kept, 1)
        said = run(kept, "backup", code=1)
        assert "MiB of room" in said
        assert os.listdir(kept.folder) == [old]
    finally:
        os.system(f"umount {kept.folder}")


def test_audit_check_keeps_heads_and_holds_them(kept):
    heads = kept.folder / "audit-heads"
    for count in (1, 2, 3):
        kept.enroll(name=f"d{count}")
        said = run(kept, "audit-check")
        assert re.search(r"audit-check: ok: \d+ events", said)
        assert len(heads.read_text().splitlines()) == count
    assert stat.S_IMODE(heads.stat().st_mode) == 0o600

    for _ in range(35):
        run(kept, "audit-check")
    assert len(heads.read_text().splitlines()) == 30


def test_audit_check_finds_a_store_that_was_put_back(kept):
    kept.enroll()
    before = kept.place / "before"
    kept.stop()
    shutil.copytree(kept.store, before)
    kept.start()
    kept.enroll(name="phone")
    run(kept, "audit-check")
    kept.stop()
    shutil.copy(before / "data.mdb", kept.store / "data.mdb")
    kept.start()

    said = run(kept, "audit-check", code=1)

    assert "audit-heads" in said
    assert jobs(kept)["audit-check"]["outcome"] == "failed"
    assert len((kept.folder / "audit-heads").read_text().splitlines()) == 1


def test_audit_check_without_a_folder(agent):
    agent.enroll()
    assert "audit-check: ok: the audit is as it was written\n" in \
        run(agent, "audit-check")


@pytest.mark.parametrize("way", ["remind", "auto"])
def test_signing_key_that_is_due(make_agent, way):
    agent = make_agent(token={"key_max_age": "30d", "key_publish": "1h"})
    agent.add_config("upkeep.conf", f"[upkeep]\nkey_rotation = {way}\n")
    agent.start()
    assert "key-rotation: ok: the signing key is 0 days old" in \
        run(agent, "key-rotation")
    signing = [key["key"] for key in agent.json("key", "list")
               if key["kind"] == "signing"]

    # a shorter age, rather than a clock that both ends would have to share
    agent.token["key_max_age"] = "1s"
    agent.configure()
    agent.restart()
    while time.time() < agent.json("key", "list")[-1]["since"] + 2:
        time.sleep(0.05)
    said = run(agent, "key-rotation")

    now = [key["key"] for key in agent.json("key", "list")
           if key["kind"] == "signing"]
    if way == "remind":
        assert "key-rotation: due: " in said and "key rotate" in said
        assert now == signing
        assert jobs(agent)["key-rotation"]["outcome"] == "due"
    else:
        assert "a new one follows it" in said
        assert len(now) == len(signing) + 1
        again = run(agent, "key-rotation")
        assert "a new signing key waits to sign" in again


def test_what_is_not_wanted_is_skipped(agent):
    for job in ("backup", "key-rotation"):
        assert run(agent, job) == (f"{job}: skipped: the configuration does "
                                   "not ask for it\n")
        assert jobs(agent)[job]["outcome"] == "skipped"


def test_due_does_what_is_due_once(kept):
    run(kept, "audit-check")
    first = run(kept, "--due")
    assert re.search(r"^sweep: ok", first, re.M)
    assert re.search(r"^backup: ok", first, re.M)
    assert not re.search(r"^audit-check", first, re.M)
    assert not re.search(r"^key-rotation", first, re.M)
    second = run(kept, "--due")
    assert not re.search(r"^(sweep|backup|audit-check|key-)", second, re.M)


def test_overdue_after_two_intervals(agent):
    run(agent, "sweep")
    agent.stop()
    # another day: due, and not yet overdue
    for days, overdue in ((1.5, False), (2.5, True)):
        agent.start(clock=int(days * DAY))
        listed = jobs(agent)
        assert listed["sweep"]["overdue"] is overdue
        # never done: from the start on
        assert listed["audit-check"]["overdue"] is False
        found = scrape(agent)
        assert value(found, "jwtagent_upkeep_overdue",
                     job="sweep") == int(overdue)
        assert value(found, "jwtagent_upkeep_last_success_timestamp_seconds",
                     job="sweep") == listed["sweep"]["last"]
        assert value(found, "jwtagent_upkeep_overdue", job="backup") is None
        agent.stop()


def test_status_and_audit_tell(agent):
    run(agent, "sweep")
    job = next(job for job in agent.json("status")["upkeep"]
               if job["job"] == "sweep")
    assert job["outcome"] == "ok"
    assert job["next"] == job["last"] + DAY
    assert re.search(r"^sweep .* ok ", agent.run("status").stdout, re.M)
    event = agent.audit()[-1]
    assert (event["event"], event["outcome"]) == ("upkeep", "granted")
    assert event["detail"].startswith("sweep: ok: ")


def test_people_read_it(agent):
    shown = agent.run("upkeep", "list").stdout
    assert shown.splitlines()[0].split() == [
        "JOB", "LAST", "OUTCOME", "NEXT", "OVERDUE", "DETAIL"]
    assert len(shown.splitlines()) == 1 + len(JOBS)


@pytest.mark.parametrize("arguments", [
    [], ["sweep", "--due"], ["none"], ["sweep", "backup"]])
def test_wrong_usage(agent, arguments):
    run(agent, *arguments, code=2)
    assert "upkeep" not in {event["event"] for event in agent.audit()}


def test_others_than_root_do_none(agent):
    assert agent.run("upkeep", "run", "sweep",
                     user="alice").returncode == 3
    assert jobs(agent)["sweep"]["last"] is None


def test_agent_that_does_not_answer(kept):
    kept.stop()
    said = run(kept, "backup", code=1)
    assert "failed" in said
    assert backups(kept) == []


def test_alert_of_a_job_that_fails_and_is_done(kept):
    def events():
        return [event["event"] for event in kept.audit()
                if event["event"].startswith("alert-")
                and event["detail"].startswith("upkeep ")]

    kept.folder.chmod(0o777)
    run(kept, "backup", code=1)
    waiting.until(lambda: events() == ["alert-fired"], 60)
    kept.folder.chmod(0o700)
    run(kept, "backup")
    waiting.until(lambda: events() == ["alert-fired", "alert-cleared"], 60)


def test_alert_of_a_job_that_is_overdue(agent):
    run(agent, "sweep")
    agent.stop()
    agent.start(clock=int(2.5 * DAY))
    fired = []
    waiting.until(lambda: fired.extend(
        event["detail"] for event in agent.audit()
        if event["event"] == "alert-fired") or fired, 60)
    assert "job=sweep" in fired[0]


def test_report_goes_to_the_journal(agent):
    agent.login(agent.enroll()["access_token"])
    said = run(agent, "report")
    assert said.endswith("report: ok\n")
    assert agent.run("report", "--since", "7d").stdout.splitlines()[0] \
        .split()[0] in said
    assert jobs(agent)["report"]["outcome"] == "ok"
