# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside wg-quick with AllowedIPs=0.0.0.0/0 and its peer at the provider: all traffic uses the tunnel, and the tunnel uses the link.
Packets in the tunnel dial and wait, and conversations in it survive."""
from _beside import Neighbour, matrix

from rig import net

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900
CONF, PORT = "/etc/wireguard/wg0.conf", 51820


class WgQuick(Neighbour):
    name = "wg-quick"
    count = 50  # a flow, and two begin at once: WireGuard itself keeps no more than 128 packets while it waits for its peer
    # A WireGuard that has heard nothing for 15 s after it sent something asks whether the other is there (its passive keepalive).
    # If the link had hung up by then, that question would call it.
    idle = "20s"
    # When the far end has had no answer for 15 s, it asks for one every 5 s for 90 s. So it speaks, and holds the call.
    patience = 150
    keeps_syns = True
    carries_over = False  # a packet beside the tunnel has another address than one through it

    def prepare(self, lab, uplink):
        lab.sh("modprobe wireguard; sysctl -qw net.ipv4.conf.lan0.forwarding=1")
        key = {who: lab.out("wg genkey") for who in ("ours", "theirs")}
        public = {who: lab.out(f"echo {key[who]} | wg pubkey") for who in key}
        lab.put("/run/lab/wg-isp.key", key["theirs"] + "\n", 0o600)
        lab.put(
            CONF,
            f"[Interface]\nPrivateKey={key['ours']}\nAddress=10.66.0.2/24\nTable=auto\n"
            # The LAN's go through the tunnel, too, as they are; that is the administrator's doing, and ghostd opens nothing for it.
            "PostUp=sysctl -qw net.ipv4.conf.%i.forwarding=1 net.ipv4.conf.lan0.forwarding=1\n"
            f"[Peer]\nPublicKey={public['theirs']}\nAllowedIPs=0.0.0.0/0\nEndpoint={net.ISP4}:{PORT}\n",
            0o600,
        )
        lab.sh(
            f"""set -e
            ip netns exec isp ip link add wgisp type wireguard
            ip netns exec isp wg set wgisp private-key /run/lab/wg-isp.key listen-port {PORT} \
                peer {public['ours']} allowed-ips 10.66.0.2/32,10.10.10.0/24
            ip -n isp addr add 10.66.0.1/24 dev wgisp; ip -n isp link set wgisp up
            ip -n isp route add 10.10.10.0/24 dev wgisp"""
        )

    def start(self, lab):
        lab.sh("wg-quick up wg0")

    def change(self, lab):
        lab.sh("wg-quick down wg0; wg-quick up wg0")

    def stop(self, lab):
        lab.sh("wg-quick down wg0")

    def undo(self, lab):
        lab.sh(
            "ip link del wg0; ip -n isp link del wgisp; sysctl -qw net.ipv4.conf.all.src_valid_mark=0 "
            "net.ipv4.conf.lan0.forwarding=0",
            check=False,
        )

    def leads(self, running):
        return ("dev wg0",) if running else ("gd-isp", "ppp-isp")


def run(lab):
    matrix(lab, WgQuick())
