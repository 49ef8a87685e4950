# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred notifiers: each is told once, at most 64 at a time. After the loss of the line, the waiting ones are not started."""
import glob

from rig.announce import Announcer

CAPTURE = False
HERE = "/run/lab/notices"
PROGRAM = f"""#!/bin/sh
read -r begun rest </proc/uptime
cat >/dev/null
sleep "$(cat {HERE}/takes)"
read -r ended rest </proc/uptime
echo $begun $ended >{HERE}/$$.ran
"""
MANY, AT_ONCE = 100, 64


def run(lab):
    announcer = Announcer(lab, writes=HERE, ipv6=False)
    lab.put("/usr/local/lib/lab/slow", PROGRAM, 0o755)
    takes(15)
    told = announcer.appear({f"n{i}": {"Url": "exec:///usr/local/lib/lab/slow", "Timeout": "2min"} for i in range(MANY)})
    lab.check(
        "all notifiers are told", len(told) == MANY and all((t.result, t.attempts) == ("Ok", 1) for t in told.values()), told
    )
    spans = ran()
    lab.check("each notifier is told once", len(spans) == MANY, len(spans))
    most = max(sum(begun <= at <= ended for begun, ended in spans) for at, _ in spans)
    lab.check("many notices leave at a time, 64 at most", 32 <= most <= AT_ONCE, most)
    lab.measure("appear-many.at_once", most)

    takes(60)
    lab.sh(f"rm -f {HERE}/*.ran")
    announcer.begin()
    lab.wait_for(lambda: programs() >= 2, 60, "the first of them to be told")
    announcer.hang_up()
    lab.check("no notifier is told after the line is gone", lab.wait_for(lambda: programs() == 0, 20, "the programs to be ended"))
    lab.check("no notice was completed after the loss", ran() == [], ran())
    announcer.process.kill()


def takes(seconds):
    with open(f"{HERE}/takes", "w") as f:
        f.write(str(seconds))


def ran():
    found = []
    for path in glob.glob(f"{HERE}/*.ran"):
        with open(path) as f:
            found.append(tuple(float(word) for word in f.read().split()))
    return found


def programs():
    count = 0
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                count += b"/usr/local/lib/lab/slow" in f.read()
        except OSError:
            pass  # it has ended meanwhile
    return count
