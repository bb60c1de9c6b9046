# SPDX-License-Identifier: BSD-3-Clause
"""Machines to install the packages on. Run by ci/package, which makes a
namespace for it and tells in the environment what to test."""

import itertools
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "system"))

from machine import packages  # noqa: E402
from machine.booted import Machine  # noqa: E402
from machine.root import Root  # noqa: E402

WORK = Path(os.environ["PACKAGE_WORK"])
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def suite():
    """bookworm or trixie."""
    return os.environ["PACKAGE_SUITE"]


@pytest.fixture(scope="session")
def work():
    """A folder on a disk. In it, what is tested: debs/, before/."""
    return WORK


@pytest.fixture(scope="session")
def debs(work):
    """The packages that are tested."""
    return sorted((work / "debs").glob("*.deb"))


@pytest.fixture(scope="module")
def make_machine(suite, debs):
    """Makes machines that are not booted yet, and are gone after the last
    test of the file."""
    machines = []

    def make():
        path = WORK / "roots" / f"{suite}-{next(numbers)}"
        machines.append(Machine(Root(
            os.environ["PACKAGE_BASE"], path, debs)))
        return machines[-1]

    yield make
    for machine in machines:
        machine.stop()
        machine.root.remove()


@pytest.fixture(scope="module")
def machine(make_machine):
    """Booted after the packages were installed, with tokens enabled."""
    machine = make_machine()
    packages.install(machine.root)
    packages.enable(machine.root)
    return machine.boot()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure comes what the machines of the test have said."""
    report = (yield).get_result()
    if not report.failed:
        return
    for name, value in item.funcargs.items():
        if isinstance(value, Machine) and value.process:
            report.sections.append((f"journal of {name}", value.run(
                "journalctl", "--no-pager", "-n", "60", code=None).stdout))


def pytest_terminal_summary(terminalreporter):
    """The line of totals that ci/package adds up."""
    stats = terminalreporter.stats
    passed = len(stats.get("passed", []))
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    terminalreporter.write_line(f"package: {passed} passed, {failed} failed")
