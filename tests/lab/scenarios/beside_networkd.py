# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside systemd-networkd, which manages a second uplink with a default route, and removes rules and routes that are not its own."""
from _beside import Service, matrix

from rig.uplink import FAR, OURS, ROUTER

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class Networkd(Service):
    name, unit, gives_address = "networkd", "systemd-networkd.service", True

    def prepare(self, lab, uplink):
        lab.put(
            "/etc/systemd/network/10-up0.network",
            f"[Match]\nName=up0\n[Network]\nAddress={OURS}/24\nGateway={ROUTER}\nIPv6AcceptRA=no\nLinkLocalAddressing=no\n",
        )

    def settle(self, lab):
        lab.wait_for(lambda: "configured" in lab.out("networkctl list --no-legend up0"), 60, "networkd to have configured up0")

    def stop(self, lab):
        lab.sh("systemctl stop systemd-networkd.socket systemd-networkd.service")

    def conversations(self, uplink):
        return [uplink.talk(), uplink.guest(FAR)]


def run(lab):
    matrix(lab, Networkd())
