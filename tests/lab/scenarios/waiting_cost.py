# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of a waiting packet. It is ghostd's own processor time for 15 000 small ones into a dialing link, with one link
configured and with a hundred. None of them is lost, nor any of 12 000 large packets that come faster than the line carries
them."""
import os
import time

from rig import net
from rig.blast import Blast
from rig.run import out
from rig.traffic import Sink

TIMEOUT = 480
CAPTURE = False
ALONE = True
ROOM = {"Packets": "100000", "Bytes": "64M", "Age": "10min"}
COUNT, RATE = 15_000, 1500
TICK = os.sysconf("SC_CLK_TCK")


def run(lab):
    # An emulator's speed drifts with its host's: the two take turns, a, b, b, a, and the better of each counts.
    one = [waiting(lab, "1")]
    others = [f"link{n}" for n in range(1, 100)]
    for n, name in enumerate(others, start=1):
        lab.configure(name, Link={"Peer": "isp", "Routes": f"198.51.{n}.0/24"})
    hundred = min(waiting(lab, "100") for _ in range(2))
    for name in others:
        os.unlink(f"/etc/ghostd/links/{name}.conf")
    one = min(one + [waiting(lab, "1")])
    lab.measure("ghostd.waiting", f"{one:.0f} / {hundred:.0f} µs (ratio {hundred / one:.2f})")
    # 1.1 is asked for, and shown. A loop over all links for each packet, as 0.1 had it, shows 1.5 and more.
    lab.check("a packet costs the same with a hundred links as with one", hundred <= 1.25 * one, (one, hundred))
    large(lab)


def processor_time():
    """ghostd's, in seconds, user and system."""
    with open(f"/proc/{out('systemctl show -P MainPID ghostd')}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def at_rest():
    """Its processor time once it has nothing to do."""
    last = None
    while (now := processor_time()) != last:
        last = now
        time.sleep(0.3)
    return now


def waiting(lab, links):
    """µs of ghostd's processor time for each of them, until all wait."""
    lab.configure("isp", Buffer=ROOM, Call={"DialTimeout": "5min"})
    lab.line.outcome("silent")
    lab.start_ghostd(120)
    lab.wait_for(lambda: lab.status()["state"] == "down", 60, "the link")
    blast = Blast(COUNT, RATE, size=64)
    before = at_rest()  # a start's last work grows with the links
    blast.go()
    sent = blast.done()
    took = at_rest() - before  # before anybody asks: an answer is work, too, but not that of a packet
    status = lab.wait_for(lambda: (s := lab.status())["buffered_packets"] + dropped(s) >= COUNT and s, 60, "all to wait")
    lab.say(f"{links} links: {took:.2f} s for {COUNT}; {sent}")
    lab.check(
        f"{links} links: all packets wait, and none was dropped",
        (status["buffered_packets"], dropped(status)) == (COUNT, 0),
        status,
    )
    lab.stop_ghostd()
    lab.line.outcome("connect")
    lab.line.wait_free()
    return took / COUNT * 1e6


def dropped(status):
    return status["dropped_packets"]


def large(lab):
    count, rate = 12_000, 3000
    lab.configure("isp", Buffer=ROOM, Call={"IdleTimeout": "5min"})
    lab.start_ghostd()
    lab.wait_state("down")
    sink, blast = Sink(port=7000), Blast(count, rate, size=1200)
    blast.go()
    sent = blast.done()
    seen = sink.quit(count, quiet=10)
    status = lab.wait_state("up")
    lab.measure("ghostd.flood", f"{count - seen['unique']} lost")
    lab.check(
        f"{count} datagrams of 1200 bytes at {rate} per second, begun while down, arrive: all, once, in order, from one port",
        (seen["unique"], seen["twice"], seen["out_of_order"], len(seen["sources"])) == (count, 0, 0, 1),
        (sent, seen, status),
    )
    lab.say(f"at {count / (sent['last'] - sent['first']):.0f} per second; {net.call_address(lab.line.last_call)}; {status}")
