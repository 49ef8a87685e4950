# SPDX-License-Identifier: GPL-2.0-or-later
"""Appearances told by DNS UPDATE with TSIG (bind9): the name follows the address in one step, and is withdrawn at the end."""
from rig import accounts
from rig.announce import Announcer
from rig.servers import Servers

NAME = "machine.ghost.test"


def run(lab):
    dns = Servers("dns").dns
    announcer = Announcer(lab)
    section = {
        "Url": "dns://dns.isp.test",
        "Zone": "ghost.test",
        "Host": NAME,
        "Ttl": "60",
        "Key": accounts.OF["tsig"][0],
        "Algorithm": "hmac-sha256",
        "Credential": "tsig",
        "Vanish": "yes",
    }
    told = announcer.appear({"dns": section, "other": {**section, "Host": "other.ghost.test", "Vanish": "no"}})
    lab.check("the result is Ok, at the first attempt", told["dns"].result == "Ok" and told["dns"].attempts == 1, told["dns"])
    lab.check(
        "an update of a name that the key may not change is Refused",
        told["other"].result == "Refused" and told["other"].attempts == 1,
        told["other"],
    )
    first = announcer.addresses
    told_of(lab, dns, announcer, "the first address", serial=(2,))
    announcer.vanish()
    lab.check("the name is withdrawn", [dns.lookup(NAME, kind) for kind in ("A", "AAAA", "TXT")] == [[], [], []])
    lab.check("the withdrawal is one step of the zone", dns.serial() == 3, dns.serial())
    announcer.appear({"dns": section})
    lab.check("the next call has another address", announcer.addresses != first, announcer.addresses)
    told_of(lab, dns, announcer, "the second address", serial=(4,))
    # The line drops suddenly, so the name is not withdrawn. The records are replaced, not added to. The link is held, so it calls again.
    calls = lab.line.calls
    lab.line.drop()
    lab.wait_for(lambda: lab.line.calls > calls and dns.lookup(NAME) == [announcer.address], 60, "the next call's address")
    # Its second family may come in time for the first notice, or have one of its own.
    lab.wait_for(lambda: dns.lookup(NAME, "AAAA") == [a for a in announcer.addresses if ":" in a] != [], 40, "its other address")
    announcer.wait_told(lambda told: told["dns"].result == "Ok", 30, "Ok")
    told_of(lab, dns, announcer, "the third address, in place of the second", serial=(5, 6))


def told_of(lab, dns, announcer, what, serial):
    four, six = [[a for a in announcer.addresses if (":" in a) == yes] for yes in (False, True)]
    lab.check(
        f"{what}: the A and AAAA records are right",
        (dns.lookup(NAME), dns.lookup(NAME, "AAAA")) == (four, six),
        (dns.lookup(NAME), dns.lookup(NAME, "AAAA"), announcer.addresses),
    )
    text = dns.lookup(NAME, "TXT")
    lab.check(f"{what}: the TXT record is right", len(text) == 1 and "lab-machine" in text[0], text)
    lab.check(f"{what}: the update is one step of the zone", dns.serial() in serial, (dns.serial(), dns.received()))
    ours = announcer.addresses
    peers = {(one["peer"], one["key"]) for one in dns.received() if one["peer"] in ours}
    lab.check(
        f"{what}: the update is signed, and comes from the call's address",
        peers and {key for _, key in peers} == {accounts.OF["tsig"][0]},
        dns.received(),
    )
