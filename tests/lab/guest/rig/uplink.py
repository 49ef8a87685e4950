# SPDX-License-Identifier: GPL-2.0-or-later
"""A second uplink: up0, and behind it a namespace with a router and a more distant host. A neighbour of ghostd (or give()) assigns
up0's address and makes a default route by it.

  uplink   192.0.2.1 (eth0, the other end of up0), 203.0.113.9 on lo; both echo on TCP 7001

As a program, in that namespace: python3 -m rig.uplink.
"""
import signal
import socket
import subprocess
import sys

from .provider import echo, serve
from .run import out, sh, wait_for
from .traffic import Talk

OURS, ROUTER, FAR, NET = "192.0.2.10", "192.0.2.1", "203.0.113.9", 24
GUESTS_PORT = 2222


class Uplink:
    def __init__(self):
        self.stop_what_is_left()
        sh(
            f"""set -e
            ip netns add uplink
            ip link add up0 type veth peer name eth0 netns uplink
            ip -n uplink link set lo up
            ip -n uplink addr add {ROUTER}/{NET} dev eth0; ip -n uplink link set eth0 up
            ip -n uplink addr add {FAR}/32 dev lo
            ip link set up0 up"""
        )
        self.server = subprocess.Popen(
            ["ip", "netns", "exec", "uplink", sys.executable, "-m", "rig.uplink"],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: ":7001" in out("ip netns exec uplink ss -Hltn"), 20, "the uplink's server")
        self.listener = serve(socket.AF_INET, "0.0.0.0", GUESTS_PORT, echo)

    def give(self):
        """Assigns up0's address, for a neighbour that does not manage addresses."""
        sh(f"ip addr replace {OURS}/{NET} dev up0")

    def talk(self):
        """A conversation of ours with the router."""
        return Talk(ROUTER, timeout=20)

    def guest(self, source=FAR):
        """A conversation that a host outside begins with us."""
        return Talk(OURS, "uplink", timeout=20, port=GUESTS_PORT, source=source)

    @staticmethod
    def stop_what_is_left():
        for pid in out("ip netns pids uplink 2>/dev/null").split():
            sh(f"kill -9 {pid}", check=False)
        sh("ip link del up0; ip netns del uplink", check=False)

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait(10)
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        self.listener.close()
        self.stop_what_is_left()


if __name__ == "__main__":
    serve(socket.AF_INET, "0.0.0.0", 7001, echo)
    signal.pause()
