# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside libvirt's rules for its network "default", as libvirtd 9 loads them by iptables-nft. These are a masquerade by protocol,
and a reject for what is not its guests'."""
from _beside import matrix
from _containers import Containers

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class Libvirt(Containers):
    name, bridge, net = "libvirt's rules", "virbr0", "192.168.122"
    cells = (("changes", "down"),)
    load = """
        for c in INP OUT FWO FWI FWX; do iptables -N LIBVIRT_$c; done
        iptables -t nat -N LIBVIRT_PRT
        iptables -I INPUT -j LIBVIRT_INP; iptables -I OUTPUT -j LIBVIRT_OUT
        iptables -I FORWARD -j LIBVIRT_FWO; iptables -I FORWARD -j LIBVIRT_FWI; iptables -I FORWARD -j LIBVIRT_FWX
        iptables -t nat -I POSTROUTING -j LIBVIRT_PRT
        for p in udp tcp; do for d in 53 67; do iptables -A LIBVIRT_INP -i virbr0 -p $p -m $p --dport $d -j ACCEPT; done
          for d in 53 68; do iptables -A LIBVIRT_OUT -o virbr0 -p $p -m $p --dport $d -j ACCEPT; done; done
        iptables -A LIBVIRT_FWO -s 192.168.122.0/24 -i virbr0 -j ACCEPT
        iptables -A LIBVIRT_FWO -i virbr0 -j REJECT --reject-with icmp-port-unreachable
        iptables -A LIBVIRT_FWI -d 192.168.122.0/24 -o virbr0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        iptables -A LIBVIRT_FWI -o virbr0 -j REJECT --reject-with icmp-port-unreachable
        iptables -A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT
        iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN
        iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 -d 255.255.255.255/32 -j RETURN
        for p in tcp udp; do
          iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -p $p -j MASQUERADE --to-ports 1024-65535; done
        iptables -t nat -A LIBVIRT_PRT -s 192.168.122.0/24 ! -d 192.168.122.0/24 -j MASQUERADE"""
    unload = "iptables -F; iptables -X; iptables -t nat -F; iptables -t nat -X"


def run(lab):
    matrix(lab, Libvirt())
