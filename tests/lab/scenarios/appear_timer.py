# SPDX-License-Identifier: GPL-2.0-or-later
"""ghost-appear@isp.timer through three days, with the clock moved on: the day's first, the chain, the window's end, the next day.
Also a reset in the middle of an appearance, and one that spans the next morning. Each promise is kept within a second, once."""
import datetime
import json

from rig import net
from rig.announce import Announcer
from rig.servers import Servers

TIMEOUT = 600
CAPTURE = False
MONDAY = "2026-11-30"
WEB = {"web": {"Url": f"http://{net.ISP4}/plain", "Repeat": "yes", "RetryDelay": "1s", "Attempts": "20"}}


def run(lab):
    web = Servers("web").web
    announcer = Announcer(lab, ipv6=False, Hold="5s", IdleTimeout="3s", Window="Mon..Fri 07:00-18:00")
    announcer.configure(WEB)
    lab.set_clock(f"{MONDAY} 07:20:00")  # well before, because a busy machine takes its time
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer")
    lab.set_clock(f"{MONDAY} 07:29:50")
    first = appears(lab, web, 1, "the day's first, which nobody was told of", at(MONDAY, "07:30"), late=10)
    lab.check(
        "the next appearance is promised in 15 to 59 minutes",
        15 * 60 <= first["next_unix"] - at(MONDAY, "07:30") <= 60 * 60,
        first,
    )
    clock = datetime.datetime.utcfromtimestamp(first["next_unix"]).strftime("%H:%M:%S")
    lab.check(
        "systemctl list-timers shows the next appearance",
        lab.wait_for(lambda: clock in lab.out("systemctl list-timers --no-pager --no-legend 'ghost-appear*'"), 20, "its timer"),
    )
    lab.check(
        "ghostctl appearances shows the next appearance", clock in lab.ghostctl("appearances")[1], lab.ghostctl("appearances")
    )
    lab.wait_state("down", 60)

    move(lab, first["next_unix"] - 5)
    second = appears(lab, web, 2, "as promised", first["next_unix"])
    lab.wait_state("down", 60)

    stopped_and_started(lab, second)

    # The clock jumps over the promise: it is made up for, and the last of the day promises the next day's first.
    move(lab, at(MONDAY, "17:50"))
    third = appears(lab, web, 3, "made up for", at(MONDAY, "17:50"), late=10)
    tuesday = at("2026-12-01", "07:30")
    lab.check("at the window's end, the next appearance is tomorrow's first", third["next_unix"] == tuesday, third)
    lab.wait_state("down", 60)

    move(lab, tuesday - 5)
    fourth = appears(lab, web, 4, "the next day", tuesday)
    lab.check("the reset happens while the link is up", (s := lab.status())["state"] in ("up", "hanging-up"), s)
    lab.reboot("after_reset", promise=fourth["next_unix"], second=second["next_unix"])


def stopped_and_started(lab, last):
    clock = datetime.datetime.utcfromtimestamp(last["next_unix"]).strftime("%H:%M:%S")
    lab.check(
        "the status shows the next appearance", lab.status()["next_appearance"] == last["next_unix"] * 1_000_000, lab.status()
    )
    lab.sh("systemctl disable -q --now ghost-appear@isp.timer")
    lab.wait_for(lambda: not lab.status()["next_appearance"], 5, "the next to be shown no more")
    lab.check(
        "ghostctl appearances does not show the stopped timer's promise",
        clock not in lab.ghostctl("appearances")[1].split("next")[-1],
        lab.ghostctl("appearances"),
    )
    lab.sh("systemctl restart ghostd", timeout=90)
    lab.wait_for(lambda: lab.ghostctl("status")[0] == 0, 30, "ghostd to be back")
    lab.check(
        "after a restart, the stopped timer's promise is still not shown", not lab.status()["next_appearance"], lab.status()
    )
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer")
    lab.wait_for(lambda: lab.status()["next_appearance"] == last["next_unix"] * 1_000_000, 30, "the same next again")
    lab.wait_for(lambda: clock in lab.out("systemctl list-timers --no-pager --no-legend 'ghost-appear*'"), 10, "its timer")


def after_reset(lab):
    web = Servers("web").web
    lab.wait_for(lambda: lab.out("systemctl list-timers --no-legend 'ghost-appear-next*isp*'"), 60, "the promise's timer")
    lab.wait_for(lambda: lab.ghostctl("status", "--json")[0] == 0 and lab.state() == "down", 90, "the link to be down")
    early = [json.loads(one["body"]) for one in web.received()]
    promise = lab.kept["promise"]
    lab.check(
        "a reset does not double the appearance", all(one["until_unix"] < promise for one in early) and len(early) <= 1, early
    )
    move(lab, promise - 5)
    fifth = appears(lab, web, len(early) + 1, "promised before the reset", promise)
    lab.wait_state("down", 60)
    # Off until Wednesday noon: the promise and the morning's first are both gone by.
    lab.check("the promise is for the same day", fifth["next_unix"] < at("2026-12-02", "00:00"), fifth)
    # ghostd appears as soon as there is a line. The web server that is to hear of it may be slower to boot than that.
    lab.sh("sed -i s/^Hold=.*/Hold=60s/ /etc/ghostd/links/isp.conf")
    lab.check("the next boot's appearance waits for its server", "Hold=60s" in lab.out("cat /etc/ghostd/links/isp.conf"))
    lab.set_battery_clock(at("2026-12-02", "12:00"))
    lab.reboot("after_night")


def after_night(lab):
    web = Servers("web").web
    caught = appears(lab, web, 1, "made up for at boot", at("2026-12-02", "12:00"), late=120)
    lab.check(
        "after the night, the chain continues", 15 * 60 <= caught["next_unix"] - at("2026-12-02", "12:00") <= 62 * 60, caught
    )
    lab.wait_state("down", 150)
    lab.wait_for(lambda: not lab.out("systemctl list-jobs --no-legend 'ghost-appear*'"), 60, "nothing more to begin")
    lab.check("one appearance makes up for two missed ones", len(web.received()) == 1, web.received())


def at(day, clock):
    return int(datetime.datetime.fromisoformat(f"{day}T{clock}:00+00:00").timestamp())


def move(lab, to):
    lab.say(f"the clock is set to {datetime.datetime.utcfromtimestamp(to)}")
    lab.set_clock(f"@{to}")


def appears(lab, web, count, what, promised, late=1):
    """The notice of the appearance that was promised for then; it began within `late` seconds of that, and is the only one."""
    body = json.loads(web.wait_received(count, 90)[-1]["body"])
    lab.check(f"{what}: one notice", len(web.received()) == count, [one["body"] for one in web.received()])
    code, text, error = lab.ghostctl("appearances", "isp", "--json")
    begun = json.loads(text)[0]["appearances"][-1]["begun"] / 1e6
    lab.check(
        f"{what}: it began {begun - promised:.2f} s after the promised time", -0.01 <= begun - promised <= late, text[-600:]
    )
    return body
