# SPDX-License-Identifier: BSD-3-Clause
"""The ssh client: scp, sftp and commands, its answers given by an askpass."""

import itertools
import json
import os
import subprocess
from pathlib import Path

from . import built, waiting

numbers = itertools.count(1)

# Answers with the strings of ANSWERS one after the other, whatever is asked,
# and notes each prompt.
SCRIPTED = """#!/usr/bin/python3
import json, os, sys
path = os.environ["ANSWERS"]
state = json.load(open(path))
state["prompts"].append(sys.argv[1])
answer = state["answers"].pop(0) if state["answers"] else None
json.dump(state, open(path, "w"))
if answer is None:
    sys.exit(1)
print(answer)
"""


class Credential:
    """What the client answers with: an environment, and the prompts seen."""

    def __init__(self, place, program, environment):
        self.place = place
        self.program = program
        self.environment = environment

    def prompts(self):
        return json.loads((self.place / "answers").read_text())["prompts"]


def make_place():
    place = Path(f"/run/client-{next(numbers)}")
    place.mkdir(mode=0o700)
    return place


def script(path, text):
    path.write_text(text)
    path.chmod(0o755)
    return path


def askpass(agent, variable, path):
    """jwt-agent askpass with a file that is there already."""
    place = make_place()
    program = script(place / "askpass", "#!/bin/sh\n"
                     f"exec {built.COMMAND} --config {agent.config} "
                     'askpass "$1"\n')
    return Credential(place, program, {variable: str(path)})


def secret_file(content):
    path = make_place() / "secret"
    path.touch(mode=0o600)
    path.write_text(content + "\n")
    return path


def token(agent, access_token):
    """jwt-agent askpass with an access token in a file."""
    return askpass(agent, "JWT_AGENT_TOKEN_FILE", secret_file(access_token))


def refresh_token(agent, content):
    """jwt-agent askpass with a refresh token in a file."""
    return askpass(agent, "JWT_AGENT_REFRESH_FILE", secret_file(content))


def answers(*texts):
    """Exactly these answers, also such as no askpass of ours would give."""
    place = make_place()
    (place / "answers").write_text(json.dumps(
        {"answers": texts, "prompts": []}))
    program = script(place / "askpass", SCRIPTED)
    return Credential(place, program, {"ANSWERS": str(place / "answers")})


def options(sshd):
    return ["-F", "none", "-o", f"UserKnownHostsFile={sshd.known_hosts}",
            "-o", "GlobalKnownHostsFile=none", "-o", "IdentityFile=none",
            "-o", "StrictHostKeyChecking=yes", "-o", "IdentityAgent=none",
            "-o", "PreferredAuthentications=keyboard-interactive",
            "-o", "NumberOfPasswordPrompts=1", "-o", "ConnectTimeout=10"]


def environment(credential):
    return {"PATH": os.defpath, "SSH_ASKPASS": str(credential.program),
            "SSH_ASKPASS_REQUIRE": "force", "LANG": "C.UTF-8",
            **credential.environment}


def run(sshd, user, credential, *command, more=(), timeout=30, **how):
    """A command in one login; the result, however it ends."""
    arguments = ["ssh", *options(sshd), *more, "-p", str(sshd.port),
                 f"{user}@127.0.0.1", *command]
    return subprocess.run(arguments, env={**environment(credential), **how},
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=timeout, start_new_session=True)


def copy(sshd, credential, source, target, more=()):
    """scp."""
    arguments = ["scp", *options(sshd), *more, "-P", str(sshd.port),
                 source, target]
    return subprocess.run(arguments, env=environment(credential),
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30, start_new_session=True)


def sftp(sshd, user, credential, batch):
    arguments = ["sftp", *options(sshd), "-P", str(sshd.port),
                 f"{user}@127.0.0.1"]
    return subprocess.run(arguments, env=environment(credential), input=batch,
                          capture_output=True, text=True, timeout=30,
                          start_new_session=True)


class Shell:
    """A login that stays open until close() or until the server ends it."""

    def __init__(self, sshd, user, credential, more=(), **how):
        arguments = ["ssh", *options(sshd), *more, "-p", str(sshd.port),
                     f"{user}@127.0.0.1", "echo pid $$; exec cat"]
        self.process = subprocess.Popen(
            arguments, env={**environment(credential), **how}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        first = self.process.stdout.readline()
        if not first.startswith("pid "):
            self.process.wait(timeout=10)
            raise AssertionError("no login: " + self.process.stderr.read())
        self.pid = int(first.split()[1])

    def is_open(self):
        return self.process.poll() is None

    def echoes(self):
        """Whether what is typed still comes back."""
        self.process.stdin.write("ping\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == "ping\n"

    def wait_until_ended(self, timeout):
        waiting.until(lambda: not self.is_open(), timeout, "the end of ssh")

    def close(self):
        """Logs out as a person does."""
        if self.is_open():
            self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
