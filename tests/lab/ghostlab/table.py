# SPDX-License-Identifier: GPL-2.0-or-later
"""The benchmark table: what the lab's scenarios measured, beside what was asked for and what pppd's demand mode does."""

NONE = "–"
# The results of these scenarios with 0.1 (01bb7af); no test compares with them, because no two machines are alike.
OBJECTS_BEFORE = "6 rules, 7 routes, 22 + 71 in nftables, 8 sysctls"
WAITING_BEFORE = "437 / 649 µs"
REPLAY_BEFORE = "0.75"
THROUGH_BEFORE = "0.88, 0.75"
# (measure, what must be, ghostd's measure, demand's measures)
ROWS = [
    (
        "3000 UDP datagrams, 300/s, begun while down: arrived / twice / out of order / ports",
        "3000 / 0 / 0 / 1",
        "ghostd.udp",
        ["demand.udp"],
    ),
    ("10 000 datagrams of 1200 bytes across dial, replay, up", "0 lost", "ghostd.large", ["demand.large"]),
    ("the same beyond the default budget", "exactly the oldest, counted", "ghostd.budget", []),
    ("3000 own, 1500 LAN, 1000 IPv6 at once: lost / out of order / ports", "0 / 0 / 1 each", "ghostd.three", []),
    (
        "TCP begun while down: established, goes on, SYNs seen",
        "yes, yes, 1",
        "ghostd.tcp",
        ["demand.tcp.without-ktune", "demand.tcp.with-ktune"],
    ),
    ("from the PPP address to the first datagram at the far end", "<= demand's", "ghostd.handover", ["demand.handover"]),
    ("first packet to pppd's exec, of a whole bare call (median of 20)", "<= 5 %", "ghostd.trigger", []),
    ("wake-ups of ghostd during a 20 MB transfer", "<= 2 per second", "ghostd.wakeups", []),
    ("300 datagrams sent during the hang-up", "all arrive", "ghostd.hangup", ["demand.hangup"]),
    (
        "from Appear to the first notice received, beside a script of pppd and curl (median of 10)",
        "<= 1.1 times the script's",
        "ghostd.appear",
        ["script.appear"],
    ),
    ("12 000 datagrams of 1200 bytes, 3000/s, begun while down (0.1: 1846 lost)", "0 lost", "ghostd.flood", []),
    (
        f"ghostd's processor time for a packet that waits, 1 / 100 links (0.1: {WAITING_BEFORE})",
        "a fifth of 0.1's; ratio <= 1.1",
        "ghostd.waiting",
        [],
    ),
    (
        f"20 000 datagrams of 100 bytes that waited, at our egress; beside a program's sendmmsg(2) into the same call (0.1: {REPLAY_BEFORE})",
        "ratio >= 0.8",
        "ghostd.replay.rate",
        ["sendmmsg.rate"],
    ),
    (
        f"processor time of a 100-byte datagram through an up link, sender and far end included, own and LAN; beside a bare pppd, and one with masquerade and fq_codel (0.1, by rates: {THROUGH_BEFORE})",
        "masqueraded's / ours >= 0.95",
        "ghostd.through",
        ["through.bare", "through.masqueraded"],
    ),
    ("sent = arrived + each kind of dropped + waiting, in random runs (20 with --all)", "to the packet", "ghostd.books", []),
    ("an upgrade of the Debian package during a call, 1000 datagrams per second each way", "0 lost", "package.upgrade", []),
    ("files, routes, rules, nftables, sysctls after the package is purged", "as before", "package.purge", []),
    ("memory, 1 link: USS / RSS", "<= 4 / <= 14 MiB", "ghostd.memory.1", []),
    ("memory, 100 links: USS / RSS", "<= 8 / <= 18 MiB", "ghostd.memory.100", []),
    (
        f"of ours while it runs, one link that shares both families (0.1: {OBJECTS_BEFORE})",
        "fewer than 0.1",
        "ghostd.objects",
        [],
    ),
    ("routes, rules, nftables, sysctls after stop", "as before", "ghostd.restored", []),
]


# The columns of the neighbours' table: (what happens, in which state of the link or of the neighbour)
STATES = ("down", "dialing", "up")
BESIDE = {
    "it starts": ("starts", STATES),
    "restarts or reloads": ("changes", STATES),
    "stops": ("stops", STATES),
    "ghostd stops": ("ghostd-stops", ("running", "stopped")),
}
# The columns of the bad providers' table.
COSTS = (
    "tries",
    "calls",
    "minutes up",
    "minutes paid",
    "of these before it is up again",
    "from the healing until it is up again",
)


# Values that must not exceed those of pppd's demand mode in the same run: (the test's name, ghostd's measure, demand's)
NOT_WORSE = [("lab/handover-not-later-than-demand", "ghostd.handover", "demand.handover")]


def comparisons(measures):
    """[(name, whether it is so, what was compared)] of those of NOT_WORSE of which both sides were measured in this run."""
    found = []
    for name, ours, theirs in NOT_WORSE:
        if ours in measures and theirs in measures:
            a, b = measures[ours]["value"], measures[theirs]["value"]
            good = a is not None and b is not None and a <= b
            found.append((name, good, f"ghostd: {text(measures, ours)}, pppd demand: {text(measures, theirs)}"))
    return found


def text(measures, name):
    one = measures.get(name)
    return NONE if one is None else f"{one['value']}{' ' + one['unit'] if one['unit'] else ''}"


def rows(measures):
    found = [("measure", "must", "ghostd", "pppd demand")]
    for label, must, ours, theirs in ROWS:
        right = [text(measures, name) + (f" ({name.rsplit('.', 1)[1]})" if len(theirs) > 1 else "") for name in theirs]
        found.append((label, must, text(measures, ours), "; ".join(right) or NONE))
    return found


def in_markdown(some):
    """Rows, the first one a header."""
    lines = ["| " + " | ".join(row) + " |" for row in some]
    return "\n".join([lines[0], "|" + "---|" * len(some[0]), *lines[1:]]) + "\n"


def markdown(measures):
    """The table as docs/benchmarks.md has it."""
    return in_markdown(rows(measures))


def beside(measures):
    """The table as docs/beside.md has it: what became of each link by what each neighbour did (scenarios/_beside.py). Nothing if none
    was run."""
    found = {}
    for name, one in measures.items():
        kind, _, rest = name.partition(".")
        if kind == "beside":
            neighbour, what, how = rest.rsplit(".", 2)
            found.setdefault(neighbour, {})[what, how] = str(one["value"])
    if not found:
        return ""
    header = ("beside", *BESIDE)
    return in_markdown(
        [
            header,
            *(
                (
                    neighbour,
                    *(
                        "; ".join(f"{how}: {cells[what, how]}" for how in hows if (what, how) in cells) or NONE
                        for what, hows in BESIDE.values()
                    ),
                )
                for neighbour, cells in sorted(found.items(), key=lambda item: item[0].lower())
            ),
        ]
    )


def providers(measures):
    """The table as docs/providers.md has it: what each bad provider cost ghostd / pppd (scenarios/bad_providers.py). Nothing if that
    was not run."""
    found = {}
    for name, one in measures.items():
        kind, _, rest = name.partition(".")
        if kind == "provider":
            provider, who = rest.rsplit(".", 1)
            found.setdefault(provider, {})[who] = one["value"].split(", ")
    if not found:
        return ""
    return in_markdown(
        [
            ("ghostd / pppd", *COSTS),
            *(
                (provider, *(f"{ours} / {theirs}" for ours, theirs in zip(sides["ghostd"], sides["pppd"])))
                for provider, sides in found.items()
            ),
        ]
    )


def show(measures, say):
    """Prints the tables of what was run."""
    if any(name.startswith(("ghostd.", "demand.")) for name in measures):
        say("")
        say(markdown(measures))
    for further in (beside(measures), providers(measures)):
        if further:
            say("")
            say(further)
