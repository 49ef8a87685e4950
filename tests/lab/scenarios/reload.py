# SPDX-License-Identifier: GPL-2.0-or-later
"""Reloads during a call: a link is added, [Share] changes, the link is removed while it is up. Nothing else is disturbed."""
import os
import subprocess

from rig import net
from rig.traffic import Sender, Sink, Talk

FAR, PORT = "198.51.100.1", 7050


def run(lab):
    second = lab.add_line(direct=True)
    lab.sh(f"ip -n isp addr replace {FAR}/32 dev lo")
    lab.configure("isp")
    lab.start_ghostd()
    talk = Talk()
    lab.check("the first link is up", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")

    def goes_on(when):
        lab.check(f"{when}: the same socket continues", talk.ask(), talk.error)
        lab.check(f"{when}: the call is the same", lab.line.calls == 1 and lab.state() == "up", lab.status())

    a_link_comes(lab, second)
    goes_on("a link has come")
    share_changes(lab)
    goes_on("[Share] has changed")
    a_mistake(lab)
    goes_on("a mistake was made")
    lab.check("the other link's call, too", lab.state("two") == "up" and second.calls == 1, lab.status("two"))
    a_link_goes(lab, second)
    goes_on("a link has gone")
    talk.close()


def reload(lab, what):
    code, out, error = lab.ghostctl("reload")
    lab.check(f"{what}: reload", code == 0, (code, out, error))


def a_link_comes(lab, line):
    lab.configure("two", Link={"Device": line.tty, "Speed": "115200", "User": "ghost", "Routes": "198.51.100.0/24"})
    reload(lab, "a new link")
    lab.check("the new link is down", lab.state("two") == "down" and line.calls == 0, lab.status("two"))
    sink, sender = Sink(FAR, PORT), Sender(50, 50, FAR, PORT)
    sender.go()
    seen = sink.quit(50, quiet=15)
    lab.check("a packet makes it call, and none is lost", (seen["unique"], seen["out_of_order"], line.calls) == (50, 0, 1), seen)
    lab.wait_state("up", 30, "two")


def share_changes(lab):
    lab.check("the LAN's interface does not forward", lab.out("sysctl -n net.ipv4.conf.lan0.forwarding") == "0")
    lab.configure("isp", Share={"From": "10.10.10.0/24"})
    reload(lab, "[Share] added")
    # When the guard stands, a turn of the loop after the reload.
    lab.wait_for(lambda: lab.out("sysctl -n net.ipv4.conf.lan0.forwarding") == "1", 10, "the LAN's interface to forward")
    lan = Talk(namespace="lan", timeout=20)
    lab.check("a LAN client gets through", lan.wait() and lan.ask(), lan.error)
    lab.check("it has the call's address", lan.seen_as and lan.seen_as[0] == net.call_address(lab.line.last_call), lan.seen_as)
    lan.close()


def a_mistake(lab):
    lab.put("/etc/ghostd/links/three.conf", "[Link]\nPeer=isp\nRouts=default\n")
    code = subprocess.run(["systemctl", "reload", "ghostd"], check=False, capture_output=True).returncode
    lab.check("systemctl says that a wrong configuration was not taken", code != 0, code)
    lab.wait_said("/etc/ghostd/links/three.conf:3: ", 10)
    os.unlink("/etc/ghostd/links/three.conf")
    code = subprocess.run(["systemctl", "reload", "ghostd"], check=False, capture_output=True).returncode
    lab.check("and that the right one was", code == 0, code)


def a_link_goes(lab, line):
    pppd = lab.out("head -1 /run/ppp-two.pid")
    lab.check("its pppd runs", pppd and os.path.exists(f"/proc/{pppd}"), pppd)
    lab.check("its conversation is in conntrack", FAR in lab.out("conntrack -L 2>/dev/null"))
    os.unlink("/etc/ghostd/links/two.conf")
    reload(lab, "the link taken away while up")
    # It is hung up first, and pppd waits for the scripts in ip-down.d.
    lab.wait_for(lambda: '"two"' not in lab.ghostctl("status", "--json")[1], 30, "the link to be no longer shown")
    lab.wait_for(lambda: not os.path.exists(f"/proc/{pppd}"), 30, "its pppd to end")
    line.wait_idle()
    left = "ip -4 route show table all; ip -6 route show table all; ip -4 rule; ip -6 rule; ip -br link; nft list ruleset"
    lab.wait_for(
        lambda: not [t for t in ("gd-two", "ppp-two", "198.51.100.") if t in lab.out(left)],
        10,
        "its routes, interfaces and rules to go",
    )
    lab.wait_for(lambda: FAR not in lab.out("conntrack -L 2>/dev/null"), 10, "its conversations to leave conntrack")
    lab.check("nothing of it is left", True)
