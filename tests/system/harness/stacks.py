# SPDX-License-Identifier: BSD-3-Clause
"""PAM service files in the namespace's /etc/pam.d."""

from pathlib import Path

from . import built

PAM_D = Path("/etc/pam.d")


def module(agent, extra=""):
    """The module by path with its arguments, as a stack names it."""
    return f"{built.MODULE} socket={agent.socket} {extra}".strip()


def write(service, text):
    (PAM_D / service).write_text(text)


def token_then_password(service, agent, extra="", before="", session="",
                        password=""):
    """A token, and below it the password, with one prompt for both."""
    ours = module(agent, extra)
    write(service, f"""{before}
auth     [success=done new_authtok_reqd=done default=ignore] {ours}
auth     required   pam_unix.so try_first_pass
account  required   pam_nologin.so
account  [success=ok new_authtok_reqd=ok ignore=ignore default=bad] {ours}
account  required   pam_unix.so
{session}
session  required   {ours}
session  required   pam_unix.so
{password}
password required   pam_unix.so
""")


def token_only(service, agent, extra=""):
    ours = module(agent, extra)
    write(service, "".join(f"{phase} required {ours}\n" for phase in
                           ("auth", "account", "session", "password")))


def example(name, service, agent, folder="etc/pam.d"):
    """A shipped example, with the module's path and socket put in."""
    text = (built.SOURCE / folder / name).read_text()
    assert "pam_jwt.so" in text
    write(service, text.replace("pam_jwt.so", module(agent)))
