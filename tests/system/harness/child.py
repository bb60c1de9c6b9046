# SPDX-License-Identifier: BSD-3-Clause
"""Work done by another user in a process of their own."""

import json
import os
import resource
import signal
import sys
import traceback

from . import people

FILES = 8192


class Child:
    """Runs `work` as `user`, keeps its result and what it opened.

    The result is what `work` returned, through JSON; the process stays, with
    its descriptors, until stop().
    """

    def __init__(self, user, work):
        reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reader)
            self._work(user, work, writer)
        os.close(writer)
        with open(reader) as answer:
            text = answer.read()
        if not text:
            self.stop()
            raise AssertionError("the child failed, see its traceback")
        self.result = json.loads(text)

    @staticmethod
    def _work(user, work, writer):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
            if user != "root":
                people.become(user)()
            # kept in a variable, so that what it holds stays open
            result, _kept = work()
            with open(writer, "w") as answer:
                json.dump(result, answer)
            signal.pause()
        except BaseException:
            traceback.print_exc(file=sys.stderr)
        finally:
            os._exit(1)

    def stop(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def result_of(user, work):
    """What `work` returns when `user` does it."""
    child = Child(user, lambda: (work(), None))
    child.stop()
    return child.result
