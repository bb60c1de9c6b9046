# SPDX-License-Identifier: BSD-3-Clause
"""Waiting for something to become true, never longer than said."""

import time


def until(condition, timeout=30, what="it"):
    """The first true answer of `condition`; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what} did not happen in time"
        time.sleep(0.02)
