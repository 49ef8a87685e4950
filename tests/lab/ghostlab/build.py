# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuring and building the tree, with progress. Ends the program when that fails."""
import contextlib
import json
import os
import re
import subprocess
import time

from .deploy import TREE

BUILD = os.path.join(TREE, os.environ.get("GHOSTD_BUILD", "build"))


def configure(say):
    werror = f"-Dwerror={'true' if os.environ.get('CI') == 'true' else 'false'}"
    if os.path.exists(os.path.join(BUILD, "build.ninja")):
        argv = ["meson", "configure", BUILD, werror]
    else:
        # Several files per compiler: what they include takes longer than what they say. Who edits them sets a build up without.
        argv = ["meson", "setup", BUILD, TREE, werror, "-Dunity=on", "-Dunity_size=8"]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=TREE, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        say(done.stdout + done.stderr)
        raise SystemExit("meson could not configure the tree")


def introspect(what):
    return json.loads(subprocess.run(["meson", "introspect", what, BUILD], check=True, capture_output=True, text=True).stdout)


def installed_programs():
    """Targets that a machine needs: what is installed, and the lab's telephone line. Tests are not among them."""
    return [
        os.path.relpath(t["filename"][0], BUILD) for t in introspect("--targets") if t["installed"] or t["name"] == "ghost-line"
    ]


def targets_of(tests):
    """What ninja must build for these of meson's tests: their programs, and what they depend on."""
    files = {t["id"]: t["filename"] for t in introspect("--targets")}
    made = {path for paths in files.values() for path in paths}
    wanted = {path for t in tests for path in t["cmd"]} | {path for t in tests for d in t["depends"] for path in files.get(d, [])}
    return sorted(os.path.relpath(path, BUILD) for path in wanted & made)


def step_back():
    """For a child: it and its children get the time that others leave. A session is an autogroup (sched(7)), so nice(1) alone would
    rank it among its own processes only."""
    os.setsid()
    os.nice(19)
    with contextlib.suppress(OSError), open("/proc/self/autogroup", "w") as f:
        f.write("19")


def build(say, targets=(), beside=None):
    """ninja, with a line of progress every few seconds; its output is shown when it fails. beside: something else runs that needs
    the processors first, and this set gets the function that ends ninja."""
    begun = last = time.monotonic()
    output = []
    with subprocess.Popen(
        ["ninja", "-C", BUILD, *targets],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=os.setpgrp if beside is None else step_back,
    ) as ninja:
        if beside is not None:
            beside.add(ninja.terminate)
        try:
            for text in ninja.stdout:
                output.append(text)
                if (m := re.match(r"\[(\d+)/(\d+)\]", text)) and time.monotonic() > last + 5:
                    last = time.monotonic()
                    say(f"build: {m[1]} of {m[2]} ({last - begun:.0f} s)")
        except BaseException:
            ninja.terminate()  # ninja passes it on to its compilers
            raise
    if ninja.returncode != 0:
        say("".join(output[-80:]))
        raise SystemExit("the build failed")
    say(f"build: ready ({time.monotonic() - begun:.0f} s)")
