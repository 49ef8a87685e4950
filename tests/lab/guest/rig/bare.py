# SPDX-License-Identifier: GPL-2.0-or-later
"""A bare pppd on the line, without ghostd: what the rig is tried with, and what ghostd is measured against."""
import os
import re
import signal
import subprocess
import threading
import time

from .run import Failure, out, wait_for

LOG = "/run/lab/bare-pppd.log"


class BareCall:
    """`pppd call PEER nodetach` with further options; its interface is ppp-bare."""

    def __init__(self, *options, peer="isp"):
        if os.path.exists(LOG):
            os.unlink(LOG)
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [
                "pppd",
                "call",
                peer,
                *([] if "updetach" in options else ["nodetach"]),
                "ifname",
                "ppp-bare",
                "debug",
                "logfile",
                LOG,
                *options,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # A session's leader that detaches takes its terminal along: the line's, and its
            # child has a SIGHUP if it is not quick.
            stderr=subprocess.DEVNULL,
            start_new_session="updetach" not in options,
            process_group=0 if "updetach" in options else None,
        )

    def log(self):
        try:
            with open(LOG, errors="replace") as f:
                return f.read()
        except OSError:
            return ""

    def check_alive(self):
        if self.process.poll() is not None:
            raise Failure(
                f"pppd ended with {self.process.returncode}:\n{self.log()[-1500:] or out('journalctl -t pppd -n 3 -o cat')}"
            )

    def address(self):
        m = re.search(r"inet (\S+) peer", out("ip -4 -o addr show dev ppp-bare"))
        return m and m[1]

    def wait_up(self, deadline=60):
        def there():
            self.check_alive()
            return self.address()

        return wait_for(there, deadline, "the bare call's address")

    def wait_end(self, deadline=60):
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise Failure(f"pppd did not end within {deadline} s:\n{self.log()[-1500:]}") from None

    def hang_up(self, deadline=30):
        self.process.send_signal(signal.SIGTERM)
        return self.wait_end(deadline)


class AddressWatch:
    """Notes when an interface gets an IPv4 address, from the kernel's own notification, with real-time priority so that
    the note is not late. times: [(CLOCK_MONOTONIC, interface, address)]."""

    def __init__(self):
        import socket

        self.times = []
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self.socket.bind((0, 0x10))  # RTMGRP_IPV4_IFADDR
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        import socket
        import struct

        try:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
        except OSError:
            pass
        while True:
            data = self.socket.recv(65536)
            now = time.monotonic()
            length, kind = struct.unpack_from("=IH", data)
            if kind != 20:
                continue
            (index,) = struct.unpack_from("=I", data, 20)
            at, local = 24, None
            while at + 4 <= length:
                size, attribute = struct.unpack_from("=HH", data, at)
                if attribute == 2:  # IFA_LOCAL
                    local = socket.inet_ntop(socket.AF_INET, data[at + 4 : at + 8])
                at += (size + 3) & ~3 or length
            try:
                self.times.append((now, socket.if_indextoname(index), local))
            except OSError:
                pass

    def first(self, interface, since, address=None):
        for when, name, local in self.times:
            if name == interface and when >= since and address in (None, local):
                return when
        return None
