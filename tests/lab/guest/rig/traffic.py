# SPDX-License-Identifier: GPL-2.0-or-later
"""Numbered datagrams and talkative TCP connections, and an exact account of what arrived.

As a program (one process each, so that a sender's pace does not depend on what else is done):
  python3 -m rig.traffic sink ADDRESS PORT              until "quit" on stdin, then one JSON object
  python3 -m rig.traffic send ADDRESS PORT COUNT PPS SIZE   then one JSON object
Times are CLOCK_MONOTONIC seconds; a datagram's is the kernel's own stamp of its arrival.
"""
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

from . import net
from .run import Failure

SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
NUMBER = struct.Struct("!I")


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def sink_main(address, port):
    s = socket.socket(family_of(address), socket.SOCK_DGRAM)
    # A sink that loses packets in its own buffer blames the wrong party.
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 128 << 20)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.bind((address, port))
    s.setblocking(False)
    print("ready", flush=True)
    seen, sources, twice, late, highest, arrived, size = set(), set(), 0, [], -1, 0, 0
    first = last = None
    poller = select.poll()
    poller.register(s, select.POLLIN)
    poller.register(0, select.POLLIN)
    quitting = False
    while True:
        ready = dict(poller.poll(0 if quitting else 1000))
        if s.fileno() in ready:
            for _ in range(4096):
                try:
                    data, ancillary, _, peer = s.recvmsg(65536, 64)
                except BlockingIOError:
                    break
                stamp = struct.unpack("@qq", ancillary[0][2])
                last = stamp
                first = first or stamp
                (number,) = NUMBER.unpack_from(data)
                arrived += 1
                size += len(data)
                sources.add(peer[:2])
                if number in seen:
                    twice += 1
                elif number < highest:
                    late.append((number, highest, stamp))
                seen.add(number)
                highest = max(highest, number)
        elif quitting:
            break
        if 0 in ready:
            command = os.read(0, 100)
            if command.startswith(b"count"):
                print(json.dumps({"arrived": arrived, "unique": len(seen)}), flush=True)
            else:
                quitting = True
    offset = time.clock_gettime(time.CLOCK_REALTIME) - time.monotonic()

    def seconds(stamp):
        return None if stamp is None else round(stamp[0] + stamp[1] / 1e9 - offset, 6)

    missing = sorted(set(range(highest + 1)) - seen)
    ranges = []
    for n in missing:
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    print(
        json.dumps(
            {
                "arrived": arrived,
                "unique": len(seen),
                "twice": twice,
                "out_of_order": len(late),
                "highest": highest,
                "late": [(number, before, seconds(at)) for number, before, at in late[:50]],  # and the highest before it
                "missing": ranges[:200],
                "lowest": min(seen) if seen else None,
                "bytes": size,
                "sources": sorted(f"{a} {p}" for a, p in sources),
                "first": seconds(first),
                "last": seconds(last),
            }
        )
    )


def send_main(address, port, count, pps, size):
    # On its way through a veth a packet waits in a queue of its processor: a sender that moves overtakes itself there.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    s = socket.socket(family_of(address), socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8 << 20)
    body = b"g" * max(0, size - NUMBER.size)
    print("ready", flush=True)
    sys.stdin.readline()  # "go", or the end of input
    errors = 0
    first = time.monotonic()
    for i in range(count):
        wait = first + i / pps - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        try:
            s.sendto(NUMBER.pack(i) + body, (address, port))
        except OSError:
            errors += 1
    print(json.dumps({"sent": count, "errors": errors, "first": first, "last": time.monotonic()}), flush=True)


class Process:
    """One sink or sender, ready when the constructor returns."""

    def __init__(self, namespace, *words, module="rig.traffic"):
        prefix = ["ip", "netns", "exec", namespace] if namespace else []
        self.child = subprocess.Popen(
            prefix + [sys.executable, "-m", module, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.words = words
        if self.child.stdout.readline().strip() != "ready":
            raise Failure(f"traffic {words} did not start")

    def say(self, word):
        self.child.stdin.write(word + "\n")
        self.child.stdin.flush()

    def result(self, deadline):
        ready, _, _ = select.select([self.child.stdout], [], [], deadline)
        line = self.child.stdout.readline() if ready else ""
        if not line:
            self.child.kill()
            raise Failure(f"traffic {self.words} gave no account within {deadline} s")
        return json.loads(line)

    def end(self):
        self.child.kill()
        self.child.wait()


class Sink(Process):
    def __init__(self, address=net.ISP4, port=7000, namespace="isp"):
        super().__init__(namespace, "sink", address, port)

    def count(self):
        """{"arrived", "unique"} so far."""
        self.say("count")
        return self.result(30)

    def quit(self, expect, quiet=5, deadline=120):
        """The account, once `expect` different ones have arrived, or nothing more has come for `quiet` seconds."""
        end = time.monotonic() + deadline
        before, changed = -1, time.monotonic()
        while time.monotonic() < end:
            now = self.count()
            if now["arrived"] != before:
                before, changed = now["arrived"], time.monotonic()
            # One more round after the last: a datagram that comes twice comes late.
            if now["unique"] >= expect and time.monotonic() > changed + 0.5 or time.monotonic() > changed + quiet:
                break
            time.sleep(0.1)
        self.say("quit")
        return self.result(60)


class Sender(Process):
    def __init__(self, count, pps, address=net.ISP4, port=7000, size=64, namespace=None):
        super().__init__(namespace, "send", address, port, count, pps, size)
        self.count, self.pps = count, pps

    def go(self):
        """The first datagram leaves now; the time."""
        self.say("go")
        return time.monotonic()

    def done(self):
        return self.result(self.count / self.pps * 1.5 + 60)


class Talk:
    """One TCP connection to the echo server, in a thread. It connects, learns how the server sees it, then echoes a line at every
    ask() on the same socket."""

    def __init__(self, address=net.ISP4, namespace=None, timeout=90, port=7001, source=None):
        self.address, self.port, self.timeout = address, port, timeout
        self.socket = net.in_namespace(namespace, lambda: socket.socket(family_of(address), socket.SOCK_STREAM))
        if source:
            self.socket.bind((source, 0))
        self.error, self.seen_as, self.connected_after, self.local, self.stream = None, None, None, None, None
        self.established = threading.Event()
        self.thread = threading.Thread(target=self.connect, daemon=True)
        self.begun = time.monotonic()
        self.thread.start()

    def connect(self):
        try:
            self.socket.settimeout(self.timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.connect((self.address, self.port))
            self.connected_after = time.monotonic() - self.begun
            self.local = self.socket.getsockname()[:2]
            self.stream = self.socket.makefile("rb")
            _, address, port = self.stream.readline().decode().split()
            self.seen_as = (address, int(port))
        except (OSError, ValueError) as error:
            self.error = error
        self.established.set()

    def wait(self, deadline=None):
        """Whether the connection came to be."""
        self.established.wait(deadline or self.timeout + 5)
        return self.seen_as is not None

    def ask(self, text="boo", timeout=30):
        """Whether a line comes back on the same connection."""
        try:
            self.socket.settimeout(timeout)
            self.socket.sendall(text.encode() + b"\n")
            return self.stream.readline() == text.encode() + b"\n"
        except OSError as error:
            self.error = error
            return False

    def close(self):
        if self.stream:
            self.stream.close()  # it holds the socket open
        self.socket.close()


def fetch(size, address=net.ISP4, namespace=None, timeout=600):
    """Gets size bytes from the bulk server; seconds it took."""

    def body():
        begun = time.monotonic()
        with socket.create_connection((address, 7002), timeout=timeout) as s:
            s.sendall(b"get %d\n" % size)
            left = size
            buffer = bytearray(1 << 18)
            while left:
                n = s.recv_into(buffer)
                if not n:
                    raise Failure(f"the transfer ended {left} bytes early")
                left -= n
        return time.monotonic() - begun

    return net.in_namespace(namespace, body)


if __name__ == "__main__":
    if sys.argv[1] == "sink":
        sink_main(sys.argv[2], int(sys.argv[3]))
    else:
        send_main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]), int(sys.argv[6]))
