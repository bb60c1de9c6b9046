# SPDX-License-Identifier: BSD-3-Clause
"""The tests of debian/tests, as Debian's machines run them: on a system that
was booted, with the packages installed, from the root of the source."""

from pathlib import Path

import pytest
from machine import packages

SOURCE = Path(__file__).parents[2]
CONTROL = SOURCE / "debian" / "tests" / "control"


def stanzas():
    """The paragraphs of the control file as dictionaries."""
    if not CONTROL.exists():
        return []
    found = []
    lines = (line for line in CONTROL.read_text().splitlines()
             if not line.startswith("#"))
    for paragraph in "\n".join(lines).split("\n\n"):
        text = paragraph.replace("\n ", " ").strip()
        if text:
            found.append({name.strip(): value.strip() for name, value in
                          (line.split(":", 1) for line in text.splitlines())})
    return found


TESTS = [(name, stanza) for stanza in stanzas()
         for name in stanza["Tests"].replace(",", " ").split()]


@pytest.mark.parametrize("name, stanza", TESTS, ids=[t[0] for t in TESTS])
def test_of_the_package(make_machine, name, stanza):
    machine = make_machine()
    packages.install(machine.root)
    needed = [word.split("|")[0].split("(")[0].strip()
              for word in stanza.get("Depends", "").split(",")]
    needed = [word for word in needed if word and not word.startswith("@")
              and word not in packages.NAMES]
    if needed:
        packages.apt(machine.root, "install", "--no-install-recommends",
                     *needed)
    machine.root.copy(SOURCE / "debian" / "tests", "source/debian/tests")
    machine.boot()

    result = machine.run("env", "-C", "/source", "AUTOPKGTEST_TMP=/tmp",
                         f"debian/tests/{name}", code=None, timeout=300)

    assert result.returncode == 0, result.stdout + result.stderr
    if "allow-stderr" not in stanza.get("Restrictions", ""):
        assert result.stderr == ""
