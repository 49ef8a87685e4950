# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered datagrams (as rig.traffic's) as fast as the kernel takes them, or at a rate. sendmmsg(2) sends 64 at a time, so that
the sender costs next to nothing beside what is measured.

  python3 -m rig.blast blast ADDRESS PORT COUNT SIZE PPS    PPS 0: as fast as it goes; COUNT 0: until "quit" on stdin
"""
import ctypes
import json
import select
import socket
import sys
import time

from .net import ISP4
from .traffic import NUMBER, Process, family_of

BATCH = 64


class iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class msghdr(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_void_p),
        ("namelen", ctypes.c_uint32),
        ("iov", ctypes.POINTER(iovec)),
        ("iovlen", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("controllen", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    ]


class mmsghdr(ctypes.Structure):
    _fields_ = [("header", msghdr), ("length", ctypes.c_uint)]


class Batch:
    """A socket's next 64 datagrams, made once; send() numbers them."""

    def __init__(self, address, port, size):
        self.socket = socket.socket(family_of(address), socket.SOCK_DGRAM)
        self.socket.connect((address, port))
        self.size = max(size, NUMBER.size)
        self.bytes = ctypes.create_string_buffer(b"g" * (self.size * BATCH), self.size * BATCH)
        self.parts, self.messages = (iovec * BATCH)(), (mmsghdr * BATCH)()
        for i in range(BATCH):
            self.parts[i] = iovec(ctypes.addressof(self.bytes) + i * self.size, self.size)
            self.messages[i].header.iov = ctypes.pointer(self.parts[i])
            self.messages[i].header.iovlen = 1
        self.call = ctypes.CDLL(None, use_errno=True).sendmmsg

    def send(self, first, count):
        """How many of the datagrams first … first + count - 1 the kernel took; it waits until there is room for one."""
        for i in range(count):
            NUMBER.pack_into(self.bytes, i * self.size, first + i)
        return self.call(self.socket.fileno(), self.messages, count, 0)


def main(address, port, count, size, pps):
    batch = Batch(address, port, size)
    print("ready", flush=True)
    sys.stdin.readline()  # "go", or the end of input
    sent = errors = 0
    first = time.monotonic()
    while count == 0 or sent < count:
        due = BATCH if not pps else int((time.monotonic() - first) * pps) + 1 - sent
        if count:
            due = min(due, count - sent)
        elif select.select([0], [], [], 0)[0]:
            break
        if due <= 0:
            time.sleep(0.001)
            continue
        taken = batch.send(sent, min(due, BATCH))
        if taken <= 0:  # refused: that one is gone, as with any sender that does not look
            errors += 1
            taken = 1
        sent += taken
    print(json.dumps({"sent": sent, "errors": errors, "first": first, "last": time.monotonic()}), flush=True)


class Blast(Process):
    def __init__(self, count, pps=0, address=ISP4, port=7000, size=100, namespace=None):
        super().__init__(namespace, "blast", address, port, count, size, pps, module="rig.blast")

    def go(self):
        self.say("go")
        return time.monotonic()

    def quit(self):
        self.say("quit")
        return self.done()

    def done(self, deadline=120):
        return self.result(deadline)


if __name__ == "__main__":
    main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]), float(sys.argv[6]))
