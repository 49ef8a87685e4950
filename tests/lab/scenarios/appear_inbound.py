# SPDX-License-Identifier: GPL-2.0-or-later
"""A client connects from outside while the link is held. The conversation outlives the hold, and the link hangs up IdleTimeout= after
its end."""
import json
import subprocess
import time

from rig import net
from rig.announce import Announcer, check_notice
from rig.servers import Servers
from rig.traffic import Talk

HOLD, IDLE = 12, 8
SERVER = "import socket\nl = socket.create_server(('', 2222))\nwhile True:\n c, a = l.accept()\n c.sendall(b'hello %s %d\\n' % (a[0].encode(), a[1]))\n while d := c.recv(999): c.sendall(d)\n"


def run(lab):
    web = Servers("web").web
    login = subprocess.Popen(["python3", "-c", SERVER], stdin=subprocess.DEVNULL)
    announcer = Announcer(lab, ipv6=False, Hold=f"{HOLD}s", IdleTimeout=f"{IDLE}s")
    announcer.appear({"web": {"Url": f"http://{net.ISP4}/plain", "Vanish": "yes"}})
    notice = json.loads(web.wait_received()[0]["body"])
    lab.say(f"told: {notice['addresses'][0]} until {notice['until']}")
    guest = Talk(notice["addresses"][0], "isp", port=2222)
    lab.check("a client that was told connects from outside", guest.wait(20) and guest.ask(), guest.error)
    lab.check("it connects while the link is held", time.time() < notice["until_unix"], time.time() - notice["until_unix"])
    while time.time() < notice["until_unix"] + IDLE + 5:  # well beyond what an idle link would last
        if not guest.ask():
            break
        time.sleep(2)  # how often a person types
    lab.check("the conversation outlives the hold", guest.ask() and guest.ask("still here"), guest.error)
    lab.check("no other notice was sent meanwhile", len(web.received()) == 1 and lab.line.calls == 1, web.received())
    guest.close()
    closed = time.monotonic()
    lab.wait_state("down", 60)
    took = time.monotonic() - closed
    lab.check(f"the link hangs up {IDLE} s after the conversation ({took:.1f} s)", IDLE - 3 <= took <= IDLE + 12, took)
    lab.check("the good-bye comes before the hang-up", len(web.received()) == 2, web.received())
    check_notice(lab, "the end", web.received()[-1]["body"], announcer, "vanish")
    login.kill()
    login.wait()
