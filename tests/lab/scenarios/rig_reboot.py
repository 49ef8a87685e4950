# SPDX-License-Identifier: GPL-2.0-or-later
"""The rig can reset its machine in the middle of a scenario, set its clock to another time, and continue."""
import time

from rig.bare import BareCall


def run(lab):
    call = BareCall()
    lab.check("a call works", call.wait_up())
    lab.put("/etc/lab-reboot", "here")
    lab.set_clock("2031-03-04 07:29:00")
    lab.reboot("after", boot=lab.out("cat /proc/sys/kernel/random/boot_id"), note="kept")


def after(lab):
    lab.check("the boot is another one", lab.kept["boot"] != lab.out("cat /proc/sys/kernel/random/boot_id"))
    lab.check("the kept values are there", lab.kept["note"] == "kept" and lab.out("cat /etc/lab-reboot") == "here")
    now = time.strftime("%Y-%m-%d %H", time.gmtime())
    lab.check("the clock continues from the set time", now == "2031-03-04 07", now)
    call = BareCall()
    lab.check("the line works", call.wait_up(), call.log()[-500:])
