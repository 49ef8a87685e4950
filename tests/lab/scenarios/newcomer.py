# SPDX-License-Identifier: GPL-2.0-or-later
"""A new user's first five minutes, typed at a terminal: `apt install`, `ghostctl --help`, `ghostctl init`, and the first packet
dials. The second time, NetworkManager and ModemManager run."""
import glob
import os
import shutil

import package
from rig import net
from rig.isp import SECRET, USER
from rig.terminal import Terminal

PACKAGES = True  # the host makes them: /host/packages
CAPTURE = False
TIMEOUT = 600
FIVE_MINUTES = 300
HOME = "/run/lab/home"
MANAGERS = "NetworkManager.service ModemManager.service"


def run(lab):
    lab.isp.configure(auth="chap")
    for path in ("/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets", "/etc/ppp/peers/isp"):
        os.unlink(path)  # the rig's, who comes back
    lab.undo += [("file", path, None) for path in ("/etc/ppp/peers/tel", "/etc/chatscripts/tel")]
    shutil.rmtree(HOME, ignore_errors=True)
    os.makedirs(HOME)
    for deb in glob.glob("/host/packages/ghostd_*.deb"):
        shutil.copy(deb, HOME)
    package.without_ghostd(lab, both)


def both(lab):
    newcomer(lab, "alone")
    package.dpkg(lab, "purge ghostd")
    for path in ("/etc/ppp/peers/tel", "/etc/chatscripts/tel", "/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets"):
        os.unlink(path)
    lab.line.wait_free()
    lab.sh(f"systemctl start {MANAGERS}", timeout=120)
    try:
        newcomer(lab, "managers")
    finally:
        lab.sh(f"systemctl stop {MANAGERS}", timeout=120)


def newcomer(lab, name):
    person = Terminal(HOME)
    installed = person.run("apt install ./ghostd_*.deb", ("[Y/n] ", "y", True))
    helped = person.run("ghostctl --help")
    # fmt: off
    made = person.run("ghostctl init",
                      ("Name of the link [isp]: ", "tel", True),
                      ("Which of them [modem]: ", "", True),
                      ("Which tty is the modem at", lab.line.tty, True),
                      ("APN of the SIM card: ", "5551234", True),
                      ("(empty: none): ", USER, True),
                      ("write none): ", SECRET, False),
                      ("[y/N]: ", "y", True))
    # fmt: on
    person.run("ghostctl reload")
    answered = person.run(f"ping -c 1 -W 60 {net.ISP4}")
    person.run("ghostctl status tel")
    with open(os.path.join(lab.results, f"{name}.txt"), "w") as f:
        f.write(person.transcript)
    lab.say(person.transcript)
    lab.check(f"{name}: apt installs it", installed == 0)
    lab.check(f"{name}: --help helps", helped == 0)
    lab.check(f"{name}: init makes a link", made == 0)
    lab.check(f"{name}: the first packet dials, and is answered", answered == 0, lab.journal("-u ghostd"))
    lab.check(f"{name}: within five minutes", person.seconds < FIVE_MINUTES, f"{person.seconds:.0f} s")
    lab.check(f"{name}: the password was not shown", SECRET not in person.transcript)
    lab.measure(f"newcomer.{name}", round(person.seconds), "s")
