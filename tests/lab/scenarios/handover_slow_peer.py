# SPDX-License-Identifier: GPL-2.0-or-later
"""A far end that opens IPCP but drops every packet for a while, as a pppd does until its ip-pre-up has run. The packets wait
until it answers. With a far end that never answers, the link comes up anyway."""
from rig.flows import Flow
from rig.traffic import Talk


def run(lab):
    lab.configure("isp", Call={"IdleTimeout": "60s", "PeerWait": "10s"})
    lab.start_ghostd()
    lab.isp.slow_to_take_packets(1)
    flow = Flow(1000, 300)
    flow.go()
    seen = flow.finish()
    lab.check(
        "no packet is lost to a far end that takes packets late",
        (seen["unique"], seen["twice"], seen["out_of_order"]) == (1000, 0, 0),
        seen,
    )
    lab.check("ghostd waited for its answer, which came", "does not answer; sending" not in lab.journal("-u ghostd -o cat"))
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.line.wait_idle()
    lab.isp.slow_to_take_packets(None)
    mute(lab)
    gone_while_asking(lab)


def mute(lab):
    """Neither its name servers nor the far end itself say anything to port 53."""
    lab.configure("isp", Call={"IdleTimeout": "60s", "PeerWait": "1s"})
    lab.check("reload", lab.ghostctl("reload")[0] == 0)
    lab.sh("ip netns exec isp nft add rule inet lab in udp dport 53 drop")
    try:
        talk = Talk()
        lab.check("a far end that never answers gets the packets all the same", talk.wait() and talk.ask(), talk.error)
        lab.check(
            "the journal says that it did not answer",
            "the far end does not answer; sending the waiting packets" in lab.journal("-u ghostd -o cat"),
        )
        talk.close()
    finally:
        lab.sh("ip netns exec isp nft flush chain inet lab in")


def gone_while_asking(lab):
    """The call ends while ghostd probes its far end: nothing is handed over, and the next packet calls again."""
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.line.wait_idle()
    lab.configure("isp", Call={"IdleTimeout": "60s", "PeerWait": "60s", "RedialDelay": "1s"})
    lab.check("reload", lab.ghostctl("reload")[0] == 0)
    lab.sh("ip netns exec isp nft add rule inet lab in udp dport 53 drop")
    talk = Talk()
    lab.wait_for(
        lambda: "inet 10.64.64." in lab.out("ip -4 -o addr show dev ppp-isp 2>/dev/null || true"), 60, "the call's address"
    )
    lab.check("while the far end has not answered, the link is still dialing", lab.state() == "dialing", lab.state())
    lab.isp.hang_up(lab.line.last_call)
    lab.wait_said("isp: dialing -> waiting", 30)
    lab.sh("ip netns exec isp nft flush chain inet lab in")
    lab.check("the next call carries the waiting packets", talk.wait() and talk.ask(), talk.error)
    talk.close()
