# SPDX-License-Identifier: GPL-2.0-or-later
"""ghostd and its neighbours, all enabled, started by a boot in any order that systemd chooses. A first packet dials, and ghostd
waits for no neighbour, not even for one that never comes up. `tests/run --all lab/beside-boot` boots three times with each neighbour
alone. A run of everything does one boot with several, and one with a firewall that hangs."""
import os

from _beside import WITHIN
from beside_docker import Docker
from beside_nftables import RULES

from rig import net
from rig.traffic import Talk

CAPTURE = False
TIMEOUT = 300
TIMEOUT_ALL = 2400
UNITS = "/etc/systemd/system/"
HANGS = (
    "[Unit]\nDefaultDependencies=no\n{order}\n[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=sleep infinity\n[Install]\n"
    "WantedBy=multi-user.target\n"
)
FIREWALL = "Wants=network-pre.target\nBefore=network-pre.target"
MANAGER = "After=network-pre.target\nBefore=network.target\nWants=network.target"
DOCKER = (
    "[Unit]\nWants=network-online.target\nAfter=network-online.target\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
    "ExecStart=sh -e /etc/lab-docker\n[Install]\nWantedBy=multi-user.target\n"
)


def ufw_files(lab):
    for path in ("ufw.conf", "user.rules", "user6.rules"):
        with open(f"/etc/ufw/{path}") as f:
            lab.put(f"/etc/ufw/{path}", f.read(), 0o640)
    lab.sh("sed -i s/ENABLED=no/ENABLED=yes/ /etc/ufw/ufw.conf")


def docker_files(lab):
    lab.put("/etc/lab-docker", Docker.load)
    lab.put(UNITS + "lab-docker.service", DOCKER)


# The enabled units, and their preparation.
NEIGHBOURS = {
    "networkd": ("systemd-networkd.service", lambda lab: None),
    "NetworkManager": ("NetworkManager.service", lambda lab: None),
    "nftables.service": ("nftables.service", lambda lab: lab.put("/etc/nftables.conf", RULES, 0o755)),
    "firewalld": ("firewalld.service", lambda lab: None),
    "ufw": ("ufw.service", ufw_files),
    "Docker's rules": ("lab-docker.service", docker_files),
    "a firewall that hangs": (
        "lab-hangs.service",
        lambda lab: lab.put(UNITS + "lab-hangs.service", HANGS.format(order=FIREWALL)),
    ),
    "a manager that hangs": ("lab-hangs.service", lambda lab: lab.put(UNITS + "lab-hangs.service", HANGS.format(order=MANAGER))),
}
ONCE = [["networkd", "nftables.service", "Docker's rules"], ["a firewall that hangs"]]
EACH = [[name] for name in NEIGHBOURS for _ in range(3)]


def run(lab):
    lab.configure("isp", Call={"RedialDelay": "1s", "DialTimeout": "120s"})
    lab.sh("systemctl enable -q ghostd.service")
    go_on(lab, EACH if os.environ.get("GHOSTLAB_ALL") else ONCE)


def go_on(lab, plan):
    """The next boot, or the end."""
    if not plan:
        return lab.sh("systemctl disable -q ghostd.service")
    for name in plan[0]:
        unit, prepare = NEIGHBOURS[name]
        prepare(lab)
        lab.sh(f"systemctl daemon-reload; systemctl enable -q {unit}")
    # They would wait for an interface of theirs to be online, and there is none.
    lab.sh("systemctl disable -q systemd-networkd-wait-online.service NetworkManager-wait-online.service")
    lab.reboot("booted", plan=plan)


def booted(lab):
    plan = lab.kept["plan"]
    good = False
    try:
        judge(lab, plan[0])
        good = True
    finally:
        leave(lab, plan[0])
        if not good:
            lab.sh("systemctl disable -q ghostd.service")
    go_on(lab, plan[1:])


def leave(lab, names):
    lab.stop_ghostd()
    for name in names:
        unit = NEIGHBOURS[name][0]
        lab.sh(f"systemctl disable -q --now {unit}", check=False, timeout=120)
    lab.sh("systemctl stop systemd-networkd.socket; nft flush ruleset", check=False)


def judge(lab, names):
    what, hangs = " and ".join(names), any("hangs" in name for name in names)

    def check(name, good, detail=""):
        return lab.check(f"booted beside {what}: {name}", good, detail)

    def active(unit):
        return lab.out(f"systemctl is-active {unit}") == "active"

    lab.wait_for(lambda: active("ghostd.service"), 60, "ghostd to be started by the boot")
    if hangs:
        check(
            "it did not wait",
            lab.out("systemctl is-active lab-hangs.service") == "activating",
            lab.out("systemctl list-jobs --no-pager"),
        )
    else:
        for name in names:
            lab.wait_for(lambda unit=NEIGHBOURS[name][0]: active(unit), 90, f"{name} to be started by the boot")
    said = lab.out("journalctl -b --no-pager -o cat _PID=1")
    check(
        "no order goes round in a circle", "ordering cycle" not in said, [line for line in said.splitlines() if "cycle" in line]
    )
    lab.wait_for(lambda: "gd-isp" in lab.out(f"ip route get {net.ISP4} uid 0"), WITHIN, "a packet to be led into the link")
    net.reset_syns()
    calls = lab.line.calls
    talk = Talk(timeout=110)
    stands = talk.wait() and talk.ask()
    check("a first packet dials, and its connection stands", stands, talk.error or lab.status())
    lab.measure(f"boot.{what}", round(talk.connected_after or -1, 1), "s")
    check("by one SYN and one call", (net.syns_seen(), lab.line.calls - calls) == (1, 1), (net.syns_seen(), lab.line.events()))
    if hangs:
        check("while it hangs still", lab.out("systemctl is-active lab-hangs.service") == "activating")
    talk.close()
