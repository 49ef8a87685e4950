# SPDX-License-Identifier: GPL-2.0-or-later
"""How a scenario has its machine appear and tell of it. Sections are written as in a link's file:

    announcer = Announcer(lab)
    told = announcer.appear({"mail": {"Url": "smtp://mail.isp.test", "To": "…", "Credential": "mail"}})
    told["mail"].result                     # "Ok"
    announcer.vanish()                      # hangs up; what was told by those with Vanish=yes

A credential is named like its account (accounts.py); "wrong" is a password that nobody takes, "wrong-key"
a TSIG key.
"""
import base64
import datetime
import json
import os
import re
import shutil
import subprocess
import threading
import time

from . import accounts, certificates, net
from .run import Failure, out, sh, wait_for

PROGRAM = "/usr/libexec/ghostd/ghost-announce"
CREDENTIALS = "/run/lab/credentials"
NAME = "lab-machine"
WRONG_KEY = base64.b64encode(accounts.WRONG.encode()).decode()
# Keys of [Announce] that are ghostd's own; the others are the notifier's.
OWN = ("Url", "Credential", "Vanish", "Repeat", "Timeout", "Attempts", "RetryDelay")
RETRIED = ("Unreachable", "TimedOut", "NoSuchHost", "Later", "Crashed")


class Told:
    """What came of a notice."""
    def __init__(self, result, detail, attempts, text=""):
        self.result, self.detail, self.attempts, self.text = result, detail, attempts, text

    def __repr__(self):
        return f"{self.result} after {self.attempts} ({self.detail})"


def seconds(text):
    m = re.fullmatch(r"([\d.]+)(ms|s|min)?", str(text))
    return float(m[1]) * {"ms": 0.001, "s": 1, "min": 60, None: 1}[m[2]]


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


def write_credentials():
    shutil.rmtree(CREDENTIALS, ignore_errors=True)
    os.makedirs(CREDENTIALS, 0o700)
    for name, secret in {**accounts.secrets(), "wrong": accounts.WRONG, "wrong-key": WRONG_KEY}.items():
        with open(os.path.join(CREDENTIALS, name), "w") as f:
            os.fchmod(f.fileno(), 0o400)
            f.write(secret + "\n")


class Announcer:
    """By ghost-announce itself, over a call that ghostd holds."""
    def __init__(self, lab, link="isp", writes=None):
        """writes: a directory that notices may be written to (file:)."""
        self.lab, self.link, self.sections, self.sequence, self.known = lab, link, {}, 0, []
        if writes:
            sh(f"rm -rf {writes}; install -d -o ghostd {writes}")
        certificates.make()
        write_credentials()
        sh(f"chown -R ghostd {CREDENTIALS}")
        lab.configure(link, Link={"IPv6": "yes"}, Call={"IdleTimeout": "10min"})
        lab.start_ghostd()
        lab.say("ghostd is there")

    @property
    def address(self):
        return net.call_address(self.lab.line.last_call)

    @property
    def addresses(self):
        """Of the present call, or the last, as a notice names them."""
        shown = json.loads(out(f"ip -j addr show dev ppp-{self.link} scope global") or "[]")
        found = [a["local"] for one in shown for a in one.get("addr_info", []) if "local" in a]
        self.known = sorted(found, key=lambda a: ":" in a) or self.known
        return self.known

    def via(self):
        return {"interface": f"ppp-{self.link}", "addresses": self.addresses, "dns": [net.ISP4]}

    def connect(self):
        code, _, error = self.lab.ghostctl("connect", self.link)
        if code != 0:
            raise Failure(f"ghostctl connect: {error}")
        self.known = []
        wait_for(lambda: len(self.addresses) == 2, 20, "both addresses")
        self.lab.say(f"the link is up: {', '.join(self.addresses)}")

    def appear(self, sections, deadline=120):
        """{name: Told} of every section, once each has its result."""
        self.begin(sections)
        return self.wait(deadline)

    def begin(self, sections):
        """As appear, but the results are for wait() to give."""
        self.connect()
        self.sections = sections
        self.telling = self.tell("appear", sections)

    def wait(self, deadline=120):
        told, threads = self.telling
        end = time.monotonic() + deadline
        for thread in threads:
            thread.join(max(0, end - time.monotonic()))
        return told

    def vanish(self, deadline=60):
        self.telling = self.tell("vanish", {k: v for k, v in self.sections.items() if v.get("Vanish") == "yes"})
        told = self.wait(deadline)
        self.lab.ghostctl("disconnect", self.link)
        self.lab.wait_state("down", 60)
        return told

    def tell(self, event, sections):
        self.sequence += 1
        now = int(time.time())
        stamp = lambda t: time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(t))
        notice = {"version": 1, "event": event, "name": NAME, "link": self.link, "addresses": self.addresses,
                  "local_addresses": self.addresses, "carrier_nat": True, "since": stamp(now), "until": stamp(now + 600),
                  "next": stamp(now + 1800), "since_unix": now, "until_unix": now + 600, "next_unix": now + 1800,
                  "sequence": self.sequence}
        if event == "vanish":
            notice.update(next=None, next_unix=None, reason="disconnect")
        told, threads = {}, []

        def one(name, section):
            told[name] = self.attempts(notice, name, section, 120)
        for name, section in sections.items():
            threads.append(threading.Thread(target=one, args=(name, section), daemon=True))
            threads[-1].start()
        return told, threads

    def attempts(self, notice, name, section, deadline):
        job = {"notice": notice, "via": self.via(),
               "announce": {"name": name, "url": section["Url"], "more": {k: str(v) for k, v in section.items() if k not in OWN},
                            "credential": section.get("Credential", ""),
                            "timeout_usec": int(seconds(section.get("Timeout", "30s")) * 1e6)}}
        pause = seconds(section.get("RetryDelay", "5s"))
        for attempt in range(1, int(section.get("Attempts", 5)) + 1):
            told = run_job(job, attempt, deadline)
            if told.result not in RETRIED:
                break
            time.sleep(pause)
            pause *= 2
        return told

    def echo(self, url, timeout="10s"):
        """A Told whose text is the address that the service saw."""
        return run_job({"echo": {"url": url, "timeout_usec": int(seconds(timeout) * 1e6)}, "via": self.via()}, 1, 60)


def run_job(job, attempt, deadline):
    argv = ["setpriv", "--reuid=ghostd", "--regid=ghostd", "--clear-groups", "--no-new-privs", PROGRAM]
    done = subprocess.run(argv, input=json.dumps(job), capture_output=True, text=True, timeout=deadline,
                          env={"CREDENTIALS_DIRECTORY": CREDENTIALS, "PATH": "/usr/bin:/bin"})
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return Told("Crashed", f"status {done.returncode}: {done.stdout} {done.stderr}", attempt)
    return Told(answer["result"], answer["detail"], attempt, answer.get("text", ""))
