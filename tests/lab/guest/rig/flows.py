# SPDX-License-Identifier: GPL-2.0-or-later
"""The traffic of the benchmarks, the same for ghostd and for pppd's demand mode, and how its account is written."""
import time

from . import net
from .run import Failure
from .traffic import Sender, Sink


def account(seen, sent):
    """As "arrived / twice / out of order / source ports", as the table has it."""
    return f"{seen['unique']} of {sent} / {seen['twice']} / {seen['out_of_order']} / {len(seen['sources'])}"


class Flow:
    """One stream of numbered datagrams to a sink of its own. Everything is ready before the first one leaves."""

    def __init__(self, count, pps, size=64, address=net.ISP4, port=7000, namespace=None):
        self.count = count
        self.sink = Sink(address, port)
        self.sender = Sender(count, pps, address, port, size, namespace)
        self.sent = self.seen = None

    def go(self):
        self.sender.go()

    def said(self):
        """Waits for the sender to be done; its account."""
        self.sent = self.sent or self.sender.done()
        return self.sent

    def finish(self, quiet=6):
        """Waits for the sender to be done and the rest to arrive; the sink's account."""
        self.said()
        self.seen = self.sink.quit(self.count, quiet)
        return self.seen


def capacity(lab, size=1200, count=8000):
    """Datagrams of that size that the line carries per second, while it is up: as many as arrive of far too many."""
    flow = Flow(count, 100000, size, port=7009)
    flow.go()
    seen = flow.finish(quiet=2)
    span = (seen["last"] or 0) - (seen["first"] or 0)
    rate = seen["arrived"] / span if span > 0 else 0
    lab.say(f"the line carries {rate:.0f} datagrams of {size} bytes per second ({seen['arrived']} in {span:.2f} s)")
    return rate


def carried(lab, size=1200):
    """A rate, in datagrams per second, that the line (which is up) is seen to carry without any loss. It is 1000 at most, so that
    ten thousand span the dial, the replay and a good time after it."""
    rate = min(capacity(lab, size) * 0.4, 1000)
    while rate > 50:
        flow = Flow(int(rate * 2), rate, size, port=7008)
        flow.go()
        lost = flow.count - flow.finish(quiet=2)["unique"]
        lab.say(f"at {rate:.0f} per second, {lost} of {flow.count} are lost")
        if lost == 0:
            return rate
        rate *= 0.7
    raise Failure("the line carries no 50 datagrams per second")


def handover_delay(watch, interface, since, first_arrival):
    """Milliseconds from the kernel's word that the interface has its address to the first datagram at the far end."""
    address = watch.first(interface, since)
    return None if address is None or first_arrival is None else round((first_arrival - address) * 1000, 1)


def now():
    return time.monotonic()
