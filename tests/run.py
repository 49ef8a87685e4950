# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs every test of the project: lint, unit, scenario and bus tests on this machine, lab tests in a virtual one.

  sudo tests/run                 everything; installs what is missing, builds, makes the lab's image
  sudo tests/run PATTERN…        the tests whose names match: a prefix (unit, lab/hand) or a glob ('*/rig-*')
  sudo tests/run --all lab/beside  the whole of those that do a part of what they can in a run of everything
  tests/run lint                 what the sources look like, without a build; --fix writes what the formatters would
  tests/run --list [PATTERN…]    names every test
  sudo tests/run --suite trixie  on another Debian, in a root and a virtual machine made of it. Runs the unit, scenario and bus tests,
                                 and a part of the lab's. Patterns as above
  sudo tests/run --also trixie   everything, and afterwards on that Debian, as --suite does it

It prints one line per test; the last line is `N passed, N failed, N skipped`, and the status is 0 if none failed. The evidence of
a failed lab test (journal, packet capture, status) is in build/lab-results/<test>/. This machine's own network is
never touched.
"""
import argparse
import contextlib
import fnmatch
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tests/lab"))
import lint
import lint_itself
from ghostlab import command, debian, debs, deploy, image, lanes, packages, root, table
from ghostlab.also import TALLY, Also
from ghostlab.build import BUILD, build, configure, installed_programs, introspect, targets_of

SUITES = ("unit", "scenario", "bus")
LINT = {**lint.CHECKS, "lint/itself": lint_itself.check}


def say(text):
    print(text, flush=True)


class Tally:
    passed = failed = skipped = 0

    def __init__(self):
        self.lock = threading.Lock()
        self.failures = []

    def account(self):
        return {"passed": self.passed, "failed": self.failed, "skipped": self.skipped, "failures": self.failures}

    def add(self, account):
        for word in ("passed", "failed", "skipped"):
            setattr(self, word, getattr(self, word) + account[word])
        self.failures += account["failures"]

    def line(self, verdict, name, seconds, detail=(), brief=""):
        """brief: why it failed, for the run's last lines; without it, the first line of detail."""
        word = {"passed": "ok  ", "failed": "FAIL", "skipped": "skip"}[verdict]
        pieces = [piece for text in detail for piece in str(text).rstrip("\n").split("\n")]
        with self.lock:
            setattr(self, verdict, getattr(self, verdict) + 1)
            if verdict == "failed":
                self.failures.append(f"{name}: {shortened(brief or (pieces or ['?'])[0])}")
            say("\n".join([f"{word} {name:<44} {seconds:7.1f} s", *(f"     | {piece}" for piece in pieces)]))


def shortened(text, limit=300):
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[:limit] + " …"


def lab_names():
    return [f"lab/{name}" for name in deploy.scenario_names()]


def meson_tests():
    """name → the test as meson describes it, for our three suites. Needs a configured build."""
    found = {}
    for test in introspect("--tests"):
        for suite in test["suite"]:
            suite = suite.split(":")[-1]
            if suite in SUITES:
                found[f"{suite}/{test['name']}"] = test
    return found


def wanted(name, patterns):
    return not patterns or any(name.startswith(p) or fnmatch.fnmatchcase(name, p) for p in patterns)


running = set()  # functions that end a child after a Ctrl-C, whichever thread waits for it
interrupted_for_good = threading.Event()


def run_meson_tests(names, described, tally):
    for name in names:
        if interrupted_for_good.is_set():
            return
        test = described[name]
        begun = time.monotonic()
        timeout = test["timeout"] if test["timeout"] and test["timeout"] > 0 else 120
        environment = {**os.environ, **{k: v for k, v in test["env"].items()}}
        child = subprocess.Popen(
            test["cmd"],
            cwd=test["workdir"] or BUILD,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        end = functools.partial(os.killpg, child.pid, signal.SIGKILL)
        running.add(end)
        try:
            text = child.communicate(timeout=max(timeout, 60))[0].decode(errors="replace")
            verdict = {0: "passed", 77: "skipped"}.get(child.returncode, "failed")
            lines = text.splitlines()
            why = [] if verdict == "passed" else [*lines[-60:], f"status {child.returncode}"]
            # GoogleTest's own words, or what a program says last.
            brief = next(
                (" ".join(lines[i : i + 4]) for i, line in enumerate(lines) if line.endswith(": Failure")), "".join(lines[-1:])
            )
        except subprocess.TimeoutExpired:
            end()
            brief = f"no end within {timeout} s"
            why, verdict = [child.communicate()[0].decode(errors="replace")[-4000:], brief], "failed"
        running.discard(end)
        tally.line(verdict, name, time.monotonic() - begun, why, brief)


def run_lint(names, tally):
    for name in names:
        begun = time.monotonic()
        lines = LINT[name](TREE)
        more = [f"… and {len(lines) - 100} lines more, of them the last: {lines[-1]}"] if len(lines) > 100 else []
        tally.line("failed" if lines else "passed", name, time.monotonic() - begun, lines[:100] + more)


def run_lab(names, made, tally, beside, stage=None, quiet=None):
    """The scenarios, and what of their measures is compared with the baseline's. Returns the measures."""
    measures = {}
    reported = set()

    def report(name, passed, seconds, detail, measured, brief=""):
        reported.add(f"lab/{name}")
        measures.update(measured)
        tally.line("passed" if passed else "failed", f"lab/{name}", seconds, detail, brief)

    lanes.run([name.removeprefix("lab/") for name in names], made, report, beside, stage, quiet)
    for name in sorted(set(names) - reported):
        tally.line("failed", name, 0, ["it was not run"])
    for name, good, compared in table.comparisons(measures):
        tally.line("passed" if good else "failed", name, 0, [compared])
    return measures


def sum_up(tally, begun):
    say(f"({time.monotonic() - begun:.0f} s)")
    for failure in tally.failures:
        say(f"failed: {failure}")
    say(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed else 0


def lint_alone(args, begun):
    """Builds nothing, and needs to be root only where packages are missing."""
    names = [n for n in LINT if wanted(n, args.pattern)]
    if args.list:
        print(*sorted(names), sep="\n")
        return 0
    if not names:
        raise SystemExit("tests/run: no test matches; tests/run --list lint names all tests")
    packages.ensure(packages.LINT, "tests/run", say)
    for path in lint.fix(TREE) if args.fix else []:
        say(f"changed: {path}")
    tally = Tally()
    run_lint(names, tally)
    return sum_up(tally, begun)


# What a run of everything on another suite does of the lab: each way in which a packet, systemd, pppd and a neighbour meet.
LAB_ELSEWHERE = [f"lab/{n}" for n in "handover stop-restores restart reasons appear-mail appear-timer beside-networkd".split()]
STAGE = "stage"  # in build-<suite>: as installed
LANES = "lanes"  # in build: the same


def in_another_suite(suite, args, begun):
    """Builds in a root of that suite, in build-<suite>, and runs there what needs no machine of its own: unit, scenario and bus tests.
    The lab's scenarios run in a machine of that suite."""
    name = f"build-{suite}"
    if os.environ.get("GHOSTD_BUILD") != name:  # all modules know it from the start
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "GHOSTD_BUILD": name})
    if os.geteuid() != 0:
        raise SystemExit(
            f"tests/run: must run as root, because --suite {suite} makes a root directory and mounts; use: sudo tests/run"
        )
    if any(pattern.startswith("lint") for pattern in args.pattern):
        raise SystemExit(f"tests/run: lint is the same on each Debian; run it without --suite {suite}")
    lab = [n for n in lab_names() if wanted(n, args.pattern)] if args.pattern else LAB_ELSEWHERE
    only_build = args.prepare or (args.pattern and all(p.startswith("lab") for p in args.pattern))
    here = [p for p in args.pattern if not p.startswith("lab")]
    packages.ensure(root.NEEDED + (packages.LAB if lab else []), "tests/run", say)
    machine = MakeImage(suite) if lab else None
    try:
        made = root.make(suite, say)
    except RuntimeError as error:
        raise SystemExit(f"tests/run: {error}")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(BUILD, TALLY))  # an earlier run's
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    inside = [os.path.join(TREE, "tests/run"), "--inside", *(["--only-build"] if only_build else here)]
    inside += ["--packages"] if needs_packages(lab) else []
    status = root.run(made, TREE, inside, environment)
    if args.prepare:
        return status or (1 if machine and not machine.wait() else 0)
    tally = Tally()
    try:
        with open(os.path.join(BUILD, TALLY)) as f:
            tally.add(json.load(f))
    except (OSError, ValueError):
        return status or 1
    if lab:
        in_the_lab(lab, machine, tally, lambda: None, os.path.join(BUILD, STAGE))
    leave_tally(tally)
    return sum_up(tally, begun)


def leave_for_outside(tally):
    """What those outside the root need: the programs as installed, and what passed here."""
    stage = os.path.join(BUILD, STAGE)
    shutil.rmtree(stage, ignore_errors=True)
    deploy.install(BUILD, stage)
    leave_tally(tally)


def leave_tally(tally):
    with open(os.path.join(BUILD, TALLY), "w") as f:
        json.dump(tally.account(), f)


def needs_packages(lab):
    return any(deploy.scenario_attribute(name.removeprefix("lab/"), "PACKAGES", False) for name in lab)


def why_not(name):
    """Why a scenario is not part of a run of everything; empty if it is."""
    return deploy.scenario_attribute(name, "NOT_YET", "") or deploy.scenario_attribute(name, "ON_REQUEST", "")


class MakeImage:
    """The suite's image, made in a thread: it needs apt and the disk, while the build needs the processors."""

    def __init__(self, suite):
        self.suite, self.image, self.error = suite, None, None
        self.thread = threading.Thread(target=self.make, daemon=True)
        self.thread.start()

    def make(self):
        try:
            self.image = image.make(self.suite, say)
        except Exception as error:
            self.error = error

    def wait(self):
        """The image, or None if it could not be made."""
        self.thread.join()
        return self.image


def in_the_lab(lab, machine, tally, on_this_machine, stage=None, quiet=None):
    made = machine.wait()
    if not made:
        on_this_machine()
        say(str(machine.error))
        for name in lab:
            tally.line("failed", name, 0, ["there is no image to boot"])
        return
    measures = run_lab(lab, made, tally, on_this_machine, stage, quiet)
    table.show(measures, say)
    tables = {
        "benchmarks.md": table.markdown(measures),
        "beside.md": table.beside(measures),
        "providers.md": table.providers(measures),
    }
    for name, text in tables.items():
        if measures and text:
            with open(os.path.join(BUILD, "lab-results", name), "w") as f:
                f.write(text)


def main():
    parser = argparse.ArgumentParser(prog="tests/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name every test and end")
    parser.add_argument("--all", action="store_true", help="lab/beside-*: all cells of the matrix, not one of each kind")
    parser.add_argument("--fix", action="store_true", help="lint: have clang-format and black write what they would")
    parser.add_argument(
        "--suite", choices=debian.SUITES, help="the Debian to build and test on; this machine's if it is not given"
    )
    parser.add_argument("--also", choices=debian.SUITES, help="a run of everything: another Debian, as --suite does it, is next")
    # What --suite runs in the suite's root: no lint, no lab.
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--packages", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--only-build", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)  # what --suite needs, without the tests
    parser.add_argument("pattern", nargs="*", help="a prefix or glob of test names")
    args = parser.parse_args()
    begun = time.monotonic()
    if args.also and (args.pattern or args.suite or args.also == debian.host_suite()):
        parser.error("--also is of a run of everything, and names another Debian than this machine's")
    if args.suite and args.suite != debian.host_suite() and not args.list:
        return in_another_suite(args.suite, args, begun)
    if args.all:
        os.environ["GHOSTD_LAB_ALL"] = "1"
    if args.pattern and all(p.startswith("lint") for p in args.pattern):
        return lint_alone(args, begun)
    if args.fix:
        parser.error("--fix is of lint: tests/run lint --fix")
    looks = [n for n in LINT if wanted(n, args.pattern) and not args.inside]
    lab = [n for n in lab_names() if wanted(n, args.pattern) and not args.inside]
    # Their reasons are told; they count as nothing.
    not_yet = {} if args.pattern or args.all else {n: why for n in lab if (why := why_not(n[4:]))}
    lab = [n for n in lab if n not in not_yet]
    need_lab = bool(lab) and not args.list
    if os.geteuid() != 0 and not args.list:
        raise SystemExit(
            "tests/run: must run as root, because it installs packages and uses network namespaces; use: sudo tests/run"
        )
    quiet = (lambda text: None) if args.list else say
    needed = packages.BUILD + (packages.LINT if looks and not args.list else []) + (packages.LAB if need_lab else [])
    packages.ensure(needed, "tests/run", quiet)

    machine = MakeImage(debian.host_suite()) if need_lab else None
    configure(say)
    described = meson_tests()
    here = [n for n in described if wanted(n, args.pattern) and not args.only_build]
    if args.list:
        for name in sorted(looks) + sorted(here) + lab:
            print(name)
        return 0
    if not looks and not here and not lab and not args.inside:
        raise SystemExit("tests/run: no test matches; tests/run --list names all tests")
    tally = Tally()
    run_lint(looks, tally)  # before the build, because it takes seconds
    # A run of single tests (unit/ppp) waits for their programs alone. A whole suite also proves that everything compiles.
    single = bool(args.pattern) and not lab and not args.inside and all("/" in pattern for pattern in args.pattern)
    targets = targets_of([described[name] for name in here]) if single else ()
    # The lab needs what is installed. The tests' programs are built beside its first scenarios.
    if targets or not single:
        build(say, targets or (installed_programs() if lab else ()))

    also = Also(args.also, os.path.abspath(__file__)) if args.also else None

    def on_this_machine():
        if lab and here:
            build(say, beside=running)
        run_meson_tests(sorted(here, key=lambda n: (SUITES.index(n.split("/")[0]), n)), described, tally)
        if also and not interrupted_for_good.is_set():
            running.add(also.end)
            also.prepare(say)

    if lab:
        if needs_packages(lab):
            debs.make()
        stage = os.path.join(BUILD, LANES)  # so that each of its machines has the same, whoever edits the sources meanwhile
        shutil.rmtree(stage, ignore_errors=True)
        deploy.install(BUILD, stage)
        in_the_lab(lab, machine, tally, on_this_machine, stage, also.wait if also else None)
    else:
        on_this_machine()
    if args.packages:
        debs.make()
    if args.inside:
        leave_for_outside(tally)
        return 1 if tally.failed else 0
    if also:
        there = also.run()
        if there:
            tally.add({**there, "failures": [f"{args.also}: {failure}" for failure in there["failures"]]})
        else:
            tally.line("failed", f"suite/{args.also}", 0, ["it did not get as far as its tests"])
    for name, why in not_yet.items():
        say(f"not run: {name}: {why}")
    return sum_up(tally, begun)


def end_children():
    interrupted_for_good.set()
    for end in list(running):
        with contextlib.suppress(ProcessLookupError):
            end()


if __name__ == "__main__":
    command.run("tests/run", main, end_children)
