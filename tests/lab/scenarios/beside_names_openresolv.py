# SPDX-License-Identifier: GPL-2.0-or-later
"""Names beside openresolv: see _resolvconf.py."""
import _names
from _resolvconf import through

TIMEOUT = 480


def run(lab):
    through(lab, "openresolv", _names.openresolv)
