# SPDX-License-Identifier: BSD-3-Clause
"""Files that issuers are configured with, with the modes that they need."""

import itertools
import os
import shutil
from pathlib import Path

from . import people

PLACE = Path("/run/keyfiles")

numbers = itertools.count(1)


def path(suffix):
    """A name that no file has yet."""
    PLACE.mkdir(mode=0o755, exist_ok=True)
    return PLACE / f"{next(numbers)}{suffix}"


def public(text, suffix=".json"):
    """A file of public keys."""
    place = path(suffix)
    place.write_text(text)
    place.chmod(0o644)
    return place


def secret(data):
    """A file that only the agent can read."""
    place = path(".secret")
    place.touch(mode=0o600)
    place.write_bytes(data)
    shutil.chown(place, people.AGENT_USER, people.AGENT_USER)
    return place


def replace(place, text):
    """Renames a new file over it, as editors and tools do."""
    fresh = place.with_suffix(".new")
    fresh.write_text(text)
    fresh.chmod(0o644)
    os.rename(fresh, place)
