# SPDX-License-Identifier: GPL-2.0-or-later
"""A far end that assigns to itself or to us an address that this host already has. The call ends at once as failed, with the
reason, and no packet went to it. A correct far end gets no route either. (faults.md S2, P4)"""
import socket

from rig import net
from rig.stranger import Ear
from rig.traffic import Talk

STABLE = "192.0.0.2"
CLAIMS = [  # what the far end gives itself, and us; what the detail says of it
    ("it goes as a LAN client", {"far": net.LAN_CLIENT}, [net.LAN_CLIENT, "10.10.10.0/24 of lan0"]),
    ("it goes as we do on the LAN", {"far": net.LAN_HOST}, [net.LAN_HOST, "lan0"]),
    ("it goes as the stable address", {"far": STABLE}, [STABLE, "gd-isp"]),
    ("it gives us the LAN's address", {"ours": net.LAN_HOST}, [net.LAN_HOST, "lan0"]),
    ("it gives us an address in the LAN", {"ours": "10.10.10.77"}, ["10.10.10.77", "10.10.10.0/24 of lan0"]),
    ("it gives both ends the same", {"far": "10.64.64.99", "ours": "10.64.64.99"}, ["10.64.64.99", "both ends"]),
]


def run(lab):
    lab.configure(
        "isp",
        Link={"Routes": f"{net.ISP4}/32"},
        Share={"From": "10.10.10.0/24"},
        Call={"RedialDelay": "60s", "RedialDelayMax": "60s"},
    )
    lab.start_ghostd()
    far, near = Ear("isp"), Ear("lan")
    failures = 0
    for what, gives, words in CLAIMS:
        lab.isp.gives(**gives)
        before, calls = len(near.heard("eth0", "in", to=net.LAN_CLIENT)), lab.line.calls
        lab.ghostctl("connect", "isp")

        def failed():
            status = lab.status()
            return status["failures"] > failures and status

        status = lab.wait_for(failed, 60, f"a call to fail because {what}")
        failures = status["failures"]
        lab.check(f"{what}: the call ends because of it", status["reason"] == "AddressConflict", status)
        lab.check(
            f"{what}: the detail names the address and its owner",
            all(word in status["detail"] for word in words),
            status["detail"],
        )
        lab.check(f"{what}: it makes one call", lab.line.calls - calls == 1, lab.line.calls - calls)
        lab.sh(f"ping -c 2 -i 0.2 -W 2 {net.LAN_CLIENT}")
        lab.check(f"{what}: the LAN's packets go to the LAN", len(near.heard("eth0", "in", to=net.LAN_CLIENT)) >= before + 2)
    # (The far end is asked a question before anything is handed over: it may not have been asked even that.)
    lab.check(
        "none of these far ends received a packet of this host",
        far.heard("call", "in", to="10.64.64.") == [],
        far.heard("call", "in")[-20:],
    )
    lab.check("none of these far ends received a packet for the LAN", far.heard("call", "in", to="10.10.10.") == [])

    lab.isp.gives()
    talk = Talk()
    lab.ghostctl("connect", "isp")
    lab.check("a correct call carries the waiting packets", talk.wait() and talk.ask(), talk.error)
    lab.check("the correct call resets the count of failures", lab.wait_state("up")["reason"] != "AddressConflict")
    peer = "10.64.64.254"
    lab.sh(f"ping -c 1 -W 1 {peer}", check=False)
    asked = [p for p in far.heard("call", "in", to=peer) if p[4] == socket.IPPROTO_ICMP]  # not ghostd's own question
    lab.check("no route leads to the correct far end", asked == [], (asked, lab.out("ip route show table all dev ppp-isp")))

    # An interface here takes an address that the call has. The call ends, and the interface keeps the address.
    lab.sh("ip addr add 10.64.64.5/24 dev lan0")
    try:
        status = lab.wait_for(lambda: lab.state() != "up" and lab.status(), 20, "the call to be ended")
        lab.check(
            "if an interface here later gets a call's address, the call ends and not the interface's",
            status["reason"] == "AddressConflict" and "lan0" in status["detail"],
            status,
        )
    finally:
        lab.sh("ip addr del 10.64.64.5/24 dev lan0")
    talk.close()
    far.close()
    near.close()
