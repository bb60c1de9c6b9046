#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What ci/demo shows: one story, step by step, every step checked."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from harness import (built, namespace, people, ssh, stacks,  # noqa: E402
                     waiting)
from harness.agent import Agent  # noqa: E402
from harness.logbook import Logbook  # noqa: E402
from harness.sshd import Sshd  # noqa: E402

WIDTH = 78


class Mismatch(Exception):
    """A step did not do what it says."""


def check(truth, what):
    if not truth:
        raise Mismatch(what)


def heading(number, text):
    print(f"\n{number}. {text}\n{'-' * WIDTH}")


def shown_line(line):
    """Tokens are shown by their beginning only."""
    words = [word[:24] + "..." if len(word) > 60 else word
             for word in line.split(" ")]
    return "    " + " ".join(words).rstrip()


def show(prompt, command, *outputs):
    print(f"  {prompt} {command}")
    for output in outputs:
        for line in output.splitlines():
            print(shown_line(line))


def says(text):
    print(textwrap.fill(text, WIDTH, initial_indent="  -> ",
                        subsequent_indent="     "))


class Story:
    def __init__(self):
        people.make()
        built.copy()
        self.log = Logbook()
        self.agent = Agent().start()
        self.sshd = Sshd().start()
        stacks.example("sshd", "sshd", self.agent)

    # what the people of the story type

    def admin(self, *arguments, code=0):
        """An administrator's command, shown with what it prints."""
        result = self.agent.run(*arguments)
        show("#", "jwt-agent " + " ".join(arguments), result.stdout,
             result.stderr)
        check(result.returncode == code,
              f"exit {result.returncode}, not {code}")
        return result.stdout + result.stderr

    def login(self, credential, code=0):
        result = ssh.run(self.sshd, "alice", credential, "id -un")
        show("$", "ssh alice@127.0.0.1 id -un", result.stdout, result.stderr)
        check(result.returncode == code,
              f"exit {result.returncode}, not {code}")
        return result.stdout + result.stderr

    def shell(self, credential):
        shell = ssh.Shell(self.sshd, "alice", credential)
        show("$", "ssh alice@127.0.0.1", "(a shell, left open)")
        return shell

    def see_end_of(self, shell, start):
        shell.wait_until_ended(1.0)
        took = time.monotonic() - start
        show("$", "(in that shell)", shell.process.stderr.read())
        says(f"it ended {took * 1000:.0f} ms after the command had returned")
        shell.close()

    # the steps

    def enrol(self):
        heading(1, "An administrator enrols alice's laptop")
        self.file = ssh.make_place() / "laptop.refresh"
        self.admin("device", "enroll", "--user", "alice", "--name", "laptop",
                   "--refresh-file", str(self.file))
        self.old_refresh_token = self.file.read_text().strip()
        self.laptop = self.agent.json("device", "list")[0]["device"]
        self.askpass = ssh.askpass(self.agent, "JWT_AGENT_REFRESH_FILE",
                                   self.file)
        self.admin("device", "list")
        says("the refresh token lies in a file that only its owner can read; "
             "ssh asks jwt-agent askpass, which makes access tokens from it")

    def log_in(self):
        heading(2, "Alice logs in with ssh; no password is typed or asked")
        check("alice" in self.login(self.askpass), "not logged in as alice")

    def list_sessions(self):
        heading(3, "While she has a shell open, the session is listed")
        self.laptop_shell = self.shell(self.askpass)
        text = self.admin("session", "list")
        check("alice" in text and "active" in text, "not listed")
        check(len(self.agent.sessions()) == 1, "not one session")

    def refresh(self):
        heading(4, "The refresh token is exchanged: each is good for one time")
        for _ in range(2):
            self.admin("token", "refresh", "--file", str(self.file))
        check(self.file.read_text().strip() != self.old_refresh_token,
              "the file still holds the old token")
        says("the file now holds a new refresh token")

    def reuse(self):
        heading(5, "A thief presents the first refresh token, used before")
        result = self.agent.run("token", "refresh",
                                stdin=self.old_refresh_token)
        start = time.monotonic()
        show("$", "jwt-agent token refresh < stolen-token", result.stderr)
        check(result.returncode == 3, "the old token was not refused")
        check("used before" in result.stderr, "the reason is missing")
        says("two people hold tokens of one device, and nobody can say who is "
             "the thief: every token of the family is revoked, its session "
             "ends")
        self.see_end_of(self.laptop_shell, start)
        self.admin("token", "refresh", "--file", str(self.file), code=3)
        reasons = [event["reason"] for event in self.agent.audit()]
        check("TokenReused" in reasons, "the reuse is not in the audit")

    def revoke(self):
        heading(6, "A second device is revoked while its session is open")
        enrolled = self.agent.enroll(name="phone")
        show("#", "jwt-agent device enroll --user alice --name phone")
        self.phone = ssh.token(self.agent, enrolled["access_token"])
        shell = self.shell(self.phone)
        self.admin("session", "list")
        self.admin("device", "revoke", enrolled["device"], "--reason",
                   "stolen")
        self.see_end_of(shell, time.monotonic())
        waiting.until(lambda: self.agent.sessions() == [], 1, "the end")
        self.admin("session", "list", "--all")
        ended = [one for one in self.agent.sessions(all=True)
                 if one["device"] == enrolled["device"]]
        check([one["state"] for one in ended] == ["revoked"],
              "the session is not recorded as revoked")

    def refuse(self):
        heading(7, "The next login of that device is refused, and says why")
        text = self.login(self.phone, code=255)
        check("this device has been revoked" in text, "the reason is missing")
        check(self.agent.last_refusal() == "DeviceRevoked",
              "the audit has another reason")
        self.admin("audit", "list", "--limit", "5")

    def stop(self):
        heading(8, "With the agent stopped, a password still works")
        check(self.agent.stop() == 0, "the agent did not end cleanly")
        show("#", "systemctl stop jwt-agent")
        self.admin("status", code=4)
        password = ssh.answers(people.PASSWORDS["alice"])
        check("alice" in self.login(password), "the password did not work")
        says("nobody is locked out by a failure of jwt-agent")

    def set_the_scene(self):
        """Where everything is, and what sshd's PAM file says."""
        says(f"agent: user {people.AGENT_USER}, socket {self.agent.socket}, "
             f"store {self.agent.store}; sshd: 127.0.0.1 port "
             f"{self.sshd.port}; all of it in a namespace that ends with the "
             "demonstration")
        says("/etc/pam.d/sshd is the shipped example, a token or a password "
             "by one prompt:")
        for line in (stacks.PAM_D / "sshd").read_text().splitlines():
            if line.startswith("auth"):
                print("    " + " ".join(line.split()))

    def tell(self):
        self.set_the_scene()
        for step in (self.enrol, self.log_in, self.list_sessions,
                     self.refresh, self.reuse, self.revoke, self.refuse,
                     self.stop):
            step()


def main():
    if not namespace.is_inside():
        namespace.enter([sys.executable, "-B", __file__])
    try:
        Story().tell()
    except (Mismatch, AssertionError, subprocess.SubprocessError) as error:
        print(f"\nThe demonstration failed: {error}", file=sys.stderr)
        sys.exit(1)
    print(f"\n{'=' * WIDTH}\nEvery step did what it says. Nothing of this host "
          "was changed.")


if __name__ == "__main__":
    os.umask(0o022)
    main()
