# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside Docker's rules, as dockerd 20.10 to 24 load them by iptables-nft. These are a forward policy of drop, a masquerade of
all that leaves the bridge, and a published port. dockerd leaves its rules when it stops. Here, "stops" means that a program
removes them."""
import socket

from _beside import matrix
from _containers import Containers

from rig import net
from rig.provider import echo, serve
from rig.traffic import Talk
from rig.uplink import OURS

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class Docker(Containers):
    name, bridge, net = "Docker's rules", "docker0", "172.17.0"
    lan_before_start = False  # nobody forwards or masquerades a container's packets before
    load = """
        iptables -P FORWARD DROP
        for c in DOCKER DOCKER-ISOLATION-STAGE-1 DOCKER-ISOLATION-STAGE-2 DOCKER-USER; do iptables -N $c; done
        iptables -t nat -N DOCKER
        iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
        iptables -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
        iptables -t nat -A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -p tcp -m tcp --dport 80 -j MASQUERADE
        iptables -t nat -A DOCKER -i docker0 -j RETURN
        iptables -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
        iptables -A FORWARD -j DOCKER-USER
        iptables -A FORWARD -j DOCKER-ISOLATION-STAGE-1
        iptables -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        iptables -A FORWARD -o docker0 -j DOCKER
        iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT
        iptables -A FORWARD -i docker0 -o docker0 -j ACCEPT
        iptables -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        iptables -A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
        iptables -A DOCKER-ISOLATION-STAGE-1 -j RETURN
        iptables -A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
        iptables -A DOCKER-ISOLATION-STAGE-2 -j RETURN
        iptables -A DOCKER-USER -j RETURN"""
    unload = "iptables -P FORWARD ACCEPT; iptables -F; iptables -X; iptables -t nat -F; iptables -t nat -X"

    def conversations(self, uplink):
        """The published port, from the second uplink."""
        net.in_namespace("ctr", lambda: serve(socket.AF_INET, "0.0.0.0", 80, echo))
        return [uplink.talk(), Talk(OURS, "uplink", timeout=20, port=8080)]


def run(lab):
    matrix(lab, Docker())
