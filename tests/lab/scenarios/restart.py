# SPDX-License-Identifier: GPL-2.0-or-later
"""systemctl restart does not hang up: the call, its address and a conversation live on. Idle time still ends it."""
from rig.traffic import Talk


def run(lab):
    lab.configure("isp", Call={"IdleTimeout": "12s"})
    lab.start_ghostd()
    talk = Talk()
    lab.check("up", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    lab.sh("systemctl restart ghostd", timeout=90)
    lab.check("the same socket continues", talk.ask(), talk.error)
    status = lab.wait_state("up", 30)
    lab.check("ghostd has adopted the call", lab.line.calls == 1 and status["local_addresses"], status)
    talk.close()
    lab.wait_state("down", 90)
    lab.check("idleness still ends the call", lab.line.calls == 1, lab.line.events())
    again = Talk()
    lab.check("the next packet makes a new call", again.wait() and lab.line.calls == 2, again.error)
    again.close()
