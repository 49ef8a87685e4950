# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows what ghostd does, without a modem. Installs what is needed, builds and boots the lab, which is a virtual machine with a
telephone line and a provider inside. Prints the story as it happens. This machine's own network is never touched.

  sudo packaging/demo            the story; the last line is "demo: N of N checks passed"
  sudo packaging/demo --keep     the same, then a shell in the machine, which keeps running until tests/lab/vm stop
"""
import argparse
import os
import subprocess
import sys
import threading
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tests/lab"))
from ghostlab import build, command, debian, deploy, image, packages, qemu
from ghostlab.client import Client, Gone

BEGUN = time.monotonic()


def say(text):
    print(f"{time.monotonic() - BEGUN:6.1f} s  {text}", flush=True)


def prepare():
    packages.ensure(packages.BUILD + packages.LAB, "packaging/demo", say)
    made = {}

    def make():
        try:
            made["image"] = image.make(debian.host_suite(), say)
        except RuntimeError as error:
            made["error"] = error

    maker = threading.Thread(target=make, daemon=True)
    maker.start()
    build.configure(say)
    build.build(say, build.installed_programs())
    maker.join()
    if "error" in made:
        raise SystemExit(f"packaging/demo: {made['error']}")
    return made["image"]


def tell(client):
    say("installing ghostd in the virtual machine")
    deploy.push_lab(client, build.BUILD)
    deploy.push_build(client, build.BUILD)
    say("the story begins")
    pending = [""]

    def write(text):
        *lines, pending[0] = (pending[0] + text).split("\n")
        for line in lines:
            say(line.split("] ", 1)[-1] if line.startswith("[") else line)

    return deploy.run_scenario(client, "_story", write, os.path.join(build.BUILD, "lab-results"))


def main():
    parser = argparse.ArgumentParser(
        prog="packaging/demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--keep", action="store_true", help="leave the machine running, with a shell")
    args = parser.parse_args()
    made = prepare()
    machine = qemu.Machine(os.path.join(debian.cache_dir(), "vm")) if args.keep else qemu.temporary_machine()
    if args.keep:
        machine.stop()
        os.makedirs(machine.directory, exist_ok=True)
    try:
        say(f"booting a virtual machine without a network card ({qemu.accelerator(made)})")
        machine.start(made, die_with_parent=not args.keep)
        machine.wait_until_up()
        say("it is up: Debian 12, with a telephone line and a provider inside")
        with Client(machine) as client:
            outcome = tell(client)
    except (Gone, RuntimeError) as error:
        say(str(error))
        print("demo: 0 of 1 checks passed")
        return 1
    finally:
        if not args.keep:
            qemu.discard(machine)
    checks = outcome.result.get("checks", [])
    good = sum(check["good"] for check in checks)
    # A story that broke off counts as one more check, which failed.
    total = max(len(checks), good + (not outcome.passed))
    for text in outcome.detail:
        say(f"FAILED: {text}")
    if args.keep:
        say("the machine keeps running: tests/lab/vm shell, tests/lab/vm stop")
        if os.isatty(0) and os.isatty(1):
            subprocess.run([os.path.join(TREE, "tests/lab/vm"), "shell"])
    print(f"demo: {good} of {total} checks passed", flush=True)
    return 0 if outcome.passed else 1


if __name__ == "__main__":
    command.run("packaging/demo", main)
