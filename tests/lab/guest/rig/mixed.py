# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered datagrams of every size, with and without "don't fragment", decided by a seed: what became of each attempt to send.

python3 -m rig.mixed mixed ADDRESS PORT COUNT PPS SEED LARGEST DF_SHARE
"""
import collections
import errno
import json
import random
import socket
import sys
import time

from .net import ISP4
from .traffic import NUMBER, Process

IP_MTU_DISCOVER, DONT, DO = 10, 0, 2  # ip(7)


def main(address, port, count, pps, seed, largest, df_share):
    chance = random.Random(seed)
    sockets = {}
    for kind in (DONT, DO):
        s = sockets[kind] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, kind)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
    print("ready", flush=True)
    sys.stdin.readline()
    errors = collections.Counter()
    first = time.monotonic()
    for i in range(count):
        wait = first + i / pps - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        body = b"g" * chance.randrange(0, largest - 28 - NUMBER.size)
        try:
            sockets[DO if chance.random() < df_share else DONT].sendto(NUMBER.pack(i) + body, (address, port))
        except OSError as error:
            errors[errno.errorcode.get(error.errno, str(error.errno))] += 1
    print(json.dumps({"attempts": count, "errors": errors, "first": first, "last": time.monotonic()}), flush=True)


class Mixed(Process):
    def __init__(self, count, pps, seed, largest=1500, df_share=0.5, port=7000, address=ISP4):
        super().__init__(None, "mixed", address, port, count, pps, seed, largest, df_share, module="rig.mixed")
        self.count, self.pps = count, pps

    def go(self):
        self.say("go")
        return time.monotonic()

    def done(self):
        return self.result(self.count / self.pps * 2 + 60)


if __name__ == "__main__":
    main(
        sys.argv[2],
        int(sys.argv[3]),
        int(sys.argv[4]),
        float(sys.argv[5]),
        int(sys.argv[6]),
        int(sys.argv[7]),
        float(sys.argv[8]),
    )
