# SPDX-License-Identifier: GPL-2.0-or-later
"""A LAN behind the link: its packets call, its conversations go on within a call, and what an old address left in conntrack
is gone at once, so that a next conversation of the same ports works."""
import socket

from rig import net
from rig.traffic import NUMBER, Sink, Talk


def run(lab):
    lab.configure("isp", Share={"From": "10.10.10.0/24"})
    lab.start_ghostd()
    talk = Talk(namespace="lan")
    lab.check("a LAN client's packet calls, and its connection stands", talk.wait() and talk.ask(), talk.error)
    status = lab.wait_state("up")
    lab.check("the trigger is told", net.LAN_CLIENT in status["trigger"], status["trigger"])
    # One UDP socket of the LAN, as a telephone or a tunnel keeps it for days, across two calls.
    phone = net.in_namespace("lan", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    phone.bind((net.LAN_CLIENT, 5060))
    sink = Sink(port=5060)
    phone.sendto(NUMBER.pack(0), (net.ISP4, 5060))
    lab.wait_for(lambda: sink.count()["unique"] == 1, 20, "the phone's first datagram")
    first = net.call_address(lab.line.last_call)
    lab.line.drop()
    lab.wait_for(lambda: lab.state() != "up", 30, "the call to be gone")
    lab.wait_for(lambda: first not in lab.out("conntrack -L 2>/dev/null"), 5, "the old address to leave conntrack")
    lab.check("nothing of the old address is left in conntrack", True)
    for n in range(1, 4):
        phone.sendto(NUMBER.pack(n), (net.ISP4, 5060))
    lab.wait_for(lambda: sink.count()["unique"] >= 4, 60, "the phone's datagrams on the next call")
    seen = sink.quit(4)
    second = net.call_address(lab.line.last_call)
    lab.check("the same socket is heard from both addresses", {s.split()[0] for s in seen["sources"]} == {first, second}, seen)
    lab.check("none was lost", (seen["unique"], seen["out_of_order"]) == (4, 0), seen)
    lab.check("ip_forward is not touched", lab.out("sysctl -n net.ipv4.ip_forward") == "0")
    talk.close()
