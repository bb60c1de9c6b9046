# SPDX-License-Identifier: BSD-3-Clause
"""Debian's sudo, typed by alice at a terminal of her own."""

import functools
import subprocess
from pathlib import Path

from .terminal import Terminal

RULES = """\
Defaults timestamp_timeout=0, passwd_tries=1, lecture=never, !mailerpath
alice ALL=(root) ALL
"""
AUDIBLE = "Defaults !pam_silent\n"


@functools.lru_cache
def shows_messages():
    """Whether this sudo can be told to show what PAM says: since 1.9.16."""
    check = subprocess.run(["visudo", "-c", "-f", "-"], input=AUDIBLE,
                           text=True, capture_output=True)
    return "unknown" not in check.stdout + check.stderr


def allow():
    """Alice may do everything as root, and is asked every time."""
    path = Path("/etc/sudoers.d/jwt-agent-test")
    path.write_text(RULES + (AUDIBLE if shows_messages() else ""))
    path.chmod(0o440)


def sudo(*command, user="alice"):
    """Fresh credentials only; the command's output ends the terminal."""
    return Terminal(["sudo", "-k", *command], user=user)
