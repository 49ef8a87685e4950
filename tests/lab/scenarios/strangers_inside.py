# SPDX-License-Identifier: GPL-2.0-or-later
"""A far end that sends from an address within From=, of this host, or in a network that the host is attached to. It also sends to
addresses of ours other than the call's. Its packets reach no port of ours and no host in the LAN. Packets to the call's own
address do arrive. (faults.md S5)"""
from rig import net
from rig.stranger import Ear, Listener, datagram
from rig.traffic import Talk

LAN6, PORT, STABLE = "fd77:10::", 6001, "192.0.0.2"
# A network that this host is attached to and does not share: its own address and another's, in both families.
SIDE = ["198.18.7.1", "198.18.7.9", "fd77:18::1", "fd77:18::9"]


def run(lab):
    lab.configure("isp", Link={"IPv6": "yes"}, Share={"From": f"10.10.10.0/24 {LAN6}/64"})
    lab.sh(
        f"ip addr add {LAN6}1/64 dev lan0 nodad; ip -n lan addr add {LAN6}2/64 dev eth0 nodad; ip -n lan route add default via {LAN6}1"
    )
    lab.sh(
        f"""ip -n isp addr add 10.10.10.7/32 dev lo; ip -n isp addr add {LAN6}7/128 dev lo nodad
        ip link add side0 type dummy; ip link set side0 up
        ip addr add {SIDE[0]}/24 dev side0; ip addr add {SIDE[2]}/64 dev side0 nodad"""
    )
    for address in SIDE:
        lab.sh(f"ip -n isp addr add {address} dev lo {'nodad' if ':' in address else ''}")
    try:
        from_outside(lab)
    finally:
        lab.sh(
            f"""ip link del side0; ip -n isp addr del 10.10.10.7/32 dev lo; ip -n isp addr del {LAN6}7/128 dev lo
            ip addr del {LAN6}1/64 dev lan0; ip -n lan -6 route del default; ip -n lan addr del {LAN6}2/64 dev eth0"""
        )
        for address in SIDE:
            lab.sh(f"ip -n isp addr del {address} dev lo")


def from_outside(lab):
    lab.start_ghostd()
    talk, six = Talk(), Talk(address=net.ISP6)
    lab.check("the link is up", talk.wait() and talk.ask() and six.wait() and six.ask(), (talk.error, six.error))
    n = lab.line.last_call
    call = {4: net.call_address(n), 6: six.seen_as[0]}
    stable6 = next(a for a in lab.status()["stable_addresses"] if ":" in a)
    for to in (STABLE, net.LAN_HOST, net.LAN_CLIENT):
        lab.sh(f"ip -n isp route replace {to}/32 dev call{n}")
    for to in (stable6, f"{LAN6}1", f"{LAN6}2"):
        lab.sh(f"ip -n isp -6 route replace {to}/128 dev call{n}")
    here, lan, listener = Ear(None), Ear("lan"), Listener(PORT)

    def send(text, source, to):
        datagram("isp", source, to, PORT, text.encode())

    for source in ("10.10.10.7", net.ISP4):
        for to in (STABLE, net.LAN_HOST, net.LAN_CLIENT):
            send(f"{source} to {to}", source, to)
    send("from within From=", "10.10.10.7", call[4])
    for source in (f"{LAN6}7", net.ISP6):
        for to in (stable6, f"{LAN6}1", f"{LAN6}2"):
            send(f"{source} to {to}", source, to)
    send("from within From=, too", f"{LAN6}7", call[6])
    for source in SIDE:
        send(f"from {source}", source, call[6 if ":" in source else 4])
    send("honest", net.ISP4, call[4])
    send("honest, too", net.ISP6, call[6])
    lab.wait_for(lambda: {"honest", "honest, too"} <= set(listener.heard()), 20, "what is sent to the call's own addresses")
    lab.check(
        "all forged packets came in by the call",
        len([p for p in here.heard("ppp-isp", "in") if p[5] == PORT]) == 20,
        here.heard("ppp-isp", "in"),
    )
    lab.check(
        "only packets from outside to the call's address are received",
        sorted(listener.heard()) == ["honest", "honest, too"],
        listener.heard(),
    )
    lab.check(
        "none of these packets reaches the LAN",
        [p for p in lan.heard("eth0", "in") if p[5] == PORT] == [],
        lan.heard("eth0", "in"),
    )
    lab.check("the conversations continue", talk.ask() and six.ask(), (talk.error, six.error))
    for one in (talk, six, here, lan, listener):
        one.close()
