# SPDX-License-Identifier: BSD-3-Clause
"""From passwords to tokens, step by step as doc/operate.md has it, with a real
sshd, Debian's own stack and users who log in all the time.

At no point a credential fails that is good then, and what the agent counts is
what was done.
"""

import hashlib
import re
import shlex
import shutil
from pathlib import Path

import jwt
import pytest
from harness import built, keyfile, people, profiles, ssh, tokens
from harness.issuer import Issuer

SOCKET = Path("/run/jwt-agent/io.jwtagent")
PAGE = built.SOURCE / "doc" / "operate.md"
SECRET = b"the secret of an issuer of old, 48 bytes at least"
LEGACY = "urn:legacy"
PASSWORD = "plain old password 9"


def bucket(user):
    digest = hashlib.sha256(b"token_login\0" + user.encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def chosen(wanted, count):
    """Names of users whose bucket is wanted."""
    names = (f"fleet{number}" for number in range(1000))
    found = [name for name in names if wanted(bucket(name))]
    return found[:count]


EARLY = chosen(lambda number: number < 25, 2)
LATE = chosen(lambda number: number >= 25, 2)
USERS = EARLY + LATE


def commands_of(title):
    """The lines of the page that stand below this heading and are indented."""
    text = PAGE.read_text()
    part = re.search(rf"^## (?:Step \d+: )?{re.escape(title)}\n(.*?)(?=^## |\Z)",
                     text, re.M | re.S)
    return re.findall(r"^    (\S.*)$", part[1], re.M)


class Host:
    """What stands on the page is done here, and what users do is counted."""

    def __init__(self, agent, pam, sshd):
        self.agent, self.pam, self.sshd = agent, pam, sshd
        self.logins = {}    # as the metrics have them
        self.observed = {}  # as `status` has them
        self.refreshes = 0
        self.devices = {user: agent.enroll(user=user) for user in USERS}
        self.legacy = Issuer(LEGACY)

    def do(self, title):
        commands = commands_of(title)
        assert commands, title
        for line in commands:
            program, *words = shlex.split(line, comments=True)
            if program == "pam-auth-update":
                self.pam.update(*words)
            else:
                assert program == "jwt-agent", line
                result = self.agent.run(*words)
                assert result.returncode == 0, (line, result.stderr)

    # credentials

    def old_token(self, user):
        return jwt.encode(self.legacy.claims(user), SECRET, "HS256")

    def new_token(self, user):
        """A refresh before each use."""
        answer = self.agent.refresh(self.devices[user]["refresh_token"])
        assert answer["device"] == self.devices[user]["device"]
        self.devices[user].update(answer)
        self.refreshes += 1
        return answer["access_token"]

    # logins

    def ssh(self, user, *answers):
        credential = ssh.answers(*answers)
        result = ssh.run(self.sshd, user, credential, "id", "-un")
        return result.returncode == 0 and result.stdout == f"{user}\n", \
            credential.prompts(), result.stderr

    def by_password(self, user):
        went, prompts, said = self.ssh(user, PASSWORD)
        assert went and len(prompts) == 1, (user, prompts, said)

    def by_token(self, user, token, reason, password):
        """`reason`: what the agent says; the password is asked for behind it
        where the token does not let in."""
        parts = tokens.parts(token)
        went, prompts, said = self.ssh(
            user, *parts, *([PASSWORD] if password else []))
        assert went, (user, reason, prompts, said)
        assert len(prompts) == len(parts) + password, prompts
        return reason

    def day(self, phase, holds):
        """Everybody logs in by whatever they have."""
        for user in USERS:
            self.by_password(user)
            for make in (self.old_token, self.new_token):
                if phase == "observe":
                    self.by_token(user, make(user), "ok", password=True)
                    count(self.observed, "ok")
                elif holds(user):
                    self.by_token(user, make(user), "ok", password=False)
                    count(self.logins, ("granted", "ok"))
                else:
                    self.by_token(user, make(user), "StandAside",
                                  password=True)
                    count(self.logins, ("denied", "StandAside"))

    # what is shown

    def look(self, state, why):
        """The numbers of status, rollout status and metrics are the true ones."""
        rows = {row["flag"]: row for row in
                self.agent.json("rollout", "status")["flags"]}
        flag = rows["token_login"]
        assert (flag["state"], flag["why"]) == (state, why)
        assert (flag["overrides_on"], flag["overrides_off"]) == (0, 0)
        status = self.agent.json("status")
        assert {row["reason"]: row["count"]
                for row in status["observed"]} == self.observed
        told = {}
        for event in self.agent.audit():
            if event["event"] == "login":
                count(told, (event["outcome"], event["reason"]))
        assert told == self.logins
        assert metric(self.agent, "jwtagent_logins_total",
                      "outcome", "reason") == self.logins
        assert sum(metric(self.agent, "jwtagent_refreshes_total",
                          "reason").values()) == self.refreshes
        denied = [event["reason"] for event in self.agent.audit()
                  if event["outcome"] == "denied"]
        assert set(denied) <= {"StandAside"}
        # whom a share leaves out raises no alarm
        assert not [event for event in self.agent.audit()
                    if event["event"].startswith("alert")]


def count(table, key):
    table[key] = table.get(key, 0) + 1


def metric(agent, name, *labels):
    """{values of these labels: sum} of what is not 0."""
    found = {}
    for line in agent.run("metrics").stdout.splitlines():
        match = re.match(rf"{name}{{(.*)}} (\S+)$", line)
        if match:
            given = dict(re.findall(r'(\w+)="(.*?)"', match[1]))
            key = tuple(given[label] for label in labels)
            found[key] = found.get(key, 0) + float(match[2])
    return {key: number for key, number in found.items() if number}


@pytest.fixture
def fleet(make_agent, sshd):
    for user in USERS:
        people.make_person(user, PASSWORD)
    SOCKET.parent.mkdir(mode=0o755, exist_ok=True)
    shutil.chown(SOCKET.parent, people.AGENT_USER, people.AGENT_USER)
    agent = make_agent(
        agent={"socket": SOCKET},
        issuers={"legacy": {"issuer": LEGACY, "algorithms": "HS256",
                            "secret_file": keyfile.secret(SECRET)}})
    agent.socket = SOCKET
    pam = profiles.Profiles()
    yield Host(agent.start(), pam, sshd)
    pam.discard()


def test_rehearsal(fleet):
    everybody, nobody = (lambda user: True), (lambda user: False)

    fleet.do("observe")
    fleet.day("observe", nobody)
    fleet.look("on", "built-in")

    fleet.do("a quarter of the users")
    open_shell = ssh.Shell(fleet.sshd, EARLY[0], ssh.answers(
        *tokens.parts(fleet.new_token(EARLY[0]))))
    count(fleet.logins, ("granted", "ok"))
    fleet.day("tokens", lambda user: user in EARLY)
    fleet.look("25%", "set")

    fleet.do("everybody")
    fleet.day("tokens", everybody)
    fleet.look("on", "set")

    fleet.do("Taking a step back")
    fleet.day("tokens", lambda user: user in EARLY)
    fleet.look("25%", "set")

    assert open_shell.is_open() and open_shell.echoes()
    open_shell.close()
