# SPDX-License-Identifier: GPL-2.0-or-later
"""The baseline: pppd's own demand mode, on the same line with the same traffic. It has no checks that can fail, only measures."""
from rig import net
from rig.bare import AddressWatch, BareCall
from rig.flows import Flow, account, carried, handover_delay, now
from rig.lab import PEER
from rig.run import Failure
from rig.traffic import Talk

TIMEOUT = 420
CAPTURE = False
DEMAND = ["demand", "noipv6", "defaultroute", "10.99.0.1:10.64.64.254"]


def demand(lab, *options):
    """pppd in demand mode, its interface there and nothing called yet."""
    call = BareCall(*DEMAND, *options, peer="demand")

    def there():
        call.check_alive()
        return lab.out("ip route show default dev ppp-bare")

    lab.wait_for(there, 30, "pppd's demand interface")
    return call


def end(lab, call):
    call.hang_up()
    lab.line.wait_idle()


def run(lab):
    lab.peer("demand", text=PEER.replace("nodefaultroute\n", ""))
    watch = AddressWatch()
    rate = datagrams_small(lab, watch)
    datagrams_large(lab, rate)
    tcp(lab, "ktune")
    tcp(lab)
    hang_up(lab)


def datagrams_small(lab, watch):
    call = demand(lab)
    flow = Flow(3000, 300)
    begun = now()
    flow.go()
    seen = flow.finish()
    lab.measure("demand.udp", account(seen, 3000))
    lab.measure("demand.handover", handover_delay(watch, "ppp-bare", begun, seen["first"]), "ms")
    rate = carried(lab)
    lab.measure("line.rate", round(rate))
    end(lab, call)
    return rate


def datagrams_large(lab, rate):
    call = demand(lab)
    flow = Flow(10000, rate, 1200)
    flow.go()
    seen = flow.finish()
    lab.measure("demand.large", f"{10000 - seen['unique']} lost at {rate:.0f}/s")
    end(lab, call)


def tcp(lab, *options):
    name = "with" if options else "without"
    lab.sh("sysctl -qw net.ipv4.ip_dynaddr=0")  # the default; what ktune sets stays set
    call = demand(lab, *options)
    net.reset_syns()
    talk = Talk(timeout=25)
    done = talk.wait()
    went_on = done and talk.ask()
    syns = net.syns_seen()
    text = f"{'yes' if done else 'no'}, {'yes' if went_on else 'no'}, {syns}"
    if done:
        text += f" (after {talk.connected_after:.1f} s)"
    lab.measure(f"demand.tcp.{name}-ktune", text)
    talk.close()
    end(lab, call)
    lab.sh("sysctl -qw net.ipv4.ip_dynaddr=0")


def hang_up(lab):
    call = demand(lab, "idle", "5")
    first = Talk(timeout=1)  # wakes the line
    call.wait_up()
    lab.wait_for(lambda: "local  IP address" in call.log(), 30, "the call")
    flow = Flow(300, 100)
    try:
        lab.wait_for(lambda: "lack of activity" in call.log(), 60, "pppd to hang up for idleness", pause=0.01)
    except Failure:
        lab.measure("demand.hangup", "never hung up")
        flow.go()
        flow.finish()
        end(lab, call)
        return
    flow.go()
    seen = flow.finish()
    lab.measure("demand.hangup", f"{seen['unique']} of 300 arrive")
    first.close()
    end(lab, call)
