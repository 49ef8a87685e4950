# SPDX-License-Identifier: GPL-2.0-or-later
"""A LAN behind the link, IPv4 and IPv6. Its packets call, wait and are sent on, and its conversations live within a call. The entries
of an old address leave conntrack at once, so that a new conversation with the same ports works."""
import socket

from rig import net
from rig.flows import Flow
from rig.traffic import NUMBER, Sink, Talk


def run(lab):
    lab.configure("isp", Link={"IPv6": "yes"}, Share={"From": f"10.10.10.0/24 {net.LAN6}/64"})
    with net.lan_ipv6():
        over_ipv6(lab)
        over_ipv4(lab)


def over_ipv6(lab):
    lab.start_ghostd()
    flow = Flow(1500, 150, address=net.ISP6, namespace="lan")
    talk = Talk(address=net.ISP6, namespace="lan")
    flow.go()
    lab.check("a LAN client's connection over IPv6 is established", talk.wait() and talk.ask(), talk.error)
    seen = flow.finish()
    lab.check(
        "1500 datagrams over IPv6, begun while down, arrive: all, once, in order, from one port",
        (seen["unique"], seen["twice"], seen["out_of_order"], len(seen["sources"])) == (1500, 0, 0, 1),
        seen,
    )
    prefix = net.call_prefix(lab.line.last_call)[:-4]
    lab.check(
        "both have the call's address",
        all(source.startswith(prefix) for source in [*seen["sources"], talk.seen_as[0]]),
        (prefix, seen["sources"], talk.seen_as),
    )
    # Nobody gets in from outside: packets to the LAN's prefix that a provider wrongly routes to us end here.
    lab.sh(f"ip -n isp route add {net.LAN6}/64 dev call{lab.line.last_call}")
    unasked = f"ip netns exec isp ping -6 -c 1 -W 2 {net.LAN6}2"
    lab.check("unasked packets are not let in", lab.sh(unasked, check=False) != 0)
    talk.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()


def over_ipv4(lab):
    talk = Talk(namespace="lan")
    lab.check("a LAN client's packet makes a call, and its connection is established", talk.wait() and talk.ask(), talk.error)
    status = lab.wait_state("up")
    lab.check("the status shows the trigger", net.LAN_CLIENT in status["trigger"], status["trigger"])
    # One UDP socket of the LAN, as a telephone or a tunnel keeps it for days, across two calls.
    phone = net.in_namespace("lan", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    phone.bind((net.LAN_CLIENT, 5060))
    sink = Sink(port=5060)
    phone.sendto(NUMBER.pack(0), (net.ISP4, 5060))
    lab.wait_for(lambda: sink.count()["unique"] == 1, 20, "the phone's first datagram")
    first = net.call_address(lab.line.last_call)
    lab.line.drop()
    lab.wait_said("isp: up -> waiting", 30)
    lab.wait_for(lambda: first not in lab.out("conntrack -L 2>/dev/null"), 5, "the old address to leave conntrack")
    lab.check("nothing of the old address is left in conntrack", True)
    for n in range(1, 4):
        phone.sendto(NUMBER.pack(n), (net.ISP4, 5060))
    lab.wait_for(lambda: sink.count()["unique"] >= 4, 60, "the phone's datagrams on the next call")
    seen = sink.quit(4)
    second = net.call_address(lab.line.last_call)
    lab.check("the same socket is heard from both addresses", {s.split()[0] for s in seen["sources"]} == {first, second}, seen)
    lab.check("no packet was lost", (seen["unique"], seen["out_of_order"]) == (4, 0), seen)
    lab.check("ghostd did not change ip_forward", lab.out("sysctl -n net.ipv4.ip_forward") == "0")
    talk.close()
