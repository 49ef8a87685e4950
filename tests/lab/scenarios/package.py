# SPDX-License-Identifier: GPL-2.0-or-later
"""The Debian package: installed, upgraded while a call carries traffic, broken off half-way, removed while a call stands, purged."""
import glob
import os
import time

from stop_restores import compare, picture

from rig import net
from rig.blast import Blast
from rig.run import wait_for
from rig.traffic import Sink, Talk

PACKAGES = True  # the host makes them: /host/packages
CAPTURE = False
TIMEOUT = 600

RATE = 1000  # datagrams per second each way
NEXT = "/run/lab/next.deb"
# As the host's deploy.push_build does it.
PUSH = """tar -x -C / --keep-directory-symlink -m -f /host/stage.tar
systemd-sysusers; systemd-tmpfiles --create --prefix=/run/ghostd --prefix=/var/lib/ghostd; systemctl daemon-reload
busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig >/dev/null"""
# What changes on any machine: logs, what dpkg and apt know, the time stamps of others.
OTHERS = (
    "/var/log/",
    "/var/lib/dpkg/",
    "/var/lib/apt/",
    "/var/cache/",
    "/var/lib/systemd/",
    "/tmp/",
    "/var/tmp/",
    "/opt/lab/",
    "/root/",
    "/etc/ppp/resolv.conf",  # pppd's own, of usepeerdns
)


def run(lab):
    without_ghostd(lab, scenario)


def without_ghostd(lab, what):
    """Does it on a machine that has never seen ghostd."""
    lab.sh("systemctl stop ghostd ghost-supervisor.socket ghost-supervisor ghostd-guard", check=False, timeout=120)
    remove_pushed(lab)
    try:
        what(lab)
    finally:
        lab.sh("dpkg --configure -a; dpkg --purge --force-all ghostd; rm -f " + NEXT, check=False, timeout=200)
        lab.sh(PUSH, timeout=120)


def remove_pushed(lab):
    """The build that the lab has installed goes."""
    names = ["/" + name.removeprefix("./") for name in lab.out("tar -tf /host/stage.tar").splitlines()]
    for name in sorted(names, reverse=True):  # what is in a directory before the directory
        if name.endswith("/"):
            if not os.path.islink(name.rstrip("/")) and not os.listdir(name):
                os.rmdir(name)
        elif os.path.lexists(name):
            os.unlink(name)
    lab.sh("rm -rf /etc/ghostd /var/lib/ghostd /run/ghostd; systemctl daemon-reload")


def files(lab):
    """All paths on the disk."""
    found = lab.out("find / -xdev -path /run -prune -o -print").splitlines()
    return {path for path in found if not (path + "/").startswith(OTHERS) and "__pycache__" not in path}


def dpkg(lab, words):
    """Its output. apt-get, because that is what people use; without lists it takes a file whose dependencies are there."""
    return lab.out(f"DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -q -y {words} 2>&1", timeout=300)


def scenario(lab):
    (package,) = glob.glob("/host/packages/ghostd_*.deb")
    # The same once more, with a higher version.
    lab.sh(
        f"""set -e; rm -rf /run/lab/next; dpkg-deb -R {package} /run/lab/next
        sed -i 's/^Version: .*/&+lab1/' /run/lab/next/DEBIAN/control
        dpkg-deb -Znone --build /run/lab/next {NEXT} >/dev/null; rm -rf /run/lab/next""",
        timeout=120,
    )
    before, on_disk = picture(lab), files(lab)

    said = dpkg(lab, f"install {package}")
    lab.say(said)
    lab.check("installed", lab.out("dpkg-query -W -f '${db:Status-Abbrev}' ghostd").strip() == "ii", said)
    lab.check("it is enabled", lab.out("systemctl is-enabled ghostd").strip() == "enabled")
    lab.check("and runs", lab.out("systemctl is-active ghostd").strip() == "active", lab.out("systemctl status ghostd"))
    code, text, error = lab.ghostctl("status")
    lab.check("without a link, it says so", code == 0 and "no links" in text, (code, text, error))

    lab.configure("isp", Call={"IdleTimeout": "2min"})
    lab.check("a link file and a reload", lab.ghostctl("reload")[0] == 0)
    talk = Talk()
    lab.check("the first packet dials", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")

    upgrade(lab, talk)
    half_way(lab, package, talk)

    said = dpkg(lab, "remove ghostd")
    lab.say(said)
    lab.check("a removal says that it hangs up", "hanging up: isp" in said, said)
    wait_for(lambda: "ppp-isp" not in lab.out("ip -br link"), 30, "the call to end")
    lab.check("what is the user's stays", os.path.exists("/etc/ghostd/links/isp.conf"))
    talk.close()
    as_before(lab, "removed", before)
    dpkg(lab, "purge ghostd")
    as_before(lab, "purged", before)
    left = sorted(files(lab) - on_disk)
    lab.check("no file is left", not left, left)
    gone = sorted(on_disk - files(lab))
    lab.check("no other file is gone", not gone, gone)
    lab.measure("package.purge", "nothing left" if not left else f"{len(left)} files left")


def as_before(lab, name, before):
    """dpkg waits for ghostd.service. The units that end with it may take a moment longer."""
    end = time.monotonic() + 20
    while picture(lab) != before and time.monotonic() < end:
        time.sleep(0.2)
    compare(lab, name, before)


def upgrade(lab, talk):
    """With traffic in both directions, from before it until after it."""
    pid = lab.out("systemctl show -P MainPID ghostd")
    # The provider's own CoDel would drop packets of ours while a busy machine is late.
    lab.sh(
        "for n in $(ip -n isp -br link | grep -o '^call[0-9]*'); do tc -n isp qdisc replace dev $n root pfifo limit 10000; done"
    )
    sinks = {"outwards": Sink(port=7020), "inwards": Sink("0.0.0.0", 7021, namespace=None)}
    blasts = {
        "outwards": Blast(0, RATE, port=7020, size=64),
        "inwards": Blast(0, RATE, net.call_address(lab.line.last_call), 7021, size=64, namespace="isp"),
    }
    for way, blast in blasts.items():
        blast.go()
        wait_for(lambda way=way: sinks[way].count()["arrived"] > RATE, 30, f"the traffic {way} to flow")
    lab.sh(f"dpkg --install {NEXT}", timeout=300)
    now = lab.out("systemctl show -P MainPID ghostd")
    lab.check("the upgrade has restarted ghostd", now != pid and lab.out("systemctl is-active ghostd").strip() == "active")
    status = lab.wait_state("up", 30)
    lab.check("the same call", lab.line.calls == 1 and status["local_addresses"], lab.line.events())
    lab.check("the same socket continues", talk.ask(), talk.error)
    lost = {}
    for way, blast in blasts.items():
        sent = blast.quit()
        seen = sinks[way].quit(sent["sent"])
        lost[way] = sent["sent"] - seen["unique"]
        # A blast's processes move from one processor to the other, and overtake themselves in the provider's veth.
        good = not lost[way] and not sent["errors"] and not seen["twice"]
        lab.check(f"{way}, none of {sent['sent']} is lost", good, (sent, seen["twice"], seen["missing"], queues(lab)))
    lab.measure("package.upgrade", f"{lost['outwards']} lost outwards, {lost['inwards']} inwards, at {RATE} per second each")


def queues(lab):
    """What each queue on the way has dropped."""
    return lab.out(
        "for n in isp ''; do echo \"## $n\"; tc ${n:+-n $n} -s qdisc; ip ${n:+-n $n} -s link; done; nstat -az UdpRcvbufErrors; cat /proc/net/softnet_stat"
    )


def half_way(lab, package, talk):
    """The machine lost its power, or an administrator his patience, while dpkg was at work: unpacked, not configured."""
    lab.sh(f"dpkg --unpack {NEXT}", timeout=300)
    lab.check("half-way, the call goes on", talk.ask() and lab.line.calls == 1, talk.error)
    lab.sh("dpkg --configure -a", timeout=300)
    lab.check("a second run mends it", lab.out("dpkg-query -W -f '${db:Status-Abbrev}' ghostd").strip() == "ii")
    lab.wait_state("up", 60)
    lab.sh(f"dpkg --install {package}", timeout=300)  # and back: a downgrade
    lab.check("a downgrade does not hang up", talk.ask() and lab.wait_state("up", 60) and lab.line.calls == 1, talk.error)
