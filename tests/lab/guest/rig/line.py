# SPDX-License-Identifier: GPL-2.0-or-later
"""A telephone line as a scenario holds it: /dev/ttyGHOST<n>, its faults, and what happened on it."""
import json
import os
import signal
import socket
import subprocess
import time

from .run import wait_for, whole_lines

DIRECTORY = "/run/lab"
PROGRAM = "/opt/lab/bin/ghost-line"


class Line:
    """Line n. Calls are numbered from 40 n + 1, so that no two lines ever give the same address."""

    def __init__(self, n, direct=False, answer="/run/lab/answer"):
        self.n = n
        self.tty = f"/dev/ttyGHOST{n}"
        self.control = f"{DIRECTORY}/line{n}.sock"
        self.log = f"{DIRECTORY}/line{n}.log"
        self.direct, self.answer = direct, answer
        self.process = None
        self.begun = 0.0

    def start(self):
        argv = [PROGRAM] + (["--direct"] if self.direct else []) + ["--first", str(40 * self.n)]
        argv += [self.tty, self.control, self.log, self.answer]
        if os.path.exists(self.log):
            os.unlink(self.log)
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=open(f"{DIRECTORY}/line{self.n}.err", "w"),
            start_new_session=True,
        )
        wait_for(lambda: os.path.exists(self.control) and os.path.lexists(self.tty), 10, f"{self.tty} to appear")

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
            self.process = None

    def tell(self, order):
        """One order (line/control.hpp has the words); its answer."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(self.control)
            s.sendall(order.encode() + b"\n")
            answer = s.makefile().readline().strip()
        if answer.startswith("error"):
            raise ValueError(answer)
        return answer

    def status(self):
        return json.loads(self.tell("status"))

    @property
    def calls(self):
        """How many calls have been answered on this line."""
        return self.status()["calls"] - 40 * self.n

    @property
    def last_call(self):
        """The number of the last call answered: gives its address and prefix (net.call_address)."""
        return self.status()["calls"]

    def events(self, name=None):
        """[(CLOCK_MONOTONIC seconds, text)] of what happened on the line, of one kind if name is given."""
        found = []
        for one in map(json.loads, whole_lines(self.log)):
            if name is None or one["event"] == name:
                found.append((one["t"], one["event"]))
        return found

    def wait_event(self, name, deadline, since=0.0):
        return wait_for(lambda: [e for e in self.events(name) if e[0] >= since], deadline, f"the line to say {name!r}")[0]

    # The faults by name.
    def outcome(self, what):
        self.tell(f"outcome {what}")

    def noise(self, share):
        self.tell(f"noise {share}")

    def freeze(self, on=True):
        self.tell(f"freeze {'on' if on else 'off'}")

    def rate(self, bytes_a_second):
        self.tell(f"rate {bytes_a_second}")

    def delay(self, milliseconds):
        self.tell(f"delay {milliseconds}")

    def dial_time(self, milliseconds):
        self.tell(f"dial-time {milliseconds}")

    def wedge(self, how):
        self.tell(f"wedge {how}")

    def registration(self, state):
        self.tell(f"registration {state}")

    def drop(self):
        self.tell("drop")

    def remove(self):
        self.tell("remove")

    def restore(self):
        self.tell("restore")

    def wait_free(self, deadline=30):
        """Until it is closed and no pppd is left of the last call: one that ends is busy for a second."""
        lock = f"/run/lock/LCK..{os.path.basename(self.tty)}"
        wait_for(
            lambda: self.status()["state"] in ("closed", "gone") and not held(lock),
            deadline,
            f"{self.tty} to be closed and its pppd to go",
        )

    def wait_idle(self, deadline=20):
        wait_for(lambda: self.status()["state"] in ("closed", "gone"), deadline, f"{self.tty} to be closed")
        return time.monotonic()


def held(lock):
    """Whether the process that made the lock file lives: a killed pppd leaves its own behind (pppd takes such a one away)."""
    try:
        with open(lock) as f:
            return os.path.exists(f"/proc/{int(f.read())}")
    except (OSError, ValueError):
        return False
