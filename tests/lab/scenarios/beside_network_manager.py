# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside NetworkManager, which manages a second uplink with a default route of metric 100."""
from _beside import Service, matrix

from rig.uplink import FAR, OURS, ROUTER

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class NetworkManager(Service):
    name, unit, gives_address = "NetworkManager", "NetworkManager.service", True

    def prepare(self, lab, uplink):
        lab.put(
            "/etc/NetworkManager/system-connections/up0.nmconnection",
            f"[connection]\nid=up0\ntype=ethernet\ninterface-name=up0\n[ipv4]\nmethod=manual\naddress1={OURS}/24,{ROUTER}\n"
            "[ipv6]\nmethod=disabled\n",
            0o600,
        )
        # One end of a pair counts as a container's, and is left alone without a word to the contrary.
        lab.put("/etc/NetworkManager/conf.d/lab.conf", "[device-up0]\nmatch-device=interface-name:up0\nmanaged=1\n")

    def settle(self, lab):
        lab.wait_for(
            lambda: "up0:connected:up0" in lab.out("nmcli -t -f DEVICE,STATE,CONNECTION device"), 60, "NetworkManager to have up0"
        )

    def conversations(self, uplink):
        return [uplink.talk(), uplink.guest(FAR)]


def run(lab):
    matrix(lab, NetworkManager())
