# SPDX-License-Identifier: GPL-2.0-or-later
"""What a scenario is given: lab. Everything it may arrange, do and ask."""
import json
import time

from . import run


class Lab:
    wait_for = staticmethod(run.wait_for)

    def __init__(self, name, results):
        self.name, self.results = name, results
        self.checks, self.failures, self.measures = [], [], {}
        self.begun = time.monotonic()

    # What a scenario says.

    def say(self, text):
        print(f"[{time.monotonic() - self.begun:6.2f}] {text}", flush=True)

    def fail(self, text):
        self.failures.append(text)
        self.say(f"FAILED: {text}")

    def check(self, name, good, detail=""):
        """One statement that must be true; the scenario goes on either way. Returns whether it was."""
        good = bool(good)
        self.checks.append({"name": name, "good": good})
        if good:
            self.say(f"ok: {name}")
        else:
            self.fail(f"{name}: {detail}" if detail != "" else name)
        return good

    def measure(self, name, value, unit=""):
        """A number (or words) for the table."""
        self.measures[name] = {"value": value, "unit": unit}
        self.say(f"measure: {name} = {json.dumps(value)}{' ' + unit if unit else ''}")

    def clean(self):
        pass

    def watch(self):
        pass

    def keep_evidence(self):
        pass
