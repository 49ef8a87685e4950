# SPDX-License-Identifier: GPL-2.0-or-later
"""The administrator's scripts in /etc/ppp/ip-up.d and ip-down.d: they may do what root may, although ghost-supervisor.service may
not. What they leave running lives on after the call and after the supervisor, as with pppd alone. They see what pppd tells them."""
import os
import re

from rig import net

SEEN, LEFT = "/run/lab/scripts-seen", "/run/lab/left-running"
UP = f"""#!/bin/sh
printf 'up %s %s %s %s %s %s\\n' "$1" "$4" "$6" "$PPP_LOCAL" "$DNS1" "${{USEPEERDNS-unset}}" >> {SEEN}
touch /usr/lab-script && rm /usr/lab-script && echo 'writes /usr' >> {SEEN}
hostname "$(hostname)" && echo 'sets the host name' >> {SEEN}
date -s "@$(date +%s.%N)" > /dev/null && echo 'sets the clock' >> {SEEN}
unshare -m true && echo 'makes a namespace' >> {SEEN}
echo 'said by ip-up.d'
( while [ -e {LEFT} ]; do sleep 0.2; done; echo 'ended by itself' >> {SEEN} ) &
"""
DOWN = f"""#!/bin/sh
sleep 1
printf 'down %s %s\\n' "$1" "$6" >> {SEEN}
exit 1
"""


def seen():
    with open(SEEN) as f:
        return f.read().splitlines()


def run(lab):
    lab.put(SEEN, "")
    lab.put(LEFT, "")
    lab.put("/etc/ppp/ip-up.d/0500lab", UP, 0o755)
    lab.put("/etc/ppp/ip-down.d/0500lab", DOWN, 0o755)
    lab.configure("isp", Call={"IdleTimeout": "5min"})
    lab.start_ghostd()
    lab.ghostctl("connect", "isp")
    lab.wait_state("up")
    lab.wait_for(lambda: "makes a namespace" in seen(), 20, "the script in ip-up.d")
    address = net.call_address(lab.line.last_call)
    lab.check("ip-up.d sees what pppd tells it", seen()[0] == f"up ppp-isp {address} isp {address} 10.64.64.1 unset", seen())
    lab.check(
        "and may do all that root may",
        seen()[1:] == ["writes /usr", "sets the host name", "sets the clock", "makes a namespace"],
        seen(),
    )
    # Not "-t ip-up": after a cursor, journalctl passes over the first line that fits.
    lab.wait_for(lambda: re.search(r" ip-up\[.*said by ip-up.d", lab.journal()), 10, "what it prints to be in the journal")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.check("ip-down.d has ended before the call counts as ended", seen()[-1] == "down ppp-isp isp", seen())

    lab.sh("systemctl stop ghostd ghost-supervisor")
    lab.check("what ip-up.d left running lives", "ended by itself" not in seen(), seen())
    os.unlink(LEFT)
    lab.wait_for(lambda: seen()[-1] == "ended by itself", 20, "it to end by itself")
    lab.check("no unit of a script is left", lab.out("systemctl list-units --all --no-legend 'run-*.service'") == "")

    without_a_bus(lab)
    exposure(lab)


def without_a_bus(lab):
    """A script is run where it can be, if not in a unit."""
    lab.put(SEEN, "")
    lab.sh(
        "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere IFNAME=ppp-isp USEPEERDNS=1 /usr/libexec/ghostd/ppp/ip-down ppp-isp tty 1 a b isp || true"
    )
    lab.check("without the bus, the script runs all the same", seen() == ["down ppp-isp isp"], seen())


def exposure(lab):
    for unit, most in (("ghostd", 1.5), ("ghost-supervisor", 5.0)):
        line = lab.out(f"systemd-analyze security {unit}.service --no-pager | tail -1")
        level = float(line.split(":", 1)[1].split()[0])
        lab.measure(f"{unit}.exposure", level)
        lab.check(f"systemd-analyze security {unit}: at most {most}", level <= most, line)
