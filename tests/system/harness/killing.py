# SPDX-License-Identifier: BSD-3-Clause
"""A command that is killed a little later each time, until it lives."""

import subprocess
import time


def _pauses(command, steps=20):
    """Seconds, spread over what a whole run takes; then longer and longer, for the
    machine may have more to do by now."""
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - start
    yield from (whole * step / steps for step in range(steps))
    while True:
        yield whole
        whole *= 1.3


def _lives(command, seconds):
    """Whether it was done before it could be killed."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return False
    assert code == 0
    return True


def until_it_lives(command, prepare):
    """Yields after each run; the last is one that was not killed. Before each
    comes `prepare()`, but for one at first that tells how long it takes."""
    for pause in _pauses(command):
        prepare()
        done = _lives(command, pause)
        yield
        if done:
            return
