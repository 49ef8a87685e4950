# SPDX-License-Identifier: GPL-2.0-or-later
"""Brings things into the VM and results out: the lab's own files, a build of ghostd, and scenarios to run.

Files travel as one tar each through the directory shared over 9p; what a scenario leaves comes back the same way, below
share/results/<scenario>.
"""
import ast
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time

LAB = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TREE = os.path.dirname(os.path.dirname(LAB))
# The time limit of a scenario in seconds, unless it has its own line `TIMEOUT = n`.
SCENARIO_TIMEOUT = 300
# How the runner ends when its scenario is to go on after a reboot (guest/rig/runner.py).
REBOOT = 97


class Outcome:
    """The outcome of a scenario: result is the runner's own report (guest/rig/runner.py), {} if there is none."""

    def __init__(self, name, passed, seconds, detail, result):
        self.name, self.passed, self.seconds, self.detail, self.result = name, passed, seconds, detail, result


def scenario_names():
    names = os.listdir(os.path.join(LAB, "scenarios"))
    return sorted(n[:-3].replace("_", "-") for n in names if n.endswith(".py") and not n.startswith("_"))


def scenario_path(name):
    return os.path.join(LAB, "scenarios", name.replace("-", "_") + ".py")


def scenario_attribute(name, attribute, default):
    """A constant at the top of the scenario's file, read without running it."""
    with open(scenario_path(name)) as f:
        for statement in ast.parse(f.read()).body:
            for target, value in assigned(statement):
                if getattr(target, "id", "") == attribute:
                    return ast.literal_eval(value)
    return default


def assigned(statement):
    """(target, value) of each assignment of the statement: one of A = 1, two of A, B = 1, 2."""
    if not isinstance(statement, ast.Assign):
        return []
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts))
    return [(target, value)]


def scenario_timeout(name):
    """Seconds that the scenario may take; of some, in a run of everything, TIMEOUT_ALL."""
    timeout = scenario_attribute(name, "TIMEOUT", SCENARIO_TIMEOUT)
    return scenario_attribute(name, "TIMEOUT_ALL", timeout) if everything() else timeout


def everything():
    """Whether the scenarios are to do all that they can, and not only what there is time for in each run (tests/run --all)."""
    return bool(os.environ.get("GHOSTD_LAB_ALL"))


def checked(client, script, timeout=120):
    result = client.run(["sh", "-ec", script], timeout=timeout)
    if result.code != 0:
        raise RuntimeError(f"in the VM: {script.strip().splitlines()[0]}…: {result.err or result.out}")
    return result.out


def push_lab(client, build="build"):
    """The rig, the scenarios and the telephone line's program, to /opt/lab in the VM."""
    build = os.path.join(TREE, build)
    path = os.path.join(client.machine.share, "lab.tar")

    def plain(info):
        info.uid = info.gid = 0
        return None if "__pycache__" in info.name else info

    with tarfile.open(path, "w") as tar:
        tar.add(os.path.join(LAB, "guest", "rig"), "rig", filter=plain)
        tar.add(os.path.join(LAB, "scenarios"), "scenarios", filter=plain)
        line = os.path.join(build, "tests/lab/line/ghost-line")
        if os.path.exists(line):
            tar.add(line, "bin/ghost-line", filter=plain)
    checked(
        client,
        """
        rm -rf /opt/lab.new; mkdir -p /opt/lab.new /opt/lab
        tar -x -C /opt/lab.new -f /host/lab.tar
        cp -a --remove-destination /opt/lab.new/. /opt/lab/
        rm -rf /opt/lab.new""",
    )


def install(build, stage):
    """As `meson install` would, below the directory `stage`."""
    argv = ["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--strip", "--destdir", stage]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)


def push_build(client, build="build", stage=None):
    """Installs into the VM as `meson install` would; also activates users, directories, units and the bus's policy.

    stage: the build is installed there already, by the meson of another suite.
    """
    with tempfile.TemporaryDirectory(prefix="ghostlab-stage-") as temporary:
        if not stage:
            install(os.path.join(TREE, build), temporary)
        source = stage or temporary
        path = os.path.join(client.machine.share, "stage.tar")
        if not os.listdir(source):
            return  # nothing is installed yet
        argv = ["tar", "-c", "--owner=0", "--group=0", "-C", source, "-f", path, *sorted(os.listdir(source))]
        subprocess.run(argv, check=True)
    # Files are replaced, not written into, so that a running program goes on. /lib and the like are symlinks: keep them.
    checked(
        client,
        """
        tar -x -C / --keep-directory-symlink -m -f /host/stage.tar 2>/tmp/tar.err || { cat /tmp/tar.err >&2; exit 1; }
        systemd-sysusers
        systemd-tmpfiles --create --prefix=/run/ghostd --prefix=/var/lib/ghostd
        systemctl daemon-reload
        busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig >/dev/null""",
    )


def push_packages(client, directory):
    """The .deb files, to /host/packages in the VM."""
    there = os.path.join(client.machine.share, "packages")
    shutil.rmtree(there, ignore_errors=True)
    os.makedirs(there)
    for name in os.listdir(directory):
        if name.endswith(".deb"):
            shutil.copy2(os.path.join(directory, name), there)


def run_scenario(client, name, write, results=None, packages=None, in_a_run=False):
    """Runs one scenario in the VM; write() gets what it prints. Its leavings go to results/<name>, if that is given. packages: the
    directory of the .deb files. in_a_run: nothing but scenarios has run in this VM since its boot."""
    timeout = scenario_timeout(name)
    there = os.path.join(client.machine.share, "results", name)
    shutil.rmtree(there, ignore_errors=True)
    os.makedirs(there)
    if scenario_attribute(name, "PACKAGES", False):
        push_packages(client, packages)
    decode = io.IncrementalNewlineDecoder(None, False)

    def out(data):
        write(decode.decode(data.decode(errors="replace")))

    def out_loud(text):  # what is to be seen although the scenario passes
        write(text)
        print(f"lab/{name}: {text}", end="", flush=True)

    end = time.monotonic() + timeout
    while True:
        done = client.run(
            ["python3", "-m", "rig.runner", name, f"/host/results/{name}"],
            timeout=end - time.monotonic(),
            on_out=out,
            on_err=out,
            env={
                "PYTHONPATH": "/opt/lab",
                "PYTHONUNBUFFERED": "1",
                "GHOSTLAB_TIME": str(time.time()),
                "GHOSTLAB_ALL": "1" if everything() else "",
                "GHOSTLAB_SEED": os.environ.get("GHOSTD_LAB_SEED", ""),
                "GHOSTLAB_RUN": "1" if in_a_run else "",
            },
        )
        if done.code != REBOOT or done.timed_out:
            break
        with open(os.path.join(there, "resume.json")) as f:
            itself = json.load(f)["lab"]["resets_itself"]
        if itself:
            end += client.machine.await_reset(client, max(1, end - time.monotonic()), out_loud)
        else:
            end += client.machine.reboot(client, out_loud)
    try:
        with open(os.path.join(there, "result.json")) as f:
            result = json.load(f)
    except (OSError, ValueError):
        result = {}
    detail = result.get("failures", [])
    ending = ""  # what the runner could not say itself
    if done.timed_out:
        ending = f"did not end within {timeout} s"
    elif not result:
        ending = f"the runner ended with status {done.code} and left no result"
    if ending:
        detail = detail + [ending]
        write(f"FAILED: {ending}\n")
    passed = done.code == 0 and not detail
    if results is not None:
        target = os.path.join(results, name)
        shutil.rmtree(target, ignore_errors=True)
        if not passed:
            os.makedirs(results, exist_ok=True)
            shutil.copytree(there, target)
    return Outcome(name, passed, result.get("seconds", 0.0), detail, result)
