# SPDX-License-Identifier: BSD-3-Clause
"""The measurements that want an agent can still be made; see bench.py and
ci/bench. What they say depends on the machine."""

import re

import pytest

import bench


@pytest.fixture
def place(host):
    """Where an agent can make its store."""
    with bench.place_in("/run") as folder:
        yield folder


def test_login(place):
    text = bench.measure_login(place, 5)
    assert len(re.findall(r"p50 +[1-9][0-9.]* us", text)) == 7
    assert re.search(r"^session check / echo: [0-9.]+$", text, re.M)


def test_refresh(place):
    assert re.search(r"3 clients: [1-9]", bench.measure_refresh(place, 3, 5))
