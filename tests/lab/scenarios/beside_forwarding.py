# SPDX-License-Identifier: GPL-2.0-or-later
"""Others switch forwarding on and off for the whole host while a LAN shares the link: who forwards because of ghostd alone gets no
further than the link; who forwards because of others goes where they let it; and a stop leaves what they want."""
from rig.traffic import Talk

CAPTURE = False
KEY = "net.ipv4.conf.lan0.forwarding"


def run(lab):
    before = lab.out("sysctl -n net.ipv4.ip_forward")
    lab.sh(
        "sysctl -qw net.ipv4.ip_forward=0; ip link add up0 type veth peer name far0; ip link set up0 up; ip addr add 192.0.2.10/24 dev up0"
    )
    try:
        forwarding(lab)
    finally:
        lab.sh(f"sysctl -qw net.ipv4.ip_forward={before}; ip link del up0", check=False)


def guarded(lab):
    return 'iifname "lan0"' in lab.out("nft list chain inet ghostd forward")


def forwarding(lab):
    lab.configure("isp", Share={"From": "10.10.10.0/24"})
    lab.start_ghostd()
    lab.wait_for(lambda: lab.out(f"sysctl -n {KEY}") == "1", 10, "the LAN to forward")
    lab.check("it forwards because of ghostd: to the link and nowhere else", guarded(lab))

    lab.sh("sysctl -qw net.ipv4.ip_forward=1")
    lab.wait_for(lambda: not guarded(lab), 10, "ghostd to see that others want it, too")
    talk = Talk(namespace="lan")
    lab.check("the LAN calls, then as before", talk.wait() and talk.ask(), talk.error)
    talk.close()
    lab.stop_ghostd()
    lab.check("a stop leaves what others want", lab.out(f"sysctl -n {KEY}") == "1")

    lab.start_ghostd()
    lab.wait_state("down")
    lab.check("started after them, it has nothing to guard", not guarded(lab))
    lab.sh("sysctl -qw net.ipv4.ip_forward=0")
    lab.wait_for(
        lambda: lab.out(f"sysctl -n {KEY}") == "1" and guarded(lab), 10, "the LAN to forward because of ghostd again, guarded"
    )
    lab.stop_ghostd()
    lab.check("a stop leaves what others want by now", lab.out(f"sysctl -n {KEY}") == "0")
