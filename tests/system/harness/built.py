# SPDX-License-Identifier: BSD-3-Clause
"""What was built: the command and the module, copied where everyone may read.

The paths come from BUILD_DIR, or from JWT_AGENT, JWT_AGENT_FETCHER and PAM_JWT
when what is to be tested is installed.
"""

import os
import shutil
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("BUILD_DIR", SOURCE / "build"))
PLACE = Path("/run/built")
COMMAND = PLACE / "jwt-agent"
FETCHER = PLACE / "jwt-agent-fetcher"
MODULE = PLACE / "pam_jwt.so"
CLOCK = PLACE / "clock.so"
LARGE_STORE = BUILD / "tests/lmdb-store/large_store"
BLOCKS = PLACE / "blocks.so"


def original(variable, path):
    return Path(os.environ.get(variable, BUILD / path))


def copy():
    """A home directory of mode 0700 above the checkout must not matter."""
    PLACE.mkdir(exist_ok=True)
    for target, variable, path in (
            (COMMAND, "JWT_AGENT", "jwt-agent/jwt-agent"),
            (FETCHER, "JWT_AGENT_FETCHER",
             "jwt-agent/fetch/jwt-agent-fetcher"),
            (MODULE, "PAM_JWT", "pam_jwt/.libs/pam_jwt.so")):
        found = original(variable, path)
        if not found.exists():
            raise SystemExit(f"{found} is not there: run ci/build first")
        shutil.copy(found, target)
    preloaded(CLOCK, Path(__file__).with_name("clock.c"))
    preloaded(BLOCKS, SOURCE / "tests/lmdb-store/blocks.c")


def preloaded(target, source):
    """A library that an agent is started with."""
    subprocess.run(["cc", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC",
                    f"-I{SOURCE}", "-o", str(target), str(source)],
                   check=True)
