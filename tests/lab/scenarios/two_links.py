# SPDX-License-Identifier: GPL-2.0-or-later
"""Two links at once, each with its line: each calls only for its own routes, and they do not disturb each other."""
from rig.traffic import Sender, Sink, Talk


def run(lab):
    second = lab.add_line(direct=True)
    lab.configure("isp", Link={"Routes": "10.64.64.0/24"})
    lab.configure("two", Link={"Device": second.tty, "Speed": "115200", "User": "ghost", "Routes": "198.51.100.0/24"})
    lab.sh("ip -n isp addr replace 198.51.100.1/32 dev lo")
    lab.start_ghostd()
    talk = Talk()
    lab.check("the first link comes up", talk.wait() and talk.ask(), talk.error)
    lab.check("the second stays down", lab.state("two") == "down" and second.calls == 0, lab.status("two"))
    sink, sender = Sink("198.51.100.1", 7050), Sender(100, 50, "198.51.100.1", 7050)
    sender.go()
    seen = sink.quit(100)
    lab.check("the second comes up for its own routes", (seen["unique"], seen["out_of_order"]) == (100, 0), seen)
    lab.check("the second uses its own line", second.calls == 1 and lab.line.calls == 1, (second.calls, lab.line.calls))
    lab.check("the first continues", talk.ask(), talk.error)
    lab.ghostctl("disconnect", "two")
    lab.wait_state("down", 60, "two")
    lab.check("the first continues without the second", talk.ask() and lab.state() == "up", talk.error)
    talk.close()
