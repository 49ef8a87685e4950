# SPDX-License-Identifier: GPL-2.0-or-later
"""WakeSystem=: the day's timer, and that of each promise, are alarms of the kernel, which wake a suspended machine."""
import glob
import re
import time

from rig import net
from rig.announce import Announcer
from rig.run import out
from rig.servers import Servers

CAPTURE = False
DROP_IN = "/etc/systemd/system/ghost-appear@isp.timer.d/wake.conf"
DAY = "2026-11-30"
REALTIME_ALARM = 8  # CLOCK_REALTIME_ALARM, timerfd_create(2)


def run(lab):
    web = Servers("web").web
    lab.check("without WakeSystem=, no alarm is set", alarm() is None, alarm())
    announcer = Announcer(lab, ipv6=False, Hold="5s", IdleTimeout="3s", Window="Mon..Fri 07:00-18:00", WakeSystem="yes")
    announcer.configure({"web": {"Url": f"http://{net.ISP4}/plain", "Repeat": "yes"}})
    lab.put(DROP_IN, "[Timer]\nWakeSystem=yes\n")
    lab.sh("systemctl daemon-reload")
    lab.set_clock(f"{DAY} 06:30:00")
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer")
    morning = at("07:30")
    lab.check("the day's timer is an alarm", lab.wait_for(lambda: near(alarm(), morning), 10, "an alarm for 07:30"), alarm())
    lab.set_clock(f"{DAY} 07:29:57")
    web.wait_received(1, 60)
    promise = lab.status()["next_appearance"] / 1e6
    timer = lab.wait_for(
        lambda: out("systemctl list-units --no-legend --plain 'ghost-appear-next@isp*.timer'"), 20, "the promise's timer"
    ).split()[0]
    lab.check("the promise's timer inherits it", out(f"systemctl show -P WakeSystem '{timer}'") == "yes", timer)
    lab.check(
        "the promise's timer is the next alarm", lab.wait_for(lambda: near(alarm(), promise), 10, "its alarm"), (alarm(), promise)
    )
    lab.wait_state("down", 60)


def at(clock):
    return float(out(f"date -u -d '{DAY} {clock}' +%s"))


def near(one, other):
    return one is not None and abs(one - other) < 2


def alarm():
    """When systemd's next alarm goes off, seconds since 1970; None without one."""
    found = []
    for path in glob.glob("/proc/1/fdinfo/*"):
        try:
            with open(path) as f:
                text = f.read()
        except OSError:
            continue
        if re.search(rf"^clockid: {REALTIME_ALARM}$", text, re.M):
            seconds, nanoseconds = map(int, re.search(r"^it_value: \((\d+), (\d+)\)", text, re.M).groups())
            if seconds or nanoseconds:
                found.append(time.time() + seconds + nanoseconds / 1e9)
    return min(found, default=None)
