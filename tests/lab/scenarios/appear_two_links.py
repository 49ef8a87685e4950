# SPDX-License-Identifier: GPL-2.0-or-later
"""Two links, each with its line, timer and notifier, appear in the same second. Each announces itself through itself, with its own
times and number. The end or the loss of one line does not affect the other link."""
import datetime
import json

from rig import net
from rig.servers import Servers

CAPTURE = False
DAY = "2026-11-30"
LINKS = ("isp", "two")
TEXT = """[Link]
{link}
Routes={routes}
IPv6=no
[Call]
IdleTimeout=10min
[Appear]
Name=machine-{name}
Hold={hold}
Window=Mon..Fri 07:00-18:00
Every={every}
[Announce web]
Url=http://{server}/plain/{name}
RetryDelay=1s
Vanish=yes
"""


def run(lab):
    web = Servers("web").web
    lines = {"isp": lab.line, "two": lab.add_line(direct=True)}
    how = {
        "isp": ("Peer=isp", "10.64.64.0/24", "5min", "20min"),
        "two": (f"Device={lines['two'].tty}\nSpeed=115200\nUser=ghost", "198.51.100.0/24", "10min", "40min"),
    }
    for name, (link, routes, hold, every) in how.items():
        lab.configure(name, text=TEXT.format(name=name, link=link, routes=routes, hold=hold, every=every, server=net.ISP4))
    lab.start_ghostd()
    lab.set_clock(f"{DAY} 07:20:00")  # well before, because a busy machine takes its time
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer ghost-appear@two.timer")
    lab.set_clock(f"{DAY} 07:29:55")
    web.wait_received(2, 90)
    lab.wait_for(
        lambda: all(lab.status(name)["notices"][0]["result"] == "Ok" for name in LINKS), 30, "both notices to be settled"
    )
    notices = told(web)
    lab.check("each link sends one notice", sorted(len(came) for came in notices.values()) == [1, 1], notices)
    numbers = {name: came[0][0]["sequence"] for name, came in notices.items()}
    half_past = datetime.datetime.fromisoformat(f"{DAY}T07:30:00+00:00").timestamp()
    for name, hold, every in (("isp", 5, 20), ("two", 10, 40)):
        notice, peer = notices[name][0]
        address = net.call_address(lines[name].last_call)
        lab.check(
            f"{name}: its own name, address and number",
            (notice["name"], notice["link"], notice["addresses"], notice["sequence"])
            == (f"machine-{name}", name, [address], numbers[name]),
            notice,
        )
        lab.check(f"{name}: its notice leaves through its own call", peer == address and lines[name].calls == 1, (peer, address))
        lab.check(
            f"{name}: its own hold and promise",
            abs(notice["until_unix"] - notice["since_unix"] - hold * 60) <= 1
            and half_past <= notice["next_unix"] - every * 60 <= notice["since_unix"] + 1,
            notice,
        )  # from when it was asked, rounded up
        status = lab.status(name)
        lab.check(
            f"{name}: ghostctl says the same",
            (status["next_appearance"] // 1000000, status["sequence"]) == (notice["next_unix"], numbers[name]),
            status,
        )
    timers = lab.out("systemctl list-timers --no-pager --no-legend --all 'ghost-appear-next*'").splitlines()
    lab.check(
        "each link has a timer for its promise",
        len(timers) == 2 and all(any(f"@{name}:" in t for t in timers) for name in LINKS),
        timers,
    )

    # A request in between does not change the promise, and returns it.
    lab.ghostctl("appear", "isp", "--no-wait")
    asked = lab.wait_for(lambda: (n := told(web)["isp"]) and len(n) == 2 and n, 30, "everybody to be told again")[1][0]
    lab.check(
        "a notice in between names the same next appearance",
        (asked["next_unix"], asked["sequence"]) == (notices["isp"][0][0]["next_unix"], numbers["isp"] + 1),
        (asked, notices["isp"]),
    )

    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.outcome("busy")
    after = told(web)
    lab.check(
        "the first link says good-bye",
        [n["event"] for n, _ in after["isp"]] == ["appear", "appear", "vanish"]
        and after["isp"][2][0]["sequence"] == numbers["isp"] + 2,
        after,
    )
    lab.check(
        "the other link stays up, and sends nothing",
        after["two"] == notices["two"] and lab.state("two") == "up" and lab.status("two")["appearance"] == "present",
        lab.status("two"),
    )
    lines["two"].drop()
    lab.wait_for(lambda: len(told(web)["two"]) == 2, 60, "the other to come again")
    again, peer = told(web)["two"][1]
    lab.check(
        "after its line drops, the other link appears again with the same promise",
        again["addresses"] == [peer] == [net.call_address(lines["two"].last_call)]
        and (again["until_unix"], again["next_unix"], again["sequence"])
        == (notices["two"][0][0]["until_unix"], notices["two"][0][0]["next_unix"], numbers["two"] + 1),
        again,
    )
    lab.check("the first link stays down", lab.state() == "down" and lab.status()["sequence"] == numbers["isp"] + 2, lab.status())
    lab.sh("systemctl disable -q --now ghost-appear@two.timer")


def told(web):
    """{link: [(notice, from where)]}"""
    found = {name: [] for name in LINKS}
    for one in web.received():
        found[one["path"].rpartition("/")[2]].append((json.loads(one["body"]), one["peer"]))
    return found
