# SPDX-License-Identifier: BSD-3-Clause
"""The module as the package has it."""

import re
import subprocess

import pytest

ENTRY_POINTS = {"pam_sm_authenticate", "pam_sm_setcred", "pam_sm_acct_mgmt",
                "pam_sm_open_session", "pam_sm_close_session",
                "pam_sm_chauthtok"}
LIBRARIES = {"libpam.so.0", "libjansson.so.4", "libc.so.6"}


@pytest.fixture(scope="module")
def module(debs, tmp_path_factory):
    place = tmp_path_factory.mktemp("module")
    deb, = (deb for deb in debs if deb.name.startswith("libpam-jwt_"))
    subprocess.run(["dpkg-deb", "-x", deb, place], check=True)
    found, = place.rglob("pam_jwt.so")
    assert re.fullmatch(r"usr/lib/[^/]+/security/pam_jwt.so",
                        str(found.relative_to(place)))
    return found


def said(*command):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def test_six_entry_points_and_nothing_else(module):
    lines = said("nm", "-D", "--defined-only", module).splitlines()
    assert {line.split()[-1].split("@")[0] for line in lines} == ENTRY_POINTS


def test_three_libraries(module):
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "-d", module))
    assert set(needed) == LIBRARIES


def test_nothing_more_is_loaded(machine):
    """By the loader of the machine; the C library's loader and libraries that
    libpam itself needs come along."""
    found = machine.run("sh", "-c", "ldd /usr/lib/*/security/pam_jwt.so"
                        ).stdout
    names = {line.split()[0] for line in found.splitlines()}
    assert "not found" not in found
    assert names - LIBRARIES <= {"linux-vdso.so.1", "libaudit.so.1",
                                 "libcap-ng.so.0",
                                 *(n for n in names if "/ld-linux" in n)}


def test_hardening(module):
    dynamic = said("readelf", "-d", module)
    assert "BIND_NOW" in dynamic or "NOW" in dynamic
    assert "GNU_RELRO" in said("readelf", "-lW", module)
    stack, = (line for line in said("readelf", "-lW", module).splitlines()
              if "GNU_STACK" in line)
    assert "RWE" not in stack
