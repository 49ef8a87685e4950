# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands, and waiting for conditions. Nothing in the lab sleeps for a fixed time in the hope that it is enough."""
import subprocess
import time


class Failure(Exception):
    """A scenario cannot go on; the text says why."""


def sh(command, check=True, timeout=60, stdin=None):
    """Runs a shell line and returns its exit status; check: anything but 0 is a Failure."""
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        timeout=timeout,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
    )
    if check and done.returncode != 0:
        raise Failure(f"`{command}` ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.returncode


def out(command, timeout=60):
    """The output of a shell line, stripped; its exit status does not matter."""
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
    ).stdout.strip()


def whole_lines(path):
    """The lines that end, of a file that another process is writing to; [] if there is no file. All is read before it is split,
    because `for line in file` gives the first half of an unfinished line, and then its second half as another line."""
    try:
        with open(path) as f:
            return f.read().split("\n")[:-1]
    except FileNotFoundError:
        return []


def wait_for(condition, deadline, what, pause=0.05, rest=None):
    """condition()'s first true value. After deadline seconds without one: Failure, saying what was waited for. To ask takes a
    third of the time at most. Under emulation a ghostctl takes a tenth of a second of processor, which others wait for. rest():
    returns after a while, when it may be worth to ask again."""
    end = time.monotonic() + deadline
    while True:
        begun = time.monotonic()
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {deadline} s for {what}" + (f" (last: {value!r})" if value not in (None, False) else ""))
        time.sleep(max(pause, 2 * (time.monotonic() - begun)))
        if rest:
            rest()
