# SPDX-License-Identifier: GPL-2.0-or-later
"""When the SYNs of each connection to the echo server reach the provider. One that is repeated because its answer takes longer than a
second is TCP's own; copies that waited and come together are not."""
import ctypes
import select
import socket
import struct
import threading
import time

from . import net

ETH_P_IP, SO_ATTACH_FILTER = 0x0800, 26
LD_B, LD_H, JEQ, JSET, RET = 0x30, 0x28, 0x15, 0x45, 0x06
APART = 0.4  # seconds: TCP repeats a SYN after 1 s, then 2 s, …; on its way the line may bring two nearer to each other


class Syns:
    def __init__(self, port=7001):
        self.times = {}  # {(source address, port): [seconds]}
        self.socket = net.in_namespace("isp", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP)))
        # IPv4 without options, TCP to that port, of SYN and ACK only SYN.
        steps = [(LD_B, 0, 0, 0), (JEQ, 0, 7, 0x45), (LD_B, 0, 0, 9), (JEQ, 0, 5, 6), (LD_H, 0, 0, 22), (JEQ, 0, 3, port),
                 (LD_B, 0, 0, 33), (JSET, 1, 0, 0x10), (JSET, 1, 0, 0x02), (RET, 0, 0, 0), (RET, 0, 0, 64)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", len(steps), ctypes.addressof(code)))
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while not self.ended.is_set():
            if not select.select([self.socket], [], [], 0.1)[0]:
                continue
            data, (_, _, kind, _, _) = self.socket.recvfrom(64)
            if kind == socket.PACKET_HOST:
                who = (socket.inet_ntoa(data[12:16]), struct.unpack_from("!H", data, 20)[0])
                self.times.setdefault(who, []).append(time.monotonic())

    def stop(self):
        """{connection: [when each SYN came, seconds after its first]}"""
        self.end()
        return {who: [round(t - times[0], 2) for t in times] for who, times in self.times.items()}


    def end(self):
        self.ended.set()
        self.thread.join()
        self.socket.close()


def once(times):
    """Whether no SYN was there twice."""
    return all(b - a >= APART for a, b in zip(times, times[1:]))
