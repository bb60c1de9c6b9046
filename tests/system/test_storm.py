# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 under load; see storm.py and ci/storm."""

import random

import storm


def test_nothing_acknowledged_is_lost(host):
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}")
    storm.play(40, seed)
