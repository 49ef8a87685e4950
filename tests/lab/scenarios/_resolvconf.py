# SPDX-License-Identifier: GPL-2.0-or-later
"""For scenarios beside_names_*: names beside a resolvconf(8), with pppd's scripts from their packages. A lookup while the link is
down dials by DNS= and is answered. The call's servers are set while it lives, whichever process crashes. Afterwards resolv.conf is
byte for byte the same as before ghostd."""
import _names
from _names import Lookup
from rig.servers import Servers
from rig.traffic import Talk

NAMED = ["10.64.64.1", "10.64.64.2"]  # what the provider names
BEFORE = "10.10.10.53"  # another interface's server, which nobody answers


def through(lab, name, manager):
    Servers("dns")
    second = lab.add_line(direct=True)
    lab.configure("isp", Link={"DNS": "10.64.64.1"})
    lab.configure("two", Link={"Device": second.tty, "Speed": "115200", "User": "ghost"})
    before = _names.resolv_conf()
    with manager(lab):
        alone = _names.resolv_conf()
        lab.check(f"{name}: the program manages resolv.conf", _names.servers() == [BEFORE], alone)
        lab.start_ghostd()
        looked_up(lab, name)
        killed(lab, name)
        killed_early(lab, name)
        two_links(lab, name)
        lab.stop_ghostd()
        lab.check(
            f"{name}: after a stop resolv.conf is as before, byte for byte", _names.resolv_conf() == alone, _names.resolv_conf()
        )
    lab.check("resolv.conf is as before ghostd, byte for byte", _names.resolv_conf() == before, _names.resolv_conf())


def soon(lab, servers, what):
    try:
        lab.wait_for(lambda: sorted(_names.servers()) == sorted(servers), 30, what, pause=0.1)
        lab.check(what, True)
    except Exception:
        lab.check(what, False, f"{_names.servers()}, not {servers}; " + lab.out("/sbin/resolvconf -l"))


def looked_up(lab, name):
    calls = lab.line.calls
    soon(lab, [BEFORE, "10.64.64.1"], f"{name}: DNS= is there while down")
    answer = Lookup("mail.isp.test").answer()
    lab.check(f"{name}: a lookup while the link is down is answered", answer == "10.64.64.1", answer)
    lab.check(f"{name}: the lookup makes one call", lab.line.calls == calls + 1, lab.line.calls)
    lab.wait_state("up")
    soon(lab, [BEFORE, *NAMED], f"{name}: the call's servers are there while it is up")
    lab.sh("systemctl restart ghostd")
    lab.wait_state("up")
    soon(lab, [BEFORE, *NAMED], f"{name}: ghostd restarted: neither lost nor doubled")
    lab.sh("systemctl kill -s KILL --kill-who=main ghostd")
    lab.wait_for(lambda: lab.ghostctl("status", "--json")[0] == 0 and lab.state() == "up", 30, "ghostd to be back")
    soon(lab, [BEFORE, *NAMED], f"{name}: ghostd killed: the same")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    soon(lab, [BEFORE, "10.64.64.1"], f"{name}: down again: they are gone")


def killed(lab, name):
    lab.line.wait_idle()
    talk = Talk()
    lab.check(f"{name}: the link comes up", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    soon(lab, [BEFORE, *NAMED], f"{name}: with its servers")
    _names.kill_pppd()
    lab.wait_for(lambda: lab.status()["reason"] == "Killed", 30, "the link to notice that pppd was killed")
    talk.close()
    soon(lab, [BEFORE, "10.64.64.1"], f"{name}: pppd killed: they are gone")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.line.wait_idle()
    lab.ghostctl("connect", "isp")
    lab.wait_state("up")
    soon(lab, [BEFORE, *NAMED], f"{name}: the next call's servers")
    lab.sh("systemctl kill -s KILL ghost-supervisor")
    lab.wait_state("waiting")
    soon(lab, [BEFORE, "10.64.64.1"], f"{name}: ghost-supervisor killed with its calls: they are gone")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")


def killed_early(lab, name):
    """pppd dies while its ip-up runs. ip-up continues, and sets servers that no ip-down removes."""

    def runs():
        return lab.out("pgrep -f '[/]etc/ppp/ip-up' || true")

    lab.put("/etc/ppp/ip-up.d/0000lab", "#!/bin/sh\nwhile [ -e /run/lab/hold ]; do sleep 0.1; done\n", 0o755)
    lab.sh("touch /run/lab/hold")
    lab.line.wait_idle()
    lab.ghostctl("connect", "isp")
    lab.wait_state("up")
    lab.wait_for(runs, 30, "pppd to run ip-up")
    _names.kill_pppd()
    lab.wait_for(lambda: lab.status()["reason"] == "Killed", 30, "the link to notice that pppd was killed")
    lab.ghostctl("disconnect", "isp")
    lab.sh("rm /run/lab/hold /etc/ppp/ip-up.d/0000lab")
    lab.wait_for(lambda: not runs(), 30, "ip-up to end")
    soon(lab, [BEFORE, "10.64.64.1"], f"{name}: pppd killed while its ip-up runs: nothing is left")


def two_links(lab, name):
    """Up isp, up two, down in both orders."""
    for first, last in (("isp", "two"), ("two", "isp")):
        lab.line.wait_idle()
        for link in ("isp", "two"):
            lab.ghostctl("connect", link)
            lab.wait_state("up", 60, link)
        soon(lab, [BEFORE, *NAMED], f"{name}: two calls")
        lab.ghostctl("disconnect", first)
        lab.wait_state("down", 60, first)
        soon(lab, [BEFORE, *NAMED], f"{name}: down {first}: the other's are there")
        lab.ghostctl("disconnect", last)
        lab.wait_state("down", 60, last)
        soon(lab, [BEFORE, "10.64.64.1"], f"{name}: down {first}, down {last}: gone")
