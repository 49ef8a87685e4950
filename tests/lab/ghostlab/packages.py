# SPDX-License-Identifier: GPL-2.0-or-later
"""The packages that the host needs, and their installation. Debian only: elsewhere it prints what is needed and stops."""
import os
import subprocess
import time

from . import debian

BUILD = """g++ meson ninja-build pkg-config libsystemd-dev systemd libsdbus-c++-dev libsdbus-c++-bin libnl-3-dev
libnftables-dev nlohmann-json3-dev libexpected-dev libfmt-dev libcli11-dev
libcurl4-openssl-dev libldns-dev libseccomp-dev openssl
libgtest-dev libgmock-dev dbus ppp nftables iproute2 procps python3-docutils tzdata""".split()
PACKAGE = "dpkg-dev debhelper fakeroot".split()
LINT = "clang-format-19 black flake8 shellcheck".split()
LAB = "qemu-system-x86 qemu-system-data seabios ipxe-qemu mmdebstrap debian-archive-keyring e2fsprogs".split()


def installed(names):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Abbrev}\n", *names], capture_output=True, text=True)
    return {line.split()[0] for line in done.stdout.splitlines() if line.split()[1:] == ["ii"]}


def ensure(names, program, say):
    """Installs what is missing of names. Ends the program when that can't be done."""
    if not debian.host_suite():
        name = debian.os_release().get("PRETTY_NAME", "not Debian")
        raise SystemExit(f"{program}: this is {name}; it needs Debian 12 or 13 with these packages:\n  {' '.join(names)}")
    missing = sorted(set(names) - installed(names))
    if not missing:
        return
    if os.geteuid() != 0:
        raise SystemExit(f"{program}: must run as root to install packages: {' '.join(missing)}")
    begun = time.monotonic()
    say(f"packages: installing {len(missing)}: {' '.join(missing)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
    steps = [
        ["apt-get", "update", "-qq"],
        [
            "apt-get",
            "install",
            "-y",
            "-qq",
            "--no-install-recommends",
            "-o",
            "Dpkg::Use-Pty=0",
            "-o",
            "DPkg::Lock::Timeout=300",
            "-o",
            "Dpkg::Options::=--force-confold",
            *missing,
        ],
    ]
    for argv in steps:
        with subprocess.Popen(
            argv, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as apt:
            output, last, count = [], begun, 0
            for line in apt.stdout:
                output.append(line)
                count += line.startswith("Setting up ")
                if time.monotonic() > last + 5:
                    last = time.monotonic()
                    say(f"packages: {line.strip()[:90]} ({last - begun:.0f} s)")
        if apt.returncode != 0:
            raise SystemExit("".join(output[-20:]) + f"{program}: `{' '.join(argv[:2])}` failed")
    say(f"packages: ready ({time.monotonic() - begun:.0f} s)")
