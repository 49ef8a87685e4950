# SPDX-License-Identifier: GPL-2.0-or-later
"""While the link is up, the kernel carries everything: no packet wakes ghostd. Also ghostd's memory, with one link and
with a hundred."""
import time

from rig.run import out
from rig.traffic import fetch

CAPTURE = False
SIZE = 20_000_000


def run(lab):
    lab.configure("isp")
    lab.start_ghostd()
    code, _, error = lab.ghostctl("connect", "isp")
    lab.check("connect", code == 0, error)
    # The handover's own work is done when the queue is an ordinary one again; then the transfer is alone.
    before = settled(lab)
    began = time.monotonic()
    took = fetch(SIZE)
    woken = switches(pid()) - before
    rate = woken / (time.monotonic() - began)
    lab.measure("ghostd.wakeups", f"{rate:.2f} per second ({woken} in {took:.1f} s of transfer)")
    lab.check("at most 2 wake-ups per second", rate <= 2, (woken, took))
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    one = memory(pid())
    lab.measure("ghostd.memory.1", f"{one[0]:.1f} / {one[1]:.1f} MiB")
    lab.check("one link: USS <= 4 MiB, RSS <= 14 MiB", one[0] <= 4 and one[1] <= 14, one)
    lab.stop_ghostd()
    for n in range(1, 100):
        lab.configure(f"link{n}", Link={"Peer": "isp", "Routes": f"198.51.{n}.0/24"})
    lab.start_ghostd(120)
    lab.wait_for(lambda: lab.ghostctl("status", "--json")[1].count('"demand_interface"') == 100, 60, "100 links")
    hundred = memory(pid())
    lab.measure("ghostd.memory.100", f"{hundred[0]:.1f} / {hundred[1]:.1f} MiB")
    lab.check("a hundred links: USS <= 8 MiB, RSS <= 18 MiB", hundred[0] <= 8 and hundred[1] <= 18, hundred)


def pid():
    return int(out("systemctl show -P MainPID ghostd"))


def switches(process):
    """Every time a thread of the process was put on a processor again, of its own will or not."""
    return sum(map(int, out(f"cat /proc/{process}/task/*/status | grep ctxt_switches | cut -f2").split()))


def settled(lab):
    """The count of wake-ups once it has stood still for a second."""
    last = {"n": -1, "t": time.monotonic()}

    def still():
        n = switches(pid())
        if n != last["n"]:
            last.update(n=n, t=time.monotonic())
        return time.monotonic() - last["t"] > 1

    lab.wait_for(still, 60, "ghostd to have nothing to do", pause=0.2)
    return last["n"]


def memory(process):
    """(USS, RSS) in MiB."""
    kb = {}
    with open(f"/proc/{process}/smaps_rollup") as f:
        for line in f:
            words = line.split()
            if words[0].endswith(":") and len(words) == 3:
                kb[words[0]] = int(words[1])
    return (kb["Private_Clean:"] + kb["Private_Dirty:"]) / 1024, kb["Rss:"] / 1024
