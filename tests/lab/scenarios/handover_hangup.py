# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets that are sent during a hang-up wait and arrive with the next call."""
import re

from rig import net
from rig.flows import Flow
from rig.traffic import Talk


def run(lab):
    # A modem takes its time to hang up: long enough to be seen at it.
    lab.peer(extra='disconnect "/bin/sleep 4"\n')
    lab.configure("isp", Call={"IdleTimeout": "5s"})
    lab.start_ghostd()
    talk = Talk()
    lab.check("the first call comes up", talk.wait(), talk.error)
    talk.close()
    first = lab.line.last_call
    flow = Flow(300, 100)
    # pppd has been told to go, and has not gone: the line still has its call.
    lab.wait_for(lambda: lab.state() == "hanging-up", 60, "the link to hang up", pause=0.02)
    flow.go()
    seen = flow.finish(quiet=15)
    during = sent_before(flow, end_of_hang_up(lab))
    lab.measure("ghostd.hangup", f"{seen['unique']} of 300 arrive")
    lab.measure("ghostd.hangup_during", during)
    lab.check("some packets were sent during the hang-up itself", during > 0, (flow.sent, end_of_hang_up(lab)))
    lab.check("all packets arrive", (seen["unique"], seen["twice"], seen["out_of_order"]) == (300, 0, 0), seen)
    lab.check("one more call carried them", lab.line.last_call == first + 1, lab.line.last_call)
    lab.check("the next call has another address", seen["sources"][0].split()[0] == net.call_address(first + 1), seen["sources"])


def end_of_hang_up(lab):
    """CLOCK_MONOTONIC seconds: when ghostd had word of pppd's exit, by its journal."""
    times = re.findall(r"^\[\s*([\d.]+)\].*isp: hanging-up -> ", lab.journal("-u ghostd"), re.M)
    return float(times[0]) if times else 0.0


def sent_before(flow, moment):
    return max(0, min(flow.count, int((moment - flow.sent["first"]) * flow.sender.pps) + 1))
