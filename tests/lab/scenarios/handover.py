# SPDX-License-Identifier: GPL-2.0-or-later
"""Traffic begun while the link is down: our own, then our own with a LAN's and IPv6 at the same time, then TCP."""
from rig import net
from rig.bare import AddressWatch
from rig.flows import Flow, account, handover_delay, now
from rig.traffic import Talk
from rig.witness import Witness

TIMEOUT = 300
CAPTURE = False
ALONE = True


def run(lab):
    watch = AddressWatch()
    sections = {"Link": {"IPv6": "yes"}, "Share": {"From": "10.10.10.0/24"}, "Call": {"IdleTimeout": "5min"}}
    lab.configure("isp", **sections)
    lab.start_ghostd()
    lab.wait_state("down", 30)
    alone(lab, watch)
    # 5500 in ten seconds: a machine that is slow to dial would have the default 4096 drop the oldest, as it should.
    lab.configure("isp", **sections, Buffer={"Packets": "8192"})
    lab.check("reload", lab.ghostctl("reload")[0] == 0)
    three_at_once(lab)
    tcp(lab)


def down(lab):
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()


def alone(lab, watch):
    witness = Witness()
    flow = Flow(3000, 300)
    begun = now()
    flow.go()
    seen = flow.finish()
    places = witness.quit()
    lab.measure("ghostd.udp", account(seen, 3000))
    lab.check(
        "3000 datagrams begun while down arrive: all, once, in order, from one port",
        (seen["unique"], seen["twice"], seen["out_of_order"], len(seen["sources"])) == (3000, 0, 0, 1),
        (seen, places),
    )
    lab.check(
        "they leave this host in order, so any reordering is at the far end",
        places["ppp-isp out"] == {"passed": 3000, "late": []},
        places,
    )
    delay = handover_delay(watch, "ppp-isp", begun, seen["first"])
    lab.measure("ghostd.handover", delay, "ms")
    # tests/run compares it with pppd demand's of the same run (ghostlab/table.py); this is for a run without that.
    lab.check("the replay came within a second of the address", delay is not None and 0 <= delay < 1000, delay)
    status = lab.status()
    lab.say(f"status: {status}")
    down(lab)


def three_at_once(lab):
    flows = {
        "own": Flow(3000, 300, port=7010),
        "LAN": Flow(1500, 150, port=7011, namespace="lan"),
        "IPv6": Flow(1000, 100, port=7012, address=net.ISP6),
    }
    for flow in flows.values():
        flow.go()
    parts = []
    for name, flow in flows.items():
        seen = flow.finish()
        lab.check(
            f"{name}: all arrive, in order, from one port",
            (seen["unique"], seen["twice"], seen["out_of_order"], len(seen["sources"])) == (flow.count, 0, 0, 1),
            seen,
        )
        parts.append(f"{name} {flow.count - seen['unique']} / {seen['out_of_order']} / {len(seen['sources'])}")
    lab.measure("ghostd.three", "; ".join(parts))
    down(lab)


def tcp(lab):
    net.reset_syns()
    own = Talk()
    done = own.wait()
    own_syns = net.syns_seen()
    lab.wait_state("up")
    went_on = done and own.ask() and own.ask("again")
    syns = net.syns_seen()
    lab.measure(
        "ghostd.tcp",
        f"{'yes' if done else 'no'}, {'yes' if went_on else 'no'}, {syns}"
        + (f" (after {own.connected_after:.1f} s)" if done else ""),
    )
    lab.check("a TCP connection begun while down is established", done, own.error)
    lab.check("the same socket continues", went_on, own.error)
    lab.check("the far end saw one SYN", own_syns == syns == 1, syns)
    lab.check("the far end saw the call's address", done and own.seen_as[0] == net.call_address(lab.line.last_call), own.seen_as)
    own.close()
    down(lab)
    net.reset_syns()
    lan, six = Talk(namespace="lan"), Talk(address=net.ISP6)
    lab.check("a TCP connection of the LAN is established", lan.wait() and lan.ask(), lan.error)
    lab.check("a TCP connection over IPv6 is established", six.wait() and six.ask(), six.error)
    lab.check(
        "the LAN is behind the call's address",
        lan.seen_as and lan.seen_as[0] == net.call_address(lab.line.last_call),
        lan.seen_as,
    )
    lan.close()
    six.close()
