# SPDX-License-Identifier: GPL-2.0-or-later
"""A container: a namespace behind a bridge, with the rules that its manager loads by iptables. It is not in [Share]: the manager
enables forwarding for the host, and masquerades."""
from _beside import Neighbour

MODULES = "bridge br_netfilter nf_tables nft_compat xt_MASQUERADE xt_addrtype xt_conntrack xt_mark xt_comment xt_nat xt_multiport ipt_REJECT"


class Containers(Neighbour):
    lan, share, lan_after_stop = "ctr", "", False
    bridge, net = "", ""  # docker0, 172.17.0: the bridge has .1, the container .2
    load, unload = "", ""  # shell lines: its rules come; all of them go

    def prepare(self, lab, uplink):
        # Loaded before the pictures are taken: a module's sysctls are not what is looked for.
        lab.sh(f"for m in {MODULES}; do modprobe -q $m; done", check=False)
        self.forwarded = lab.out("sysctl -n net.ipv4.ip_forward")
        lab.sh(
            f"""set -e
            ip link add {self.bridge} type bridge; ip addr add {self.net}.1/24 dev {self.bridge}; ip link set {self.bridge} up
            ip netns add ctr; ip link add ctr0 type veth peer name eth0 netns ctr; ip link set ctr0 master {self.bridge} up
            ip -n ctr addr add {self.net}.2/24 dev eth0; ip -n ctr link set eth0 up; ip -n ctr link set lo up
            ip -n ctr route add default via {self.net}.1"""
        )

    def start(self, lab):
        lab.sh(f"set -e; sysctl -qw net.ipv4.ip_forward=1\n{self.load}")
        self.change(
            lab
        )  # iptables-restore has an order of its own for chains: so it is the same whether or not there was a change

    def change(self, lab):
        """A firewall's reload that brings all rules of iptables anew, in one transaction per table."""
        lab.sh("set -e; iptables-save >/run/lab/rules; iptables-restore </run/lab/rules")

    def stop(self, lab):
        lab.sh(self.unload)

    def undo(self, lab):
        lab.sh(
            f"ip link del {self.bridge}; ip link del ctr0; ip netns del ctr; "
            f"nft delete table ip nat; nft delete table ip filter; sysctl -qw net.ipv4.ip_forward={self.forwarded}",
            check=False,
        )
