# SPDX-License-Identifier: GPL-2.0-or-later
"""Names where no program manages /etc/resolv.conf. Neither ghostd nor a script of pppd's changes it. (Debian's 0000usepeerdns keeps one
backup per interface. It leaves a provider's servers for good when two calls end in the order in which they began, or pppd is killed.)
Other scripts run as always. The servers in resolv.conf are reached by the link, so a lookup dials. `ghostctl check` reports servers that
are not.
"""
import itertools

import _names
from _names import Lookup
from rig.servers import Servers

TIMEOUT = 480
OTHER = '#!/bin/sh\nprintf \'%s %s %s %s\\n\' "$PPP_IFACE" "$PPP_IPPARAM" "$DNS1" "$DNS2" >> /run/lab/ip-up-ran\n'
CHECKED = "no route and no link leads to a name server in use"


def run(lab):
    Servers("dns")
    lab.sh("rm -f /run/lab/ip-up-ran")
    second = lab.add_line(direct=True)
    lab.put("/etc/ppp/ip-up.d/ghostlab", OTHER, 0o755)
    lab.configure("isp")
    lab.configure("two", Link={"Device": second.tty, "Speed": "115200", "User": "ghost", "Routes": "198.51.100.0/24"})
    lab.check("the lab has pppd's own script", "resolv.conf" in lab.out("cat /etc/ppp/ip-up.d/0000usepeerdns"))
    with _names.kept("/etc/resolv.conf"):
        check(lab)
        text = "# mine\nnameserver 10.64.64.1\noptions timeout:3 attempts:4\n"
        with open("/etc/resolv.conf", "w") as f:
            f.write(text)
        lab.start_ghostd()
        answer = Lookup("mail.isp.test").answer()
        lab.check(
            "a lookup while the link is down dials and is answered",
            answer == "10.64.64.1" and lab.line.calls == 1,
            (answer, lab.line.calls),
        )
        lab.wait_state("up")
        ran(lab, ["ppp-isp isp 10.64.64.1 10.64.64.2"])
        same(lab, text, "up")
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down")
        same(lab, text, "down")
        for order in itertools.permutations(("isp", "two")):
            for last in itertools.permutations(("isp", "two")):
                both(lab, text, order, last)
        lab.line.wait_idle()
        lab.ghostctl("connect", "isp")
        lab.wait_state("up")
        _names.kill_pppd()
        lab.wait_for(lambda: lab.status()["reason"] == "Killed", 30, "the link to notice that pppd was killed")
        same(lab, text, "pppd killed")
        lab.ghostctl("connect", "isp")
        lab.wait_state("up")
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down")
        same(lab, text, "the next call")
        lab.stop_ghostd()
        same(lab, text, "stopped")
        lab.check(
            "no other file is beside resolv.conf",
            lab.out("ls /etc/resolv.conf*") == "/etc/resolv.conf",
            lab.out("ls /etc/resolv.conf*"),
        )


def check(lab):
    """Only the split link: the other's default route leads anywhere."""
    with open("/etc/resolv.conf", "w") as f:
        f.write("search isp.test\n")
    code, _, error = lab.ghostctl("check")
    lab.check(
        "check reports that no name server is set",
        code == 0 and CHECKED in error and "/etc/resolv.conf: " in error,
        (code, error),
    )
    lab.configure("isp", Link={"DNS": "10.64.64.1"})
    code, _, error = lab.ghostctl("check")
    lab.check(
        "check reports DNS= that no program uses, with file and line",
        code == 0 and "/etc/ghostd/links/isp.conf:3: DNS= has no effect" in error,
        (code, error),
    )
    lab.configure("isp", Link={"DNS": "10.10.10.2"})
    code, _, error = lab.ghostctl("check")
    lab.check(
        "check: DNS= in another interface's network",
        code == 0 and "/etc/ghostd/links/isp.conf:3: DNS= has 10.10.10.2, which is in the network of lan0" in error,
        (code, error),
    )
    lab.configure("isp", Link={"DNS": "2001:db8::1"})
    code, _, error = lab.ghostctl("check")
    lab.check(
        "check reports DNS= of a family that the link does not have",
        code == 1 and "/etc/ghostd/links/isp.conf:3: DNS= has 2001:db8::1, but the link has no IPv6 address" in error,
        (code, error),
    )
    lab.configure("isp")
    with open("/etc/resolv.conf", "w") as f:
        f.write("nameserver 10.64.64.1\n")
    code, _, error = lab.ghostctl("check")
    # The peer file says "+ipv6", and the link has no IPv6.
    said = [line for line in error.splitlines() if not line.startswith("note: /etc/ppp/peers/isp:")]
    lab.check("check: one that a link leads to", (code, said) == (0, []), (code, error))


def both(lab, text, begin, end):
    lab.line.wait_idle()
    for link in begin:
        lab.ghostctl("connect", link)
        lab.wait_state("up", 60, link)
    for link in end:
        lab.ghostctl("disconnect", link)
        lab.wait_state("down", 60, link)
    same(lab, text, f"up {' '.join(begin)}, down {' '.join(end)}")


def same(lab, text, what):
    lab.check(f"{what}: resolv.conf is what it was", _names.resolv_conf() == text, _names.resolv_conf())


def ran(lab, lines):
    def seen():
        try:
            with open("/run/lab/ip-up-ran") as f:
                return f.read().splitlines()
        except OSError:
            return []

    lab.wait_for(lambda: seen() == lines, 20, "the script in ip-up.d")
    lab.check("other scripts in ip-up.d run, and get the servers", seen() == lines, seen())
