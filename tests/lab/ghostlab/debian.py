# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian systems made from the host's own apt sources, so that they need no mirror of their own, and the cache that keeps them.

Another suite than the host's comes from the same sources with the suite's name exchanged: where apt reads `bookworm-security`,
trixie's security updates are `trixie-security`.
"""
import contextlib
import os
import re
import subprocess

SUITES = ("bookworm", "trixie")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What no test reads.
LEFT_OUT = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/i18n/*"]


def cache_dir():
    base = os.environ.get("GHOSTD_LAB_CACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "/var/cache", "ghostd-lab")
    os.makedirs(base, mode=0o755, exist_ok=True)
    return base


def os_release():
    found = {}
    with contextlib.suppress(OSError), open("/etc/os-release") as f:
        for line in f:
            key, _, value = line.strip().partition("=")
            found[key] = value.strip('"')
    return found


def host_suite():
    """The name of the host's own suite, "bookworm"; empty if this is not Debian."""
    release = os_release()
    return release.get("VERSION_CODENAME", "") if release.get("ID") == "debian" else ""


def exchanged(indexes, host, suite):
    """(URI, release) of the suite, each once, from apt's lines ORIGIN|URI|RELEASE|CODENAME|COMPONENT on a host of that suite. Pure.

    Backports and what is not Debian's own fall away. The host's own suite keeps the name that its sources have for it ("stable").
    """
    found = {}
    for line in indexes:
        origin, uri, release, codename, component = line.split("|")
        pocket = codename.removeprefix(host)
        if origin == "Debian" and component == "main" and codename.startswith(host) and pocket in ("", "-updates", "-security"):
            found[(uri, release if host == suite else suite + pocket)] = pocket
    if "" not in found.values():
        raise RuntimeError(f"apt has no index of Debian {host}; run `apt-get update`, which needs the network")
    return list(found)


def apt_indexes():
    fields = "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(COMPONENT)"
    argv = ["apt-get", "indextargets", "--format", fields, "Created-By: Packages"]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()


def sources(suite):
    """The host's own Debian sources as one-line entries for the suite, whatever form they are kept in; nothing from elsewhere."""
    host = host_suite()
    if not host:
        raise RuntimeError("this is not Debian, so apt's sources cannot make a Debian system")
    try:
        found = exchanged(apt_indexes(), host, suite)
    except RuntimeError:  # the lists may have been cleaned away, as container images do
        subprocess.run(["apt-get", "update", "-qq"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        found = exchanged(apt_indexes(), host, suite)
    # The installed keyring is trusted for them all: apt on the host has already judged the same archives by its own.
    option = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
    return [f"deb {option}{uri} {release} main" for uri, release in found]


def apt_options():
    """The parts of the host's apt configuration that mmdebstrap's own apt also needs to reach the mirror."""
    out = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True).stdout
    return [
        line
        for line in out.splitlines()
        if re.match(r"Acquire::(https?::|ftp::)?(\S*::)?(Proxy|Check-Valid-Until|Retries|ForceIPv4)\b", line) and '""' not in line
    ]


def bootstrap(suite, target, packages, log, variant="essential", left_out=(), more=()):
    """A directory with the suite's essential packages and these. Throws RuntimeError; the log tells more."""
    # What it mounts goes with its namespace, even if it is killed.
    argv = ["unshare", "--mount", "--propagation", "private"]
    argv += ["mmdebstrap", "--mode=root", f"--variant={variant}", "--format=directory", "--include=" + ",".join(packages)]
    argv += ["--aptopt=Apt::Install-Recommends false", "--aptopt=Acquire::Languages none", "--dpkgopt=force-unsafe-io", *more]
    argv += [f"--aptopt={option}" for option in apt_options()]
    argv += [f"--dpkgopt=path-exclude={pattern}" for pattern in (*LEFT_OUT, *left_out)]
    argv += [suite, target, *sources(suite)]
    status = subprocess.run(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL).returncode
    if status != 0:
        raise RuntimeError(f"mmdebstrap ended with status {status}")
