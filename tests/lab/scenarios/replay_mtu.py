# SPDX-License-Identifier: GPL-2.0-or-later
"""A call with a small MTU. A waiting packet that is too big is fragmented, or its sender is told and it is counted. A client of the
LAN that gets no ICMP sends packets that fit, because both sides' SYNs were clamped. The same over IPv6, whose MTU a router
advertisement has made smaller than the call's."""
import errno
import socket
import struct
import threading

from rig import net
from rig.run import out
from rig.traffic import Sink

CAPTURE = False
IP_MTU_DISCOVER, DO, DONT = 10, 2, 0
IPV6_RECVERR, ICMP, ICMP6 = 25, 2, 3
MTU = 1280


def run(lab):
    lab.isp.configure(extra=f"mru {MTU}\n")
    lab.configure("isp", Share={"From": "10.10.10.0/24"})
    lab.start_ghostd()
    for name, discover, arrive in (("may not be fragmented", DO, 0), ("may be", DONT, 20)):
        what_waits(lab, name, discover, arrive)
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down", 60)
        lab.line.wait_idle()
    deaf_client(lab)
    lab.stop_ghostd()
    lab.line.wait_idle()
    advertised(lab)


def advertised(lab):
    lab.isp.configure()
    lab.put(net.RA_MTU, str(MTU))
    lab.configure("isp", Link={"IPv6": "yes"}, Share={"From": f"10.10.10.0/24 {net.LAN6}/64"})
    with net.lan_ipv6():
        lab.start_ghostd()
        before = drops(lab.status())
        sender = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        sender.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        sender.connect((net.ISP6, 7020))
        for n in range(20):
            sender.send(struct.pack("!I", n) + b"x" * 1396)  # 1448 with its headers
        lab.wait_state("up")
        lab.wait_for(lambda: drops(lab.status()).get("too-big", 0) - before.get("too-big", 0) == 20, 30, "all to be counted")
        told = told_mtu(sender)
        lab.check("IPv6: the sender is told the advertised MTU", told == MTU, told)
        deaf_client(lab, net.ISP6, "icmpv6 type packet-too-big")


def what_waits(lab, name, discover, arrive):
    before = drops(lab.status())
    replayed = lab.status()["replayed_packets"]
    sink = Sink(port=7020)
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, discover)
    sender.setsockopt(socket.IPPROTO_IP, 11, 1)  # IP_RECVERR
    sender.connect((net.ISP4, 7020))
    for n in range(20):
        sender.send(struct.pack("!I", n) + b"x" * 1448)  # 1480 with its headers
    lab.wait_state("up")
    if arrive:
        lab.wait_for(lambda: sink.count()["unique"] == 20, 30, "all to arrive")
    else:
        lab.wait_for(lambda: drops(lab.status()).get("too-big", 0) - before.get("too-big", 0) == 20, 30, "all to be counted")
    seen = sink.quit(arrive, quiet=2)
    lab.check(f"1480 bytes that {name}: {arrive} of 20 arrive", (seen["unique"], seen["out_of_order"]) == (arrive, 0), seen)
    told = told_mtu(sender)
    lab.check(
        f"{name}: the sender is told the MTU" if not arrive else f"{name}: no sender is told anything",
        told == (None if arrive else MTU),
        told,
    )
    after = lab.status()
    lab.check("the count of replayed packets is what the call took", after["replayed_packets"] - replayed == arrive, after)


def drops(status):
    return {one["why"]: one["packets"] for one in status["drops"]}


def told_mtu(s):
    """The path MTU that the kernel reports after it was told (ip(7), IP_RECVERR)."""
    s.setblocking(False)
    try:
        _, ancillary, _, _ = s.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
    except BlockingIOError:
        return None
    code, origin, kind, sub, _, info, _ = struct.unpack_from("=IBBBBII", ancillary[0][2])
    too_big = code == errno.EMSGSIZE and (origin, kind, sub) in ((ICMP, 3, 4), (ICMP6, 2, 0))
    return info if too_big else (code, origin, kind, sub, info)


def deaf_client(lab, server=net.ISP4, deaf_to="icmp type destination-unreachable"):
    """1 MB up, from a client behind us that never hears an ICMP error; the server offers an MSS of 1460."""
    lab.sh(
        "ip netns exec lan nft 'add table inet deaf; add chain inet deaf in { type filter hook input priority 0; };"
        f"add rule inet deaf in {deaf_to} drop'"
    )
    took = {}

    def upload():
        with socket.create_connection((server, 7002), timeout=60) as s:
            s.sendall(b"put\n" + b"u" * (1 << 20))
            s.shutdown(socket.SHUT_WR)
            took["answer"] = s.recv(100)

    try:
        thread = threading.Thread(target=lambda: net.in_namespace("lan", upload), daemon=True)
        thread.start()
        thread.join(100)
        lab.check(
            f"a LAN client that hears no ICMP uploads 1 MB to {server}",
            took.get("answer", b"").strip() == str(1 << 20).encode(),
            (took, out("ip netns exec lan ss -tin")),
        )
    finally:
        lab.sh("ip netns exec lan nft delete table inet deaf")
