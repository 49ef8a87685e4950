# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts of an attached network that are not in [Share] From= and send through us. They make no call, and during a call none
of their packets leaves by it, whoever forwards them. (faults.md S3, S4)"""
import socket

from rig import net
from rig.stranger import Ear, datagram
from rig.traffic import Talk

LAN6, BESIDE, HOME = "fd77:10::", "172.20.0.2", 6000


def run(lab):
    lab.sh(
        f"""ip addr add {LAN6}1/64 dev lan0 nodad; ip -n lan addr add {LAN6}2/64 dev eth0 nodad
        ip -n lan route add default via {LAN6}1; ip -n lan addr add {BESIDE}/32 dev eth0"""
    )
    sysctls = {key: lab.out(f"sysctl -n {key}") for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding")}
    try:
        nobody_shares(lab)
        beside_from(lab)
    finally:
        for key, value in sysctls.items():
            lab.sh(f"sysctl -qw {key}={value}")
        lab.sh(
            f"""ip addr del {LAN6}1/64 dev lan0; ip -n lan -6 route del default; ip -n lan addr del {LAN6}2/64 dev eth0
            ip -n lan addr del {BESIDE}/32 dev eth0"""
        )


def try_strangers(lab, senders, calls):
    """With the link down, and with it up: senders are (source, to)."""
    here, far = Ear(None), Ear("isp")

    def strangers_send():
        for source, to in senders:
            datagram("lan", source, to, HOME)
        for source, to in senders:
            lab.wait_for(lambda: any(p[5] == HOME for p in here.heard("lan0", "in", source, to)), 10, f"{source} to come in")

    strangers_send()
    strangers_send()
    # Had one of them called, it would have been before this.
    datagram("lan", net.LAN_CLIENT, net.LAN_HOST, HOME)
    lab.check("no stranger's packet makes a call", lab.state() == "down" and lab.line.calls == calls, lab.status())
    talk, six = Talk(), Talk(address=net.ISP6)
    lab.check(
        "a packet of this host makes a call", talk.wait() and talk.ask() and six.wait() and six.ask(), (talk.error, six.error)
    )
    strangers_send()
    strangers_send()
    lab.check("the conversations continue", talk.ask() and six.ask(), (talk.error, six.error))
    ours = tuple([net.call_address(lab.line.last_call), net.call_prefix(lab.line.last_call)[:-4], "fe80:"])
    left = [p for p in far.heard("call", "in") if not p[2].startswith(ours) or p[5] == HOME]
    lab.check("no packet of the strangers has left by the call", left == [], left[:10])
    lab.check(
        "no packet of the strangers was put into the call's interface",
        [p for p in here.heard("ppp-isp", "out") if p[5] == HOME] == [],
    )
    for one in (talk, six, here, far):
        one.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()
    return lab.line.calls


def nobody_shares(lab):
    lab.configure("isp", Link={"IPv6": "yes"})
    lab.start_ghostd()
    lab.check("without From=, the host does not forward IPv6", lab.out("sysctl -n net.ipv6.conf.all.forwarding") == "0")
    senders = [(f"{LAN6}2", net.ISP6), (net.LAN_CLIENT, net.ISP4), (BESIDE, net.ISP4)]
    lab.say("nobody shares")
    calls = try_strangers(lab, senders, 0)
    # Another program has the host forward, and masquerades nothing. Such a packet may call, if that program's rules let it. It
    # does not leave as it is.
    lab.say("the administrator forwards")
    lab.sh("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1")
    far = Ear("isp")
    talk = Talk()
    lab.check("the link comes up", talk.wait() and talk.ask(), talk.error)
    for source, to in senders:
        datagram("lan", source, to, HOME)
    lab.check("the conversation continues", talk.ask(), talk.error)
    left = [p for p in far.heard("call", "in") if p[5] == HOME and p[4] == socket.IPPROTO_UDP]
    lab.check("no unmasqueraded packet has left by the call", left == [], left[:10])
    talk.close()
    far.close()
    lab.sh("sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0")
    lab.stop_ghostd()
    return calls


def beside_from(lab):
    lab.say("From= is for others")
    lab.configure("isp", Link={"IPv6": "yes"}, Share={"From": f"10.10.10.0/24 {LAN6}/64"})
    calls = lab.line.calls
    lab.sh("ip -n lan addr add fd99::2/128 dev eth0 nodad")
    try:
        lab.start_ghostd()
        try_strangers(lab, [(BESIDE, net.ISP4), ("fd99::2", net.ISP6)], calls)
        inside = Talk(namespace="lan")
        lab.check("a host inside From= makes a call", inside.wait() and inside.ask(), inside.error)
        inside.close()
    finally:
        lab.sh("ip -n lan addr del fd99::2/128 dev eth0")
