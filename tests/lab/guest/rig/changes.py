# SPDX-License-Identifier: GPL-2.0-or-later
"""Waits until something of a link has changed, by `ghostctl monitor`. Under emulation each `ghostctl status` costs a tenth of a second
of processor, in ghostctl, dbus-daemon and ghostd. So a wait asks after a change, and not all the time."""
import select
import subprocess
import time

START = 10.0  # seconds until the monitor tells all links
PATIENCE = 1.0  # seconds without a word until somebody asks all the same: the monitor may hang, or ghostd may not run yet


class Changes:
    def __init__(self):
        self.child, self.begun = None, 0.0

    def wait(self):
        """Until the next change, or for PATIENCE. What was said since the last wait counts."""
        if not self.child or self.child.poll() is not None:
            rest = self.begun + PATIENCE - time.monotonic()
            if rest > 0:
                time.sleep(rest)
            self.stop()
            self.begun = time.monotonic()
            # fmt: off
            self.child = subprocess.Popen(["ghostctl", "--json", "monitor"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                          stderr=subprocess.DEVNULL, bufsize=0)
            # fmt: on
            # It tells all links first. Killed before that, it might have the bus start a ghostd that has just ended.
            select.select([self.child.stdout], [], [], START)
            return
        if select.select([self.child.stdout], [], [], PATIENCE)[0]:
            self.child.stdout.read(1 << 20)

    def stop(self):
        if self.child:
            self.child.kill()
            self.child.wait()
            self.child.stdout.close()
            self.child = None
