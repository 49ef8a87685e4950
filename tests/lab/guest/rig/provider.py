# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider's servers and its router, one process in the namespace isp: python3 -m rig.provider

TCP 7001   says "hello ADDRESS PORT\\n" (the peer as seen here), then echoes
TCP 7002   "get N\\n": N bytes and the end; "put\\n": reads to the end, then says how many bytes came
ICMPv6     Router Advertisements on every call<n>: prefix 2001:db8:<n>::/64, every second and in answer to a solicitation; with the
           MTU in the file RA_MTU, if it is there
"""
import os
import re
import select
import socket
import struct
import subprocess
import threading
import time

from .net import ISP4, ISP6, RA_MTU, call_prefix

RTMGRP_LINK, RTMGRP_IPV6_IFADDR = 1, 0x100
RTM_NEWADDR = 20
ICMP6_RS, ICMP6_RA = 133, 134
IPV6_RECVPKTINFO, IPV6_PKTINFO = 49, 50


def advertisement(prefix):
    """RFC 4861 §4.2: default router for half an hour, one prefix for SLAAC (§4.6.2), not on-link (a PPP link has no LAN)."""
    network = socket.inet_pton(socket.AF_INET6, prefix.split("/")[0])
    option = struct.pack("!BBBBIII", 3, 4, 64, 0x40, 3600, 1800, 0) + network
    if os.path.exists(RA_MTU):
        with open(RA_MTU) as f:
            option += struct.pack("!BBHI", 5, 1, 0, int(f.read()))  # §4.6.4
    return struct.pack("!BBHBBHII", ICMP6_RA, 0, 0, 64, 0, 1800, 0, 0) + option


def one_processor(name):
    """As isp.PRE_UP does for IPv4. IPv4's script runs later than IPv6's first packet. To set it while packets come in would
    itself make those on the other processor late (seen: 34 of 1500)."""
    with open(f"/sys/class/net/{name}/queues/rx-0/rps_cpus", "w") as f:
        f.write("1")


class Router:
    def __init__(self):
        self.icmp = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self.icmp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
        self.icmp.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 255)
        self.icmp.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.netlink.bind((0, RTMGRP_LINK | RTMGRP_IPV6_IFADDR))
        self.routed = set()

    def calls(self):
        return [n for n in os.listdir("/sys/class/net") if re.fullmatch(r"call\d+", n)]

    def advertise(self, name):
        try:
            index = socket.if_nametoindex(name)
            prefix = call_prefix(int(name[4:]))
            if (name, index) not in self.routed:  # the way back, before the first packet can come
                one_processor(name)
                if subprocess.run(["ip", "-6", "route", "replace", prefix, "dev", name], capture_output=True).returncode == 0:
                    self.routed.add((name, index))
            self.icmp.sendto(advertisement(prefix), ("ff02::1", 0, 0, index))
        except OSError:
            pass  # the call has just begun (no address yet) or ended

    def run(self):
        poller = select.poll()
        poller.register(self.icmp, select.POLLIN)
        poller.register(self.netlink, select.POLLIN)
        next_round = 0.0
        while True:
            for fd, _ in poller.poll(max(0, (next_round - time.monotonic()) * 1000)):
                if fd == self.icmp.fileno():
                    data, ancillary, _, _ = self.icmp.recvmsg(2048, 256)
                    if data and data[0] == ICMP6_RS:
                        for level, kind, value in ancillary:
                            if level == socket.IPPROTO_IPV6 and kind == IPV6_PKTINFO:
                                index = struct.unpack_from("@i", value, 16)[0]
                                try:
                                    name = socket.if_indextoname(index)
                                except OSError:
                                    continue
                                if name.startswith("call"):
                                    self.advertise(name)
                else:
                    data = self.netlink.recv(65536)
                    # nlmsghdr: len, type; ifaddrmsg: family, prefixlen, flags, scope, index
                    at = 0
                    while at + 24 <= len(data):
                        length, kind = struct.unpack_from("=IH", data, at)
                        if kind == RTM_NEWADDR:
                            index = struct.unpack_from("=I", data, at + 20)[0]
                            try:
                                name = socket.if_indextoname(index)
                            except OSError:
                                name = ""
                            if name.startswith("call"):
                                self.advertise(name)
                        at += (length + 3) & ~3 or len(data)
            if time.monotonic() >= next_round:
                next_round = time.monotonic() + 1
                for name in self.calls():
                    self.advertise(name)


def serve(family, address, port, handle):
    """Serves in threads of this process; the listening socket."""
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(64)

    def one(connection, peer):
        with connection:
            try:
                handle(connection, peer)
            except OSError:
                pass

    def accept():
        while True:
            try:
                connection, peer = listener.accept()
            except OSError:
                return  # it has been closed
            threading.Thread(target=one, args=(connection, peer), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener


def echo(connection, peer):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.sendall(f"hello {peer[0]} {peer[1]}\n".encode())
    while data := connection.recv(65536):
        connection.sendall(data)


def bulk(connection, _):
    with connection.makefile("rb") as stream:
        words = stream.readline().split()
        if words[:1] == [b"get"]:
            left, block = int(words[1]), b"g" * 65536
            while left > 0:
                left -= connection.send(block[:left])
        elif words[:1] == [b"put"]:
            total = 0
            while data := stream.read1(1 << 20):
                total += len(data)
            connection.sendall(b"%d\n" % total)


def main():
    for family, address in ((socket.AF_INET, ISP4), (socket.AF_INET6, ISP6)):
        serve(family, address, 7001, echo)
        serve(family, address, 7002, bulk)
    Router().run()


if __name__ == "__main__":
    main()
