# SPDX-License-Identifier: BSD-3-Clause
"""People at a terminal: su, login and pamtester on a pty."""

import os
import time

import pexpect

from . import people

PROMPT = "Password or token: "
END = pexpect.EOF
PART = r"Token \(part {}\): "


class Pty(pexpect.spawn):
    """login of Debian 13 hangs its terminal up before it takes it over; for
    that moment the terminal has no other end, and that is not the end."""

    def read_nonblocking(self, size=1, timeout=-1):
        deadline = time.monotonic() + 5
        while True:
            try:
                return super().read_nonblocking(size, timeout)
            except pexpect.EOF:
                # with this flag isalive() would wait for the child's end
                self.flag_eof = False
                if not self.isalive() or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


class Terminal:
    """`command` on a pty of its own, run by `user`."""

    def __init__(self, command, user="root", timeout=15):
        become = people.become(user) if user != "root" else None
        self.child = Pty(
            command[0], list(command[1:]), encoding="utf-8", timeout=timeout,
            echo=True, preexec_fn=become, cwd="/",
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "dumb",
                 "LANG": "C.UTF-8"})
        self.child.delaybeforesend = None

    def answer(self, prompt, text):
        self.child.expect(prompt)
        # readers flush the line when they switch the echo off
        self.child.waitnoecho()
        self.child.sendline(text)

    def answer_parts(self, parts):
        """A token in parts: the first prompt and those that follow it."""
        for number, part in enumerate(parts, 1):
            prompt = PROMPT if number == 1 else PART.format(number)
            self.answer(prompt, part)

    def expect(self, pattern):
        self.child.expect(pattern)
        return self.child.match

    def type(self, line):
        self.child.sendline(line)

    def finish(self):
        """Everything up to the end, and the exit code."""
        text = self.child.read()
        self.child.close()
        return text, self.child.exitstatus

    def close(self):
        self.child.close(force=True)


def su(target, command="id -un", user="bob"):
    return Terminal(["su", "-", target, "-c", command], user=user)


def login(name):
    return Terminal(["login", name])


def pamtester(service, user, *operations):
    return Terminal(["pamtester", service, user, *operations])


def home(name):
    return os.path.join(people.HOME, name)
