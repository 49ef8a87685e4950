# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider: what its pppd demands and gives on the calls that come. `ip netns exec` shows it an /etc/ppp of its own."""
import os
import signal
import subprocess
import sys

from . import net
from .run import out, wait_for

ANSWER = """#!/bin/sh
# The provider answers: $1 is the tty, $2 the number of the call.
far=10.64.64.254 ours=10.64.64.$((76 + $2))
if [ -e /run/lab/gives ]; then . /run/lab/gives; fi
exec ip netns exec isp pppd "$1" 115200 file /run/lab/isp-options ifname call$2 $far:$ours
"""
OPTIONS = """nodetach
local
noccp
novj
nodefaultroute
name isp
debug
logfile /run/lab/isp-pppd.log
lcp-echo-interval 0
ms-dns 10.64.64.1
ms-dns 10.64.64.2
"""
# A pppd's packets come in on the processor that its tty's work runs on. When that work moves, they overtake each other in the two
# processors' queues, and the far end would blame the sender. So all packets of a call come in on one processor.
# Slow: a provider whose pppd has said "IPCP is open" and takes its time (accounting, routing) before it takes packets.
PRE_UP = """#!/bin/sh
echo 1 > /sys/class/net/$1/queues/rx-0/rps_cpus
if [ -e /run/lab/slow-pre-up ]; then sleep "$(cat /run/lab/slow-pre-up)"; fi
"""
USER, SECRET = "ghost", "boo-in-the-night"


class Isp:
    def __init__(self):
        self.process = None
        self.slow_to_take_packets(None)
        self.gives()

    def start(self):
        os.makedirs("/etc/netns/isp/ppp", exist_ok=True)
        self.configure()
        for path, text in (("/run/lab/answer", ANSWER), ("/etc/netns/isp/ppp/ip-pre-up", PRE_UP)):
            with open(path, "w") as f:
                f.write(text)
            os.chmod(path, 0o755)
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", "isp", sys.executable, "-m", "rig.provider"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            stdout=open("/run/lab/provider.log", "w"),
            stderr=subprocess.STDOUT,
        )
        wait_for(lambda: ":7002" in out("ip netns exec isp ss -Hltn"), 20, "the provider's servers")

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None

    def configure(self, auth=None, ipv6=True, secret=SECRET, extra=""):
        """The provider's behaviour in the next calls. auth: None, "chap" or "pap"; secret: the secret that the provider expects;
        extra: further pppd options, one per line."""

        def put(path, text):
            with open(path, "w") as f:
                f.write(text)
            os.chmod(path, 0o600)

        put("/etc/netns/isp/ppp/options", "")
        for kind in ("chap", "pap"):
            put(f"/etc/netns/isp/ppp/{kind}-secrets", f'"{USER}" isp "{secret}" *\n')
        options = OPTIONS + (f"require-{auth}\n" if auth else "noauth\n") + ("+ipv6\n" if ipv6 else "noipv6\n") + extra
        put("/run/lab/isp-options", options)

    def gives(self, far=None, ours=None):
        """The addresses of the next calls: the provider's own, and the one that it gives. None: as always."""
        words = [f"{name}={address}\n" for name, address in (("far", far), ("ours", ours)) if address]
        if words:
            with open("/run/lab/gives", "w") as f:
                f.write("".join(words))
        elif os.path.exists("/run/lab/gives"):
            os.unlink("/run/lab/gives")

    def slow_to_take_packets(self, seconds):
        """From now on, a call takes this long between the end of negotiation and the first packet that the provider takes."""
        if seconds:
            with open("/run/lab/slow-pre-up", "w") as f:
                f.write(str(seconds))
        elif os.path.exists("/run/lab/slow-pre-up"):
            os.unlink("/run/lab/slow-pre-up")

    def hang_up(self, n):
        """The provider ends call n in order (LCP TermReq)."""
        pid = out(f"cat /run/call{n}.pid")
        if pid:
            os.kill(int(pid.split()[0]), signal.SIGTERM)

    def sees(self, n):
        """Whether call n stands at the provider, with its address."""
        return net.call_address(n) in out(f"ip -n isp -4 -o addr show dev call{n}")

    def log(self):
        with open("/run/lab/isp-pppd.log", errors="replace") as f:
            return f.read()
