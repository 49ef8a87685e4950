# SPDX-License-Identifier: GPL-2.0-or-later
"""A chain: an uplink, and two standby links (Metric=). The better default route carries the traffic. When it is gone, the next packet
dials. When it is back, new conversations use it, and the call lives until StandbyLinger= ends it. A link that cannot call gives way."""
from rig.traffic import Talk


def run(lab):
    try:
        chain(lab)
    finally:
        lab.sh("ip netns del uplink; ip link del up0", check=False)


def way(lab):
    """The interface that a new conversation with the provider would go by."""
    return lab.out("ip route get 10.64.64.1").split(" dev ")[1].split()[0]


def chain(lab):
    lab.sh(
        """set -e
        ip netns add uplink
        ip link add up0 type veth peer name far0 netns uplink
        ip -n uplink link set lo up; ip -n uplink link set far0 up; ip -n uplink addr add 192.0.2.1/24 dev far0
        ip addr add 192.0.2.10/24 dev up0; ip link set up0 up; ip route add default via 192.0.2.1 metric 100"""
    )
    second = lab.add_line(direct=True)
    lab.configure(
        "isp",
        Link={"Metric": "200", "StandbyLinger": "20s", "Address": "192.0.0.2"},
        Call={"RedialDelay": "40s", "IdleTimeout": "60s"},
    )
    lab.configure(
        "two",
        Link={"Metric": "300", "Address": "192.0.0.3", "Device": second.tty, "Speed": "115200", "User": "ghost"},
        Call={"IdleTimeout": "10s"},
    )
    lab.start_ghostd()
    fronts = {name: lab.status(name)["front"] for name in ("isp", "two")}
    lab.check(
        "the uplink carries, and status says so",
        way(lab) == "up0" and all("via 192.0.2.1 dev up0" in f for f in fronts.values()),
        fronts,
    )
    lab.check("no rule is needed", "ghostd" not in lab.out("ip rule"), lab.out("ip rule"))

    lab.sh("ip route del default via 192.0.2.1")
    talk = Talk()
    lab.check("when the uplink is gone, the next packet dials", talk.wait() and talk.ask(), talk.error)
    lab.check(
        "the first standby link makes the call",
        lab.state() == "up" and lab.state("two") == "down" and way(lab) == "ppp-isp",
        way(lab),
    )
    fronts = {name: lab.status(name)["front"] for name in ("isp", "two")}
    lab.check("status shows the chain", fronts == {"isp": "", "two": "link isp (Metric=200)"}, fronts)

    lab.sh("ip route add default via 192.0.2.1 metric 100")
    lab.wait_for(lambda: lab.status()["front"], 10, "the uplink to be seen")
    lab.check("when the uplink is back, new conversations use it", way(lab) == "up0", way(lab))
    lab.check(
        "conversations on the call continue",
        talk.ask() and "dev ppp-isp" in lab.out("ip route get 10.64.64.1 from 192.0.0.2"),
        talk.error,
    )
    status = lab.wait_state("down", 60)
    lab.check("StandbyLinger= ends the call", status["reason"] == "standby", status)
    lab.check("no rule is left", "ghostd" not in lab.out("ip rule"), lab.out("ip rule"))
    talk.close()

    # The first of the chain cannot call: the second carries what comes.
    lab.sh("ip route del default via 192.0.2.1")
    lab.line.outcome("busy")
    lost = Talk()
    lab.wait_state("waiting", 60)
    lab.wait_for(lambda: way(lab) == "gd-two", 10, "the first to make room")
    talk = Talk()
    lab.check(
        "when the first standby link fails, the second carries",
        talk.wait() and talk.ask() and lab.state("two") == "up",
        talk.error,
    )
    lab.check("the first standby link did not dial again", lab.status()["calls"] == 2, lab.status())
    for each in (talk, lost):
        each.close()

    # It is to stand elsewhere: nothing is left of where it stood.
    lab.configure(
        "isp",
        Link={"Metric": "400", "StandbyLinger": "20s", "Address": "192.0.0.2"},
        Call={"RedialDelay": "40s", "IdleTimeout": "60s"},
    )
    lab.sh("systemctl reload ghostd")
    lab.wait_for(lambda: "metric 401" in lab.out("ip route show dev gd-isp"), 10, "the new metric")
    lab.check(
        "a reload moves the link in the chain, and no route is left at its old place",
        "metric 201" not in lab.out("ip route show dev gd-isp"),
        lab.out("ip route show"),
    )
