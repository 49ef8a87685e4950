# SPDX-License-Identifier: GPL-2.0-or-later
"""In which order numbered datagrams (rig.traffic) pass each place on their way: `python3 -m rig.witness witness PORT`, until
"quit" on stdin. It says on which side of the line one overtook another.

The places, as packet(7) shows them: "gd-isp out" (into the TUN), "gd-isp in" (the replay), and "ppp-isp out" (behind its queue).
In the provider's namespace it is "call<n> in".
"""
import ctypes
import json
import os
import select
import socket
import struct
import sys

from .traffic import NUMBER, SO_RCVBUFFORCE, Process

ETH_P_ALL, SO_ATTACH_FILTER = 3, 26
LD_B, LD_H, JEQ, RET = 0x30, 0x28, 0x15, 0x06  # BPF_LD|BPF_ABS of a byte or two, BPF_JMP|BPF_JEQ, BPF_RET
PROTOCOL, DESTINATION, DATA = 9, 22, 28  # in an IPv4 packet without options


class Order:
    """Datagrams that came after one with a higher number."""

    def __init__(self):
        self.passed, self.highest, self.late = 0, -1, []

    def see(self, number):
        self.passed += 1
        if number < self.highest:
            self.late.append((number, self.highest))
        self.highest = max(self.highest, number)


def attach(s, port):
    """Only IPv4 UDP to that port, and of it no more than its number."""
    steps = [
        (LD_B, 0, 0, 0),
        (JEQ, 0, 5, 0x45),
        (LD_B, 0, 0, PROTOCOL),
        (JEQ, 0, 3, 17),
        (LD_H, 0, 0, DESTINATION),
        (JEQ, 0, 1, port),
        (RET, 0, 0, DATA + NUMBER.size),
        (RET, 0, 0, 0),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(steps), ctypes.addressof(code)))


def main(port):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    attach(s, port)
    s.setblocking(False)
    print("ready", flush=True)
    places = {}
    quitting = False
    while True:
        ready, _, _ = select.select([s, 0], [], [], 0 if quitting else None)
        if s in ready:
            try:
                data, (interface, _, kind, _, _) = s.recvfrom(DATA + NUMBER.size)
            except BlockingIOError:
                continue
            place = f"{interface} {'out' if kind == socket.PACKET_OUTGOING else 'in'}"
            places.setdefault(place, Order()).see(NUMBER.unpack_from(data, DATA)[0])
        elif quitting:
            break
        if 0 in ready:
            os.read(0, 100)
            quitting = True
    print(json.dumps({name: {"passed": o.passed, "late": o.late[:50]} for name, o in places.items()}))


class Witness(Process):
    def __init__(self, port=7000, namespace=None):
        super().__init__(namespace, "witness", port, module="rig.witness")

    def quit(self):
        """{place: {"passed": how many, "late": [[number, the highest before it]]}}"""
        self.say("quit")
        return self.result(60)


if __name__ == "__main__":
    main(int(sys.argv[2]))
