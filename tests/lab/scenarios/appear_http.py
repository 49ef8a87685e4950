# SPDX-License-Identifier: GPL-2.0-or-later
"""Appearances told to a web server (nginx): POST and PUT, JSON and templates, basic and bearer, and dyndns2."""
import json

from rig import accounts
from rig.announce import Announcer, check_notice
from rig.certificates import CA
from rig.servers import Servers


def run(lab):
    servers = Servers("dns", "web")
    web = servers.web
    announcer = Announcer(lab)
    tls = {"CAFile": CA, "Vanish": "yes"}
    basic = {**tls, "Auth": "basic", "User": accounts.OF["web"][0], "Credential": "web"}
    told = announcer.appear(
        {
            "json": {**tls, "Url": "https://web.isp.test/plain/json"},
            "clear": {"Url": "http://web.isp.test/plain/clear"},
            "basic": {
                **basic,
                "Url": "https://web.isp.test/basic",
                "Body": "${name} is at ${address} from ${since} to ${until}",
                "ContentType": "text/plain",
            },
            "bearer": {**tls, "Url": "https://web.isp.test/bearer", "Auth": "bearer", "Credential": "bearer"},
            "put": {**basic, "Url": "https://web.isp.test/dav/notice.json", "Method": "PUT"},
            "dyndns": {
                **tls,
                "Url": "dyndns2+https://web.isp.test/nic/update",
                "Host": "machine.ghost.test",
                "Offline": "yes",
                "User": accounts.OF["dyndns"][0],
                "Credential": "dyndns",
            },
            "six": {**tls, "Url": "https://six.isp.test/plain/six"},
        }
    )
    for name, one in told.items():
        lab.check(f"{name}: the result is Ok, at the first attempt", one.result == "Ok" and one.attempts == 1, one)
    address = announcer.address
    came = {one["path"].split("?")[0]: one for one in web.received()}
    lab.check("each notice came once", len(came) == len(web.received()) == len(told) - 1, [one["path"] for one in web.received()])
    lab.check(
        "the notices came from the call's address", {one["peer"] for one in came.values()} == set(announcer.addresses), came
    )
    posted = came["/plain/json"]
    lab.check(
        "the JSON notice came by POST, in TLS",
        (posted["method"], posted["headers"]["Content-Type"].split(";")[0], posted["scheme"])
        == ("POST", "application/json", "https"),
        posted,
    )
    check_notice(lab, "json", posted["body"], announcer)
    check_notice(lab, "http without TLS", came["/plain/clear"]["body"], announcer)
    check_notice(lab, "bearer", came["/bearer"]["body"], announcer)
    check_notice(lab, "put", web.put_files().get("notice.json", ""), announcer)
    check_notice(lab, "IPv6", came["/plain/six"]["body"], announcer)
    body = came["/basic"]["body"]
    lab.check("the template is filled", body.startswith(f"lab-machine is at {address} from 20") and "${" not in body, body)
    lab.check("the content has the configured type", came["/basic"]["headers"]["Content-Type"] == "text/plain", came["/basic"])
    update = came["/nic/update"]
    lab.check(
        "the dyndns2 request names host and address",
        update["method"] == "GET" and "hostname=machine.ghost.test" in update["path"] and f"myip={address}" in update["path"],
        update,
    )
    lab.check(
        "the dyndns2 request has a User-Agent, as providers require",
        update["headers"].get("User-Agent", "").startswith("ghostd"),
        update,
    )
    ours = announcer.addresses
    asked = {name for who, name, _ in servers.dns.queries() if who in ours}
    lab.check(
        "ghost-announce asked the call's name server for the names",
        {"web.isp.test", "six.isp.test"} <= asked,
        servers.dns.queries(),
    )
    vanish(lab, announcer, web, len(web.received()))
    echo(lab, announcer, web, {"CAFile": CA, "Url": "https://web.isp.test/plain/echo"})


def echo(lab, announcer, web, section):
    """Behind a carrier's NAT, the address to announce is the one that a service outside sees."""
    for path, seen in (("nat", "198.51.100.7"), ("page", None)):
        before = len(web.received())
        told = announcer.appear({"echo": section}, Echo=f"http://web.isp.test/{path}")
        lab.check(f"/{path}: Ok", told["echo"].result == "Ok", told)
        came = web.received()[before:]
        notice = json.loads(came[0]["body"]) if came else {}
        lab.check(
            f"/{path}: {'what it answered is announced' if seen else 'a page is not an address'}, once",
            len(came) == 1
            and (notice["addresses"][0] == seen if seen else notice["addresses"] == announcer.addresses)
            and notice["local_addresses"] == announcer.addresses
            and notice["carrier_nat"] is True,
            came,
        )


def vanish(lab, announcer, web, before):
    told = announcer.vanish()
    lab.check(
        "the notifiers with Vanish= were told the end",
        {k: v.result for k, v in told.items()} == dict.fromkeys(("json", "basic", "bearer", "put", "dyndns", "six"), "Ok"),
        told,
    )
    came = {one["path"].split("?")[0]: one for one in web.received()[before:]}
    check_notice(lab, "json", came["/plain/json"]["body"], announcer, "vanish")
    lab.check("the dyndns host is offline", "offline=YES" in came["/nic/update"]["path"], came["/nic/update"])
    lab.check("no other notice came", len(came) == len(web.received()[before:]) == 5, came)
