# SPDX-License-Identifier: GPL-2.0-or-later
"""start takes over the routes, stop restores exactly the earlier state: from every state, and after kill -9."""
import collections
import difflib
import re

from rig.traffic import Sender, Talk

TIMEOUT = 400


def picture(lab):
    """Routes, rules, nftables, sysctls, interfaces and queues, without counters."""
    # Somebody's bridge may just have begun to ask whether its address is free.
    lab.wait_for(lambda: "tentative" not in lab.out("ip -6 addr"), 20, "no address to be tentative")
    text = lab.out(
        "for c in 'ip -4 route show table all' 'ip -6 route show table all' 'ip -4 rule' 'ip -6 rule' "
        "'nft -s list ruleset' 'ip -o link' 'ip -o addr' 'tc qdisc show'; do echo \"## $c\"; $c 2>&1; done; "
        "echo '## /run/ghostd'; find /run/ghostd -mindepth 1 2>/dev/null; "
        "echo '## sysctl'; sysctl -a 2>/dev/null"
    )
    # Values that count time or events.
    volatile = (
        r"^(kernel\.random\.|fs\.dentry-state|fs\.inode-|fs\.file-nr|kernel\.ns_last_pid|kernel\.pty\.nr|"
        r"net\.netfilter\.nf_conntrack_count)"
    )
    lines = [line for line in text.splitlines() if not re.search(volatile, line)]
    return [re.sub(r"expires \d+sec|valid_lft \S+|preferred_lft \S+", "", line) for line in lines]


def ours(before, after):
    """As "4 rules, …": how many objects and values there are more, or are other than they were."""

    def sections(lines):
        found = {}
        for line in lines:
            if line.startswith("## "):
                what = found.setdefault(line, collections.Counter())
            else:
                what[line] += 1
        return found

    now, then = sections(after), sections(before)
    more = {what: sum((lines - then[what]).values()) for what, lines in now.items()}
    # An interface brings a hundred sysctls of its own. Only changes to the sysctls of others count.
    changed = sum(".gd-isp." not in line for line in (now["## sysctl"] - then["## sysctl"]).elements())
    nft = [line.strip() for line in (now["## nft -s list ruleset"] - then["## nft -s list ruleset"]).elements()]
    braces = sum(line.endswith("{") or line == "}" for line in nft)
    return (
        f"{more['## ip -4 rule'] + more['## ip -6 rule']} rules, "
        f"{more['## ip -4 route show table all'] + more['## ip -6 route show table all']} routes, "
        f"{sum(line.endswith('{') for line in nft)} + {len(nft) - braces} in nftables, {changed} sysctls"
    )


def compare(lab, name, before, plain=lambda lines: lines):
    """plain: takes out of both what may differ."""
    before, after = plain(before), plain(picture(lab))
    changes = [c for c in difflib.unified_diff(before, after, "before", "after", lineterm="", n=0)]
    lab.check(f"{name}: everything is as before", not changes, "\n".join(changes[:40]))


def run(lab):
    before = len(lab.failures)
    # Routes of other programs stay where they are, and the default route comes back.
    lab.sh("ip route add default via 10.10.10.2 dev lan0; ip route add 172.16.0.0/12 via 10.10.10.2 dev lan0")
    try:
        scenario(lab)
        lab.measure("ghostd.restored", "as before" if len(lab.failures) == before else "NOT as before")
    finally:
        lab.sh("systemctl stop ghostd; ip route del default dev lan0; ip route del 172.16.0.0/12 dev lan0", check=False)


def begin(lab):
    """Starts ghostd without the pause after a failed call of the last round, which outlives ghostd."""
    lab.sh("rm -rf /var/lib/ghostd/appear/*")
    lab.start_ghostd()


def scenario(lab):
    lab.configure("isp", Link={"IPv6": "yes"}, Share={"From": "10.10.10.0/24"}, Call={"RedialDelay": "1min"})
    # A modem takes its time to hang up: long enough to be stopped while it does.
    lab.peer(extra='disconnect "/bin/sleep 4"\n')
    before = picture(lab)
    lab.start_ghostd()
    lab.wait_state("down")
    lab.check(
        "the default route leads into the link",
        "gd-isp" in lab.out("ip route get 10.64.64.1"),
        lab.out("ip route get 10.64.64.1"),
    )
    lab.measure("ghostd.objects", ours(before, picture(lab)))
    lab.check("another program's route is unchanged", "lan0" in lab.out("ip route get 172.16.5.5"))
    lab.stop_ghostd()
    compare(lab, "stopped while down", before)

    for state, arrive in (("dialing", dialing), ("up", up), ("hanging-up", hanging_up), ("waiting", waiting)):
        begin(lab)
        talk = arrive(lab)
        lab.wait_state(state)
        lab.stop_ghostd()
        compare(lab, f"stopped while {state}", before)
        leave(lab, talk)

    # Killed, and stopped before its restart can matter; then after.
    for state, arrive in (("dialing", dialing), ("up", up), ("hanging-up", hanging_up), ("waiting", waiting)):
        begin(lab)
        talk = arrive(lab)
        lab.wait_state(state)
        lab.sh(
            "mkdir -p /run/systemd/system/ghostd.service.d; printf '[Service]\\nRestart=no\\n' > "
            "/run/systemd/system/ghostd.service.d/lab.conf; systemctl daemon-reload"
        )
        lab.sh("kill -9 $(systemctl show -P MainPID ghostd)")
        lab.wait_for(lambda: lab.out("systemctl is-active ghostd") == "failed", 30, "ghostd to be dead")
        lab.stop_ghostd()
        lab.sh("rm -rf /run/systemd/system/ghostd.service.d; systemctl daemon-reload; systemctl reset-failed")
        compare(lab, f"stopped after kill -9 while {state}", before)
        leave(lab, talk)

    begin(lab)
    talk = up(lab)
    lab.wait_state("up")
    lab.sh("kill -9 $(systemctl show -P MainPID ghostd)")
    lab.wait_for(lambda: lab.out("systemctl is-active ghostd") == "active", 30, "ghostd to be restarted")
    lab.wait_state("up")
    lab.check("the call outlives a kill -9 of ghostd: the same socket continues", talk.ask(), talk.error)
    lab.stop_ghostd()
    lab.line.wait_idle()
    compare(lab, "stopped after kill -9 and a restart", before)
    leave(lab, talk)


# How to come to a state; the conversation that lives in it, if any.


def dialing(lab):
    lab.line.outcome("silent")
    Sender(1, 1).go()


def up(lab):
    talk = Talk()
    lab.check("up", talk.wait(), talk.error)
    return talk


def hanging_up(lab):
    talk = up(lab)
    lab.ghostctl("disconnect", "--no-wait", "isp")
    return talk


def waiting(lab):
    lab.line.outcome("busy")
    Sender(1, 1).go()


def leave(lab, talk):
    if talk:
        talk.close()
    lab.line.wait_idle()
    lab.line.outcome("connect")
