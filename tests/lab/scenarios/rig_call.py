# SPDX-License-Identifier: GPL-2.0-or-later
"""The rig without ghostd: a bare pppd calls through the modem line; each call has another address and another prefix."""
import os

from rig import net
from rig.bare import BareCall
from rig.run import out
from rig.traffic import Sender, Sink, Talk


def run(lab):
    for expected in (1, 2):
        pppd = BareCall()
        pppd.wait_up()
        n = lab.line.last_call
        lab.check(f"call {expected} is number {expected}", n == expected, n)
        address = net.call_address(n)
        lab.check(
            "pppd's address is the call's", address in out("ip -4 -o addr show dev ppp-bare"), out("ip addr show dev ppp-bare")
        )
        lab.sh("ip route replace default dev ppp-bare")
        lab.wait_for(
            lambda: net.call_prefix(n)[:-4] in out("ip -6 -o addr show dev ppp-bare scope global"),
            20,
            "an address from the advertised prefix",
        )
        talk = Talk(timeout=20)
        lab.check("TCP reaches the provider", talk.wait() and talk.ask(), talk.error)
        lab.check("the provider sees the call's address", talk.seen_as and talk.seen_as[0] == address, talk.seen_as)
        six = Talk(address=net.ISP6, timeout=20)
        lab.check("TCP reaches the provider over IPv6, too", six.wait() and six.ask(), six.error)
        talk.close()
        six.close()
        sink, sender = Sink(), Sender(500, 500)
        sender.go()
        sender.done()
        seen = sink.quit(500)
        lab.check("500 datagrams arrive", (seen["unique"], seen["out_of_order"], len(seen["sources"])) == (500, 0, 1), seen)
        lab.check("pppd ends in order", pppd.hang_up() == 5, pppd.process.returncode)
        lab.line.wait_idle()
    lab.check("the provider named DNS servers", "10.64.64.1" in open("/etc/ppp/resolv.conf").read())
    lab.check("the call's interface is gone", not os.path.exists("/sys/class/net/ppp-bare"))
    lab.check("the far end counts SYNs", net.syns_seen() == 4, net.syns_seen())
