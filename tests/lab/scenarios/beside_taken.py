# SPDX-License-Identifier: GPL-2.0-or-later
"""ghostd restores what others remove, down and up: systemd-networkd's restart, `nft flush ruleset`, a deleted rule, route, address,
interface, queue. Repeated removal for 15 s costs little and is logged, and everything is restored within 2 s after its end."""
import json
import os
import socket
import subprocess
import time

from rig.traffic import Sender, Sink, Talk

ALL = bool(os.environ.get("GHOSTLAB_ALL"))
TIMEOUT = 500
TIMEOUT_ALL = 900

LOST = "MESSAGE_ID=8e0f6b4d2a514c7f9b1d63a7c5e28f04"


def run(lab):
    try:
        taken(lab)
    finally:
        lab.sh(
            "systemctl stop systemd-networkd.socket systemd-networkd; ip link del d0; "
            "rm -f /run/systemd/network/50-d0.network",
            check=False,
        )


def ours(lab):
    """The state, without the parts that change by themselves."""
    return lab.out(
        "ip rule | grep ghostd; ip -6 rule | grep ghostd; ip route show table all proto ghostd; "
        "ip -6 route show table all proto ghostd; ip -o addr show dev gd-isp | sed 's/ valid_lft.*//; s/^[0-9]*//'; "
        "ip -o link show dev gd-isp | sed 's/state.*//; s/^[0-9]*//'; "
        "tc qdisc show dev ppp-isp 2>/dev/null | sed 's/refcnt.*//'; "
        "nft -s list table inet ghostd | grep -v expires | sed -E 's/ timeout [0-9a-z]+//'; "
        "sysctl -a 2>/dev/null | grep -E 'conf.(gd|ppp)-isp.(forwarding|rp_filter|disable_ipv6|accept_ra) '"
    )


def back(lab, what, harm, right):
    """Does harm; what the journal says of it, and how long after it that was."""
    begun, (work, _) = time.monotonic(), cpu()
    lab.sh(harm)
    harmed = time.monotonic()
    entry = lab.wait_for(lambda: next(iter(lost(lab, begun)), None), 20, f"{what} to be missed", pause=0.02)
    took = max(0.0, entry["at"] - harmed)
    lab.measure(f"{what}: put back after", round(took, 2), f"s, {cpu()[0] - work:.2f} s of CPU")
    lab.check(f"{what}: restored soon", took < 2, entry)
    # During a removal in several steps, ghostd may restore in between, and once more after its pause.
    as_it_should(lab, what, right)


def as_it_should(lab, what, right, deadline=5):
    """Waits for all to be right again; when the look began that saw it."""
    end = time.monotonic() + deadline
    while True:
        begun, now = time.monotonic(), ours(lab)
        if now == right or begun > end:
            lab.check(
                f"{what}: as before", now == right, "\n" + "\n".join(sorted(set(right.splitlines()) ^ set(now.splitlines())))
            )
            return begun


def lost(lab, since):
    """The journal's entries on losses since then."""
    lines = lab.out(f"journalctl --no-pager -o json {LOST} -b").splitlines()
    entries = [{"at": int(e["__MONOTONIC_TIMESTAMP"]) / 1e6, "text": e["MESSAGE"]} for e in map(json.loads, lines)]
    return [e for e in entries if e["at"] > since]


def time_to_calm(lab):
    """A loss within 10 s of another of its kind causes a pause; here each is separate."""
    time.sleep(10.5)


def unjudged(lab):
    """The table is deleted, and noise enters the link before ghostd notices: it must not make a call for that."""
    pid = lab.out("systemctl show -P MainPID ghostd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as noise:
        noise.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"gd-isp")
        lab.sh(f"kill -STOP {pid}; nft flush ruleset")
        noise.sendto(b"noise", ("224.0.0.251", 5353))
        lab.sh(f"kill -CONT {pid}")
    lab.wait_for(lambda: any(one["why"] == "impaired" for one in lab.status()["drops"]), 20, "it to be counted")
    lab.check("an unjudged packet makes no call", (lab.status()["state"], lab.status()["calls"]) == ("down", 0), lab.status())


# Those of one group are losses of different kinds.
HARMS = [
    {
        # As the kernel has it: networkd, which comes later, removes what it takes for a foreign rule.
        "the rules": "ip rule del pref 32765; ip -6 rule flush; ip -6 rule add pref 32766 lookup main protocol kernel",
        "the table": "nft flush ruleset",
    },
    {
        "the routes": "ip route replace default dev lo table 26468 metric 1000; ip -6 route del default table 26468 metric 1000",
        "a chain's rules": "nft flush chain inet ghostd nat_postrouting",
    },
    {
        "the interface": "ip link set gd-isp mtu 1300; ip addr flush dev gd-isp scope global; sysctl -qw net.ipv6.conf.gd-isp.disable_ipv6=1; ip link set gd-isp down"
    },
]


def taken(lab):
    lab.configure("isp", Link={"IPv6": "yes"}, Call={"IdleTimeout": "30s"})
    lab.start_ghostd()
    down, begun = ours(lab), time.monotonic()
    for group in HARMS:
        for what, harm in group.items():
            back(lab, what, harm, down)
        time_to_calm(lab)
    said = [e["text"] for e in lost(lab, begun)]
    harms = sum(len(group) for group in HARMS)
    lab.check("each loss is logged once", len(said) == harms and all("; restored" in line for line in said), said)
    lab.check("the journal names the program, if the kernel does", sum("by nft (process" in line for line in said) == 2, said)
    lab.check("none of the losses has made a call", lab.status()["calls"] == 0, lab.status())

    unjudged(lab)
    as_it_should(lab, "a packet that nobody judged", down)
    lab.sh("ip link del gd-isp")
    as_it_should(lab, "the interface is deleted", down)
    time_to_calm(lab)

    # networkd, with something to manage, started after ghostd and restarted; without the file that keeps it from our rules.
    lab.put("/etc/systemd/networkd.conf.d/90-lab.conf", "[Network]\nManageForeignRoutingPolicyRules=yes\n")
    lab.sh(
        "mkdir -p /run/systemd/network; printf '[Match]\\nName=d0\\n[Network]\\nAddress=198.51.100.9/24\\n' > /run/systemd/network/50-d0.network; "
        "ip link add d0 type dummy"
    )
    for verb in ("start", "restart"):
        begun = time.monotonic()
        lab.sh(f"systemctl {verb} systemd-networkd", timeout=90)
        lab.wait_for(lambda: lost(lab, begun), 20, f"what networkd took at its {verb} to be missed")
        lab.wait_for(lambda: ours(lab) == down, 20, f"all to be right after networkd's {verb}")
        time_to_calm(lab)
    sink, sender = Sink(), Sender(300, 100)
    sender.go()
    lab.wait_state("up", 90)
    seen = sink.quit(300)
    lab.check(
        "a first packet dials, and none is lost",
        (seen["unique"], seen["out_of_order"], len(seen["sources"])) == (300, 0, 1),
        seen,
    )
    talk = Talk()
    lab.check("a conversation is established", talk.wait() and talk.ask(), talk.error)

    # While the link is up.
    lab.wait_for(lambda: "priomap 2 2 2" in lab.out("tc qdisc show dev ppp-isp"), 30, "the queue to be an ordinary one")
    up = ours(lab)
    for what, harm in {
        "the table, up": "nft flush ruleset",
        "the call's route": "ip route del default dev ppp-isp table 26468",
        "the call's queue": "tc qdisc del dev ppp-isp root",
    }.items():
        back(lab, what, harm, up)
        lab.check(f"the conversation goes on: {what}", talk.ask(), talk.error)
    time_to_calm(lab)
    fresh = Talk()
    lab.check(
        "new conversations have the call's address",
        fresh.wait() and fresh.ask() and fresh.seen_as[0] in lab.status()["local_addresses"],
        fresh.seen_as,
    )
    fresh.close()
    talk.close()
    lab.wait_state("down", 120)
    lab.check("idleness ends the call", "idle" == lab.status()["reason"], lab.status())

    hostile(lab, "rules", "ip rule del pref 32765 2>/dev/null", down)
    hostile(lab, "the table", "nft flush ruleset", down)


def cpu():
    pid = subprocess.run(["systemctl", "show", "-P", "MainPID", "ghostd"], capture_output=True, text=True).stdout.strip()
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    with open(f"/proc/{pid}/status") as f:
        rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), rss


def rounds_of(rounds):
    with open(rounds) as f:
        return int(f.read() or 0)


def hostile(lab, what, loop, right):
    before, memory = cpu()
    begun = time.monotonic()
    rounds = "/run/ghostlab-rounds"
    thief = subprocess.Popen(["sh", "-c", f"n=0; while :; do {loop}; n=$((n+1)); echo $n >{rounds}; done"])
    lab.wait_for(lambda: lab.status()["degraded"], 20, "Degraded to be said")
    lab.say("degraded: " + lab.status()["degraded"])
    while time.monotonic() < begun + 15 or (ALL and rounds_of(rounds) < 1000):
        time.sleep(0.5)
    after, memory_after = cpu()
    spent = 100 * (after - before) / (time.monotonic() - begun)
    thief.kill()
    thief.wait()
    ended = time.monotonic()
    healed = as_it_should(lab, f"hostile loop at {what}", right, 20) - ended
    lab.measure(f"hostile loop at {what}: times taken away", rounds_of(rounds))
    lab.measure(f"hostile loop at {what}: ghostd's CPU", round(spent, 2), "%")
    lab.measure(f"hostile loop at {what}: healed after", round(healed, 2), "s")
    lab.measure(f"hostile loop at {what}: memory grew by", memory_after - memory, "KiB")
    # 5 % and 2 s are asked for, and shown; a busy machine is allowed twice that.
    lab.check(f"hostile loop at {what}: ghostd uses little CPU", spent < 10, spent)
    lab.check(f"hostile loop at {what}: restored soon after its end", healed < 4, healed)
    lab.check("ghostd's memory does not grow", memory_after - memory < 1024, (memory, memory_after))
    lab.wait_for(lambda: not lab.status()["degraded"], 30, "Degraded to be taken back")
