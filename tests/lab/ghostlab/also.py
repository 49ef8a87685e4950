# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run --also SUITE: after everything here, what --suite SUITE does. Its root, its programs and its machine are made earlier,
in the time that the lab leaves."""
import contextlib
import json
import os
import signal
import subprocess
import sys

from .build import step_back
from .deploy import TREE

TALLY = "tally.json"  # in build-<suite>: what passed there


class Also:
    """run: tests/run's program."""

    def __init__(self, suite, run):
        self.suite, self.argv = suite, [sys.executable, run, "--suite", suite]
        self.tally = os.path.join(TREE, f"build-{suite}", TALLY)
        self.child = None

    def prepare(self, say):
        """Begins to make what run() needs. If that fails, run() fails, too, and says why."""
        say(f"build: beside the lab, for {self.suite}")
        quiet = subprocess.DEVNULL
        self.child = subprocess.Popen([*self.argv, "--prepare"], stdin=quiet, stdout=quiet, stderr=quiet, preexec_fn=step_back)

    def wait(self):
        if self.child:
            self.child.wait()

    def end(self):
        if self.child and self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)  # it has a session of its own

    def run(self):
        """What passed and failed, as Tally.account() says it; or None, if it did not get that far. Its output is shown."""
        self.wait()
        status = subprocess.run(self.argv, stdin=subprocess.DEVNULL).returncode
        with contextlib.suppress(OSError, ValueError), open(self.tally) as f:
            account = json.load(f)
            if status == 0 or account["failed"]:
                return account
        return None
