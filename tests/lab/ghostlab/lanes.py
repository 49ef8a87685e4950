# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs lab scenarios on up to two VMs side by side; those that measure time run afterwards, on one VM and nothing beside it.

A scenario mostly waits: for a dial, an idle timer, a server. So two VMs on two processors take little more than half the
time. One that measures says `ALONE = True`. A VM that stops answering is replaced by a new one before its next scenario.
"""
import collections
import os
import sys
import threading
import time

from . import debs, deploy, qemu
from .build import BUILD
from .client import Client, Gone

# Two VMs are worth their boot from here on.
WORTH_A_SECOND = 3
RESULTS = os.path.join(BUILD, "lab-results")


def in_order(names):
    """(side by side, alone): those that may take long first, so that the lanes end together."""

    def longest_first(some):
        return sorted(some, key=lambda n: -deploy.scenario_timeout(n))

    alone = {n for n in names if deploy.scenario_attribute(n, "ALONE", False)}
    return longest_first(n for n in names if n not in alone), longest_first(alone & set(names))


class Lane:
    """One VM at a time, and the scenarios that run in it."""

    staging = threading.Lock()

    def __init__(self, image, report, stage=None, spare=False):
        self.image, self.report, self.stage, self.spare = image, report, stage, spare
        self.machine = None
        self.ended = False

    def boot(self):
        machine = self.machine = qemu.temporary_machine()
        machine.start(self.image)
        machine.wait_until_up()
        with Client(machine) as client, self.staging:
            deploy.push_lab(client, BUILD)
            deploy.push_build(client, BUILD, self.stage)

    def end(self):
        machine, self.machine = self.machine, None
        if machine:
            qemu.discard(machine)

    def run(self, queue):
        """Scenarios from queue until it is empty or the lane is ended; report(name, passed, seconds, detail, measures, brief) for each."""
        while queue and not self.ended:
            try:
                name = queue.popleft()
            except IndexError:
                return  # the other lane was quicker
            said = []
            begun = time.monotonic()
            try:
                if not self.machine:
                    self.boot()
            except Exception as error:  # whatever it is, the scenario has not passed
                self.end()
                if self.spare:  # where there is no room for two, one will do
                    queue.appendleft(name)
                    return
                self.report(name, False, time.monotonic() - begun, [f"no VM: {error}"], {})
                continue
            try:
                with Client(self.machine) as client:
                    outcome = deploy.run_scenario(client, name, writer(said), RESULTS, debs.DIRECTORY, in_a_run=True)
            except Exception as error:
                if not self.ended:
                    what = f"the VM was lost: {error}" if isinstance(error, Gone) else f"{type(error).__name__}: {error}"
                    self.report(name, False, time.monotonic() - begun, ["".join(said)[-6000:], what], {}, what)
                self.end()
                continue
            detail, brief = [], "; ".join(outcome.detail)
            if not outcome.passed:
                detail = [
                    "".join(said)[-6000:],
                    *outcome.detail,
                    f"kept: {os.path.relpath(os.path.join(RESULTS, name), deploy.TREE)}/",
                ]
            self.report(name, outcome.passed, time.monotonic() - begun, detail, outcome.result.get("measures", {}), brief)
            if any("did not end within" in text for text in outcome.detail):
                self.end()  # whatever hangs in there must not meet the next scenario


def verbose():
    return bool(os.environ.get("GHOSTD_LAB_VERBOSE"))


def writer(said):
    return (lambda text: (said.append(text), sys.stdout.write(text))) if verbose() else said.append


def run(names, image, report, beside=None, stage=None, quiet=None):
    """Runs scenarios; report is called from one thread at a time. beside: what is done beside the first of them, in a thread of
    its own, and has ended before those that are alone. quiet: called before those; it returns when nothing else runs on this machine.
    stage: as in deploy.push_build. An exception (Ctrl-C) ends every VM."""
    os.makedirs(RESULTS, exist_ok=True)
    together, alone = (collections.deque(some) for some in in_order(names))
    lock = threading.Lock()

    def one_at_a_time(*words):
        with lock:
            report(*words)

    # The first lane is this thread's: a VM ends with the thread that started it, and this one's has to stay for `alone`.
    first, second = Lane(image, one_at_a_time, stage), Lane(image, one_at_a_time, stage, spare=True)
    two = len(together) >= WORTH_A_SECOND and (os.cpu_count() or 1) > 1 and not verbose()

    wrong = []

    def as_well(work):
        def run():
            try:
                work()
            except BaseException as error:  # the first lane's thread ends with it, a SystemExit, too
                together.clear()
                wrong.append(error)

        return threading.Thread(target=run, daemon=True)

    others = [as_well(beside)] if beside else []
    others += [as_well(lambda: second.run(together))] if two else []
    try:
        for thread in others:
            thread.start()
        first.run(together)
        for thread in others:
            thread.join()
        second.end()
        if wrong:
            raise wrong[0]
        first.run(together)  # what the second could not take
        if quiet:
            quiet()
        first.run(alone)
    finally:
        for lane in (first, second):
            lane.ended = True
            lane.end()
