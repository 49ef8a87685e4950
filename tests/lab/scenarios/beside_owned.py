# SPDX-License-Identifier: GPL-2.0-or-later
"""A table inet ghostd that another process owns (nft's flag `owner`: while the owner runs, no other process may change the table). ghostd
cannot put its table back. It reports that in the kernel's words, and no packet makes a call that could not carry it. When the owner has
gone, everything is restored."""
import subprocess
import time

from rig.traffic import Sender, Sink

TIMEOUT = 200


def run(lab):
    lab.configure("isp", Call={"IdleTimeout": "60s"})
    lab.start_ghostd()
    lab.wait_state("down")
    owner = subprocess.Popen(["nft", "-i"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    try:
        owner.stdin.write("delete table inet ghostd; add table inet ghostd { flags owner; }\n")
        owner.stdin.flush()
        lab.wait_for(lambda: "flags owner" in lab.out("nft list table inet ghostd; true"), 20, "somebody to own the table")
        degraded = lab.wait_for(lambda: lab.status()["degraded"], 20, "Degraded to be said")
        lab.check("the status gives the kernel's words", "inet ghostd" in degraded and "not permitted" in degraded, degraded)
        said = lab.out("journalctl -b -u ghostd -p warning -o cat --no-pager")
        lab.check("the journal gives them, too", "not permitted" in said, said)
        sender = Sender(20, 100)
        sender.go()
        lab.wait_for(
            lambda: sum(one["packets"] for one in lab.status()["drops"] if one["why"] == "impaired") >= 20,
            20,
            "what cannot be carried to be counted",
        )
        status = lab.status()
        lab.check("no packet makes a call", (status["state"], status["calls"]) == ("down", 0), status)
    finally:
        owner.kill()
        owner.wait()
    gone = time.monotonic()
    lab.wait_for(
        lambda: not lab.status()["degraded"] and "chain leaving" in lab.out("nft list table inet ghostd; true"),
        90,
        "the table to be put back",
    )
    lab.measure("the owner's end: healed after", round(time.monotonic() - gone, 1), "s")
    sink, sender = Sink(), Sender(300, 100)
    sender.go()
    lab.wait_state("up", 90)
    seen = sink.quit(300)
    lab.check(
        "a first packet dials, and none is lost",
        (seen["unique"], seen["out_of_order"], len(seen["sources"])) == (300, 0, 1),
        seen,
    )
