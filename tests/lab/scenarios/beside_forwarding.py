# SPDX-License-Identifier: GPL-2.0-or-later
"""Another program switches forwarding on and off for the whole host while a LAN shares the link. If the LAN forwards only because of
ghostd, it reaches only the link. If it forwards because of the other program, that program's rules decide. A stop leaves forwarding
as the other program has set it."""
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
    lab.check("the LAN forwards because of ghostd: to the link and nowhere else", guarded(lab))

    lab.sh("sysctl -qw net.ipv4.ip_forward=1")
    lab.wait_for(lambda: not guarded(lab), 10, "ghostd to see that others want it, too")
    talk = Talk(namespace="lan")
    lab.check("a LAN's packet also makes a call while others enable forwarding", talk.wait() and talk.ask(), talk.error)
    talk.close()
    lab.stop_ghostd()
    lab.check("a stop leaves forwarding as others have set it", lab.out(f"sysctl -n {KEY}") == "1")

    lab.start_ghostd()
    lab.wait_state("down")
    lab.check("a ghostd started after the others guards nothing", not guarded(lab))
    lab.sh("sysctl -qw net.ipv4.ip_forward=0")
    lab.wait_for(
        lambda: lab.out(f"sysctl -n {KEY}") == "1" and guarded(lab), 10, "the LAN to forward because of ghostd again, guarded"
    )
    lab.stop_ghostd()
    lab.check("a stop leaves forwarding as others have set it meanwhile", lab.out(f"sysctl -n {KEY}") == "0")
