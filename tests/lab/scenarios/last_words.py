# SPDX-License-Identifier: GPL-2.0-or-later
"""The FINs and RSTs of a conversation of an earlier call do not wake the link, because they are not worth a call."""
import socket
import struct

from rig.traffic import Talk


def run(lab):
    lab.configure("isp", Call={"IdleTimeout": "60s"})
    lab.start_ghostd()
    orphan, reset = Talk(), Talk()
    lab.check(
        "two conversations are established",
        orphan.wait() and orphan.ask() and reset.wait() and reset.ask(),
        (orphan.error, reset.error),
    )
    lab.check("the link goes down during them", lab.ghostctl("disconnect", "isp")[0] == 0)
    lab.line.wait_idle()
    calls = lab.status()["calls"]
    noise = refused(lab)
    orphan.close()  # FIN, and FIN again
    reset.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    reset.close()  # RST
    lab.wait_for(lambda: refused(lab) >= noise + 3, 30, "a FIN, its repetition and a RST to be refused")
    status = lab.status()
    lab.check(
        "their FINs and RSTs make no call",
        (status["state"], status["calls"], status["buffered_packets"]) == ("down", calls, 0),
        status,
    )
    fresh = Talk()
    lab.check("a new conversation makes a call", fresh.wait() and fresh.ask(), fresh.error)
    fresh.close()


def refused(lab):
    """As people see it."""
    return {row["why"]: row["packets"] for row in lab.status()["stopped"]}.get("noise", 0)
