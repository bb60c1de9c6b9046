# SPDX-License-Identifier: BSD-3-Clause
"""Alerts: each fires by its cause, once, and clears."""

from harness import waiting


def states(agent):
    return {alert["name"]: alert["state"]
            for alert in agent.json("alert", "list")}


def alert(agent, name):
    return next(alert for alert in agent.json("alert", "list")
                if alert["name"] == name)


def told(agent, name):
    """What the audit says of the alert: the words behind "alert-"."""
    return [event["event"].removeprefix("alert-")
            for event in agent.json("audit", "list", "--limit", "100000")
            if event["event"].startswith("alert-")
            and event["detail"].split()[0] == name]


def wait_told(agent, name, *events):
    waiting.until(lambda: told(agent, name) == list(events), 30)


def rules(agent, text):
    agent.add_config("alerts.conf", text)
    return agent.restart()


def test_shipped_are_there(agent):
    assert states(agent) == {
        "failed-logins": "ok", "failed-refreshes": "ok", "oddities": "ok",
        "token-reuse": "ok", "keys-age": "ok", "store-size": "ok",
        "audit-chain": "unknown"}
    assert alert(agent, "failed-logins")["threshold"] == "5%"


def test_failed_logins(agent):
    rules(agent, "[alert failed-logins]\nwindow = 2s\n")
    token = agent.enroll()["access_token"]
    for _ in range(19):
        agent.login(token)
    assert agent.verdict("eyJ.e.e") == "Malformed"  # 1 of 20 is not above
    for _ in range(20):
        agent.verdict("eyJ.e.e")

    wait_told(agent, "failed-logins", "fired", "cleared")
    assert alert(agent, "failed-logins")["state"] == "ok"
    assert alert(agent, "failed-logins")["rests_until"]
