# SPDX-License-Identifier: BSD-3-Clause
"""Puts the tests into a namespace of their own and gives them its parts."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import built, namespace, people, profiles  # noqa: E402
from harness import stacks  # noqa: E402
from harness.agent import Agent  # noqa: E402
from harness.imposter import Imposter  # noqa: E402
from harness.logbook import Logbook  # noqa: E402
from harness.sshd import Sshd  # noqa: E402


def pytest_configure(config):
    """Starts over inside the namespace, before any test is collected."""
    if namespace.is_inside():
        return
    capture = config.pluginmanager.getplugin("capturemanager")
    if capture:
        capture.stop_global_capturing()
    namespace.enter([sys.executable, "-B", "-m", "pytest", *sys.argv[1:]])


@pytest.fixture(scope="session", autouse=True)
def host():
    """The namespace furnished: accounts, and what was built."""
    profiles.keep()
    people.make()
    built.copy()


@pytest.fixture(scope="session")
def log(host):
    return Logbook()


@pytest.fixture(scope="session")
def sshd(host, log):
    server = Sshd().start()
    yield server
    server.stop()


@pytest.fixture
def make_agent(host):
    """Makes agents that are gone after the test."""
    agents = []

    def make(**settings):
        agents.append(Agent(**settings))
        return agents[-1]

    yield make
    for agent in agents:
        agent.discard()


@pytest.fixture
def agent(make_agent):
    """A running agent with a fresh store."""
    return make_agent().start()


@pytest.fixture
def ssh_agent(agent, sshd):
    """A running agent that sshd asks, with the password below it."""
    stacks.token_then_password("sshd", agent, extra="timeout=3s")
    return agent


@pytest.fixture
def make_imposter():
    imposters = []

    def make(*arguments, **options):
        imposters.append(Imposter(*arguments, **options))
        return imposters[-1]

    yield make
    for imposter in imposters:
        imposter.stop()


def pytest_terminal_summary(terminalreporter):
    """The line of totals that ci/check adds up."""
    stats = terminalreporter.stats
    passed = len(stats.get("passed", []))
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"system: {passed} passed, {failed} failed")
