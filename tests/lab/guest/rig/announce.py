# SPDX-License-Identifier: GPL-2.0-or-later
"""How a scenario has its machine appear and tell of it. Sections are written as in a link's file:

    announcer = Announcer(lab)
    told = announcer.appear({"mail": {"Url": "smtp://mail.isp.test", "To": "…", "Credential": "mail"}})
    told["mail"].result                     # "Ok"
    announcer.vanish()                      # hangs up; what was told by those with Vanish=yes

A credential is named like its account (accounts.py); "wrong" is a password that nobody takes, "wrong-key" a TSIG key.
"""
import base64
import datetime
import json
import os
import subprocess
import time

from . import accounts, certificates, net
from .run import Failure, out, sh, wait_for

CREDENTIALS = "/etc/ghostd/secrets"
DROP_IN = "/etc/systemd/system/ghostd.service.d/lab-credentials.conf"
NAME = "lab-machine"
WRONG_KEY = base64.b64encode(accounts.WRONG.encode()).decode()


class Told:
    """The result of a notice."""

    def __init__(self, notice):
        self.result, self.detail, self.attempts = notice["result"], notice["detail"], notice["attempts"]

    def __repr__(self):
        return f"{self.result} after {self.attempts} ({self.detail})"


def check_notice(lab, what, notice, announcer, event="appear"):
    """That a notice that arrived as JSON (text or object) is whole and right."""
    try:
        notice = json.loads(notice) if isinstance(notice, str) else notice
        since, until = (datetime.datetime.fromisoformat(notice[k]).timestamp() for k in ("since", "until"))
        good = (notice["version"], notice["event"], notice["name"], notice["link"]) == (1, event, NAME, announcer.link)
        good = good and notice["addresses"] == notice["local_addresses"] == announcer.addresses
        good = good and isinstance(notice["sequence"], int) and notice["carrier_nat"] is True
        good = good and abs(since - time.time()) < 300 and until >= since and "next" in notice
        good = good and ("reason" in notice) == (event == "vanish")
        lab.check(f"{what}: the {event} notice is whole and right", good, notice)
    except (ValueError, KeyError, TypeError) as error:
        lab.check(f"{what}: the {event} notice is whole and right", False, (error, notice))


def credentials(lab, writes):
    """Has ghostd.service load every account's secret; root alone can read where they come from."""
    text = "[Service]\n" + (f"ReadWritePaths={writes}\n" if writes else "")
    os.makedirs(CREDENTIALS, 0o700, exist_ok=True)
    for name, secret in {**accounts.secrets(), "wrong": accounts.WRONG, "wrong-key": WRONG_KEY}.items():
        lab.put(f"{CREDENTIALS}/{name}", secret + "\n", 0o400)
        text += f"LoadCredential={name}:{CREDENTIALS}/{name}\n"
    lab.put(DROP_IN, text)
    sh("systemctl daemon-reload")


class Announcer:
    def __init__(self, lab, link="isp", writes=None, ipv6=True, **appear):
        """writes: a directory that notices may be written to (file:); appear: more of [Appear], and
        IdleTimeout of [Call]."""
        self.lab, self.link, self.ipv6, self.known = lab, link, ipv6, []
        self.idle = appear.pop("IdleTimeout", "10min")
        self.config = {"Name": NAME, "VanishTimeout": "30s", **appear}
        self.sections, self.process = None, None
        certificates.make()
        if writes:
            sh(f"rm -rf {writes}; install -d -o ghostd {writes}")
        credentials(lab, writes)

    @property
    def addresses(self):
        """Of the present call, or the last, as a notice names them."""
        shown = json.loads(out(f"ip -j addr show dev ppp-{self.link} scope global") or "[]")
        found = [a["local"] for one in shown for a in one.get("addr_info", []) if "local" in a]
        self.known = sorted(found, key=lambda a: ":" in a) or self.known
        return self.known

    @property
    def address(self):
        return net.call_address(self.lab.line.last_call)

    def configure(self, sections, **appear):
        """These notifiers are told from now on. A link that is up is hung up first, and says good-bye to the earlier ones."""
        config = {**self.config, **appear}
        text = f"[Link]\nPeer=isp\nIPv6={'yes' if self.ipv6 else 'no'}\n[Call]\nIdleTimeout={self.idle}\n[Appear]\n"
        text += "".join(f"{k}={v}\n" for k, v in config.items())
        for name, section in sections.items():
            text += f"[Announce {name}]\n" + "".join(f"{k}={v}\n" for k, v in section.items())
        if self.sections is not None:
            self.hang_up()
        self.lab.configure(self.link, text=text)
        if self.sections is None:
            self.lab.start_ghostd()
        else:
            code, _, error = self.lab.ghostctl("reload")
            if code != 0:
                raise Failure(f"ghostctl reload: {error}")
        self.sections = sections

    def appear(self, sections=None, deadline=150, **appear):
        """{name: Told} of every section, once each has its result. Without sections: of those before."""
        self.begin(sections, **appear)
        return self.wait(deadline)

    def begin(self, sections=None, **appear):
        """As appear, but the results are for wait() to give."""
        if sections is not None:
            self.configure(sections, **appear)
        if self.ipv6:  # all are told anew when the second family's address comes late; here each is to be told once
            code, _, error = self.lab.ghostctl("connect", self.link)
            if code != 0:
                raise Failure(f"ghostctl connect: {error}")
            wait_for(lambda: len(self.lab.status(self.link)["local_addresses"]) == 2, 40, "both families to be up", pause=0.2)
        self.process = subprocess.Popen(
            ["ghostctl", "appear", self.link, "--json", "--timeout", "10min"],
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def wait(self, deadline=150):
        try:
            text, error = self.process.communicate(timeout=deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"ghostctl appear did not end within {deadline} s: {self.lab.status(self.link)}") from None
        self.code = self.process.returncode
        told = self.told()
        if not told:
            raise Failure(f"ghostctl appear ended with {self.code}: {text} {error}")
        self.lab.say(f"told as {', '.join(self.addresses)}")
        return told

    def told(self):
        """As things stand."""
        return {notice["name"]: Told(notice) for notice in self.lab.status(self.link)["notices"]}

    def wait_told(self, condition, deadline, what):
        return wait_for(lambda: condition(told := self.told()) and told, deadline, what, pause=0.2)

    def hang_up(self):
        code, _, error = self.lab.ghostctl("disconnect", self.link)
        if code != 0:
            raise Failure(f"ghostctl disconnect: {error}")
        self.lab.wait_state("down", 60, self.link)

    def vanish(self):
        """{name: Told} of those who are told the end, once the line is down."""
        _ = self.addresses
        self.hang_up()
        return {name: told for name, told in self.told().items() if self.sections[name].get("Vanish") == "yes"}
