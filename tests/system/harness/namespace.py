# SPDX-License-Identifier: BSD-3-Clause
"""A private copy of the parts of the host that logins touch.

A program started through enter() has mount, pid and network namespaces of
its own: /etc is a copy, /run and /var/log are empty, /dev has only what
programs need and a /dev/log of ours, there is only a loopback device, and
whatever is still running at the end is killed.  Nothing of the host changes.
"""

import os
import subprocess
import sys

MARK = "JWT_AGENT_TEST_NAMESPACE"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


def is_inside():
    """Whether this process already runs in a namespace made by enter()."""
    return os.environ.get(MARK) == os.readlink("/proc/self/ns/mnt")


def enter(command):
    """Replaces this process by `command`, run in a namespace of its own."""
    if os.geteuid() != 0:
        sys.exit("this needs root: it makes a namespace and logs people in")
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork",
               "--kill-child", "--mount-proc"]
    os.execvp("unshare", unshare + [sys.executable, __file__, *command])


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def empty(path, mode="0755"):
    mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", path)


def copy_etc():
    os.mkdir("/run/etc")
    subprocess.run(["cp", "-a", "/etc/.", "/run/etc/"], check=True)
    mount("--bind", "/run/etc", "/etc")


def make_dev():
    """A small /dev; ptys of its own, so that no terminal is shared."""
    os.mkdir("/run/dev")
    empty("/run/dev")
    for name in DEVICES:
        open(f"/run/dev/{name}", "w").close()
        mount("--bind", f"/dev/{name}", f"/run/dev/{name}")
    os.mkdir("/run/dev/pts")
    mount("-t", "devpts", "-o", "newinstance,gid=5,mode=0620,ptmxmode=0666",
          "devpts", "/run/dev/pts")
    os.mkdir("/run/dev/shm")
    os.chmod("/run/dev/shm", 0o1777)
    os.symlink("pts/ptmx", "/run/dev/ptmx")
    os.symlink("/proc/self/fd", "/run/dev/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"/run/dev/{name}")
    mount("--move", "/run/dev", "/dev")


def prepare():
    empty("/run")
    empty("/var/log")
    copy_etc()
    make_dev()
    os.mkdir("/run/sshd", 0o755)
    for path in ("/etc/nologin", "/run/nologin"):
        if os.path.exists(path):
            os.unlink(path)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def run_as_init(command):
    """Process 1 of the namespace: runs `command` and reaps every orphan."""
    child = os.fork()
    if child == 0:
        os.environ[MARK] = os.readlink("/proc/self/ns/mnt")
        os.execvp(command[0], command)
    while True:
        try:
            pid, status = os.wait()
        except KeyboardInterrupt:
            continue  # the terminal sent it to the child as well
        if pid == child:
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    prepare()
    code = run_as_init(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
