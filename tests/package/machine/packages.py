# SPDX-License-Identifier: BSD-3-Clause
"""Our packages on a machine: what an administrator types. `place` is a Root or
a booted Machine."""

NAMES = ("jwt-agent", "libpam-jwt")
UNITS = ("jwt-agent.socket", "jwt-agent-fetcher.socket", "jwt-agent.service")
SSHD_CONFIG = "/etc/ssh/sshd_config.d/10-jwt-agent.conf"
EXAMPLES = "/usr/share/doc/jwt-agent/examples"


def apt(place, *arguments, **how):
    """What is not in apt's cache is not to be had: there is no network."""
    return place.run("apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0",
                     *arguments, **how)


def install(place, folder="/packages", **how):
    """The files of both packages that are in a folder."""
    files = place.run("sh", "-c", "ls " + " ".join(
        f"{folder}/{name}_*.deb" for name in NAMES)).stdout.split()
    return apt(place, "install", "--no-install-recommends",
               "--allow-downgrades", *files, **how)


def enable(place):
    """Tokens beside passwords everywhere, and with sshd as the examples say."""
    place.run("pam-auth-update", "--enable", "jwt")
    enable_sshd(place)


def enable_sshd(place):
    place.run("cp", f"{EXAMPLES}/sshd/10-jwt-agent.conf", SSHD_CONFIG)


def state(place, name):
    """As dpkg says it, such as "install ok installed"."""
    return place.run("dpkg-query", "-W", "-f", "${Status}", name,
                     code=None).stdout


def break_postinst(place, folder, target):
    """The packages of a folder, of a higher version, with a postinst that
    fails."""
    for name in NAMES:
        place.run("sh", "-euc", f"""
            mkdir -p {target}
            rm -rf /root/unpacked
            dpkg-deb -R {folder}/{name}_*.deb /root/unpacked
            cd /root/unpacked/DEBIAN
            sed -i 's/^Version: .*/&+broken/' control
            printf '#!/bin/sh\nexit 1\n' >postinst
            chmod 755 postinst
            dpkg-deb -b /root/unpacked {target}/{name}_broken.deb
            rm -r /root/unpacked
            """)
