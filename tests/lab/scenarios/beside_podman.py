# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside podman's rules, as netavark 1.4 loads them by iptables-nft for its network "podman"."""
from _beside import matrix
from _containers import Containers

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class Podman(Containers):
    name, bridge, net = "podman's rules", "podman0", "10.88.0"
    cells = (("starts", "dialing"),)
    load = """
        N=NETAVARK-1D8721804F16F
        iptables -N NETAVARK_FORWARD
        for c in $N NETAVARK-HOSTPORT-SETMARK NETAVARK-HOSTPORT-MASQ NETAVARK-HOSTPORT-DNAT; do iptables -t nat -N $c; done
        iptables -A FORWARD -m comment --comment "netavark firewall plugin rules" -j NETAVARK_FORWARD
        iptables -A NETAVARK_FORWARD -d 10.88.0.0/16 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        iptables -A NETAVARK_FORWARD -s 10.88.0.0/16 -j ACCEPT
        iptables -t nat -A $N -d 10.88.0.0/16 -j ACCEPT
        iptables -t nat -A $N ! -d 224.0.0.0/4 -j MASQUERADE
        iptables -t nat -A POSTROUTING -s 10.88.0.0/16 -j $N
        iptables -t nat -A NETAVARK-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000
        iptables -t nat -A NETAVARK-HOSTPORT-MASQ -m comment --comment "netavark portfw masq mark" -m mark --mark 0x2000/0x2000 -j MASQUERADE
        iptables -t nat -A POSTROUTING -j NETAVARK-HOSTPORT-MASQ
        iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT
        iptables -t nat -A OUTPUT -m addrtype --dst-type LOCAL -j NETAVARK-HOSTPORT-DNAT"""
    unload = "iptables -F; iptables -X; iptables -t nat -F; iptables -t nat -X"


def run(lab):
    matrix(lab, Podman())
