# SPDX-License-Identifier: GPL-2.0-or-later
"""ghostd beside one neighbour: {starts, changes, stops} x {link down, dialing, up}, with the checks after each.

A scenario beside_<neighbour>.py describes its neighbour as a Neighbour and gives it to matrix(). In each cell the neighbour acts
while the link is in that state. Within three seconds after that, a first packet dials (or the call continues). 300 datagrams
and a TCP connection of the host and of a LAN survive. The line is hung up when it is idle, and the neighbour's own
conversation is not disturbed. When ghostd stops, the host is in the state of the neighbour alone.

`tests/run` runs CELLS of each, `tests/run --all lab/beside` all nine. The cells are recorded as measures
beside.<neighbour>.<action>.<state>, from which ghostlab/table.py makes one table.
"""
import os
import re
import time

from stop_restores import compare, picture

from rig import net
from rig.flows import Flow
from rig.lab import CHAT
from rig.run import Failure, out
from rig.syns import Syns, once
from rig.traffic import Sender, Talk
from rig.uplink import Uplink

ACTIONS = ("starts", "changes", "stops")
STATES = ("down", "dialing", "up")
RATE = 75  # datagrams per second
WITHIN = 3  # seconds from the end of what the neighbour does, for all to be as it should
ACT = 120  # seconds that one act of a neighbour may take: ufw's reload starts iptables some dozen times
# A conversation that began before the act lives longer than the act.
TALK = ACT + 60
IPV6 = "host, IPv6"
ALL = bool(os.environ.get("GHOSTLAB_ALL"))
# One of each kind; those of a neighbour that is known for another one say so themselves.
CELLS = (("starts", "down"), ("changes", "dialing"), ("stops", "up"))


class Neighbour:
    """The base class of the neighbours. A neighbour exists (files, namespaces) from prepare() on, and runs from start() to stop()."""

    name = ""
    lan = "lan"  # the namespace whose packets the host forwards
    share = "10.10.10.0/24"  # [Share] From=; none: ghostd opens nothing, the neighbour forwards and masquerades
    lan_after_stop = True  # who forwards and masquerades the LAN's packets does not do so when it has stopped
    lan_before_start = True  # and before it has started
    gives_address = False  # up0's is the neighbour's to give, so it is gone where that has stopped: keeps_address
    keeps_address = True
    idle = "5s"  # IdleTimeout=
    count = 300  # datagrams of a flow
    carries_over = True  # a conversation that was begun before it started or stopped can live on after that
    refuses_new = ()  # the actions in which it refuses what is new for a while: the datagrams wait for the call before they begin
    keeps_syns = False  # it has a queue of its own, in which a SYN and its repetition wait together
    patience = 40  # seconds for the idle link to be hung up
    cells = CELLS

    def prepare(self, lab, uplink):
        """Files and the like; the rig removes those of lab.put()."""

    def start(self, lab):
        pass

    def change(self, lab):
        """A restart or a reload, as an upgrade does it."""

    def stop(self, lab):
        pass

    def undo(self, lab):
        """Removes what the rig itself does not; the neighbour and ghostd may be running or not."""

    def leads(self, running):
        """The interface that a packet to the provider is routed to (one word of it is enough)."""
        return ("gd-isp", "ppp-isp")

    def conversations(self, uplink):
        """The neighbour's own traffic while it runs: Talks."""
        return [uplink.talk()]

    def own(self, lab):
        """Further questions about the neighbour's own business: {what: whether it is well}."""
        return {}


class Service(Neighbour):
    """A unit of systemd."""

    unit = ""
    reload = None  # its own word for a change; none: systemctl restart

    def start(self, lab):
        lab.sh(f"systemctl start {self.unit}", timeout=ACT)
        self.settle(lab)

    def change(self, lab):
        lab.sh(self.reload or f"systemctl restart {self.unit}", timeout=ACT)
        self.settle(lab)

    def stop(self, lab):
        lab.sh(f"systemctl stop {self.unit}", timeout=ACT)

    def settle(self, lab):
        """Waits until it has finished its start."""


class Traffic:
    """300 datagrams and a TCP connection, of the host, by IPv4 and IPv6, and of a LAN. Ready when constructed, started by go()."""

    def __init__(self, lab, lan, neighbour):
        self.lab, self.lan, self.talks, self.others, self.syns_once = lab, lan, {}, [], not neighbour.keeps_syns
        self.flows = {
            "host": Flow(neighbour.count, RATE, port=7010),
            IPV6: Flow(neighbour.count, RATE, port=7014, address=net.ISP6),
        }
        if lan:
            self.flows["LAN"] = Flow(neighbour.count, RATE, port=7011, namespace=lan)

    def go(self):
        for flow in self.flows.values():
            flow.go()
        self.talk()

    def talk(self):
        self.syns = self.also(Syns())
        self.talks = {"host": Talk(timeout=TALK), IPV6: Talk(address=net.ISP6, timeout=TALK)}
        if self.lan:
            self.talks["LAN"] = Talk(namespace=self.lan, timeout=TALK)

    def also(self, process):
        """One that ends with this at the latest."""
        self.others.append(process)
        return process

    def judge(self, check, source):
        """source: gives the address that the provider sees, or None."""
        for name, talk in self.talks.items():
            check(
                f"{name}: TCP stands and goes on",
                talk.wait() and talk.ask(timeout=15) and talk.ask("still", timeout=15),
                talk.error,
            )
        syns = self.syns.stop()
        if self.syns_once:
            by_ipv4 = [name for name in self.talks if name != IPV6]
            check("each SYN came once", len(syns) == len(by_ipv4) and all(map(once, syns.values())), syns)
        for name, flow in self.flows.items():
            seen = flow.finish(quiet=8)
            got = (seen["unique"], seen["twice"], seen["out_of_order"], len(seen["sources"]))
            check(
                f"{name}: {flow.count} datagrams, in order, from one port",
                got == (flow.count, 0, 0, 1) and not flow.sent["errors"],
                f"{account(seen, flow)} {seen}",
            )
            address = source() if name != IPV6 else None
            check(f"{name}: as the call", not address or {s.split()[0] for s in seen["sources"]} <= {address}, seen["sources"])

    def end(self):
        for talk in self.talks.values():
            talk.close()
        for flow in self.flows.values():
            flow.sink.end()
            flow.sender.end()
        for process in self.others:
            process.end()


def unnumbered(lines):
    """Without an interface's index, and without the preference of a rule that named none. For such a rule the kernel counts down
    from the lowest it has at that time. Their order stays."""
    return [re.sub(r"^\d+:\s+", "", line) for line in lines]


def in_short(fault):
    """A failure's name without its evidence, but with the count of what was lost."""
    name, _, detail = fault.partition(": ")
    if name in ("host", IPV6, "LAN"):
        what, _, detail = detail.partition(": ")
        return f"{name}: " + (detail.split(",")[0] if "lost" in detail else what)
    return name


def account(seen, flow):
    return (
        f"{flow.count - seen['unique']} lost ({flow.sent['errors']} refused), {seen['twice']} twice, {seen['out_of_order']} out of order, "
        f"{len(seen['sources'])} ports"
    )


class Matrix:
    def __init__(self, lab, neighbour):
        self.lab, self.neighbour = lab, neighbour
        self.running, self.talks = False, []

    def run(self):
        """The cells, ordered so that each finds the neighbour in the state that it needs."""
        cells = [(a, s) for s in STATES for a in ACTIONS] if ALL else list(self.neighbour.cells)
        self.uplink = Uplink()
        try:
            if not self.neighbour.gives_address:
                self.uplink.give()
            self.neighbour.prepare(self.lab, self.uplink)
            alone = self.alone()
            self.lab.put("/etc/chatscripts/ghostlab", CHAT.replace("TIMEOUT 15", "TIMEOUT 200"))
            call = {"IdleTimeout": self.neighbour.idle, "DialTimeout": "200s", "RedialDelay": "1s"}
            sections = {"Link": {"IPv6": "yes"}, "Call": call}
            if self.neighbour.share:
                sections["Share"] = {"From": self.neighbour.share}
            self.lab.configure("isp", **sections)
            self.lab.start_ghostd()
            for n, (action, state) in enumerate(cells):
                self.need(running=action != "starts")
                self.cell(action, state)
                if n == len(cells) - 1 or (n == len(cells) - 2 and self.running):  # once while it runs, once while it does not
                    self.ghostd_stops(alone)
                    if n < len(cells) - 1:
                        self.lab.start_ghostd()
        finally:
            self.lab.stop_ghostd()
            self.hang_up_own()
            if self.running:
                self.neighbour.stop(self.lab)
            self.neighbour.undo(self.lab)
            self.uplink.stop()

    def alone(self):
        """{whether it runs: what the host looks like}, without ghostd; it has run and changed before, and left what it leaves."""
        self.need(True)
        self.neighbour.change(self.lab)
        self.check_own("alone")
        found = {True: picture(self.lab)}
        self.need(False)
        return {**found, False: picture(self.lab)}

    def need(self, running):
        if running and not self.running:
            self.act("starts")
        if not running and self.running:
            self.act("stops")

    def act(self, action):
        if action == "stops" and self.neighbour.gives_address and not self.neighbour.keeps_address:
            self.hang_up_own()
        {"starts": self.neighbour.start, "changes": self.neighbour.change, "stops": self.neighbour.stop}[action](self.lab)
        self.running = action != "stops"
        if self.running and not self.talks:
            self.talks = self.neighbour.conversations(self.uplink)

    def hang_up_own(self):
        for talk in self.talks:
            talk.close()
        self.talks = []

    def check_own(self, what):
        for talk in self.talks:
            self.lab.check(
                f"{what}: the neighbour's own conversation with {talk.address} goes on",
                talk.wait() and talk.ask(timeout=10),
                talk.error,
            )
        for name, good in (self.neighbour.own(self.lab) if self.running else {}).items():
            self.lab.check(f"{what}: {name}", good)

    def cell(self, action, state):
        lab, what = self.lab, f"{action} while {state}"
        lab.say(f"--- {self.neighbour.name} {what}")
        before, failed = lab.line.calls, len(lab.failures)

        def check(name, good, detail=""):
            return lab.check(f"{what}: {name}", good, detail)

        forwards = (action != "stops" or self.neighbour.lan_after_stop) and (
            action != "starts" or state == "down" or self.neighbour.lan_before_start
        )
        traffic = Traffic(lab, self.neighbour.lan if forwards else None, self.neighbour)
        try:
            {"down": self.down, "dialing": self.dialing, "up": self.up}[state](action, traffic, check)
            lab.check(f"{what}: one call", lab.line.calls == before + 1, lab.line.events())
            self.check_own(what)
            traffic.end()
            status = lab.wait_state("down", self.neighbour.patience)
            check("idle hangs up", status["reason"].lower() == "idle", status)
        except Failure as failure:
            lab.fail(f"{what}: {failure}")
        traffic.end()
        if lab.state() != "down":
            lab.ghostctl("disconnect", "isp")
            lab.wait_state("down", 60)
        lab.line.dial_time(200)
        lab.line.wait_free()
        faults = [text.removeprefix(f"{what}: ") for text in lab.failures[failed:]]
        lab.measure(
            f"beside.{self.neighbour.name}.{action}.{state}",
            "ok" if not faults else "FAILED: " + "; ".join(map(in_short, faults)),
        )

    def in_place(self, check):
        """Within three seconds of what the neighbour did, a packet to the provider is led into the link again, and treated as it should."""
        begun = time.monotonic()
        good = False
        while not good and time.monotonic() < begun + WITHIN:
            # The whole table: after a second loss within ten seconds there may be nothing but a canary for a while.
            there = out(f"ip route get {net.ISP4} uid 0; nft list chain inet ghostd leaving 2>&1")
            good = any(word in there for word in self.neighbour.leads(self.running)) and "hook postrouting" in there
        took = time.monotonic() - begun
        check(f"within {WITHIN} s a packet is led into the link", good, there)
        self.lab.say(f"all is in its place after {took:.1f} s")

    def down(self, action, traffic, check):
        self.act(action)
        self.in_place(check)
        traffic.go()
        traffic.judge(check, self.source)

    def dialing(self, action, traffic, check):
        lab = self.lab
        lab.line.dial_time(180_000)
        if self.neighbour.carries_over:
            traffic.go()
        else:
            traffic.also(Sender(1, 1, port=7012)).go()
        lab.wait_state("dialing", 20)
        if action in self.neighbour.refuses_new:
            for flow in traffic.flows.values():
                flow.said()
        self.act(action)
        self.in_place(check)
        if not self.neighbour.carries_over:
            traffic.go()
        lab.line.dial_time(200)
        traffic.judge(check, self.source)

    def up(self, action, traffic, check):
        lab = self.lab
        held = traffic.also(Sender(3000, 5, port=7013))  # the call is not to go for idleness while the neighbour takes its time
        held.go()
        traffic.talk()
        check("TCP before", all(talk.wait() and talk.ask(timeout=15) for talk in traffic.talks.values()))
        lab.wait_state("up")
        self.act(action)
        self.in_place(check)
        if self.neighbour.carries_over:
            for flow in traffic.flows.values():
                flow.go()
        else:
            for talk in traffic.talks.values():
                talk.close()
            traffic.go()
        held.end()
        traffic.judge(check, self.source)

    def source(self):
        """The call's address, behind which all is; None while a tunnel carries it."""
        return None if "dev wg" in self.neighbour.leads(self.running)[0] else net.call_address(self.lab.line.last_call)

    def ghostd_stops(self, alone):
        what = f"{self.neighbour.name}, {'running' if self.running else 'stopped'}"
        self.lab.stop_ghostd()
        before = len(self.lab.failures)
        compare(self.lab, f"ghostd stops beside {what}", alone[self.running], unnumbered)
        word = "running" if self.running else "stopped"
        self.lab.measure(
            f"beside.{self.neighbour.name}.ghostd-stops.{word}", "ok" if len(self.lab.failures) == before else "NOT as before"
        )


def matrix(lab, neighbour):
    Matrix(lab, neighbour).run()
