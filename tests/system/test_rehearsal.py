# SPDX-License-Identifier: BSD-3-Clause
"""From passwords to tokens, step by step as doc/operate.md has it, with a real
sshd, Debian's own stack and users who log in all the time.

At no point a credential fails that is good then, and what the agent counts is
what was done.  The commands, and the lines of the configuration, are those of the
page.
"""

import hashlib
import re
import shlex
import shutil
import time
from pathlib import Path

import jwt
import pytest
from harness import built, keyfile, people, profiles, ssh, tokens
from harness.clock import Clock
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


UNTIL = 3600  # seconds from the step to the end of the old issuer
CLAIM = "onboarding_completed"


def part_of(title):
    """What of the page stands below this heading."""
    return re.search(rf"^## (?:Step \d+: )?{re.escape(title)}\n(.*?)(?=^## |\Z)",
                     PAGE.read_text(), re.M | re.S)[1]


def commands_of(title):
    """Its lines that are indented."""
    return re.findall(r"^    (\S.*)$", part_of(title), re.M)


def files_of(title):
    """Its blocks of configuration, by the path that is named before each."""
    return dict(re.findall(r"`([^`]+)`[^`]*\n```ini\n(.*?)```\n", part_of(title),
                           re.S))


def way_back_of(title):
    """The commands of its paragraph about the way back."""
    back = re.search(r"^Back[^`]*: (.*?)(?=\n\n|\Z)", part_of(title), re.M | re.S)
    return re.findall(r"`([^`]+)`", back[1])


class Host:
    """What stands on the page is done here, and what users do is counted."""

    def __init__(self, agent, pam, sshd):
        self.agent, self.pam, self.sshd = agent, pam, sshd
        self.logins = {}    # as the metrics have them
        self.observed = {}  # as `status` has them
        self.refreshes = 0
        self.before = {}    # what a restart took from the metrics
        self.refreshes_before = 0
        self.clock = Clock()
        agent.start(clock=self.clock)
        self.devices = {user: agent.enroll(user=user) for user in USERS}
        self.legacy = Issuer(LEGACY)

    def do(self, title, **words):
        """`words`: what stands for the words in capitals."""
        commands, files = commands_of(title), files_of(title)
        assert commands, title
        for path, text in files.items():
            self.agent.add_config(self.conf_d(path), filled(text, words))
        for line in commands:
            self.command(filled(line, words))

    def back(self, title):
        for line in way_back_of(title):
            self.command(line)

    def command(self, line):
        program, *words = shlex.split(line, comments=True)
        if program == "pam-auth-update":
            self.pam.update(*words)
        elif program == "rm":
            path, = words
            (self.agent.place / "conf.d" / self.conf_d(path)).unlink()
        elif program == "systemctl":
            assert words == ["restart", "jwt-agent"], line
            self.restart()
        else:
            assert program == "jwt-agent", line
            result = self.agent.run(*words)
            assert result.returncode == 0, (line, result.stderr)

    @staticmethod
    def conf_d(path):
        assert path.startswith("/etc/jwt-agent/conf.d/"), path
        return Path(path).name

    def restart(self):
        """Its metrics begin anew, its counters go on."""
        self.before = dict(self.logins)
        self.refreshes_before = self.refreshes
        self.agent.restart(clock=self.clock)

    # credentials

    def old_token(self, user):
        age = time.time() - self.clock.wall()
        return jwt.encode(self.legacy.claims(user, age=int(age)), SECRET,
                          "HS256")

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

    def kept_token(self, user):
        """That of the last refresh."""
        return self.devices[user]["access_token"]

    def let_in(self, users, *makes):
        """These log in by each such token, and are asked for nothing more."""
        for user in users:
            for make in makes:
                self.by_token(user, make(user), "ok", password=False)
                count(self.logins, ("granted", "ok"))

    def refuse(self, users, make, reason):
        """The password lets these in behind a token that has ended."""
        for user in users:
            self.by_token(user, make(user), reason, password=True)
            count(self.logins, ("denied", reason))

    # what is shown

    def rollout(self):
        """The rest of `rollout status`, by name and without its times."""
        status = self.agent.json("rollout", "status")
        return {
            "dated": {(row["kind"], row["name"]):
                      (row.get("uses") or 0, row.get("user"))
                      for row in status["dated"]},
            "claims": {row["name"]: (row["devices"], row["users"],
                                     row.get("current", False))
                       for row in status["claims"]},
            "fallbacks": {row["name"]: (row["uses"], row["user"])
                          for row in status["fallbacks"]}}

    def look(self, state, why, refused=("StandAside",)):
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
                      "outcome", "reason") == since(self.before, self.logins)
        assert sum(metric(self.agent, "jwtagent_refreshes_total",
                          "reason").values()) == (
                              self.refreshes - self.refreshes_before)
        denied = [event["reason"] for event in self.agent.audit()
                  if event["outcome"] == "denied"]
        assert set(denied) <= set(refused)
        # whom a share leaves out raises no alarm
        if set(denied) <= {"StandAside"}:
            assert not [event for event in self.agent.audit()
                        if event["event"].startswith("alert")]


def count(table, key):
    table[key] = table.get(key, 0) + 1


def since(before, now):
    """What was added, without what is 0."""
    added = {key: number - before.get(key, 0) for key, number in now.items()}
    return {key: number for key, number in added.items() if number}


def filled(text, words):
    """With what stands for each of these words."""
    for word, value in words.items():
        text = re.sub(rf"\b{word}\b", value, text)
    return text


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
    yield Host(agent, pam, sshd)
    pam.discard()


def observe_to_everybody(fleet):
    """The first three steps; a shell that stays open all the time."""
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
    assert fleet.rollout() == {"dated": {}, "fallbacks": {},
                               "claims": {"1": (4, 4, True)}}
    return open_shell


def new_claim(fleet):
    """Tokens of before are filled in until they are refreshed, then no more."""
    fleet.do("a new claim", NAME=EARLY[0])
    assert fleet.rollout() == {"dated": {}, "fallbacks": {},
                               "claims": {"1": (4, 4, False)}}

    fleet.let_in(USERS, fleet.kept_token, fleet.old_token)
    filled_in = {f"{CLAIM} user": (1, EARLY[0]),
                 f"{CLAIM} default": (3, LATE[1])}
    assert fleet.rollout() == {"dated": {}, "fallbacks": filled_in,
                               "claims": {"1": (4, 4, False)}}

    fleet.let_in(EARLY, fleet.new_token, fleet.kept_token)
    fleet.let_in(LATE, fleet.kept_token)
    filled_in[f"{CLAIM} default"] = (5, LATE[1])
    assert fleet.rollout() == {"dated": {}, "fallbacks": filled_in,
                               "claims": {"1": (2, 2, False),
                                          "2": (2, 2, True)}}
    renewal = ("user", "refresh", "--outdated", "--dry-run")
    assert fleet.agent.json(*renewal)["users"] == 2

    fleet.day("tokens", lambda user: True)
    fleet.let_in(USERS, fleet.kept_token)
    assert fleet.rollout() == {"dated": {}, "fallbacks": filled_in,
                               "claims": {"2": (4, 4, True)}}
    assert fleet.agent.json(*renewal)["users"] == 0
    for user in USERS:
        claims = tokens.claims(fleet.kept_token(user))
        assert (claims["ver"], claims[CLAIM]) == (2, user == EARLY[0])
    fleet.look("on", "set")
    return filled_in


def old_issuer(fleet):
    """Its use is counted until its hour, then it is refused by name."""
    rest = {key: fleet.rollout()[key] for key in ("claims", "fallbacks")}
    until = time.gmtime(fleet.clock.wall() + UNTIL)
    name = ("issuer", "legacy")

    fleet.do("the old issuer ends",
             DATE=time.strftime("%Y-%m-%dT%H:%M:%SZ", until))
    assert fleet.rollout() == {**rest, "dated": {name: (0, None)}}
    fleet.day("tokens", lambda user: True)
    assert fleet.rollout() == {**rest, "dated": {name: (4, LATE[1])}}
    fleet.let_in(EARLY, fleet.old_token)
    fleet.look("on", "set")
    used = {**rest, "dated": {name: (6, EARLY[1])}}
    # as they move, it is used no more
    fleet.let_in(USERS, fleet.new_token)
    assert fleet.rollout() == used

    fleet.clock.let_pass(UNTIL)
    fleet.refuse(USERS, fleet.old_token, "IssuerEnded")
    fleet.let_in(USERS, fleet.new_token)
    assert fleet.rollout() == used
    fleet.look("on", "set", refused=("StandAside", "IssuerEnded"))


def one_by_one_back(fleet, filled_in):
    refused = ("StandAside", "IssuerEnded")
    held = {"2": (4, 4, True)}

    fleet.back("the old issuer ends")
    fleet.day("tokens", lambda user: True)
    fleet.look("on", "set", refused)
    assert fleet.rollout() == {"dated": {}, "claims": held,
                               "fallbacks": filled_in}

    fleet.back("a new claim")
    assert fleet.rollout()["claims"] == {"2": (4, 4, False)}
    fleet.let_in(USERS, fleet.kept_token, fleet.old_token)
    fleet.day("tokens", lambda user: True)
    assert fleet.rollout() == {"dated": {}, "fallbacks": {},
                               "claims": {"1": (4, 4, True)}}
    fleet.look("on", "set", refused)

    fleet.do("Taking a step back")
    fleet.day("tokens", lambda user: user in EARLY)
    fleet.look("25%", "set", refused)


def test_rehearsal(fleet):
    open_shell = observe_to_everybody(fleet)
    filled_in = new_claim(fleet)
    old_issuer(fleet)
    one_by_one_back(fleet, filled_in)

    assert open_shell.is_open() and open_shell.echoes()
    open_shell.close()
