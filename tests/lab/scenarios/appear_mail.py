# SPDX-License-Identifier: GPL-2.0-or-later
"""Appearances told by mail: STARTTLS or TLS from the start, AUTH, proper headers. A server without TLS gets no password."""
import email.utils
import time

from rig import accounts
from rig.announce import Announcer
from rig.certificates import CA
from rig.servers import Servers


def run(lab):
    mail = Servers("dns", "mail").mail
    announcer = Announcer(lab)
    common = {
        "From": "Lab machine <machine@ghost.test>",
        "To": "boss@isp.test",
        "CAFile": CA,
        "User": accounts.OF["mail"][0],
        "Credential": "mail",
    }
    told = announcer.appear(
        {
            "starttls": {
                **common,
                "Url": "smtp://mail.isp.test",
                "To": "boss@isp.test, night@isp.test",
                "Vanish": "yes",
                "Subject": "${name} is at ${address}",
                "Body": "Until ${until}.\\nNumber ${sequence}.",
            },
            "smtps": {**common, "Url": "smtps://mail.isp.test"},
            "no-tls": {**common, "Url": "smtp://mail.isp.test:2525", "Attempts": "1"},
        }
    )
    for name in ("starttls", "smtps"):
        lab.check(
            f"{name}: the result is Ok, at the first attempt", told[name].result == "Ok" and told[name].attempts == 1, told[name]
        )
    lab.check("a server without STARTTLS gets no mail", told["no-tls"].result == "TlsFailed", told["no-tls"])
    came = mail.received()
    lab.check(
        "two mails came, in TLS, from the authenticated user",
        len(came) == 2 and all(one["tls"] and one["user"] == common["User"] for one in came),
        came,
    )
    lab.check("each mail took one login", [one["good"] for one in mail.logins()] == [True, True], mail.logins())
    by_subject = {one["headers"].get("Subject"): one for one in came}
    first = by_subject.get(f"lab-machine is at {announcer.address}")
    if lab.check("the subject's template is filled", first, list(by_subject)):
        complete(lab, first, announcer)
    announcer.vanish()
    lab.check("the end came by mail, once", len(mail.received()) == 3, mail.received()[2:])


def complete(lab, mail, announcer):
    headers = mail["headers"]
    lab.check(
        "the envelope is right", (mail["from"], mail["to"]) == ("machine@ghost.test", ["boss@isp.test", "night@isp.test"]), mail
    )
    lab.check(
        "From and To are right",
        headers["From"] == "Lab machine <machine@ghost.test>"
        and email.utils.getaddresses([headers["To"]]) == [("", "boss@isp.test"), ("", "night@isp.test")],
        headers,
    )
    sent = email.utils.parsedate_to_datetime(headers["Date"]).timestamp()
    lab.check(
        "Date, Message-ID and MIME headers are right",
        abs(sent - time.time()) < 120
        and headers["Message-ID"].count("@") == 1
        and headers["Message-ID"].startswith("<")
        and headers["MIME-Version"] == "1.0"
        and headers["Content-Type"].lower().replace('"', "").startswith("text/plain; charset=utf-8"),
        headers,
    )
    lab.check(
        "the body's template is filled, on two lines",
        mail["body"].startswith("Until 20") and "\nNumber " in mail["body"].replace("\r", ""),
        mail["body"],
    )
    lab.check("each line ends as RFC 5322 requires", "\n" not in mail["raw"].replace("\r\n", ""), mail["raw"])
    lab.check("the mail came from the call's address", mail["peer"] == announcer.address, mail["peer"])
