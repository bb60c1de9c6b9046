# SPDX-License-Identifier: BSD-3-Clause
"""pam-auth-update and Debian's own PAM files, with the packaged profiles.

What it reads and writes are copies, mounted over the originals for as long as
the object lives: other tests write /etc/pam.d as they please.
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import built, namespace

PAM_D = Path("/etc/pam.d")
CONFIGS = Path("/usr/share/pam-configs")
PRISTINE = Path("/run/pam.d-pristine")
COPIED = (CONFIGS, Path("/var/lib/pam"), Path("/var/cache/debconf"))
NAMES = ("jwt", "jwt-observe")

# What Debian's packages bring, for where they are not installed.
CRON = """\
@include common-auth
session required pam_loginuid.so
session required pam_env.so
@include common-account
@include common-session-noninteractive
session required pam_limits.so
"""


def keep():
    """Before any test writes there."""
    if not PRISTINE.exists():
        shutil.copytree(PAM_D, PRISTINE)


def modules():
    """The folder of libpam's modules."""
    return next(folder for pattern in ("usr/lib/*/security",
                                       "lib/*/security")
                for folder in Path("/").glob(pattern)
                if (folder / "pam_unix.so").exists())


def cover(path, source):
    """A copy of `source` on top of `path`."""
    copy = Path("/run/cover") / str(path).replace("/", "_")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, symlinks=True)
    namespace.mount("--bind", str(copy), str(path))


class Profiles:
    def __init__(self):
        self.security = modules()
        for path in (*COPIED, self.security):
            cover(path, path)
        cover(PAM_D, PRISTINE)
        for name in NAMES:
            shutil.copy(built.SOURCE / "etc/pam-configs" / name, CONFIGS)
        self.module = self.security / "pam_jwt.so"
        self.install_module()
        if not (PAM_D / "cron").exists():
            (PAM_D / "cron").write_text(CRON)

    def install_module(self):
        shutil.copy(built.MODULE, self.module)

    def remove_module(self):
        self.module.unlink()

    def add(self, name, text):
        """The profile of another package."""
        (CONFIGS / name).write_text(text)

    def update(self, *arguments):
        subprocess.run(["pam-auth-update", "--package", *arguments],
                       check=True, stdin=subprocess.DEVNULL,
                       env={"PATH": os.defpath + ":/usr/sbin:/sbin",
                            "DEBIAN_FRONTEND": "noninteractive"})

    def enable(self, *names):
        self.update("--enable", *names)

    def disable(self, *names):
        self.update("--disable", *names)

    def lines(self, name):
        """What counts of a file, words parted by one blank."""
        text = (PAM_D / name).read_text().splitlines()
        return [" ".join(line.split()) for line in text
                if line.strip() and not line.startswith("#")]

    def files(self):
        return {path.name: path.read_bytes() for path in PAM_D.iterdir()}

    def discard(self):
        for path in (PAM_D, self.security, *COPIED):
            subprocess.run(["umount", "-l", str(path)], check=True)
