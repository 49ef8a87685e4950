# SPDX-License-Identifier: GPL-2.0-or-later
"""The SYNs of each connection to the echo server: which of them waited (left by a link's gd-*), and when each reached the provider.

TCP repeats a SYN 1 s, 3 s, 7 s after the first, with a new identification in its IPv4 header. Of the SYNs that waited, one is to
arrive. While its answer is still on its way, TCP may send another by the call. That one is TCP's own.
"""
import ctypes
import select
import socket
import struct
import threading
import time

from . import net

ETH_P_ALL, ETH_P_IP, SO_ATTACH_FILTER = 0x0003, 0x0800, 26
LD_B, LD_H, JEQ, JSET, RET = 0x30, 0x28, 0x15, 0x45, 0x06
APART = 0.4  # seconds: between two that did not wait; on its way the line may bring them nearer to each other


class Syns:
    def __init__(self, port=7001):
        self.arrived = {}  # {(source address, port): [(seconds, identification)]}
        self.waited = set()  # (source port, identification)
        # IPv4 without options, TCP to that port, of SYN and ACK only SYN.
        steps = [
            (LD_B, 0, 0, 0),
            (JEQ, 0, 7, 0x45),
            (LD_B, 0, 0, 9),
            (JEQ, 0, 5, 6),
            (LD_H, 0, 0, 22),
            (JEQ, 0, 3, port),
            (LD_B, 0, 0, 33),
            (JSET, 1, 0, 0x10),
            (JSET, 1, 0, 0x02),
            (RET, 0, 0, 0),
            (RET, 0, 0, 64),
        ]
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        self.program = struct.pack("@HP", len(steps), ctypes.addressof(code)), code
        self.far = net.in_namespace("isp", lambda: self.open(ETH_P_IP))
        self.near = self.open(ETH_P_ALL)  # what is sent is shown to those alone that ask for all
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def open(self, kind):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(kind))
        made.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, self.program[0])
        return made

    def watch(self):
        while not self.ended.is_set():
            for ready in select.select([self.far, self.near], [], [], 0.1)[0]:
                data, (interface, _, kind, _, _) = ready.recvfrom(64)
                port, identification = struct.unpack_from("!H", data, 20)[0], struct.unpack_from("!H", data, 4)[0]
                if ready is self.near:
                    if kind == socket.PACKET_OUTGOING and interface.startswith("gd-"):
                        self.waited.add((port, identification))
                elif kind == socket.PACKET_HOST:
                    self.arrived.setdefault((socket.inet_ntoa(data[12:16]), port), []).append((time.monotonic(), identification))

    def stop(self):
        """{connection: [(when a SYN of it came, seconds after the first that did; whether that one had waited)]}"""
        self.end()
        return {
            who: [(round(t - came[0][0], 2), (who[1], identification) in self.waited) for t, identification in came]
            for who, came in self.arrived.items()
        }

    def end(self):
        self.ended.set()
        self.thread.join()
        self.far.close()
        self.near.close()


def once(came):
    """Whether none was there twice: see above."""
    waited = [t for t, had_waited in came if had_waited]
    direct = [t for t, had_waited in came if not had_waited]
    return len(waited) <= 1 and all(b - a >= APART for a, b in zip(direct, direct[1:]))
