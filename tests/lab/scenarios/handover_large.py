# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten thousand large datagrams across dial, replay and up. With room for them none is lost. With the default budget only the
oldest are lost, and each is counted."""
from rig.flows import Flow, carried

TIMEOUT = 300
CAPTURE = False
ALONE = True


def run(lab):
    lab.configure("isp", Buffer={"Packets": 20000, "Bytes": "32M"})
    lab.start_ghostd()
    code, _, error = lab.ghostctl("connect", "isp")
    lab.check("connect", code == 0, error)
    rate = carried(lab)
    lab.measure("line.rate", round(rate))
    down(lab)
    flow = Flow(10000, rate, 1200)
    flow.go()
    seen = flow.finish()
    lab.measure("ghostd.large", f"{10000 - seen['unique']} lost at {rate:.0f}/s")
    lab.check("no datagram is lost", (seen["unique"], seen["twice"], seen["out_of_order"]) == (10000, 0, 0), seen)
    lab.stop_ghostd()

    # The default budget, 1 MiB, holds less than what comes while the line is slow to answer.
    lab.configure("isp", Buffer={})
    lab.line.dial_time(3000)
    lab.start_ghostd()
    flow = Flow(4000, 500, 1200)
    flow.go()
    seen = flow.finish()
    dropped = lab.status()["dropped_packets"]
    missing = seen["missing"]
    lab.check("over the budget, some datagrams are lost", dropped > 0, seen)
    lab.check("exactly the oldest are lost", len(missing) == 1 and missing[0][0] == 0, missing)
    lab.check("each loss is counted", dropped == 4000 - seen["unique"], (dropped, seen))
    lab.check("the rest arrive in order", (seen["twice"], seen["out_of_order"]) == (0, 0), seen)
    lab.measure("ghostd.budget", f"{dropped} oldest dropped, {dropped} counted" if len(missing) == 1 else str(missing))


def down(lab):
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()
