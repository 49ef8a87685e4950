# SPDX-License-Identifier: GPL-2.0-or-later
"""Random runs, one of each event (twenty with --all): budgets, ages, MTUs, sizes, busy lines, hang-ups and blocks mixed. After each, the packets
sent equal those that arrived, plus each kind of drop, plus those that still wait. A failure names its seed (GHOSTLAB_SEED repeats
it)."""
import os
import random
import time

from rig.mixed import Mixed
from rig.traffic import Sink

TIMEOUT = 600
CAPTURE = False
EVENTS = ("nothing", "nothing", "busy first", "disconnect", "block", "block at once", "still waiting")


def run(lab):
    seed = int(os.environ.get("GHOSTLAB_SEED") or time.time())
    lab.say(f"seed {seed}")
    lab.configure("isp")
    lab.start_ghostd()
    kinds = set()
    runs = 20 if os.environ.get("GHOSTLAB_ALL") else len(EVENTS)
    for n in range(runs):
        try:
            kinds |= one(lab, n, EVENTS[n % len(EVENTS)], random.Random(seed + n), seed + n)
        except Exception:
            lab.say(f"seed {seed}, run {n}")
            raise
    lab.measure("ghostd.books", f"{runs} of {runs} true" if not lab.failures else "NOT true")
    lab.measure("ghostd.books.kinds", " ".join(sorted(kinds)))
    lab.check("the runs had drops of several kinds", len(kinds) >= 4, kinds)


def one(lab, n, event, chance, seed):
    # Each kind of drop has a run that is sure to show it.
    buffer = {
        "Packets": 50 if event == "busy first" else chance.choice((50, 400, 4096)),
        "Bytes": chance.choice(("64K", "1M", "8M")),
        "Age": "2s" if event == "still waiting" else chance.choice(("2s", "1min")),
    }
    mru = chance.choice((1500, 1500, 1280, 576))
    lab.isp.configure(extra=f"mru {mru}\n")
    lab.configure(
        "isp", Buffer=buffer, Call={"IdleTimeout": "5min", "RedialDelay": "1s", "RedialDelayMax": "1s", "DialTimeout": "2min"}
    )
    lab.check(f"run {n}: reload", lab.ghostctl("reload")[0] == 0)
    lab.sh("ip route flush cache")  # of what "too big" has taught the kernel in the run before
    lab.line.dial_time(chance.randrange(1000 if event == "disconnect" else 200, 3000))
    lab.line.outcome({"busy first": "busy", "still waiting": "silent", "block": "silent"}.get(event, "connect"))
    before = lab.status()
    count = chance.randrange(200, 900)
    sink, sender = Sink(), Mixed(count, chance.randrange(150, 400), seed)
    if event == "block at once":
        lab.ghostctl("block", "isp")
    since = sender.go()
    if event == "busy first":
        lab.line.wait_event("busy", 30, since)
        lab.line.outcome("connect")
    if event in ("disconnect", "block"):
        wait_for_packets(lab, before, chance.randrange(20, 100))
        lab.ghostctl("disconnect" if event == "disconnect" else "block", "isp")
    sent = sender.done()
    settle(lab, event)
    seen = sink.quit(count, quiet=2)
    status = settle(lab, event)
    kinds = {row["why"]: row["packets"] for row in status["drops"]}
    for row in before["drops"]:
        kinds[row["why"]] -= row["packets"]
    kinds = {why: packets for why, packets in kinds.items() if packets}
    # Once the kernel knows the MTU, it refuses a packet that must not be fragmented (EMSGSIZE). That packet was never sent.
    never = sent["errors"].get("EMSGSIZE", 0)
    total = seen["unique"] + sum(kinds.values()) + status["buffered_packets"]
    replayed = status["replayed_packets"] - before["replayed_packets"]
    lab.say(
        f"run {n} ({event}, {buffer}, mru {mru}): {count} attempts, {sent['errors']}; arrived {seen['unique']}, replayed {replayed}, "
        f"dropped {kinds}, waiting {status['buffered_packets']}"
    )
    lab.check(
        f"run {n}: sent = arrived + dropped + waiting",
        count - never == total and not seen["twice"],
        (f"seed {seed}", count - never, total, kinds, sent, seen, status),
    )
    lab.check(f"run {n}: each replayed packet arrived", replayed <= seen["unique"], (f"seed {seed}", replayed, seen, status))
    lab.check(
        f"run {n}: the kinds of drops add up to all drops",
        sum(kinds.values()) == status["dropped_packets"] - before["dropped_packets"],
        (kinds, before, status),
    )
    lab.line.outcome("connect")
    lab.ghostctl("unblock", "isp")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_free()
    return set(kinds)


def wait_for_packets(lab, before, packets):
    def there():
        s = lab.status()
        return s["state"] == "up" or s["buffered_packets"] + s["dropped_packets"] - before["dropped_packets"] >= packets

    lab.wait_for(there, 30, f"{packets} packets to wait")


def settle(lab, event):
    """The status once it changes no more: up with nothing waiting, or at rest."""
    if event == "still waiting":
        lab.wait_state("dialing")
    elif event.startswith("block"):
        lab.wait_for(lambda: (s := lab.status())["blocked"] and s["state"] == "down", 60, "the link to be blocked")
    else:
        lab.wait_for(
            lambda: (s := lab.status())["state"] == "up" and s["buffered_packets"] == 0 or s["state"] == "down",
            60,
            "the link to be settled",
        )
    last = {}

    def still():
        now = lab.status()
        same = all(now[k] == last.get(k) for k in ("replayed_packets", "dropped_packets", "buffered_packets", "state"))
        last.update(now)
        return same and now

    return lab.wait_for(still, 30, "the counters to stand still", pause=0.5)
