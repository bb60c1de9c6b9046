# SPDX-License-Identifier: BSD-3-Clause
"""Callers who do not wait for their answer."""

import json
import socket

from harness import people, waiting


def call_of(token):
    return json.dumps({
        "method": "io.jwtagent.Login.Authenticate",
        "parameters": {"user": "alice", "uid": people.uid("alice"),
                       "service": "probe", "token": token}}).encode() + b"\0"


def test_caller_who_hangs_up_is_audited_as_who_it_was(agent):
    """The call is under way in a turn when its connection goes."""
    good = call_of(agent.enroll()["access_token"])
    for _ in range(50):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(agent.socket))
            caller.sendall(good)

    def granted():
        return [event for event in agent.audit()
                if (event["event"], event["outcome"]) == ("login", "granted")]

    waiting.until(lambda: len(granted()) == 50)
    assert {(event["caller_uid"], event["command"][:6])
            for event in granted()} == {(0, "python")}
    assert agent.process.poll() is None, agent.said()
