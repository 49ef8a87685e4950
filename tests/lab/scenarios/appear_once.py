# SPDX-License-Identifier: GPL-2.0-or-later
"""A server has taken the notice, and its answer is lost: with the connection, then with the line. Nobody here can know, so it is
told again. What stands at the server is as if it had been told once; where a copy arrives, it says that it is one."""
import json

from _notifiers import BESIDE, HERE, results, section

from rig.announce import Announcer
from rig.run import sh
from rig.servers import Servers

CAPTURE = False
NFT = "ip netns exec isp nft"
DELAY = 400  # ms on the line: so long is an answer on its way, which is time to stop it
PORTS = {"mail": 25, "web": 443, "put": 80, "mqtt": 8883, "ftp": 21, "sftp": 22}
FILES = ("put", "ftp", "sftp")


def run(lab):
    servers = Servers()
    announcer = Announcer(lab, writes=HERE, ipv6=False)
    lab.line.delay(DELAY)
    again = {"Attempts": "5", "RetryDelay": "1s"}
    sections = {**BESIDE, "dns": section(servers, "dns", 53, **again),
                **{name: section(servers, "web" if name == "put" else name, port, **again) for name, port in PORTS.items()}}
    for name, path in (("ftp", "/in/ftp"), ("sftp", "/srv/box/in/sftp")):
        sections[name]["Url"] = f"{name}://{name}.isp.test{path}"
    sections["put"].update(Url="http://web.isp.test/dav/notice.json", Method="PUT", Insecure="yes")
    taken = Taken(servers)

    first = taken.serial()
    with Answers() as answers:
        announcer.begin(sections)
        taken.wait(lab, lambda name: answers.lose(PORTS[name]))
        for port in PORTS.values():
            sh(f"ip netns exec isp ss -tK 'sport = :{port}'")
    told = announcer.wait()
    results(lab, told, dict.fromkeys([*PORTS, "dns"], "Ok"))
    lab.check("those whose connection broke were asked again", all(told[name].attempts == 2 for name in PORTS), told)
    numbers = taken.numbers()
    lab.check("a copy is the same to the last letter", all(len(n) == 2 and n[0] == n[1] for n in numbers.values()), numbers)
    lab.check("the zone has changed once", taken.serial() == first + 1, (first, taken.serial()))
    stands(lab, taken, announcer)
    announcer.hang_up()

    calls, second = lab.line.calls, taken.serial()
    taken.begin()
    with Answers() as answers:
        announcer.begin()
        taken.wait(lab, lambda name: answers.lose(PORTS[name]))
        lab.line.drop()
    lab.line.delay(0)
    announcer.wait_told(lambda told: lab.line.calls == calls + 2 and all(one.result == "Ok" for one in told.values()), 90,
                        "everybody to be told by the next call")
    announcer.process.wait(30)
    numbers = {name: n[2:] for name, n in taken.numbers().items()}
    lab.check("the next call's notice is another, with a higher number", all(len(n) == 2 and n[0] < n[1] for n in numbers.values()),
              numbers)
    lab.check("the zone has changed once a call", taken.serial() == second + 2, (second, taken.serial()))
    stands(lab, taken, announcer)


def stands(lab, taken, announcer):
    """What who comes now finds: one, whole, of the last call."""
    address = announcer.addresses[0]
    with open(f"{HERE}/beside.json") as f:
        places = {**taken.places(), "file": f.read()}
    found = {name: json.loads(text)["addresses"] for name, text in places.items()}
    lab.check("each place has the last notice, and it alone", set(map(tuple, found.values())) == {(address,)}, (found, address))
    lab.check("so has the zone", taken.servers.dns.lookup("machine.ghost.test") == [address] and
              len(taken.servers.dns.lookup("machine.ghost.test", "TXT")) == 1, taken.servers.dns.received())


class Answers:
    """What the servers say is kept from the caller: of DNS the answers to updates, of the others what a port says from now on."""
    def __enter__(self):
        # Of a DNS message the 8 bits behind its number: an answer (0x80) to an UPDATE (5 << 3).
        sh(f"{NFT} 'add table inet answers; add chain inet answers out {{ type filter hook output priority 0; }}; "
           "add rule inet answers out udp sport 53 @th,80,8 & 0xf8 == 0xa8 drop'")
        return self

    def lose(self, port):
        sh(f"{NFT} 'add rule inet answers out tcp sport {port} tcp flags & rst == 0 drop'")

    def __exit__(self, *_):
        sh(f"{NFT} delete table inet answers")


class Taken:
    """What the servers have."""
    def __init__(self, servers):
        self.servers = servers
        self.begin()

    def begin(self):
        """From now on is new what differs from what they have now."""
        self.before, self.zone = self.have(), self.serial()

    def serial(self):
        return self.servers.dns.serial()

    def places(self):
        files = self.servers.ftp.files()
        return {"put": self.servers.web.put_files().get("notice.json", ""), "ftp": files.get("in/ftp", ""), "sftp": files.get("in/sftp", "")}

    def came(self):
        return {"mail": self.servers.mail.received(), "mqtt": self.servers.mqtt.received(), "web": self.servers.web.received()}

    def have(self):
        return {**{name: len(came) for name, came in self.came().items()}, **self.places()}

    def numbers(self):
        """What came, in its order: its number (of a mail, as the Message-ID has it), and all the rest."""
        came = self.came()
        found = {"mail": [(int(one["headers"]["Message-ID"].split(".")[2]), one["headers"]["Message-ID"], one["body"])
                          for one in came["mail"]]}
        for name, key in (("web", "body"), ("mqtt", "payload")):
            found[name] = [(json.loads(one[key])["sequence"], one[key]) for one in came[name]]
        return found

    def wait(self, lab, then):
        """Until each has its notice, whole; then(name) at once when one has."""
        left = set(PORTS)

        def look():
            have = self.have()
            for name in sorted(left):
                if have[name] != self.before[name] and (name not in FILES or have[name].rstrip().endswith("}")):
                    then(name)
                    left.discard(name)
            return not left and self.serial() > self.zone
        lab.wait_for(look, 60, "the servers to take their notices", pause=0.02)
