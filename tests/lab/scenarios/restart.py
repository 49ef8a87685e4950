# SPDX-License-Identifier: GPL-2.0-or-later
"""systemctl restart does not hang up: the call, its address and a conversation live on. Idle time still ends it."""
import os

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
    a_link_is_gone(lab)


def a_link_is_gone(lab):
    """A link whose file has gone before a restart leaves no interface that nobody reads, and no route into it."""
    second = lab.add_line(direct=True)
    path = lab.configure("two", Link={"Device": second.tty, "Speed": "115200", "User": "ghost", "Routes": "198.51.100.0/24"})
    lab.check("a second link", lab.ghostctl("reload")[0] == 0 and "gd-two" in lab.out("ip route get 198.51.100.1"))
    os.unlink(path)
    lab.sh("systemctl restart ghostd", timeout=90)
    lab.wait_for(lambda: "gd-two" not in lab.out("ip -br link; ip route show table all"), 20, "gd-two to be gone")
    way = lab.out("ip route get 198.51.100.1")
    lab.check("its packets go by the other link", "gd-isp" in way or "ppp-isp" in way, way)
