# SPDX-License-Identifier: GPL-2.0-or-later
"""Names beside systemd-resolved: a lookup while the link is down dials and is answered. resolved has the call's servers while
the call exists, and not after it, however it ends. This holds over restarts of resolved and of ghostd, and with two links in any order.
If resolved hangs, or polkit is missing, the link still calls."""
import json

import _names
from _names import Lookup
from rig.servers import Servers
from rig.traffic import Talk

TIMEOUT = 480
NAMED = ["10.64.64.1", "10.64.64.2"]  # what the provider names


def run(lab):
    servers = Servers("dns")
    second = lab.add_line(direct=True)
    lab.sh("ip -n isp addr replace 198.51.100.1/32 dev lo")
    lab.configure("isp", Link={"DNS": "10.64.64.1"})
    lab.configure("two", Link={"Device": second.tty, "Speed": "115200", "User": "ghost", "Routes": "198.51.100.0/24"})
    before = _names.resolv_conf()
    with _names.resolved(lab):
        lab.start_ghostd()
        looked_up(lab, servers)
        survives(lab)
        two_links(lab)
        hangs(lab)
        lab.stop_ghostd()
        split(lab)
        lab.stop_ghostd()
    with _names.resolved(lab, polkit=False):
        nobody_to_ask(lab)
        lab.stop_ghostd()
    lab.check("resolv.conf is as before, byte for byte", _names.resolv_conf() == before, _names.resolv_conf())


def of(lab, interface):
    """(name servers, domains) of an interface at resolved; ([], []) where it is not there."""
    text = lab.out(f"resolvectl dns {interface} 2>/dev/null; resolvectl domain {interface} 2>/dev/null")
    return tuple(line.split(":", 1)[1].split() for line in text.splitlines()) or ([], [])


def soon(lab, interface, servers, domains, what):
    want = (servers, domains)
    try:
        lab.wait_for(lambda: of(lab, interface) == want, 20, what, pause=0.2)
        lab.check(what, True)
    except Exception:
        lab.check(what, False, f"{interface} has {of(lab, interface)}, not {want}")


def looked_up(lab, servers):
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "down: DNS= is asked")
    lookup = Lookup("mail.isp.test")
    lab.check("a lookup while the link is down is answered", lookup.answer() == "10.64.64.1", "no answer")
    lab.check("the lookup makes one call", lab.line.calls == 1, lab.line.calls)
    lab.wait_state("up")
    soon(lab, "ppp-isp", NAMED, ["~."], "up: the call's servers are asked")
    soon(lab, "gd-isp", ["10.64.64.1"], [], "and those of DNS= no more")
    lab.check("another lookup during the call is answered", Lookup("web.isp.test").answer() == "10.64.64.1", "no answer")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "down again: DNS= is asked again")
    lab.check("the call's servers are gone", of(lab, "ppp-isp") == ([], []), of(lab, "ppp-isp"))


def survives(lab):
    talk = Talk()
    lab.check("a call", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    soon(lab, "ppp-isp", NAMED, ["~."], "the next call's servers")
    lab.sh("systemctl restart systemd-resolved")
    soon(lab, "ppp-isp", NAMED, ["~."], "resolved restarted: the call's servers are there")
    lab.sh("systemctl stop systemd-resolved; rm -rf /run/systemd/resolve/netif; systemctl start systemd-resolved")
    soon(lab, "ppp-isp", NAMED, ["~."], "started with nothing remembered: they are told again")
    soon(lab, "gd-isp", ["10.64.64.1"], [], "and DNS=")
    told = lab.journal("-u systemd-resolved -o cat")
    lab.sh("systemctl restart ghostd")
    lab.wait_state("up")
    soon(lab, "ppp-isp", NAMED, ["~."], "ghostd restarted: neither lost nor doubled")
    told = lab.journal("-u systemd-resolved -o cat")[len(told) :]
    lab.check("the servers were not removed meanwhile", "ppp-isp: Bus client reset" not in told, told)
    lab.check("a lookup is answered", Lookup("ftp.isp.test").answer() == "10.64.64.1", "no answer")
    _names.kill_pppd()
    lab.wait_for(lambda: lab.status()["reason"] == "Killed", 30, "the link to notice that pppd was killed")
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "pppd killed: DNS= is asked again")
    lab.check("the call's servers are gone with the call", of(lab, "ppp-isp") == ([], []), of(lab, "ppp-isp"))
    talk.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.line.wait_idle()
    lab.configure("isp")
    lab.ghostctl("reload")
    soon(lab, "gd-isp", [], [], "DNS= taken out of the file: taken back")
    lab.configure("isp", Link={"DNS": "10.64.64.1"})
    lab.ghostctl("reload")
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "and back again")


def two_links(lab):
    for link in ("isp", "two"):
        lab.ghostctl("connect", link)
        lab.wait_state("up", 60, link)
    soon(lab, "ppp-isp", NAMED, ["~."], "both up: the one with the default route is asked")
    soon(lab, "ppp-two", [], [], "the other's named servers are not behind it")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "the first goes first: DNS= is asked")
    lab.ghostctl("disconnect", "two")
    lab.wait_state("down", 60, "two")


def hangs(lab):
    lab.line.wait_idle()
    lab.sh("systemctl kill -s STOP systemd-resolved")
    talk = Talk()
    lab.check("while resolved hangs, the link still calls", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    lab.wait_for(lambda: named(lab) == ["silent"], 40, "the journal to say that it does not answer")
    lab.check("ghostd answers ghostctl meanwhile", lab.ghostctl("status", timeout=5)[0] == 0)
    lab.sh("systemctl kill -s CONT systemd-resolved")
    soon(lab, "ppp-isp", NAMED, ["~."], "it goes on: it is told")
    lab.wait_for(lambda: named(lab) == ["silent", "taken"], 40, "the journal to say so")
    talk.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")


def split(lab):
    """A link without a default route. DNS= makes the route that leads to it. Of the call's servers, the one that the route leads
    to counts."""
    lab.line.wait_idle()
    calls = lab.line.calls
    lab.configure("isp", Link={"Routes": "198.51.100.0/24", "DNS": "10.64.64.1"})
    lab.sh("rm /etc/ghostd/links/two.conf")
    lab.start_ghostd()
    soon(lab, "gd-isp", ["10.64.64.1"], ["~."], "no default route: DNS= is asked")
    lab.check(
        "a lookup dials and is answered",
        Lookup("sftp.isp.test").answer() == "10.64.64.1" and lab.line.calls == calls + 1,
        lab.line.calls - calls,
    )
    lab.wait_state("up")
    soon(lab, "ppp-isp", ["10.64.64.1"], ["~."], "of the call's servers the one that it leads to is asked")
    lab.check("a lookup during the call is answered", Lookup("faulty.isp.test").answer() == "10.64.64.1", "no answer")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.configure("isp", Link={"DNS": "10.64.64.1"})


def nobody_to_ask(lab):
    lab.line.wait_idle()
    lab.start_ghostd()
    lab.wait_for(lambda: named(lab)[2:] == ["refused"], 40, "the journal to name the refusal")
    talk = Talk()
    lab.check("without polkitd, the link still calls", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    lab.check("the refusal is logged once", named(lab)[2:] == ["refused"], named(lab))
    talk.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")


def named(lab):
    """The outcomes that the journal names."""
    entries = lab.journal("-u ghostd -o json --output-fields=GHOSTD_NAMES").splitlines()
    return [e["GHOSTD_NAMES"] for e in map(json.loads, entries) if "GHOSTD_NAMES" in e]
