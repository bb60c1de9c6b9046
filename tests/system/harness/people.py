# SPDX-License-Identifier: BSD-3-Clause
"""The accounts of the tests, made in the namespace's copy of /etc."""

import grp
import os
import pwd
import subprocess

HOME = "/run/home"
AGENT_USER = "_jwt-agent"
PASSWORDS = {"alice": "correct horse 7", "bob": "battery staple 8"}


def exists(lookup, name):
    try:
        lookup(name)
    except KeyError:
        return False
    return True


def make():
    """Alice and bob with passwords, the agent's user, the admin group."""
    if not exists(grp.getgrnam, "jwt-admin"):
        subprocess.run(["groupadd", "--system", "jwt-admin"], check=True)
    if not exists(pwd.getpwnam, AGENT_USER):
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home",
                        "--home-dir", "/nonexistent", "--shell",
                        "/usr/sbin/nologin", AGENT_USER], check=True)
    for name, password in PASSWORDS.items():
        make_person(name, password)


def make_person(name, password):
    """A fresh account, whatever the host has under this name."""
    if exists(pwd.getpwnam, name):
        subprocess.run(["userdel", name], check=True, stderr=subprocess.PIPE)
    subprocess.run(["useradd", "--create-home", "--home-dir", f"{HOME}/{name}",
                    "--shell", "/bin/sh", name], check=True)
    subprocess.run(["chpasswd"], check=True, text=True,
                   input=f"{name}:{password}\n")


def uid(name):
    return pwd.getpwnam(name).pw_uid


def become(name):
    """For preexec_fn: gives up root for good and becomes `name`."""
    entry = pwd.getpwnam(name)

    def drop():
        os.initgroups(name, entry.pw_gid)
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)

    return drop
