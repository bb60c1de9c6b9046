# SPDX-License-Identifier: BSD-3-Clause
"""Debian's sudo, typed by alice at a terminal of her own."""

from pathlib import Path

from .terminal import Terminal

RULES = """\
Defaults timestamp_timeout=0, passwd_tries=1, lecture=never, !mailerpath
alice ALL=(root) ALL
"""


def allow():
    """Alice may do everything as root, and is asked every time."""
    path = Path("/etc/sudoers.d/jwt-agent-test")
    path.write_text(RULES)
    path.chmod(0o440)


def sudo(*command, user="alice"):
    """Fresh credentials only; the command's output ends the terminal."""
    return Terminal(["sudo", "-k", *command], user=user)
