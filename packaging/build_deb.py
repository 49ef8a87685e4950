# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes Debian packages of this tree: ghostd, its debug symbols, and the source package.

  sudo packaging/build-deb             into build-deb/; installs what the build needs
  sudo packaging/build-deb --nocheck   without the tests
  sudo packaging/build-deb --lint      and lintian has a look: no error, no warning
  sudo packaging/build-deb --twice     and once more, elsewhere, in another zone and language: the same to the byte

The files are those that git knows or would add, as they are now; where there is no git, all but build directories. The last line names the package.
"""
import argparse
import glob
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TREE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TREE, "tests/lab"))
from ghostlab import command, packages

# Another zone, language and mask than the first time: what leaks from them into a package shows.
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C"}
children = set()


def say(text):
    print(text, flush=True)


def versions():
    """(what the packages are called, what the programs call themselves)."""
    with open(os.path.join(TREE, "packaging/debian/changelog")) as f:
        package = re.match(r"ghostd \(([^)]+)\)", f.readline())[1]
    with open(os.path.join(TREE, "meson.build")) as f:
        program = re.search(r"version: '([^']+)'", f.read())[1]
    return package, program


def files():
    known = subprocess.run(
        ["git", "-C", TREE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, text=True
    )
    if known.returncode == 0:
        return [name for name in known.stdout.split("\0") if name and os.path.lexists(os.path.join(TREE, name))]
    found = []
    for base, directories, names in os.walk(TREE):
        directories[:] = [d for d in directories if d != ".git" and not os.path.exists(os.path.join(base, d, "build.ninja"))]
        found += [os.path.relpath(os.path.join(base, name), TREE) for name in names]
    return found


def unpack(directory):
    """The tree as a Debian source package has it: debian/ at the top."""
    for name in files():
        to = re.sub(r"^packaging/debian/", "debian/", name)
        to = os.path.join(directory, to)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy2(os.path.join(TREE, name), to, follow_symlinks=False)


def run(argv, directory, environment, what):
    """With a line of progress every few seconds; its output is shown when it fails."""
    begun = last = time.monotonic()
    output = []
    with subprocess.Popen(
        argv,
        cwd=directory,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as child:
        children.add(child)
        for line in child.stdout:
            output.append(line)
            if time.monotonic() > last + 5:
                last = time.monotonic()
                say(f"{what}: {line.strip()[:100]} ({last - begun:.0f} s)")
    children.discard(child)
    if child.returncode != 0:
        raise SystemExit("".join(output[-60:]) + f"packaging/build-deb: `{' '.join(argv)}` failed")
    say(f"{what}: ready ({time.monotonic() - begun:.0f} s)")
    return "".join(output)


def build(parent, environment, what):
    """Builds below parent; the paths of what was made."""
    package, _ = versions()
    directory = os.path.join(parent, f"ghostd-{package}")
    unpack(directory)
    kind = "binary" if "COMPILED" in environment else "full"
    run(["dpkg-buildpackage", f"--build={kind}", "-us", "-uc"], directory, environment, what)
    return sorted(glob.glob(os.path.join(parent, "ghostd*_*.*")))


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def compare(first, second):
    """Ends the program if a .deb differs."""
    differ = []
    for path in first:
        other = os.path.join(os.path.dirname(second[0]), os.path.basename(path))
        if path.endswith(".deb") and digest(path) != digest(other):
            differ.append(f"{path} {other}")
    if differ:
        raise SystemExit("packaging/build-deb: built twice, and not the same:\n  " + "\n  ".join(differ))
    say("built twice: the same to the byte")


def main():
    parser = argparse.ArgumentParser(
        prog="packaging/build-deb", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", default=os.path.join(TREE, "build-deb"), metavar="DIR", help="where the packages go")
    parser.add_argument("--nocheck", action="store_true", help="do not run the tests, do not install what they need")
    parser.add_argument(
        "--compiled",
        metavar="BUILD",
        help="take the programs from this build directory, to try the package itself; not for a release",
    )
    parser.add_argument("--lint", action="store_true", help="run lintian over them; errors and warnings are failures")
    parser.add_argument("--twice", action="store_true", help="build twice and compare")
    args = parser.parse_args()
    package, program = versions()
    if package.split("~")[0] != program.split("~")[0]:
        raise SystemExit(f"packaging/debian/changelog: version {package}, but meson.build says {program}; make them agree")
    tools = ["lintian"] if args.lint else []
    packages.ensure(packages.BUILD + packages.PACKAGE + tools, "packaging/build-deb", say)
    environment = {
        "DEB_BUILD_OPTIONS": "nocheck" if args.nocheck else "",
        "DEB_BUILD_PROFILES": "nocheck" if args.nocheck else "",
    }
    if args.compiled:
        environment["COMPILED"] = os.path.abspath(args.compiled)
    os.makedirs(args.output, exist_ok=True)
    work = tempfile.mkdtemp(prefix="ghostd-deb-")
    try:
        made = build(work, environment, "package")
        if args.twice:
            elsewhere = os.path.join(work, "and", "elsewhere")
            os.makedirs(elsewhere)
            again = {**environment, **ELSEWHERE, "DEB_BUILD_OPTIONS": "nocheck"}
            old = os.umask(0o027)
            compare(made, build(elsewhere, again, "the second"))
            os.umask(old)
        if args.lint:
            changes = next(path for path in made if path.endswith(".changes"))
            print(run(["lintian", "--fail-on", "error,warning", "--allow-root", changes], work, {}, "lintian"), end="")
        for path in made:
            shutil.copy2(path, args.output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say(next(os.path.join(args.output, os.path.basename(p)) for p in made if re.search(r"/ghostd_.*\.deb$", p)))
    return 0


def end_children():
    for child in list(children):
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)


if __name__ == "__main__":
    command.run("packaging/build-deb", main, end_children)
