# SPDX-License-Identifier: GPL-2.0-or-later
"""Without Window= each day's promise is the timer's own next elapse, which ghostd also keeps to the second. If the clock is put
back over an appearance's time, it does not happen twice. Its promise is kept, by the next ghostd if this one dies."""
import datetime
import json

from rig import net
from rig.announce import Announcer
from rig.servers import Servers

CAPTURE = False
WEB = {"web": {"Url": f"http://{net.ISP4}/plain", "Repeat": "yes", "RetryDelay": "1s"}}
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (f"2026-{day}" for day in ("11-30", "12-01", "12-02", "12-03"))


def run(lab):
    web = Servers("web").web
    announcer = Announcer(lab, ipv6=False, Hold="5s", IdleTimeout="3s")
    announcer.configure(WEB)
    lab.set_clock(f"{MONDAY} 07:20:00")  # well before, because a busy machine takes its time
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer")
    lab.set_clock(f"{MONDAY} 07:29:50")
    first = notices(web, 1)[0]
    lab.check("without Window=, the timer's next elapse is promised", first["next_unix"] == at(TUESDAY), first)
    lab.wait_state("down", 60)
    lab.set_clock(f"{TUESDAY} 07:29:57")
    second = notices(web, 2)[1]
    kept(lab, "no window: what the timer was to", at(TUESDAY))
    lab.check("without Window=, the notice tells the day after", second["next_unix"] == at(WEDNESDAY), second)
    lab.wait_state("down", 60)

    # A line that is up already needs no dialling, in which the timer's service could tell what comes next.
    lab.ghostctl("connect", "isp")
    lab.set_clock(f"{WEDNESDAY} 07:29:57")
    third = notices(web, 3)[2]
    lab.check("without Window= and with the link up, the notice tells the day after", third["next_unix"] == at(THURSDAY), third)
    lab.wait_state("down", 60)

    announcer.configure(WEB, Window="Mon..Fri 07:00-18:00")
    lab.set_clock(f"{THURSDAY} 07:29:57")
    fourth = notices(web, 4)[3]
    lab.check(
        "with Window=, the next appearance is on the same day", at(THURSDAY) < fourth["next_unix"] <= at(THURSDAY) + 3600, fourth
    )
    lab.wait_state("down", 60)
    asked = times_asked(lab)
    lab.set_clock(f"{THURSDAY} 07:29:57")
    lab.wait_for(lambda: times_asked(lab) > asked, 60, "the timer to elapse once more")
    lab.check(
        "with the clock put back, the appearance does not happen twice",
        lab.state() == "down" and len(web.received()) == 4,
        (lab.status(), web.received()),
    )
    lab.line.dial_time(4000)
    lab.set_clock(f"@{fourth['next_unix'] - 3}")
    lab.wait_state("dialing")
    kept(lab, "put back: the promise of before", fourth["next_unix"])
    lab.sh("kill -9 $(systemctl show -P MainPID ghostd)")
    fifth = notices(web, 5)[4]
    lab.check(
        "after a crash while dialing, it appears once more, with the same call",
        fifth["next_unix"] > fourth["next_unix"] and fifth["addresses"] == [net.call_address(lab.line.last_call)],
        fifth,
    )


def at(day):
    return int(datetime.datetime.fromisoformat(f"{day}T07:30:00+00:00").timestamp())


def times_asked(lab):
    return lab.journal("-u ghostd").count("a timer asked whether to appear")


def notices(web, count):
    return [json.loads(one["body"]) for one in web.wait_received(count, 90)]


def kept(lab, what, promised):
    begun = json.loads(lab.ghostctl("appearances", "isp", "--json")[1])[0]["appearances"][-1]["begun"] / 1e6
    lab.check(f"{what}: it began {begun - promised:.2f} s after its time", -0.01 <= begun - promised <= 1, begun)
