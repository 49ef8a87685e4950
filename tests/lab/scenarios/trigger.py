# SPDX-License-Identifier: GPL-2.0-or-later
"""From the first packet to pppd's exec, as a share of what a bare pppd takes for the whole call on the same line."""
import statistics
import time

from rig.bare import BareCall
from rig.execwatch import ExecWatch
from rig.traffic import Sender

TIMEOUT = 420
CAPTURE = False
ALONE = True
ROUNDS = 20


def run(lab):
    whole = []
    for _ in range(5):
        call = BareCall("updetach", "noipv6")  # it detaches at the first address, which might be IPv6's
        call.process.wait(60)  # with updetach the pppd that was started ends when the link is up
        whole.append(time.monotonic() - call.begun)
        lab.check("a bare call works", call.address(), call.log()[-500:])
        lab.line.drop()
        lab.line.wait_free()
    bare = statistics.median(whole)
    watch = ExecWatch()
    lab.configure("isp")
    lab.start_ghostd()
    taken = []
    for i in range(ROUNDS):
        lab.wait_state("down", 60)
        sender = Sender(1, 1, port=7100 + i)
        sender.go()
        first = sender.done()["first"]
        executed = watch.wait(first, 20)
        if not lab.check(f"round {i + 1}: pppd was started", executed):
            return
        taken.append(executed - first)
        lab.ghostctl("disconnect", "isp")
    median = statistics.median(taken)
    share = 100 * median / bare
    lab.measure("ghostd.trigger", f"{share:.1f} % ({median * 1000:.0f} ms of {bare:.2f} s; slowest {max(taken) * 1000:.0f} ms)")
    lab.check("at most 5 % of the whole call", share <= 5, (share, taken, whole))
