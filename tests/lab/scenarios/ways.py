# SPDX-License-Identifier: GPL-2.0-or-later
"""A link with two ways to call (Peer=isp second). When the first fails, the second calls. The one that worked calls first the
next time. A ghostd that is restarted during a call knows the call's way. A wrong file takes only its own way out."""
from rig.traffic import Sender


def run(lab):
    second = lab.add_line()
    lab.peer("second", line=second)
    lab.configure("isp", Link={"Peer": "isp second"}, Call={"RedialDelay": "1s", "RedialDelayMax": "3s", "IdleTimeout": "5min"})
    lab.line.outcome("busy")
    lab.start_ghostd()

    status = call(lab)
    lab.check("the first is busy, so the second calls", (status["peer"], status["calls"]) == ("second", 2), status)
    lab.check("one call on each line", (lab.line.calls, second.calls) == (0, 1), (lab.line.events(), second.events()))
    _, text, _ = lab.ghostctl("status", "isp")
    lab.check("status tells which", "Peer: second of isp, second" in text, text)
    said = lab.journal("-u ghostd -o cat")
    lab.check("and so does the journal", "by peer isp" in said and "by peer second" in said, said)

    hang_up(lab)
    lab.line.outcome("connect")
    status = call(lab)
    lab.check("the one that worked calls first", (status["peer"], status["calls"]) == ("second", 3), status)

    lab.sh("systemctl restart ghostd.service")
    status = lab.wait_state("up")
    lab.check("a new ghostd knows the call's way", (status["peer"], status["reason"]) == ("second", "adopted"), status)

    hang_up(lab)
    lab.peer("second", line=second, extra="demand\n")
    status = call(lab)
    lab.check(
        "a wrong file takes its way out, and the other calls",
        status["peer"] == "isp" and [p["out"] for p in status["peers"]] == ["", "ConfigError"] and not status["blocked"],
        status,
    )
    lab.peer("second", line=second)
    code, _, error = lab.ghostctl("reload")
    peers = lab.status()["peers"]
    lab.check("a reload brings it back", code == 0 and not any(p["out"] for p in peers), (error, peers))


def call(lab):
    """A packet asks for a call; the status once the link is up."""
    Sender(1, 1).go()
    return lab.wait_state("up")


def hang_up(lab):
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    for line in lab.lines:
        line.wait_free()
