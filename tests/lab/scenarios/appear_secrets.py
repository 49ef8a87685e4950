# SPDX-License-Identifier: GPL-2.0-or-later
"""After success and after failure, a secret is only in its credential. It is not in the journal, an argument list, an
environment, on D-Bus or in a file of ours."""
import os
import subprocess
import threading

from _notifiers import BESIDE, HERE, NAMES, results, section

from rig import accounts
from rig.announce import Announcer
from rig.run import out
from rig.servers import Servers

CAPTURE = False
PORTS = {"mail": 25, "web": 443, "dyndns": 443, "mqtt": 8883, "ftp": 21, "sftp": 22, "dns": 53}
PLANT = b"hush-plant-Jd2sG9rYwE"
PLACES = ["/var/lib/ghostd", "/run/ghostd", "/run/ghost-appear", "/tmp", "/var/tmp", "/var/log", "/etc/ghostd/links", HERE]


def run(lab):
    servers = Servers()
    watch = Processes()
    planted = subprocess.Popen(["sleep", "300"], env={"PASSWORD": PLANT.decode()})
    lab.sh(f"logger {PLANT.decode()}")
    announcer = Announcer(lab, writes=HERE)
    sections = {**BESIDE}
    for name in NAMES:
        sections[f"good-{name}"] = section(servers, name, PORTS[name], Vanish="yes")
        sections[f"bad-{name}"] = section(servers, name, PORTS[name], credential="wrong-key" if name == "dns" else "wrong")
    results(lab, announcer.appear(sections), {**{f"good-{n}": "Ok" for n in NAMES}, **{f"bad-{n}": "AuthFailed" for n in NAMES}})
    code, _, error = lab.ghostctl("reload")
    lab.check("reload", code == 0, error)
    lab.sh("systemctl restart ghostd")
    bus = bus_says()
    announcer.vanish()
    bus += bus_says()
    everywhere(lab, watch.stop(), bus)
    planted.kill()
    planted.wait()


def files(places):
    """All that stands in them."""
    found = b""
    for place in places:
        for directory, _, names in os.walk(place):
            for path in filter(os.path.isfile, (os.path.join(directory, name) for name in names)):
                with open(path, "rb") as f:
                    found += f.read()
    return found


def everywhere(lab, processes, bus):
    journal = out(f"journalctl --no-pager -o export --after-cursor='{lab.cursor}'").encode()
    shown = "".join(lab.ghostctl(*words)[1] for words in (["status"], ["status", "--json"], ["appearances", "--json"]))
    units = out("systemctl show ghostd.service ghost-supervisor.service 'ghost-appear*'; systemctl cat ghostd.service")
    for what, text in (
        ("the journal", journal),
        ("argument lists and environments", processes),
        ("D-Bus", bus),
        ("ghostctl", shown.encode()),
        ("files", files(PLACES)),
        ("systemctl", units.encode()),
    ):
        found = {name for form, name in {**accounts.all_forms(), PLANT: "the planted one"}.items() if form in text}
        # One that is planted must be found where we can plant it, so that finding nothing means something.
        must = {"the planted one"} if what in ("the journal", "argument lists and environments") else set()
        lab.check(f"{what}: contains no secret ({len(text)} bytes)", found == must and len(text) > 500, found)
    lab.check(
        "another user cannot read a credential",
        "Permission denied" in out("setpriv --reuid alice --clear-groups cat /run/credentials/ghostd.service/mail 2>&1")
        or not os.path.exists("/run/credentials/ghostd.service"),
    )


def bus_says():
    """All that ghostd shows on the bus, and systemd of it."""
    link = out("busctl tree --list org.ghostd1").splitlines()
    return "".join(
        out(f"busctl introspect org.ghostd1 {path}; busctl get-property org.ghostd1 {path} org.ghostd1.Link Notices 2>&1")
        for path in link
        if path.startswith("/org")
    ).encode()


class Processes:
    """The argument lists and environments of all processes, seen again and again."""

    def __init__(self):
        self.seen, self.stopped = set(), threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.stopped.is_set():
            for pid in filter(str.isdigit, os.listdir("/proc")):
                for name in ("cmdline", "environ"):
                    try:
                        with open(f"/proc/{pid}/{name}", "rb") as f:
                            self.seen.add(f.read())
                    except OSError:
                        pass
            self.stopped.wait(0.05)

    def stop(self):
        self.stopped.set()
        self.thread.join()
        return b"\n".join(self.seen)
