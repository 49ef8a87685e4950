# SPDX-License-Identifier: GPL-2.0-or-later
"""Every notifier against servers that refuse, by password, certificate or code. Each ends with the result for its
fault. Servers that say "not now" are told later, once. No secret travels unencrypted."""
import json

from _notifiers import BESIDE, HERE, USER, Ear, results, section

from rig.announce import Announcer
from rig.faulty import Fault, Faulty, hang, say
from rig.run import out
from rig.servers import Servers

CAPTURE = False


def run(lab):
    lab.trust_clock()  # else an expired certificate is not a result yet
    servers = Servers()
    announcer = Announcer(lab, writes=HERE)
    ear = Ear()
    keys(lab, servers, announcer)
    codes(lab, servers, announcer)
    not_now(lab, servers, announcer)
    heard = ear.stop()
    lab.check("the listener on the line heard no secret, except the one sent in clear on purpose", heard == {"open"}, heard)


class Round:
    """Sections, and what must come of them."""

    def __init__(self, servers):
        self.servers, self.sections, self.must = servers, dict(BESIDE), {}

    def add(self, name, result, **more):
        self.sections[name], self.must[name] = section(self.servers, **more), result

    def go(self, lab, announcer):
        results(lab, announcer.appear(self.sections), self.must)


def keys(lab, servers, announcer):
    """Passwords and certificates."""
    faulty = Faulty(**{f"{kind}-mail": Fault(hang, tls=True, certificate=kind) for kind in ("expired", "wrong")})
    these = Round(servers)
    for name, port in (("mail", 25), ("web", 443), ("dyndns", 443), ("mqtt", 8883), ("ftp", 21), ("sftp", 22)):
        these.add(f"password-{name}", "AuthFailed", kind=name, port=port, credential="wrong")
    these.add("password-dns", "AuthFailed", kind="dns", port=53, credential="wrong-key")
    for kind, ports in (("expired", (4431, 4431, 8884, 2121)), ("wrong", (4432, 4432, 8885, 2122))):
        for name, port in zip(("web", "dyndns", "mqtt", "ftp"), ports):
            these.add(f"{kind}-{name}", "TlsFailed", kind=name, port=port)
        these.add(f"{kind}-mail", "TlsFailed", kind="mail", Url=f"smtps://faulty.isp.test:{faulty.port(kind + '-mail')}")
    these.add("unknown-authority", "TlsFailed", kind="web", port=443)
    del these.sections["unknown-authority"]["CAFile"]
    these.add("no-credential", "BadConfig", kind="web", port=443, credential="absent")
    these.go(lab, announcer)
    faulty.process.terminate()


def codes(lab, servers, announcer):
    faulty = Faulty(ftp=Fault(say, "421 too many users\r\n"), mqtt=Fault(say, more=["\x20\x02\x00\x03"], tls=True))
    these = Round(servers)
    these.add("refused-mail", "Refused", kind="mail", port=25, To="say550@isp.test")
    for result, path in (("Refused", "gone"), ("Later", "broken"), ("Refused", "moved"), ("Later", "plain/say429")):
        these.add(f"{path.rpartition('/')[2]}-web", result, kind="web", Url=f"https://web.isp.test/{path}")
    for word, result in (
        ("nohost", "Refused"),
        ("badauth", "AuthFailed"),
        ("abuse", "Refused"),
        ("911", "Later"),
        ("dnserr", "Later"),
    ):
        these.add(f"{word}-dyndns", result, kind="dyndns", port=443, Host=f"say-{word}.ghost.test")
    these.add("later-ftp", "Later", kind="ftp", port=faulty.port("ftp"))
    these.add("later-mqtt", "Later", kind="mqtt", port=faulty.port("mqtt"))
    these.add("refused-dns", "Refused", kind="dns", port=53, Host="other.ghost.test")
    these.add("no-such-host", "NoSuchHost", kind="web", Url="https://nowhere.isp.test/plain")
    these.add(
        "heard", "Ok", kind="web", Url="http://web.isp.test/plain/heard", User=USER["open"], credential="open", Insecure="yes"
    )
    these.go(lab, announcer)
    came = [one["path"] for one in servers.web.received() if one["status"] == 200 and not one["path"].startswith("/nic/")]
    lab.check("the web server accepted only the notice without a secret", came == ["/plain/heard"], came)
    lab.check(
        "mail, MQTT, FTP and SFTP accepted nothing",
        not (servers.mail.received() or servers.mqtt.received() or servers.ftp.received() or servers.sftp.received()),
        (servers.mail.received(), servers.mqtt.received()),
    )
    faulty.process.terminate()


def not_now(lab, servers, announcer):
    """With "not now" at first, then success: told once, at the second attempt."""
    # The pause is long enough for each of them to have failed once, and for that to be seen, before the first is tried again.
    twice = {"Attempts": "4", "RetryDelay": "10s", "Timeout": "20s"}
    servers.dns.writable(False)
    sections = {
        **BESIDE,
        "mail": section(servers, "mail", 25, To="later451@isp.test", **twice),
        "web": section(servers, "web", Url="https://web.isp.test/plain/later503", **twice),
        "dyndns": section(servers, "dyndns", 443, Host="later-911.ghost.test", **twice),
        "dns": section(servers, "dns", 53, **twice),
        "ftp": section(servers, "ftp", Url="ftp://ftp.isp.test/full/ftp", **twice),
        "sftp": section(servers, "sftp", Url="sftp://sftp.isp.test/srv/box/full/sftp", **twice),
    }
    servers.ftp.full()
    before = len(servers.web.received())
    announcer.begin(sections)
    lab.wait_for(lambda: "permission denied" in out("cat /run/lab/dns.log"), 60, "named to be refused its journal")
    servers.dns.writable(True)
    announcer.wait_told(lambda told: told["ftp"].detail and told["sftp"].detail, 60, "the full disk to be told of")
    servers.ftp.room()
    told = announcer.wait()
    for name in ("mail", "web", "dyndns", "dns", "ftp", "sftp"):
        lab.check(
            f"{name}: the result is Ok, at the second attempt", (told[name].result, told[name].attempts) == ("Ok", 2), told[name]
        )
    lab.check("the healthy notifier beside them is not disturbed", told["beside"].result == "Ok", told["beside"])
    lab.check("the mail server accepted one mail", len(servers.mail.received()) == 1, servers.mail.received())
    answers = sorted(
        (one["path"].split("?")[0], one["status"], one["answer"].split()[0]) for one in servers.web.received()[before:]
    )
    lab.check(
        "the web server accepted each notice once",
        answers
        == [
            ("/nic/update", 200, "911"),
            ("/nic/update", 200, "good"),
            ("/plain/later503", 200, "ok"),
            ("/plain/later503", 503, "ok"),
        ],
        answers,
    )
    lab.check("the zone has the right address", servers.dns.lookup("machine.ghost.test") == [announcer.address])
    stand = {name: text for name, text in servers.ftp.files().items() if name.startswith("full/")}
    lab.check(
        "each file is there, and complete",
        {name: json.loads(text)["addresses"] for name, text in stand.items()}
        == dict.fromkeys(("full/ftp", "full/sftp"), announcer.addresses),
        stand,
    )
