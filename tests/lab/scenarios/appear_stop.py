# SPDX-License-Identifier: GPL-2.0-or-later
"""systemctl stop tells those who were told that we are on the net that we go, while the line stands; systemctl restart tells
nobody anything, and the appearance goes on as it was promised."""
import json

WHERE = "/var/lib/ghostd/appear/where"


def run(lab):
    lab.configure("isp", Call={"IdleTimeout": "10s"}, Appear={"Hold": "10min", "Name": "hut"},
                  **{"Announce there": {"Url": f"file://{WHERE}", "Vanish": "yes"}})
    lab.start_ghostd()
    code, text, error = lab.ghostctl("appear", "isp")
    lab.check("it appears", code == 0, (code, text, error))
    first = told(lab)
    lab.check("the notice says so", first["event"] == "appear" and first["addresses"] == [lab.status()["local_address"]], first)
    until = lab.status()["appear_until"]

    lab.sh("systemctl restart ghostd")
    status = lab.wait_for(lambda: lab.status()["appearance"] == "present" and lab.status(), 30, "the appearance to be taken up again")
    lab.check("after a restart it is the same call", lab.line.calls == 1, lab.line.events())
    lab.check("and the hold that was told", abs(status["appear_until"] - until) < 1_000_000, (status["appear_until"], until))
    lab.check("nobody was told anything", told(lab) == first, told(lab))

    # As at a shutdown, both at once.
    lab.sh("systemctl stop ghostd.service ghost-supervisor.service", timeout=150)
    last = told(lab)
    lab.check("a stop tells the end", last["event"] == "vanish" and last["sequence"] == first["sequence"] + 1, last)
    lab.check("and why", last["reason"] == "disconnect", last)
    lab.line.wait_idle()


def told(lab):
    return json.loads(lab.out(f"cat {WHERE}"))
