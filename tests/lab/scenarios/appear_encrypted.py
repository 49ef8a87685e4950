# SPDX-License-Identifier: GPL-2.0-or-later
"""A password encrypted to this machine (LoadCredentialEncrypted=): the notifier that needs it gets Ok, and the password is readable nowhere."""
import os

from _notifiers import section
from appear_secrets import PLACES, Processes, bus_says, files

from rig import accounts
from rig.announce import CREDENTIALS, DROP_IN, Announcer
from rig.run import out
from rig.servers import Servers

CAPTURE = False
FILE = f"{CREDENTIALS}/web.cred"


def run(lab):
    servers = Servers("dns", "web")
    announcer = Announcer(lab, ipv6=False)
    for name in os.listdir(CREDENTIALS):
        os.unlink(f"{CREDENTIALS}/{name}")
    lab.put(FILE, "", 0o600)
    lab.sh(f"systemd-creds encrypt --with-key=host --name=web - {FILE}.new && mv {FILE}.new {FILE}", stdin=accounts.OF["web"][1])
    lab.put(DROP_IN, f"[Service]\nLoadCredentialEncrypted=web:{FILE}\n")
    lab.sh("systemctl daemon-reload")
    watch = Processes()
    told = announcer.appear(
        {"web": section(servers, "web", 443, Vanish="yes"), "absent": section(servers, "web", 443, credential="mail")}
    )
    lab.check("the result is Ok, at the first attempt", (told["web"].result, told["web"].attempts) == ("Ok", 1), told["web"])
    lab.check(
        "the result names the missing credential",
        told["absent"].result == "BadConfig" and "mail" in told["absent"].detail,
        told["absent"],
    )
    lab.check(
        "the server got the notice, with the password",
        [one["status"] for one in servers.web.received()] == [200],
        servers.web.received(),
    )
    bus = bus_says()
    announcer.vanish()
    shown = {
        "journal": out(f"journalctl --no-pager -o export --after-cursor='{lab.cursor}'").encode(),
        "arguments and environments": watch.stop(),
        "D-Bus": bus,
        "systemctl": out("systemctl show ghostd; systemctl cat ghostd").encode(),
        "the disk": files([*PLACES, CREDENTIALS, os.path.dirname(DROP_IN)]),
    }
    for what, text in shown.items():
        found = [form for form in accounts.forms(*accounts.OF["web"]) if form in text]
        lab.check(f"{what}: contains no secret ({len(text)} bytes)", not found and len(text) > 100, found)
