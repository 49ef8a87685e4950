# SPDX-License-Identifier: GPL-2.0-or-later
"""A second uplink with its own default route. Connections that come in there are answered there, before and after ghostd's start.
They can never make the link dial. Packets without a chosen source use the link."""
import contextlib
import socket
import threading

from rig import net

NEAR4, NEAR6, FAR4, FAR6 = "192.0.2.10", "2001:db8:2::10", "203.0.113.9", "2001:db8:f::9"
SERVICE4 = "198.51.100.80"  # of this machine, on no interface with a default route


def run(lab):
    try:
        beside(lab)
    finally:
        lab.sh(f"ip netns del uplink; ip link del up0; ip addr del {SERVICE4}/32 dev lo", check=False)


def beside(lab):
    lab.sh(
        f"""set -e
        ip netns add uplink
        ip link add up0 type veth peer name far0 netns uplink
        ip -n uplink link set lo up; ip -n uplink link set far0 up
        ip -n uplink addr add 192.0.2.1/24 dev far0; ip -n uplink addr add 2001:db8:2::1/64 dev far0 nodad
        ip -n uplink addr add {FAR4}/32 dev lo; ip -n uplink addr add {FAR6}/128 dev lo nodad
        ip link set up0 up"""
    )
    uplink(lab, NEAR4, NEAR6)
    lab.configure("isp", Link={"IPv6": "yes"})
    code, _, said = lab.ghostctl("check")
    lab.check(
        "check reports the other default route", code == 0 and "default via 192.0.2.1 dev up0" in said and NEAR4 in said, said
    )
    servers = [Echo(NEAR4), Echo(NEAR6)]
    talks = [Visitor(NEAR4), Visitor(NEAR6)]
    lab.check("conversations from outside are established", all(t.ask() for t in talks))
    lab.start_ghostd()
    lab.check("the journal reports it, too", "default via 192.0.2.1 dev up0" in lab.journal("-u ghostd"))
    lab.check("the conversations go on", all(t.ask() for t in talks))
    lab.check("new conversations are established", all(Visitor(a).ask() for a in (NEAR4, NEAR6)))
    lab.check("pings from outside are answered", pings(lab, NEAR4) and pings(lab, NEAR6))
    lab.check(
        "packets without a chosen source use the link",
        all("dev gd-isp" in lab.out(f"ip route get {a}") for a in (net.ISP4, net.ISP6, FAR4, FAR6)),
    )
    lab.check(
        "packets with an address of the uplink use the uplink",
        "dev up0" in lab.out(f"ip route get {net.ISP4} from {NEAR4}")
        and "dev up0" in lab.out(f"ip route get {net.ISP6} from {NEAR6}"),
    )

    lab.sh(f"ip addr add {SERVICE4}/32 dev lo; ip -n uplink route add {SERVICE4} via {NEAR4}")
    lab.wait_for(lambda: SERVICE4 in lab.out("ip rule"), 10, "a service address to be seen")
    servers.append(Echo(SERVICE4))
    lab.check("connections to a service address are answered", Visitor(SERVICE4).ask() and pings(lab, SERVICE4))

    # Another lease: address, then default route, after the start.
    lab.sh(
        "ip addr flush dev up0 scope global; ip route flush dev up0 proto boot; ip -6 route flush dev up0 proto boot", check=False
    )
    lab.wait_for(
        lambda: NEAR4 not in lab.out("ip rule") and NEAR6 not in lab.out("ip -6 rule"), 10, "the rules of what is gone to go"
    )
    for near4, near6 in (("192.0.2.20", "2001:db8:2::20"), ("192.0.2.30", "2001:db8:2::30")):
        uplink(lab, near4, near6)
        lab.wait_for(lambda: near4 in lab.out("ip rule") and near6 in lab.out("ip -6 rule"), 10, "a new address to be seen")
        servers += [Echo(near4), Echo(near6)]
        lab.check(f"connections to {near4} are answered", all(Visitor(a).ask() and pings(lab, a) for a in (near4, near6)))
    status = lab.status()
    lab.check(
        "no host outside has made the link dial",
        (status["state"], status["calls"], status["buffered_packets"]) == ("down", 0, 0),
        status,
    )
    lab.measure("objects of ours, one link with both families beside an uplink", objects(lab))
    lab.stop_ghostd()
    lab.check(
        "nothing of ghostd's stays after a stop",
        lab.out("ip rule; ip -6 rule; ip route show table all; ip -6 route show table all").count("proto 103")
        + lab.out("ip rule; ip -6 rule").count("32765")
        == 0,
    )
    for server in servers:
        server.socket.close()


def uplink(lab, near4, near6):
    lab.sh(
        f"""set -e
        ip addr add {near4}/24 dev up0; ip addr add {near6}/64 dev up0 nodad
        ip route replace default via 192.0.2.1 dev up0 metric 100; ip -6 route replace default via 2001:db8:2::1 dev up0 metric 100"""
    )


def objects(lab):
    """Rules and routes of both families that are ours."""
    return lab.out("ip rule; ip -6 rule; ip -4 route show table all; ip -6 route show table all").count("proto ghostd")


def pings(lab, address):
    return lab.sh(f"ip netns exec uplink ping -c 3 -i 0.2 -W 3 -I {FAR6 if ':' in address else FAR4} {address}", check=False) == 0


class Echo:
    """A server of this machine, bound to one address."""

    def __init__(self, address):
        self.socket = socket.create_server(
            (address, 7100), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=16
        )
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.echo, args=(peer,), daemon=True).start()

    def echo(self, peer):
        with peer, contextlib.suppress(OSError):  # its address is taken away under it
            while data := peer.recv(4096):
                peer.sendall(data)


class Visitor:
    """Somebody outside, on one connection."""

    def __init__(self, address):
        source = (FAR6 if ":" in address else FAR4, 0)
        self.socket = net.in_namespace("uplink", lambda: socket.create_connection((address, 7100), 10, source))

    def ask(self):
        try:
            self.socket.settimeout(10)
            self.socket.sendall(b"boo\n")
            return self.socket.recv(100) == b"boo\n"
        except OSError:
            return False
