# SPDX-License-Identifier: BSD-3-Clause
"""Metrics: what they say is true, and Prometheus can read it."""


def test_says_what_runs(agent):
    shown = agent.run("metrics").stdout
    assert "# TYPE jwtagent_build_info gauge" in shown
    assert "\njwtagent_calls_in_flight 1\n" in shown
