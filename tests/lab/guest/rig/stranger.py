# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of a stranger that must have no effect, and a listener that records what really passes an interface."""
import socket
import struct

from . import net

ETH_P_ALL, SO_RCVBUFFORCE = 3, 33
ICMP6_RA = 134
ON_LINK, AUTONOMOUS = 0x80, 0x40


def prefix_information(prefix, flags, valid=3600, preferred=1800):
    """RFC 4861 §4.6.2."""
    network, length = prefix.split("/")
    return struct.pack("!BBBBIII", 3, 4, int(length), flags, valid, preferred, 0) + socket.inet_pton(socket.AF_INET6, network)


def route_information(prefix, lifetime=3600):
    """RFC 4191 §2.3, of high preference."""
    network, length = prefix.split("/")
    return struct.pack("!BBBBI", 24, 3, int(length), 0x08, lifetime) + socket.inet_pton(socket.AF_INET6, network)


def advertise(call, *options, lifetime=9000):
    """A router advertisement of the provider's on call number `call`, a default router of high preference."""

    def send():
        with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6) as s:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            message = struct.pack("!BBHBBHII", ICMP6_RA, 0, 0, 64, 0x08, lifetime, 0, 0) + b"".join(options)
            s.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(f"call{call}")))

    net.in_namespace("isp", send)


def datagram(namespace, source, to, port, text=b"boo"):
    """One UDP datagram from an address that the namespace has, or of the kernel's choice (None). Returns the port it is from."""

    def send():
        with socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM) as s:
            if source:
                s.bind((source, 0))
            s.sendto(text, (to, port))
            return s.getsockname()[1]

    return net.in_namespace(namespace, send)


class Ear:
    """Every IP packet that passes the interfaces of a namespace (None: ours), in both directions, from now on."""

    def __init__(self, namespace):
        def hear():
            s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
            s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
            s.setblocking(False)
            return s

        self.socket = net.in_namespace(namespace, hear)
        self.seen = []

    def packets(self):
        """All so far: (interface, "in" or "out", source, destination, protocol, destination port or ICMP type)."""
        while True:
            try:
                data, (interface, _, kind, _, _) = self.socket.recvfrom(200)
            except BlockingIOError:
                return self.seen
            direction = "out" if kind == socket.PACKET_OUTGOING else "in"
            if len(data) >= 28 and data[0] >> 4 == 4:
                family, source, destination, protocol, payload = socket.AF_INET, data[12:16], data[16:20], data[9], data[20:]
            elif len(data) >= 48 and data[0] >> 4 == 6:
                family, source, destination, protocol, payload = socket.AF_INET6, data[8:24], data[24:40], data[6], data[40:]
            else:
                continue
            detail = payload[0] if protocol in (1, 58) else struct.unpack_from("!H", payload, 2)[0]
            self.seen.append(
                (interface, direction, socket.inet_ntop(family, source), socket.inet_ntop(family, destination), protocol, detail)
            )

    def heard(self, interface="", direction="", source="", to=""):
        """Those whose interface, source and destination begin with these words."""
        return [
            p
            for p in self.packets()
            if p[0].startswith(interface) and direction in ("", p[1]) and p[2].startswith(source) and p[3].startswith(to)
        ]

    def close(self):
        self.socket.close()


class Listener:
    """A UDP port of ours on all addresses: what it is sent."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(("::", port))
        self.socket.setblocking(False)
        self.texts = []

    def heard(self):
        while True:
            try:
                self.texts.append(self.socket.recv(200).decode())
            except BlockingIOError:
                return self.texts

    def close(self):
        self.socket.close()
