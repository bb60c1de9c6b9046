# SPDX-License-Identifier: BSD-3-Clause
"""The daemon under bytes that no client of ours would send."""

import json
import re
import time
from pathlib import Path

import pytest
from harness import built, ssh, waiting
from harness.child import Child, result_of
from harness.wire import Closed, Refused, Wire

LIST_KEYS = "io.jwtagent.Token.ListKeys"
ENROLL = "io.jwtagent.Device.Enroll"
LOGOUT = "io.jwtagent.User.Logout"
MORE_THAN_A_SOCKET_HOLDS = 2500


def assert_alive(agent):
    with agent.wire() as wire:
        assert wire.call(LIST_KEYS)["keys"]


def test_get_info(agent):
    with agent.wire() as wire:
        info = wire.call("org.varlink.service.GetInfo")

    assert {"vendor", "product", "version", "url", "interfaces"} == set(info)
    shipped = {path.stem for path in (built.SOURCE / "varlink").glob(
        "*.varlink")}
    assert set(info["interfaces"]) == shipped


def test_get_interface_description(agent):
    with agent.wire() as wire:
        for path in (built.SOURCE / "varlink").glob("*.varlink"):
            reply = wire.call("org.varlink.service.GetInterfaceDescription",
                              {"interface": path.stem})
            assert reply["description"] == path.read_text()
        with pytest.raises(Refused, match="InterfaceNotFound"):
            wire.call("org.varlink.service.GetInterfaceDescription",
                      {"interface": "io.example"})


def test_every_described_method_is_known(agent):
    with agent.wire() as wire:
        for path in (built.SOURCE / "varlink").glob("*.varlink"):
            for name in re.findall(r"^method (\w+)", path.read_text(), re.M):
                try:
                    wire.call(f"{path.stem}.{name}", {"nonsense": 1})
                except Refused as error:
                    assert error.name not in ("MethodNotFound",
                                              "MethodNotImplemented"), name


def test_unknown_methods(agent):
    with agent.wire() as wire:
        for method, name in (("io.jwtagent.Token.Nonsense", "MethodNotFound"),
                             ("io.example.Nonsense", "InterfaceNotFound"),
                             ("nonsense", "InterfaceNotFound")):
            with pytest.raises(Refused) as caught:
                wire.call(method)
            assert caught.value.name in (name, "MethodNotFound")
        assert wire.call(LIST_KEYS)["keys"]


# what is wrong, the bytes, what the error must name (None: closing is fine)
BAD = [
    ("not JSON", b"hello\0", None),
    ("an empty message", b"\0", None),
    ("an array", b"[]\0", None),
    ("a number", b"1\0", None),
    ("not UTF-8", b'{"method":"\xff\xfe"}\0', None),
    ("overlong UTF-8", b'{"method":"\xc0\x80"}\0', None),
    ("a NUL in a string", b'{"method":"io.jwtagent.\\u0000"}\0', None),
    ("no method", b'{"parameters":{}}\0', "method"),
    ("a mistyped method", b'{"method":1}\0', "method"),
    ("a mistyped flag", json.dumps(
        {"method": LIST_KEYS, "more": "yes"}).encode() + b"\0", "more"),
    ("mistyped parameters", json.dumps(
        {"method": LIST_KEYS, "parameters": []}).encode() + b"\0",
     "parameters"),
    ("an unknown member", json.dumps(
        {"method": LIST_KEYS, "extra": 1}).encode() + b"\0", "extra"),
    ("a method twice", b'{"method":"a","method":"b"}\0', "method"),
    ("a parameter twice", (
        '{"method":"%s","parameters":{"user":"alice","user":"bob",'
        '"name":"x"}}' % ENROLL).encode() + b"\0", "user"),
    ("an unknown parameter", json.dumps(
        {"method": ENROLL, "parameters": {
            "user": "alice", "name": "x", "colour": 1}}).encode() + b"\0",
     "colour"),
    ("a missing parameter", json.dumps(
        {"method": ENROLL, "parameters": {"user": "alice"}}).encode() + b"\0",
     "name"),
    ("a mistyped parameter", json.dumps(
        {"method": ENROLL, "parameters": {
            "user": "alice", "name": 7}}).encode() + b"\0", "name"),
    ("a null for a string", json.dumps(
        {"method": ENROLL, "parameters": {
            "user": None, "name": "x"}}).encode() + b"\0", "user"),
    ("a long string", json.dumps(
        {"method": ENROLL, "parameters": {
            "user": "alice", "name": "x" * 5000}}).encode() + b"\0", "name"),
    ("deep nesting", (b'{"method":"%s","parameters":{"claims":' %
                      ENROLL.encode() + b'{"a":' * 5000 + b"1" + b"}" * 5000
                      + b"}}\0"), None),
    ("deep arrays", b"[" * 30000 + b"]" * 30000 + b"\0", None),
    ("70 KiB", b'{"method":"' + b"x" * 70 * 1024 + b'"}\0', None),
    ("70 KiB without an end", b"x" * 70 * 1024, None),
]


@pytest.mark.parametrize("what,data,named", BAD, ids=[row[0] for row in BAD])
def test_bad_message(agent, what, data, named):
    before = agent.json("device", "list")

    with agent.wire() as wire:
        try:
            wire.send(data)
            reply = wire.receive()
        except (Closed, BrokenPipeError, ConnectionResetError):
            reply = None

        if named:
            assert reply, "closed instead of an error"
            assert named in json.dumps(reply["parameters"]), reply
        if reply:
            assert "error" in reply

    assert_alive(agent)
    assert agent.json("device", "list") == before


def test_connection_lives_on_after_a_bad_parameter(agent):
    with agent.wire() as wire:
        for _ in range(50):
            with pytest.raises(Refused) as caught:
                wire.call(ENROLL, {"user": "alice"})
            assert caught.value.full == (
                "org.varlink.service.InvalidParameter")
        assert wire.call(LIST_KEYS)["keys"]


def test_message_byte_by_byte(agent):
    with agent.wire() as wire:
        for byte in json.dumps({"method": LIST_KEYS}).encode() + b"\0":
            wire.send(bytes([byte]))
            time.sleep(0.002)
        assert wire.answer()["keys"]


def test_half_a_message_holds_nobody_up(agent):
    with agent.wire() as slow:
        slow.send(b'{"method":"io.jwt')
        assert_alive(agent)
    assert_alive(agent)


def test_many_calls_in_one_write(agent):
    call = json.dumps({"method": LIST_KEYS}).encode() + b"\0"
    with agent.wire() as wire:
        wire.send(call * 20)
        for _ in range(20):
            assert wire.answer()["keys"]


def test_peer_that_never_reads(agent):
    call = json.dumps({"method": LIST_KEYS}).encode() + b"\0"
    with agent.wire(timeout=1) as deaf:
        try:
            for _ in range(200):
                deaf.send(call * 200)
        except OSError:
            pass
        assert_alive(agent)


def test_stream_wants_more(agent):
    agent.enroll()
    with agent.wire() as wire:
        with pytest.raises(Refused, match="ExpectedMore"):
            wire.call("io.jwtagent.Device.List")
        devices = list(wire.stream("io.jwtagent.Device.List"))
    assert len(devices) == 1


def test_long_list(agent):
    """A list that fills the socket's buffer several times goes on."""
    agent.add_config("devices.conf", "[device]\nmax_devices = 0\n")
    agent.restart()
    with agent.wire() as wire:
        for number in range(200):
            wire.call(ENROLL, {"user": "alice", "name": f"device {number}",
                               "claims": {"filler": "x" * 4000}})
        names = {reply["device"]["name"] for reply in
                 wire.stream("io.jwtagent.Device.List")}

    assert len(names) == 200


def follow(wire, **parameters):
    wire.ask("io.jwtagent.Admin.Audit", {"follow": True, **parameters},
             more=True)


def ticks(pid):
    """Hundredths of a second that a process has run."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def test_followed_list_goes_on_with_what_happens(agent):
    agent.enroll()
    with agent.wire() as follower, agent.wire() as wire:
        follow(follower, limit=1)
        before = follower.answer()["event"]["seq"]
        for name in ("one", "two"):
            wire.call(ENROLL, {"user": "alice", "name": name})
            event = follower.answer()["event"]
            assert (event["event"], event["seq"]) == ("enroll", before + 1)
            before = event["seq"]


def test_follower_that_waits_costs_nothing(agent):
    """It does not spin, and its connection can end at any time."""
    with agent.wire() as follower:
        follow(follower, limit=1, user="nobody at all")
        assert_alive(agent)
        before = ticks(agent.process.pid)
        time.sleep(2)
        assert ticks(agent.process.pid) - before < 100
    assert_alive(agent)


def test_follower_is_told_when_the_agent_stops(agent):
    agent.enroll()
    with agent.wire() as follower:
        follow(follower, limit=1)
        follower.answer()
        agent.stop()
        reply = follower.receive()
        assert not reply.get("continues") and "error" not in reply


def test_follower_who_does_not_read_is_told_so(agent):
    """Nobody waits for him, and what he has not read yet ends with why."""
    with agent.wire(timeout=60) as deaf, agent.wire() as wire:
        for _ in range(MORE_THAN_A_SOCKET_HOLDS):
            wire.call(LOGOUT, {"user": "alice", "reason": "x" * 200})
        assert len(agent.audit()) >= MORE_THAN_A_SOCKET_HOLDS
        follow(deaf, limit=MORE_THAN_A_SOCKET_HOLDS)
        waiting.until(lambda: "stream-dropped" in agent.said(), 90)
        assert_alive(agent)
        with pytest.raises(Refused, match="TooSlow"):
            while True:
                deaf.answer()


def test_oneway_is_not_answered(agent):
    with agent.wire() as wire:
        wire.ask(LIST_KEYS, oneway=True)
        wire.ask("org.varlink.service.GetInfo")
        assert "vendor" in wire.answer()


def open_many(path, count):
    """As many connections as can be had, and how many of them answer."""
    wires, answering = [], 0
    for _ in range(count):
        try:
            wires.append(Wire(path, timeout=5))
            wires[-1].call("org.varlink.service.GetInfo")
            answering += 1
        except (OSError, Closed, Refused):
            pass
    return answering, wires


def test_two_thousand_connections_of_one_user(ssh_agent, sshd):
    token = ssh_agent.enroll()["access_token"]

    crowd = Child("bob", lambda: open_many(ssh_agent.socket, 2000))

    try:
        assert 0 < crowd.result < 2000
        result = ssh.run(sshd, "alice", ssh.token(ssh_agent, token), "id")
        assert result.returncode == 0, result.stderr
        own = result_of("alice", lambda: open_many(ssh_agent.socket, 1)[0])
        assert own == 1
    finally:
        crowd.stop()
    waiting.until(lambda: result_of(
        "bob", lambda: open_many(ssh_agent.socket, 1)[0]) == 1)


def test_out_of_file_descriptors(make_agent):
    agent = make_agent().start(files=40)

    crowds = [Child(user, lambda: hold(agent.socket, 60))
              for user in ("alice", "bob", "nobody")]
    time.sleep(0.5)
    for crowd in crowds:
        crowd.stop()

    waiting.until(lambda: answers(agent), 5, "the recovery")
    assert agent.process.poll() is None
    assert len(agent.enroll()["refresh_token"]) > 70


def hold(path, count):
    """Connections that say nothing."""
    wires = []
    for _ in range(count):
        try:
            wires.append(Wire(path, timeout=1))
        except OSError:
            pass
    return len(wires), wires


def answers(agent):
    try:
        assert_alive(agent)
        return True
    except (OSError, Closed, Refused):
        return False
