# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 under load; see storm.py and ci/storm."""

import storm

SEED = 789257653  # ci/storm draws its own


def test_nothing_acknowledged_is_lost(host):
    storm.play(40, SEED)
