# SPDX-License-Identifier: GPL-2.0-or-later
"""ghost-supervisor dies during a call: the link says so, there are never two pppds, and the next packet calls again. Also
the information that it passes on: the provider's name servers, and the user's scripts in /etc/ppp."""
import os
import threading

from rig.lab import ours
from rig.traffic import Talk

SCRIPT = '#!/bin/sh\nprintf \'%s %s %s\\n\' {what} "$PPP_IFACE" "$PPP_IPPARAM" >> /run/lab/ppp-scripts\n'


def run(lab):
    scripts(lab)
    lab.configure("isp", Call={"RedialDelay": "2s"})
    lab.start_ghostd()
    first = Talk()
    lab.check("the first call comes up", first.wait() and first.ask(), first.error)
    status = lab.wait_state("up")
    lab.check("the status shows the provider's name servers", status["dns"] == ["10.64.64.1", "10.64.64.2"], status["dns"])
    lab.wait_for(lambda: "up ppp-isp isp" in ran(), 20, "the script in ip-up.d")
    first.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.check("the name servers are gone with the call", lab.status()["dns"] == [], lab.status())
    lab.wait_for(lambda: "down ppp-isp isp" in ran(), 20, "the script in ip-down.d")
    lab.check(
        "the scripts in ip-up.d and ip-down.d ran, once each", sorted(ran()) == ["down ppp-isp isp", "up ppp-isp isp"], ran()
    )
    lab.line.wait_idle()
    killed(lab)


def killed(lab):
    second = Talk()
    lab.check("the link is up again", second.wait() and second.ask(), second.error)
    lab.wait_state("up")
    calls = lab.line.calls
    watch = PppdWatch()
    lab.sh("kill -9 $(systemctl show -P MainPID ghost-supervisor)")
    lab.wait_said("isp: up -> waiting (SupervisorLost)", 30)
    status = lab.status()
    lab.check("the link is not blocked", not status["blocked"], status)
    second.close()
    third = Talk()
    lab.check("the next packet makes a new call", third.wait() and third.ask(), third.error)
    status = lab.wait_state("up", 60)
    lab.check("one new call was made", lab.line.calls == calls + 1, lab.line.events())
    watch.stop()
    lab.check("the link never had two pppds", watch.most == 1, watch.most)
    lab.check("ghostd did not fail", lab.out("systemctl show -P NRestarts ghostd") == "0")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.wait_for(lambda: not pppds(), 20, "the pppd to be gone")
    third.close()


def scripts(lab):
    if os.path.exists("/run/lab/ppp-scripts"):
        os.unlink("/run/lab/ppp-scripts")
    for what in ("up", "down"):
        lab.put(f"/etc/ppp/ip-{what}.d/ghostlab", SCRIPT.format(what=what), 0o755)


def ran():
    try:
        with open("/run/lab/ppp-scripts") as f:
            return f.read().splitlines()
    except OSError:
        return []


def pppds():
    """The pppds of ppp-isp: by their own words, so the provider's are none of them. A fork of one (it forks for chat and for
    the scripts) is not counted again."""
    found = {}
    for pid in ours():
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
            with open(f"/proc/{pid}/stat") as f:
                parent = int(f.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if os.path.basename(words[0]) == b"pppd" and b"ppp-isp" in words:
            found[pid] = parent
    return [pid for pid, parent in found.items() if parent not in found]


class PppdWatch:
    """The most pppds of the link that were seen at one time."""

    def __init__(self):
        self.most, self.ended = 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.wait(0.05):
            self.most = max(self.most, len(pppds()))

    def stop(self):
        self.ended.set()
        self.thread.join()
