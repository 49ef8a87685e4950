# SPDX-License-Identifier: GPL-2.0-or-later
"""When the machine's own pppds are executed, by the kernel's word (proc connector, cn_proc.h), with its own time stamps."""
import os
import socket
import struct
import threading
import time

NETLINK_CONNECTOR, CN_IDX_PROC, CN_VAL_PROC = 11, 1, 1
PROC_EVENT_EXEC = 2


class ExecWatch:
    """times: [CLOCK_MONOTONIC seconds] of each exec of pppd outside the provider's namespace."""

    def __init__(self, program="pppd"):
        self.program, self.times = program, []
        self.here = os.readlink("/proc/self/ns/net")
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_CONNECTOR)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((0, CN_IDX_PROC))
        listen = struct.pack("=IIIIHHI", CN_IDX_PROC, CN_VAL_PROC, 0, 0, 4, 0, 1)
        self.socket.send(struct.pack("=IHHII", 16 + len(listen), 3, 0, 0, os.getpid()) + listen)
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self):
        while True:
            try:
                data = self.socket.recv(8192)
            except OSError:
                return
            if len(data) < 16 + 20 + 24:
                continue
            what, _, stamp, pid = struct.unpack_from("=IIQI", data, 36)
            if what != PROC_EVENT_EXEC:
                continue
            try:
                with open(f"/proc/{pid}/comm") as f:
                    name = f.read().strip()
                # The provider's pppd lives in a namespace of its own.
                if name == self.program and os.readlink(f"/proc/{pid}/ns/net") == self.here:
                    self.times.append(stamp / 1e9)
            except OSError:
                pass

    def first(self, since):
        return next((t for t in self.times if t >= since), None)

    def wait(self, since, deadline):
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            found = self.first(since)
            if found:
                return found
            time.sleep(0.02)
        return None
