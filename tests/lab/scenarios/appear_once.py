# SPDX-License-Identifier: GPL-2.0-or-later
"""A server has taken the notice, but its answer is lost: with the connection, then with the line. ghostd cannot know, so it sends
the notice again. The server's state is the same as after one notice. Where a copy arrives, it can be recognized as one."""
import json

from _notifiers import BESIDE, HERE, results, section

from rig.announce import Announcer
from rig.run import sh
from rig.servers import Servers

CAPTURE = False
NFT = "ip netns exec isp nft"
# How the packet begins that says "taken". These protocols are in clear, so that this very packet can be lost. (@ih is what
# follows the TCP header, whatever its length, because an acknowledgement of something repeated has a D-SACK in it.)
CLEAR = {"mail": (2525, b"250 q"), "web": (80, b"HTTP"), "put": (80, b"HTTP"), "mqtt": (1883, b"\x40")}
FILES = ("put", "ftp", "sftp")
NAMES = (*CLEAR, "ftp", "sftp")


def run(lab):
    servers = Servers()
    announcer = Announcer(lab, writes=HERE, ipv6=False)
    again = {"Attempts": "5", "RetryDelay": "1s"}
    sections = {**BESIDE, "dns": section(servers, "dns", 53, **again)}
    for name, url in (
        ("mail", "smtp://mail.isp.test:2525"),
        ("web", "http://web.isp.test/plain/once"),
        ("put", "http://web.isp.test/dav/notice.json"),
        ("mqtt", "mqtt://mqtt.isp.test/ghosts/lab"),
        ("ftp", "ftp://ftp.isp.test/in/ftp"),
        ("sftp", "sftp://sftp.isp.test/srv/box/in/sftp"),
    ):
        sections[name] = section(servers, "web" if name == "put" else name, Url=url, **again)
    for name in ("mail", "web"):
        del sections[name]["User"], sections[name]["Credential"]
    del sections["web"]["Auth"]
    sections["mail"]["Tls"] = "none"
    sections["put"].update(Method="PUT", Insecure="yes")
    sections["mqtt"].update(Insecure="yes")
    for name in ("web", "put", "mqtt"):
        del sections[name]["CAFile"]
    taken = Taken(servers)

    first = taken.serial()
    with Answers():
        announcer.begin(sections)
        taken.wait(lab)
        for port, _ in CLEAR.values():
            sh(f"ss -tK 'dport = :{port}'")
    told = announcer.wait()
    results(lab, told, dict.fromkeys([*NAMES, "dns"], "Ok"))
    lab.check("the servers whose connection broke got a second attempt", all(told[name].attempts == 2 for name in CLEAR), told)
    numbers = taken.numbers()
    lab.check(
        "a copy equals the first notice, byte for byte", all(len(n) == 2 and n[0] == n[1] for n in numbers.values()), numbers
    )
    lab.check("the zone has changed once", taken.serial() == first + 1, (first, taken.serial()))
    lab.check(
        "a copy of a POST has the same idempotency key",
        [key for _, key, _ in numbers["web"]] == [f'"isp.{posted(taken)}.appear.web"'] * 2,
        numbers["web"],
    )
    stands(lab, taken, announcer)
    announcer.hang_up()

    calls, second = lab.line.calls, taken.serial()
    taken.begin()
    with Answers():
        announcer.begin()
        taken.wait(lab)
        lab.line.drop()
    announcer.wait_told(
        lambda told: lab.line.calls == calls + 2 and all(one.result == "Ok" for one in told.values()),
        90,
        "everybody to be told by the next call",
    )
    announcer.process.wait(30)
    numbers = {name: n[2:] for name, n in taken.numbers().items()}
    lab.check(
        "the next call's notice has a higher number",
        all(len(n) == 2 and n[0] < n[1] for n in numbers.values()),
        numbers,
    )
    lab.check("the zone has changed once per call", taken.serial() == second + 2, (second, taken.serial()))
    stands(lab, taken, announcer)


def posted(taken):
    notice = json.loads(taken.came()["web"][0]["body"])
    return f"{notice['since_unix']}.{notice['sequence']}"


def stands(lab, taken, announcer):
    """A new reader finds one notice, complete, of the last call."""
    address = announcer.addresses[0]
    with open(f"{HERE}/beside.json") as f:
        places = {**taken.places(), "file": f.read()}
    found = {name: json.loads(text)["addresses"] for name, text in places.items()}
    lab.check("each place has the last notice, and no other", set(map(tuple, found.values())) == {(address,)}, (found, address))
    lab.check(
        "the zone has the last address, and no other",
        taken.servers.dns.lookup("machine.ghost.test") == [address]
        and len(taken.servers.dns.lookup("machine.ghost.test", "TXT")) == 1,
        taken.servers.dns.received(),
    )


class Answers:
    """The confirmation does not reach the caller."""

    def __enter__(self):
        # Of a DNS message the 8 bits behind its number: an answer (0x80) to an UPDATE (5 << 3).
        rules = ["udp sport 53 @th,80,8 & 0xf8 == 0xa8 drop"]
        rules += [f"tcp sport {port} @ih,0,{8 * len(text)} 0x{text.hex()} drop" for port, text in set(CLEAR.values())]
        sh(
            f"{NFT} '{{}}'".format(
                "; ".join(
                    [
                        "add table inet answers",
                        "add chain inet answers out { type filter hook output priority 0; }",
                        *(f"add rule inet answers out {rule}" for rule in rules),
                    ]
                )
            )
        )

    def __exit__(self, *_):
        sh(f"{NFT} delete table inet answers")


class Taken:
    """The servers' content."""

    def __init__(self, servers):
        self.servers = servers
        self.begin()

    def begin(self):
        """From now on, anything that differs from the current content is new."""
        self.before, self.zone = self.have(), self.serial()

    def serial(self):
        return self.servers.dns.serial()

    def places(self):
        files = self.servers.ftp.files()
        return {
            "put": self.servers.web.put_files().get("notice.json", ""),
            "ftp": files.get("in/ftp", ""),
            "sftp": files.get("in/sftp", ""),
        }

    def came(self):
        return {"mail": self.servers.mail.received(), "mqtt": self.servers.mqtt.received(), "web": self.servers.web.received()}

    def have(self):
        return {**{name: len(came) for name, came in self.came().items()}, **self.places()}

    def numbers(self):
        """The received notices, in order: the number (of a mail, from the Message-ID), and all the rest."""
        came = self.came()
        found = {
            "mail": [
                (int(one["headers"]["Message-ID"].split(".")[2]), one["headers"]["Message-ID"], one["body"])
                for one in came["mail"]
            ]
        }
        for name, key in (("web", "body"), ("mqtt", "payload")):
            found[name] = [
                (json.loads(one[key])["sequence"], one.get("headers", {}).get("Idempotency-Key"), one[key]) for one in came[name]
            ]
        return found

    def wait(self, lab):
        """Until each has its notice, whole."""

        def look():
            have = self.have()
            return self.serial() > self.zone and all(
                have[name] != self.before[name] and (name not in FILES or have[name].rstrip().endswith("}")) for name in NAMES
            )

        lab.wait_for(look, 60, "the servers to take their notices")
