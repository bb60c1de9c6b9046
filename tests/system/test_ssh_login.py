# SPDX-License-Identifier: BSD-3-Clause
"""Logging in to a real sshd with a real ssh client by token."""

import pytest
from harness import people, ssh, stacks, tokens, waiting

LONG = 4300  # bytes of a claim that make a token of 6,000 bytes


def access_token(agent, length):
    filler = LONG if length == "long" else 0
    token = agent.enroll(filler=filler)["access_token"]
    assert len(token) >= 6000 if filler else len(token) < 600
    return token


@pytest.mark.parametrize("length", ["plain", "long"])
def test_command(ssh_agent, sshd, length):
    token = access_token(ssh_agent, length)

    result = ssh.run(sshd, "alice", ssh.token(ssh_agent, token), "id", "-un")

    assert (result.returncode, result.stdout) == (0, "alice\n"), result.stderr


@pytest.mark.parametrize("length", ["plain", "long"])
def test_token_is_good_for_an_independent_reader(agent, length):
    token = access_token(agent, length)
    jwks = agent.json("key", "jwks")

    claims = tokens.verified(token, jwks, "login.test")

    assert tokens.header(token)["typ"] == "at+jwt"
    assert (claims["iss"], claims["sub"]) == ("https://agent.test", "alice")
    assert {"exp", "iat", "jti", "did", "fam", "ver"} <= set(claims)


def test_login_is_audited_and_its_session_closed(ssh_agent, sshd):
    device = ssh_agent.enroll()
    ssh.run(sshd, "alice", ssh.token(ssh_agent, device["access_token"]),
            "true")

    granted = [event for event in ssh_agent.audit()
               if event["outcome"] == "granted" and event.get("session")]
    assert granted[-1]["user"] == "alice"
    assert granted[-1]["device"] == device["device"]
    assert granted[-1]["service"] == "sshd"
    assert granted[-1]["rhost"] == "127.0.0.1"
    waiting.until(lambda: ssh_agent.sessions() == [], what="the close")
    closed, = ssh_agent.sessions(all=True)
    assert closed["state"] == "closed"


def test_refresh_token_in_a_file(ssh_agent, sshd):
    device = ssh_agent.enroll()
    credential = ssh.refresh_token(ssh_agent, device["refresh_token"])

    for _ in range(2):
        result = ssh.run(sshd, "alice", credential, "id", "-un")
        assert result.stdout == "alice\n", result.stderr

    # the second login used the access token that the first one got
    assert ssh_agent.json("device", "show", device["device"])[
        "generation"] == tokens.generation(device["refresh_token"]) + 1


def test_refresh_token_in_a_file_with_parts(ssh_agent, sshd):
    device = ssh_agent.enroll(filler=LONG)
    credential = ssh.refresh_token(ssh_agent, device["refresh_token"])

    result = ssh.run(sshd, "alice", credential, "id", "-un")

    assert result.stdout == "alice\n", result.stderr


def test_prompts_for_parts(ssh_agent, sshd):
    token = access_token(ssh_agent, "long")
    credential = ssh.answers(*tokens.parts(token, 1000))

    result = ssh.run(sshd, "alice", credential, "id", "-un")

    assert result.stdout == "alice\n", result.stderr
    prompts = [prompt.split(") ", 1)[1] if prompt.startswith("(alice@")
               else prompt for prompt in credential.prompts()]
    assert prompts[0] == "Password or token: "
    assert prompts[1:] == [f"Token (part {number}): "
                           for number in range(2, len(prompts) + 1)]


@pytest.mark.parametrize("length", ["plain", "long"])
def test_scp_and_sftp(ssh_agent, sshd, tmp_path, length):
    token = access_token(ssh_agent, length)
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(bytes(range(256)) * 1000)

    result = ssh.copy(sshd, ssh.token(ssh_agent, token), str(source),
                      "alice@127.0.0.1:copied")
    assert result.returncode == 0, result.stderr
    result = ssh.sftp(sshd, "alice", ssh.token(ssh_agent, token),
                      f"get copied {back}\n")
    assert result.returncode == 0, result.stderr

    assert back.read_bytes() == source.read_bytes()


def test_password_in_the_same_prompt(ssh_agent, sshd):
    credential = ssh.answers(people.PASSWORDS["alice"])

    result = ssh.run(sshd, "alice", credential, "id", "-un")

    assert (result.returncode, result.stdout) == (0, "alice\n"), result.stderr
    assert len(credential.prompts()) == 1
    assert ssh_agent.sessions(all=True) == []


def test_password_when_the_agent_is_stopped(ssh_agent, sshd):
    ssh_agent.stop()

    result = ssh.run(sshd, "alice", ssh.answers(people.PASSWORDS["alice"]),
                     "id", "-un")

    assert result.stdout == "alice\n", result.stderr


def test_token_of_each_algorithm(make_agent, sshd):
    for algorithm in ("ES256", "RS256", "EdDSA"):
        agent = make_agent(token={"algorithm": algorithm}).start()
        stacks.token_only("sshd", agent)
        token = agent.enroll()["access_token"]
        assert tokens.header(token)["alg"] == algorithm
        tokens.verified(token, agent.json("key", "jwks"), "login.test")

        result = ssh.run(sshd, "alice", ssh.token(agent, token), "id", "-un")

        assert result.stdout == "alice\n", (algorithm, result.stderr)


def test_session_is_named_in_the_environment(ssh_agent, sshd):
    token = access_token(ssh_agent, "plain")

    result = ssh.run(sshd, "alice", ssh.token(ssh_agent, token),
                     'echo "$JWT_SESSION"')

    session, = ssh_agent.sessions(all=True)
    assert result.stdout.strip() == session["session"]
