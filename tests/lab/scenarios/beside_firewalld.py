# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside firewalld as Debian ships it, whose forward chain rejects all packets that no zone lets through. The LAN is in zone trusted."""
from _beside import Service, matrix

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 1500


class Firewalld(Service):
    name, unit, reload = "firewalld", "firewalld.service", "firewall-cmd --reload"
    refuses_new = ("changes",)  # its policy is DROP while it reloads, but for what has had an answer

    def prepare(self, lab, uplink):
        lab.put(
            "/etc/firewalld/zones/trusted.xml",
            '<?xml version="1.0" encoding="utf-8"?>\n<zone target="ACCEPT"><short>Trusted</short>'
            '<interface name="lan0"/></zone>\n',
        )

    def settle(self, lab):
        # It takes its name on the bus, which is what systemctl waits for, before it loads its rules; it answers when it has.
        lab.sh("firewall-cmd --state", timeout=120)

    def own(self, lab):
        return {"its table stands": "filter_FORWARD" in lab.out("nft list table inet firewalld")}


def run(lab):
    matrix(lab, Firewalld())
