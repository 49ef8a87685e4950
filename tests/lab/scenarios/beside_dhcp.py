# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside a second uplink whose address, default route and name server come by DHCP (dhclient and its scripts). A connection from
outside that comes in there is answered there, whatever the link does. No host outside can make the link dial."""
from _beside import Neighbour, matrix

from rig.uplink import FAR, OURS, ROUTER

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900
PID, LEASES = "/run/lab/dhclient.pid", "/run/lab/dhclient.leases"
CLIENT = f"dhclient -pf {PID} -lf {LEASES} up0"


class Dhcp(Neighbour):
    name, gives_address, keeps_address = "a DHCP uplink", True, False

    def prepare(self, lab, uplink):
        lab.sh(
            "ip netns exec uplink dnsmasq --conf-file=/dev/null --port=0 --interface=eth0 --bind-interfaces "
            f"--dhcp-range={OURS},{OURS},1h --dhcp-option=3,{ROUTER} --dhcp-option=6,{ROUTER} --dhcp-authoritative "
            "--pid-file=/run/lab/dnsmasq.pid --dhcp-leasefile=/run/lab/dnsmasq.leases"
        )
        with open("/etc/resolv.conf") as f:
            lab.put("/etc/resolv.conf", f.read())

    def start(self, lab):
        lab.sh(CLIENT, timeout=60)
        lab.wait_for(lambda: OURS in lab.out("ip -4 -o addr show dev up0"), 20, "the uplink's address")

    def change(self, lab):
        """The client is started again, and asks for the same lease."""
        lab.sh(f"dhclient -x -pf {PID} -lf {LEASES} up0", timeout=60)
        self.start(lab)

    def stop(self, lab):
        lab.sh(f"dhclient -r -pf {PID} -lf {LEASES} up0; ip -4 addr flush dev up0", timeout=60)

    def conversations(self, uplink):
        return [uplink.talk(), uplink.guest(FAR)]


def run(lab):
    matrix(lab, Dhcp())
