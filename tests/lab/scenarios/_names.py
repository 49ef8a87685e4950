# SPDX-License-Identifier: GPL-2.0-or-later
"""The program that manages names in a scenario: systemd-resolved, Debian's resolvconf, openresolv, or none. Each restores what it
changed: /etc/resolv.conf is byte for byte the same as before."""
import contextlib
import glob
import os
import shutil
import signal
import subprocess

STUB = "/run/systemd/resolve/stub-resolv.conf"
LOOKUP = "import socket, sys; print(*sorted({a[4][0] for a in socket.getaddrinfo(sys.argv[1], None, socket.AF_INET)}))"


def resolv_conf():
    with open("/etc/resolv.conf") as f:
        return f.read()


def servers():
    """Those that resolv.conf(5) names, in their order."""
    return [line.split()[1] for line in resolv_conf().splitlines() if line.startswith("nameserver ")]


class Lookup:
    """A program that looks a name up, as any does: by getaddrinfo(3)."""

    def __init__(self, name):
        self.process = subprocess.Popen(
            ["python3", "-I", "-c", LOOKUP, name], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def answer(self, deadline=90):
        said, error = self.process.communicate(timeout=deadline)
        return said.strip() or error.strip().splitlines()[-1]


@contextlib.contextmanager
def kept(*paths):
    """These files and symbolic links are as they were afterwards."""
    before = {}
    for path in paths:
        if os.path.islink(path):
            before[path] = ("link", os.readlink(path))
        elif os.path.exists(path):
            with open(path, "rb") as f:
                before[path] = ("file", f.read(), os.stat(path).st_mode & 0o7777)
        else:
            before[path] = ("nothing",)
    try:
        yield
    finally:
        for path, (kind, *what) in before.items():
            if os.path.lexists(path):
                os.unlink(path)
            if kind == "link":
                os.symlink(what[0], path)
            elif kind == "file":
                with open(path, "wb") as f:
                    f.write(what[0])
                os.chmod(path, what[1])


def lead(path):
    os.unlink("/etc/resolv.conf")
    os.symlink(path, "/etc/resolv.conf")


@contextlib.contextmanager
def resolved(lab, polkit=True):
    """systemd-resolved as Debian installs it: resolv.conf leads to it. Its own search for LLMNR and mDNS is off."""
    with kept("/etc/resolv.conf", "/etc/systemd/resolved.conf.d/lab.conf"):
        os.makedirs("/etc/systemd/resolved.conf.d", exist_ok=True)
        with open("/etc/systemd/resolved.conf.d/lab.conf", "w") as f:
            f.write("[Resolve]\nLLMNR=no\nMulticastDNS=no\n")
        lab.sh("systemctl start polkit" if polkit else "systemctl mask -q --runtime polkit")
        try:
            os.unlink("/etc/resolv.conf")  # its server would be resolved's own fallback
            lab.sh("systemctl start systemd-resolved")
            os.symlink(STUB, "/etc/resolv.conf")
            yield
        finally:
            lab.sh(
                "systemctl kill -s CONT systemd-resolved; systemctl stop systemd-resolved polkit; "
                "systemctl unmask -q --runtime polkit",
                check=False,
            )


@contextlib.contextmanager
def unpacked(package):
    """The files of /opt/<package> in their places; those that it adds are removed again."""
    root = f"/opt/{package}"
    files = [p for p in glob.glob(f"{root}/**", recursive=True) if os.path.islink(p) or os.path.isfile(p)]
    files = [p for p in files if "/usr/share/" not in p]
    with kept(*(p[len(root) :] for p in files)):
        for p in files:
            target = p[len(root) :]
            os.makedirs(os.path.dirname(target), exist_ok=True)
            if os.path.lexists(target):
                os.unlink(target)
            shutil.copy2(p, target, follow_symlinks=False)
        try:
            yield
        finally:
            shutil.rmtree("/run/resolvconf", ignore_errors=True)


@contextlib.contextmanager
def resolvconf(lab):
    """Debian's resolvconf, with what its unit does at boot; another interface has a server there already."""
    with kept("/etc/resolv.conf"), unpacked("resolvconf"):
        os.makedirs("/run/resolvconf/interface", exist_ok=True)
        lab.sh("/sbin/resolvconf --enable-updates")
        lead("/run/resolvconf/resolv.conf")
        lab.sh("echo 'nameserver 10.10.10.53' | /sbin/resolvconf -a lan0.inet")
        yield


@contextlib.contextmanager
def openresolv(lab):
    with kept("/etc/resolv.conf"), unpacked("openresolv"):
        lab.sh("echo 'nameserver 10.10.10.53' | /sbin/resolvconf -a lan0.inet")
        yield


def call_pppd(link="isp"):
    """The process of a link's call."""
    with open(f"/run/ppp-{link}.pid") as f:
        return int(f.read().split()[0])


def kill_pppd(link="isp"):
    os.kill(call_pppd(link), signal.SIGKILL)
