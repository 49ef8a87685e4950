# SPDX-License-Identifier: GPL-2.0-or-later
"""A far end that advertises routes: to our LAN's prefix, to everything, as a prefix on the link, as route information, as default
router. None of it moves a packet. It may only assign an address for its own call, and withdraw that. (faults.md S1)"""
from rig import net
from rig.stranger import AUTONOMOUS, ON_LINK, Ear, advertise, prefix_information, route_information
from rig.traffic import Talk

LAN6, ELSEWHERE, MARK = "fd77:10::", "2600:db8::1", "2001:db8:aa::/64"


def run(lab):
    # A LAN with a prefix, and a router of its own for all that the link is not for.
    lab.configure(
        "isp",
        Link={"IPv6": "yes", "Routes": "0.0.0.0/0 2001:db8::/32"},
        Share={"From": f"10.10.10.0/24 {LAN6}/64"},
        Call={"RedialDelay": "1s"},
    )
    lab.sh(
        f"""ip addr add {LAN6}1/64 dev lan0 nodad; ip -n lan addr add {LAN6}2/64 dev eth0 nodad
        ip -6 route add default via {LAN6}2 dev lan0"""
    )
    try:
        advertised(lab)
    finally:
        lab.sh(
            f"""ip -6 route del default via {LAN6}2 dev lan0
            ip addr del {LAN6}1/64 dev lan0; ip -n lan addr del {LAN6}2/64 dev eth0"""
        )


def advertised(lab):
    lab.start_ghostd()
    six = Talk(address=net.ISP6)
    lab.check(
        "the provider's prefix gives an address, and a connection over IPv6 is established", six.wait() and six.ask(), six.error
    )
    n = lab.line.last_call
    lab.check("the address is in the provider's prefix", six.seen_as[0].startswith(net.call_prefix(n)[:-4]), six.seen_as)
    far, near = Ear("isp"), Ear("lan")
    for flags in (ON_LINK, ON_LINK | AUTONOMOUS):
        advertise(
            n, prefix_information("2000::/3", flags), prefix_information("::/0", flags), prefix_information(f"{LAN6}/48", flags)
        )
    advertise(
        n,
        prefix_information(f"{LAN6}/64", ON_LINK),
        route_information(f"{LAN6}/64"),
        route_information("2000::/3"),
        route_information("::/0"),
    )
    # When its address is there, all earlier advertisements have been received.
    advertise(n, prefix_information(MARK, AUTONOMOUS))
    lab.wait_for(lambda: MARK[:-4] in lab.out("ip -6 -o addr show dev ppp-isp"), 20, "a second address")
    lab.sh(f"ping -6 -c 3 -i 0.2 -W 2 {LAN6}2; ping -6 -c 3 -i 0.2 -W 1 {ELSEWHERE}; true")
    lab.check("packets for the LAN go to the LAN", len(near.heard("eth0", "in", to=f"{LAN6}2")) >= 3, near.packets()[-20:])
    lab.check("packets for other networks go there", len(near.heard("eth0", "in", to=ELSEWHERE)) >= 3, near.packets()[-20:])
    lab.check(
        "none of these packets reaches the far end",
        far.heard("call", "in", to=LAN6) + far.heard("call", "in", to=ELSEWHERE) == [],
        far.packets()[-20:],
    )
    routes = [
        r
        for r in lab.out("ip -6 route show table all dev ppp-isp").splitlines()
        if not r.startswith(("fe80:", "ff00:", "multicast ff00:", "local ", "anycast ")) and "proto ghostd" not in r
    ]
    lab.check("each route by the call is ghostd's", routes == [], routes)
    lab.check("the connection continues", six.ask(), six.error)
    near.close()

    # An address is taken back as it was given.
    advertise(n, prefix_information(MARK, AUTONOMOUS, valid=0, preferred=0))
    lab.wait_for(lambda: MARK[:-4] not in lab.out("ip -6 -o addr show dev ppp-isp"), 20, "the second address to be withdrawn")
    lab.check("the first address stays, and the connection continues", six.ask() and lab.state() == "up", six.error)
    six.close()

    # Addresses in the LAN's prefix: it is not a call that we want.
    advertise(n, prefix_information(f"{LAN6}/64", AUTONOMOUS))
    status = lab.wait_for(lambda: lab.state() != "up" and lab.status(), 20, "the call to be ended")
    lab.check(
        "an address in the LAN's prefix ends the call, and says why",
        status["reason"] == "AddressConflict" and f"{LAN6}/64 of lan0" in status["detail"],
        status,
    )
    lab.check(
        "this host never had that address", far.heard("call", "in", source=LAN6) == [], far.heard("call", "in", source=LAN6)
    )
    far.close()
