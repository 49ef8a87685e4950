# SPDX-License-Identifier: GPL-2.0-or-later
"""Every notifier against servers that are down, silent, slow or endless, and a line that drops in the middle. Each ends with the
result for its fault, the healthy one beside them is not disturbed, and no secret is revealed."""
from _notifiers import BESIDE, HERE, IN_TLS, NAMES, Ear, results, section

from rig import accounts
from rig.announce import Announcer
from rig.faulty import Fault, Faulty, drip, flood, hang
from rig.run import out
from rig.servers import Servers

CAPTURE = False
TAKEN = 16 << 20  # of a gigabyte that is offered, buffers on the way included
HTTP = "HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n" + "x" * 64
# The endless text of each.
TEXTS = {
    "mail": "220-mail.isp.test\r\n",
    "web": HTTP,
    "dyndns": HTTP,
    "mqtt": "\x30\xff\xff\xff\x7f",
    "ftp": "220-ftp.isp.test\r\n",
    "sftp": "SSH-9.9-nobody\r\n",
    "dns": "\xff\xff\0\0",
}
SLOW = {**TEXTS, "mqtt": "\x30\x7f\0", "web": "HTTP/1.1 200 OK\r\nX-Slow: x", "dyndns": "HTTP/1.1 200 OK\r\nX-Slow: x"}


def run(lab):
    servers = Servers("dns", "web", "sftp")
    announcer = Announcer(lab, writes=HERE)
    ear = Ear()
    broken_servers(lab, servers, announcer)
    line_dropped(lab, servers, announcer)
    heard = ear.stop()
    lab.check("the listener on the line heard no secret", not heard, heard)


def broken_servers(lab, servers, announcer):
    faulty = Faulty(
        **{
            f"{kind.__name__}-{name}": Fault(
                kind, SLOW[name] if kind is drip else TEXTS[name], tls=name in IN_TLS, udp=name == "dns"
            )
            for name in NAMES
            for kind in (hang, drip, flood)
        }
    )
    sections, must = dict(BESIDE), {}
    for name in TEXTS:
        for kind, result in (("down", "Unreachable"), ("hang", "TimedOut"), ("drip", "TimedOut"), ("flood", "TooLarge")):
            one = f"{kind}-{name}"
            sections[one] = section(
                servers, name, 9 if kind == "down" else faulty.port(one), Timeout="12s" if kind in ("hang", "drip") else "60s"
            )
            must[one] = result
    must["flood-web"] = "Ok"  # a status of 2xx, and then more than anybody wants to know
    # These protocols end a conversation that is nonsense before it has become long.
    for name in ("mqtt", "sftp", "dns"):
        must[f"flood-{name}"] = ("TooLarge", "Unreachable", "Refused", "TimedOut")
    results(lab, announcer.appear(sections), must)
    for name in TEXTS:
        seen = faulty.wait_seen(f"flood-{name}") if name != "dns" else faulty.seen("flood-dns")
        taken = max([one["sent"] for one in seen], default=0)
        lab.check(f"flood-{name}: ghost-announce stopped reading ({taken} bytes taken)", taken < TAKEN, seen)
    for one in (n for n in must if not n.startswith("down")):
        heard = "".join(connection["read"] for connection in faulty.seen(one))
        kept = not any(form.decode("latin-1") in heard for form in accounts.all_forms())
        lab.check(f"{one}: it was sent no secret", kept or one.split("-")[1] in IN_TLS, heard[:500])
    faulty.process.terminate()


def line_dropped(lab, servers, announcer):
    """The line drops while all wait for an answer; the next appearance announces it, once."""
    faulty = Faulty(**{name: Fault(hang, tls=name in IN_TLS) for name in NAMES})
    announcer.begin(
        {**BESIDE, **{name: section(servers, name, faulty.port(name), Attempts="3", Timeout="60s") for name in NAMES}}
    )
    lab.wait_for(
        lambda: len(out("ip netns exec isp ss -Htn state established 'sport >= 9000 and sport <= 9010'").splitlines()) >= 6,
        40,
        "the notifiers to be connected",
    )
    announcer.wait_told(lambda told: told["beside"].result == "Ok", 30, "the one beside them")
    lab.line.outcome("busy")
    lab.line.drop()
    told = announcer.wait_told(
        lambda told: all(told[name].result != "pending" for name in (*NAMES, "beside")),
        30,
        "the notifiers to give up, and the one beside them to be done",
    )
    results(lab, told, dict.fromkeys(NAMES, "LinkGone"))
    lab.line.outcome("connect")
    announcer.process.terminate()
    before = len(servers.web.received())
    told = announcer.appear({**BESIDE, "web": section(servers, "web", Url="https://web.isp.test/basic/after")})
    results(lab, told, {"web": "Ok"})
    lab.check("the notice came once", len(servers.web.received()) == before + 1, servers.web.received()[before:])
