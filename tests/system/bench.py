#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs the measurements of bench/, with an agent where they need one.

    bench.py [DIRECTORY]
"""

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people, stacks  # noqa: E402
from harness.agent import Agent  # noqa: E402


def run(name, *arguments, said=None):
    """What the bench of that name says, behind the name; `said` goes to its
    standard input."""
    program = built.BUILD / "bench" / name
    result = subprocess.run([str(program), *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, input=said)
    text = f"-- {name}\n{result.stdout}"
    print(text, end="", flush=True)
    result.check_returncode()
    return text


def start(place):
    """An agent whose store is on that disk."""
    agent = Agent(agent={"store": place / "store"})
    agent.add_config("bench.conf", "[device]\nmax_devices = 0\n")
    return agent.start()


def measure_login(place, rounds=2000):
    agent = start(place)
    stacks.token_only("bench-token", agent)
    for name, module in ("permit", "pam_permit.so"), ("password", "pam_unix.so"):
        stacks.write(f"bench-{name}", f"auth required {module}\n"
                                      f"account required {module}\n")
    text = run("login", agent.socket, "alice", place, rounds,
               said=people.PASSWORDS["alice"] + "\n")
    agent.discard()
    return text


def measure_refresh(place, clients=64, rotations=200):
    agent = start(place)
    text = run("refresh", agent.socket, "alice", clients, rotations)
    agent.discard()
    return text


@contextlib.contextmanager
def place_in(directory):
    """A folder there in which the agent can make its store."""
    with tempfile.TemporaryDirectory(prefix="jwt-agent-bench.",
                                     dir=directory) as place:
        shutil.chown(place, people.AGENT_USER)
        yield Path(place)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", default="/var/tmp")
    arguments = parser.parse_args()
    if not namespace.is_inside():
        namespace.enter([sys.executable, "-B", __file__, *sys.argv[1:]])
    people.make()
    built.copy()
    for measurement in (measure_login, measure_refresh):
        with place_in(arguments.directory) as place:
            measurement(place)
    run("metrics")
    try:
        run("verify")
    except subprocess.CalledProcessError:
        sys.exit(1)  # it has said which aim was missed


if __name__ == "__main__":
    main()
