#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What goes through a whole store, on a store of many devices: how much memory
of its own it takes, and what logins take meanwhile.

    large.py [--devices N] [--folder FOLDER]

Each thing is a row of JOBS.  The memory is RssAnon, the highest that was seen
of any process that the command had, or of the agent where that does the work.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people  # noqa: E402
from harness.agent import Agent  # noqa: E402

MIB = 1 << 20
MEMORY_MAX = 64 * MIB  # what is promised, for each row
GLANCE = .01  # seconds between two looks at the memory


@dataclass
class Job:
    name: str
    arguments: tuple
    beside: bool  # while the agent runs, and logins go on
    by_agent: bool = False  # the agent does the work
    then_stopped: bool = False  # the agent is not to start afterwards
    reseals: bool = False  # goes on in the agent behind the command


# FILE is a backup, which the first row makes.
JOBS = [
    Job("backup", ("store", "backup", "FILE", "--force"), True),
    Job("check", ("store", "check"), True, by_agent=True),
    Job("rotate-data", ("key", "rotate-data"), True, by_agent=True,
        reseals=True),
    Job("check, stopped", ("store", "check"), False),
    Job("export", ("store", "export"), True, by_agent=True),
    Job("user forget", ("user", "forget", "nobody-at-all", "--yes"), True,
        by_agent=True),
    Job("restore --dry-run", ("store", "restore", "FILE", "--dry-run"), True),
    Job("restore", ("store", "restore", "FILE"), False),
    Job("migrate --to 1", ("store", "migrate", "--to", "1", "--yes",
                           "--no-backup"), False, then_stopped=True),
    Job("migrate", ("store", "migrate", "--no-backup"), False),
    Job("migrate --to 1", ("store", "migrate", "--to", "1", "--yes",
                           "--no-backup"), False, then_stopped=True),
    Job("start on schema 1", (), False, by_agent=True),
]


def anonymous(pid):
    """RssAnon, 0 when there is no such process."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def family(pid):
    """The process and its children."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as children:
            return [pid, *(int(child) for child in children.read().split())]
    except (FileNotFoundError, ProcessLookupError):
        return [pid]


@dataclass
class Visitor:
    """Logs in again and again."""
    agent: Agent
    token: str
    took: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    def __enter__(self):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def run(self):
        while not self.done.is_set():
            start = time.monotonic()
            verdict = self.agent.verdict(self.token)
            self.took.append(time.monotonic() - start)
            if verdict != "ok":
                self.wrong.append(verdict)


class Glances:
    """At the memory of an agent that is starting."""

    def __init__(self, agent):
        self.agent = agent
        self.most = 0
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()

    def run(self):
        while not self.done.wait(GLANCE):
            process = self.agent.process
            if process is not None:
                self.most = max(self.most, anonymous(process.pid))


class Large:
    def __init__(self, devices, folder):
        self.folder = Path(tempfile.mkdtemp(prefix="large-", dir=folder))
        self.folder.chmod(0o755)
        shutil.chown(self.folder, people.AGENT_USER)
        self.file = self.folder / "backup"
        self.agent = Agent(agent={"store": self.folder / "store"})
        self.agent.store = self.folder / "store"
        self.agent.fill(devices).start()

    def clear(self):
        self.agent.discard()
        shutil.rmtree(self.folder)

    def watch(self, job, process):
        """Until it ends; the highest memory."""
        most = 0
        while process.poll() is None:
            pids = ([self.agent.process.pid] if job.by_agent
                    else family(process.pid))
            most = max([most, *(anonymous(pid) for pid in pids)])
            time.sleep(GLANCE)
        return most

    def watch_reseal(self):
        """Until there is one data key again; the highest memory."""
        most = 0
        while sum(key["kind"] == "data"
                  for key in self.agent.json("key", "list")) > 1:
            for _ in range(100):
                most = max(most, anonymous(self.agent.process.pid))
                time.sleep(GLANCE)
        return most

    def run_command(self, job):
        arguments = [str(self.file) if argument == "FILE" else argument
                     for argument in job.arguments]
        start = time.monotonic()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(
                [str(built.COMMAND), "--config", str(self.agent.config),
                 *arguments], stdout=said, stderr=said)
            most = self.watch(job, process)
            said.seek(0)
            assert process.returncode == 0, (job.name, said.read()[-2000:])
        if job.reseals:
            most = max(most, self.watch_reseal())
        return most, time.monotonic() - start

    def start_agent(self):
        """With what it migrates; the highest memory until it is ready."""
        start = time.monotonic()
        with Glances(self.agent) as glances:
            self.agent.start()
        return glances.most, time.monotonic() - start

    def play(self, job):
        if not job.arguments:
            most, took = self.start_agent()
            logins = "until it was ready"
        elif job.beside:
            # a job may take as long as a token lives
            token = self.agent.enroll()["access_token"]
            with Visitor(self.agent, token) as visitor:
                most, took = self.run_command(job)
            assert visitor.wrong == [], (job.name, visitor.wrong[:3])
            assert visitor.took, job.name
            logins = (f"{len(visitor.took)} logins, the slowest "
                      f"{1000 * max(visitor.took):.0f} ms")
        else:
            self.agent.stop()
            most, took = self.run_command(job)
            if not job.then_stopped:
                self.agent.start()
            logins = "the agent was stopped"
        print(f"{job.name:20} {took:7.1f} s  RssAnon {most / MIB:5.1f} MiB  "
              f"{logins}", flush=True)
        assert most <= MEMORY_MAX, job.name
        assert most > 0, f"{job.name}: nobody looked"


def play(devices, folder="/var/tmp"):
    large = Large(devices, folder)
    try:
        size = (large.agent.store / "data.mdb").stat().st_size
        print(f"{devices} devices, {size // MIB} MiB", flush=True)
        for job in JOBS:
            large.play(job)
    finally:
        large.clear()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000000)
    parser.add_argument("--folder", default="/var/tmp")
    options = parser.parse_args()
    people.make()
    built.copy()
    play(options.devices, options.folder)
    print("nothing took more than it may")
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    if namespace.is_inside():
        sys.exit(main())
    namespace.enter([sys.executable, "-B", __file__, *sys.argv[1:]])
