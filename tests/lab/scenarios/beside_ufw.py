# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside ufw: it drops incoming and forwarded packets, except the LAN's, which a `ufw route allow` lets through."""
from _beside import Service, matrix

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900


class Ufw(Service):
    name, unit, reload = "ufw", "ufw.service", "ufw reload"
    # A reload and a stop empty its chains first and set FORWARD's policy to ACCEPT last (/lib/ufw/ufw-init-functions).
    refuses_new = ("changes", "stops")

    def prepare(self, lab, uplink):
        for path in ("ufw.conf", "user.rules", "user6.rules"):
            with open(f"/etc/ufw/{path}") as f:
                lab.put(f"/etc/ufw/{path}", f.read(), 0o640)
        lab.sh("ufw route allow in on lan0; sed -i s/ENABLED=no/ENABLED=yes/ /etc/ufw/ufw.conf")

    def own(self, lab):
        return {"its chains stand": "policy drop" in lab.out("nft list chain ip filter FORWARD")}

    def undo(self, lab):
        lab.sh("nft delete table ip filter; nft delete table ip6 filter", check=False)


def run(lab):
    matrix(lab, Ufw())
