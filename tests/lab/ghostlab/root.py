# SPDX-License-Identifier: GPL-2.0-or-later
"""A root directory of another Debian suite: the tree is built in it and its tests run there, on the host's kernel.

It is kept in the cache and made again when its recipe (this file, debian.py) or the list of packages changes. Whatever is mounted for a
run is mounted in a namespace of that run, and is gone with its last process.
"""
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

from . import debian, packages

NEEDED = ["mmdebstrap", "debian-archive-keyring"]  # on the host

# The tree is at the same path inside. pivot_root(8) instead of chroot(1), because a process in a chroot may not make user namespaces.
# The shell stays, as the init that orphans need.
ENTER = """
root=$1 tree=$2; shift 2
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mkdir -p "$root$tree"
mount --bind "$tree" "$root$tree"
mkdir -p "$root/.host"
cd "$root"
pivot_root . .host
cd "$tree"
umount -l /.host
set +e
"$@"
exit $?
"""


def contents():
    return [*packages.BUILD, "python3"]


def recipe_hash(suite):
    h = hashlib.sha256(" ".join([suite, *contents()]).encode())
    for path in (os.path.abspath(__file__), debian.__file__):
        with open(path, "rb") as f:
            h.update(f.read())
    return h.hexdigest()[:16]


def tail(path, lines=25):
    with contextlib.suppress(OSError), open(path, errors="replace") as f:
        return "".join(f.readlines()[-lines:])
    return ""


def remove_older(suite, keep):
    """Keeps the previous root, because somebody may work on two branches."""
    cache = debian.cache_dir()
    olds = [
        os.path.join(cache, name)
        for name in os.listdir(cache)
        if name.startswith(f"root-{suite}-") and os.path.join(cache, name) != keep
    ]
    olds = sorted(filter(os.path.isdir, olds), key=os.path.getmtime)
    for path in olds[:-1]:
        shutil.rmtree(path, ignore_errors=True)


def make(suite, say):
    """The suite's root of the present recipe, made if need be (a minute or two). One maker at a time. Throws RuntimeError."""
    cache = debian.cache_dir()
    final = os.path.join(cache, f"root-{suite}-{recipe_hash(suite)}")
    log_path = os.path.join(cache, f"root-{suite}.log")
    with open(os.path.join(cache, f"root-{suite}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(final):
            return final
        begun = time.monotonic()
        work = tempfile.mkdtemp(prefix=f"making-root-{suite}-", dir=cache)
        try:
            os.chmod(work, 0o755)
            with open(log_path, "w") as log:
                entries = debian.sources(suite)
                say(f"root: making one of Debian {suite} from " + ", ".join(e.split(" main")[0].split("] ")[-1] for e in entries))
                debian.bootstrap(suite, os.path.join(work, "root"), contents(), log, variant="apt")
            os.rename(os.path.join(work, "root"), final)
        except (subprocess.CalledProcessError, RuntimeError, OSError) as error:
            sys.stderr.write(tail(log_path))
            raise RuntimeError(
                f"no root of Debian {suite} could be made: {error}\nIt comes from the host's own apt sources with {suite} for their suite, "
                f"so they must be reachable and have it. The whole log: {log_path}"
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
        remove_older(suite, final)
        say(f"root: ready ({time.monotonic() - begun:.0f} s)")
        return final


def run(root, tree, argv, environment):
    """Runs argv in the root, in the tree: its status. A KeyboardInterrupt ends all of its processes."""
    inside = [*"unshare --mount --propagation private --pid --fork --kill-child sh -ec".split(), ENTER, "sh", root, tree]
    child = subprocess.Popen([*inside, *argv], env=environment)
    try:
        return child.wait()
    except BaseException:
        # A Ctrl-C has reached those inside, too.
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=5)
        raise
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
