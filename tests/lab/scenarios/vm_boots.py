# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab itself: a stock Debian boots, nothing in it has failed, and the kernel has what the project needs."""
import glob

from rig.run import out, sh


def run(lab):
    state = out("systemctl is-system-running --wait")
    lab.check("no unit of systemd has failed", state == "running", out("systemctl --failed --no-legend") or state)
    lab.check("the machine has no network card", not glob.glob("/sys/class/net/*/device"), out("ls -l /sys/class/net"))
    for module in ("ppp_async", "tun", "nft_masq", "sch_prio", "sch_plug", "nf_conntrack"):
        lab.check(f"the kernel has {module}", sh(f"test -d /sys/module/{module}", check=False) == 0)
