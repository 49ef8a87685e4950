# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package of this tree, for the scenarios that say `PACKAGES = True`. packaging/build-deb makes it from the programs
that are built already."""
import os
import subprocess
import sys

from .build import BUILD
from .deploy import TREE

DIRECTORY = os.path.join(BUILD, "packages")


def make():
    """Throws RuntimeError; the program has said why."""
    argv = [sys.executable, os.path.join(TREE, "packaging/build_deb.py"), "--nocheck", "--compiled", BUILD, "--output", DIRECTORY]
    if subprocess.run(argv, stdin=subprocess.DEVNULL).returncode != 0:
        raise RuntimeError("the package could not be made")
