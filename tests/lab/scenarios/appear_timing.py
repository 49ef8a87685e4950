# SPDX-License-Identifier: GPL-2.0-or-later
"""From Appear to the first notice received, beside a shell script that runs pppd and then curl, on the same line, turn by turn."""
import json
import statistics
import time

from rig import net
from rig.announce import Announcer
from rig.servers import Servers

TIMEOUT = 600
CAPTURE = False
ALONE = True
ROUNDS = 10
SCRIPT = """#!/bin/sh
pppd call isp ifname ppp-script noipv6 updetach >/dev/null &&
curl -sS --interface ppp-script -d "$(hostname) is on the net" http://{}/plain/script >/dev/null
"""


def run(lab):
    web = Servers("web").web
    lab.put("/usr/local/bin/appear-script", SCRIPT.format(net.ISP4), 0o755)
    announcer = Announcer(lab, ipv6=False)
    announcer.configure({"web": {"Url": f"http://{net.ISP4}/plain/ghostd"}})
    ours, typed, theirs = [], [], []
    for _ in range(ROUNDS):
        typed.append(one(lab, web, "/plain/ghostd", "ghostctl appear isp --no-wait"))
        begun = json.loads(lab.ghostctl("appearances", "isp", "--json")[1])[0]["appearances"][-1]["begun"] / 1e6
        ours.append(web.received()[-1]["time"] - begun)
        announcer.hang_up()
        lab.line.wait_free()
        theirs.append(one(lab, web, "/plain/script", "appear-script"))
        lab.line.drop()
        lab.line.wait_free()  # or ghostd's turn would pay for that pppd's last second
    median, script = statistics.median(ours), statistics.median(theirs)
    for what, times in (("ghostd, from Appear", ours), ("from ghostctl's start", typed), ("script", theirs)):
        lab.say(f"{what}: {[round(t, 2) for t in times]}")
    lab.measure("ghostd.appear", round(median * 1000), "ms")
    lab.measure("script.appear", round(script * 1000), "ms")
    lab.check(f"at most 1.1 times the script's time ({median / script:.2f})", median <= 1.1 * script, (median, script))


def one(lab, web, path, command):
    """Seconds from the command to the notice's arrival."""
    before = len(web.received())
    begun = time.monotonic()
    lab.sh(command, timeout=90)
    came = lab.wait_for(lambda: web.received()[before:], 60, "the notice")[0]
    lab.check(f"{path} came", came["path"] == path, came)
    return came["mono"] - begun
