# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside systemd-resolved, with /etc/resolv.conf led to it as Debian's package does, and a name server at the second uplink's."""
import os

from _beside import Service, matrix

from rig.uplink import ROUTER

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900
STUB = "/run/systemd/resolve/stub-resolv.conf"


class Resolved(Service):
    name, unit = "resolved", "systemd-resolved.service"

    def prepare(self, lab, uplink):
        lab.sh(
            "ip netns exec uplink dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --pid-file=/run/lab/dnsmasq.pid "
            f"--listen-address={ROUTER} --bind-interfaces --address=/uplink.test/{ROUTER}"
        )
        lab.put("/etc/systemd/resolved.conf.d/lab.conf", f"[Resolve]\nDNS={ROUTER}\nDomains=~uplink.test\nDNSSEC=no\n")
        with open("/etc/resolv.conf") as f:
            lab.put("/etc/resolv.conf", f.read())
        self.link()

    def link(self):
        os.unlink("/etc/resolv.conf")
        os.symlink(STUB, "/etc/resolv.conf")

    def undo(self, lab):
        os.unlink("/etc/resolv.conf")  # lab.put() would write through the symlink

    def own(self, lab):
        return {"it finds a name by its own server": ROUTER in lab.out("resolvectl query --legend=no host.uplink.test 2>&1")}


def run(lab):
    matrix(lab, Resolved())
