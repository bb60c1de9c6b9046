# SPDX-License-Identifier: BSD-3-Clause
"""What goes through a whole store takes little memory, whatever its size; see
large.py and ci/large."""

import large


def test_memory_is_bounded(host):
    large.play(50000)
