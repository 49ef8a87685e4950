# SPDX-License-Identifier: GPL-2.0-or-later
"""Each service of services/ against a server that does what the service's public documentation says (Documentation= of its file).
The server refuses a request that is not as documented."""
import json
import os
import subprocess
import urllib.parse

from case import NOTICE, Case, main
from servers import HttpServer

SERVICES = os.environ["SERVICES"]
JOB_OF = os.environ["ANNOUNCE_JOB_OF"]
FOUR, SIX = "203.0.113.7", "2001:db8::7"
TOKEN = "a7c4d0ad-114e:40ef_ba1d"
BOTH = {**NOTICE, "addresses": [FOUR, SIX]}
OK, BAD, NO = "200 OK", "400 Bad Request", "401 Unauthorized"


class Api(HttpServer):
    """rule(method, path, query, headers, body): (status, body). A query is a dict of lists, headers are in lower case."""

    def __init__(self, rule, **options):
        super().__init__(**options)
        self.rule, self.agents = rule, []

    def handle(self, connection):
        # The base class writes the request down before it asks for the answer.
        server = self

        class Answers(list):
            def pop(self, _):
                method, target, headers, body = server.requests[-1]
                url = urllib.parse.urlsplit(target)
                query = urllib.parse.parse_qs(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
                server.agents.append(headers.get("user-agent"))
                status, text = server.rule(method, urllib.parse.unquote(url.path), query, headers, body)
                return status, [], text.encode()

        self.answers = Answers([None, None])
        super().handle(connection)


def duckdns(method, path, query, headers, body):
    if (method, path) != ("GET", "/update") or not set(query) <= {"domains", "token", "ip", "ipv6", "verbose", "clear"}:
        return OK, "KO"
    known = query["domains"] == ["office"] and query["token"] == [TOKEN]
    return OK, "OK" if known and query["ip"] == [FOUR] and query["ipv6"] == [SIX] else "KO"


def cloudflare(method, path, query, headers, body):
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return NO, '{"success":false,"errors":[{"code":10000,"message":"Authentication error"}]}'
    if (method, path) != ("PATCH", "/client/v4/zones/023e105f/dns_records/372e6795"):
        return "404 Not Found", '{"success":false}'
    content = json.loads(body)
    good = headers["content-type"] == "application/json" and content == {"content": FOUR}
    return (OK, '{"result":{},"success":true}') if good else (BAD, '{"success":false}')


def desec(method, path, query, headers, body):
    if headers.get("authorization") != f"Token {TOKEN}":
        return NO, "badauth"
    if method != "GET" or query.pop("hostname") != ["office.dedyn.io"]:
        return "404 Not Found", "nohost"
    return (OK, "good") if query == {"myipv4": [FOUR], "myipv6": [SIX]} else (BAD, "")


def dynv6(method, path, query, headers, body):
    if (method, path) != ("GET", "/api/update"):
        return "404 Not Found", ""
    if query.pop("token") != [TOKEN]:
        return NO, "invalid authentication token"
    good = query == {"zone": ["office.dynv6.net"], "ipv4": [FOUR], "ipv6": [SIX]}
    return (OK, "addresses updated") if good else (BAD, "")


def dyndns2(path_of_service, ipv6_parameter):
    def rule(method, path, query, headers, body):
        if not headers.get("authorization", "").startswith("Basic "):
            return NO, "badauth"
        if not headers["user-agent"].startswith("ghostd"):
            return OK, "badagent"
        if (method, path) != ("GET", path_of_service) or query.pop("hostname") != ["office.example"]:
            return OK, "nohost"
        expected = {"myip": [FOUR], ipv6_parameter: [SIX]} if ipv6_parameter else {"myip": [f"{FOUR},{SIX}"]}
        return OK, f"good {FOUR},{SIX}" if query == expected else "911"

    return rule


def ntfy(method, path, query, headers, body):
    if method not in ("POST", "PUT") or path != "/office topic":
        return "404 Not Found", ""
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return "403 Forbidden", '{"code":40301,"http":403,"error":"forbidden"}'
    good = (
        headers["title"].encode("latin-1").decode() == "büro"
        and headers["priority"] == "3"
        and body.decode() == f"büro is on the net at {FOUR} {SIX}"
    )
    return (OK, '{"id":"sPs71M8A2T","event":"message"}') if good else (BAD, "")


def telegram(method, path, query, headers, body):
    if path != f"/bot{TOKEN}/sendMessage":
        return NO, '{"ok":false,"error_code":401,"description":"Unauthorized"}'
    content = json.loads(body)
    if headers["content-type"] != "application/json" or set(content) != {"chat_id", "text"} or content["chat_id"] != "-100123":
        return BAD, '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'
    return OK, '{"ok":true,"result":{"message_id":1}}'


def matrix(method, path, query, headers, body):
    if headers.get("authorization") != f"Bearer {TOKEN}":
        return NO, '{"errcode":"M_UNKNOWN_TOKEN","error":"Invalid access token"}'
    start = "/_matrix/client/v3/rooms/!abc/d:example.org/send/m.room.message/"
    content = json.loads(body)
    good = method == "PUT" and path.startswith(start) and path[len(start) :] == "isp.1795419000.42.appear"
    good = good and set(content) == {"msgtype", "body"} and content["msgtype"] == "m.text" and FOUR in content["body"]
    return (OK, '{"event_id":"$YUwRidLecu:example.org"}') if good else (BAD, '{"errcode":"M_BAD_JSON"}')


def gotify(method, path, query, headers, body):
    if headers.get("x-gotify-key") != TOKEN:
        return NO, '{"error":"Unauthorized","errorCode":401}'
    content = json.loads(body)
    good = (method, path) == ("POST", "/message") and headers["content-type"] == "application/json"
    good = good and content["title"] == "büro" and FOUR in content["message"] and content["priority"] == 5
    return (OK, '{"id":25,"appid":5}') if good else (BAD, '{"error":"Bad Request"}')


def webhook(key, status, answer):
    def rule(method, path, query, headers, body):
        if (method, path) != ("POST", f"/services/{TOKEN}"):
            return "403 Forbidden", "invalid_token"
        good = headers["content-type"] == "application/json" and FOUR in json.loads(body)[key]
        return (status, answer) if good else (BAD, "invalid_payload")

    return rule


# By file: the server's rule, what a person writes, and the result with another token.
ROWS = {
    "duckdns": (duckdns, "Host=office", "Refused"),
    "cloudflare": (cloudflare, "Zone=023e105f\nRecord=372e6795", "AuthFailed"),
    "desec": (desec, "Host=office.dedyn.io", "AuthFailed"),
    "dynv6": (dynv6, "Zone=office.dynv6.net", "AuthFailed"),
    "noip": (dyndns2("/nic/update", "myipv6"), "Host=office.example\nUser=user", None),
    "dyn": (dyndns2("/v3/update", None), "Host=office.example\nUser=user", None),
    "ntfy": (ntfy, "Topic=office topic", "AuthFailed"),
    "telegram": (telegram, "Chat=-100123", "AuthFailed"),
    "matrix": (matrix, "Server=matrix.example.org\nRoom=!abc/d:example.org", "AuthFailed"),
    "gotify": (gotify, "Server=push.example.org:8443", "AuthFailed"),
    "slack": (webhook("text", OK, "ok"), "", "AuthFailed"),
    "discord": (webhook("content", "204 No Content", ""), "", "AuthFailed"),
}


class Services(Case):
    def section(self, text):
        """The job of an [Announce] section, by the real configuration."""
        path = os.path.join(self.directory.name, "isp.conf")
        with open(path, "w") as f:
            f.write("[Link]\nPeer=isp\n[Announce test]\n" + text + "\n")
        os.chmod(path, 0o644)
        done = subprocess.run([JOB_OF, path, SERVICES], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), text)
        return json.loads(done.stdout)["announce"]

    def tell(self, service, token):
        rule, keys, _ = ROWS[service]
        server = self.serve(Api(rule, tls=self.certificates.good))
        announce = self.section(f"Service={service}\nCredential=token\n{keys}\nCAFile={self.certificates.ca}")
        here = f"localhost:{server.port}"
        self.credential("token", f"https://{here}/services/{token}" if announce["url"] == "${secret}" else token)
        if "${Server}" in announce["url"]:
            announce["more"]["Server"] = here
        elif announce["url"] != "${secret}":
            scheme, _, rest = announce["url"].partition("://")
            announce["url"] = f"{scheme}://{here}/{rest.partition('/')[2]}"
        via = {"interface": "", "addresses": [], "dns": []}
        return server, self.job({"notice": BOTH, "announce": announce, "via": via})

    def test_each_is_understood(self):
        for service in ROWS:
            with self.subTest(service):
                server, answer = self.tell(service, TOKEN)
                self.assertResult(answer, "Ok")
                self.assertEqual(server.connections, 1)
                self.assertTrue(server.agents[0].startswith("ghostd/"), server.agents)

    def test_each_says_who_is_not_let_in(self):
        for service, (_, _, result) in ROWS.items():
            if result is None:
                continue
            with self.subTest(service):
                _, answer = self.tell(service, "another-token")
                self.assertResult(answer, result)
                self.assertNotIn("another-token", answer["detail"])

    def test_none_is_forgotten(self):
        files = {name.removesuffix(".conf") for name in os.listdir(SERVICES) if name.endswith(".conf")}
        self.assertEqual(set(ROWS), files)
        with open(os.path.join(SERVICES, "meson.build")) as f:
            installed = f.read()
        for name in files:
            self.assertIn(f"'{name}.conf'", installed)

    def test_each_explains_what_it_needs(self):
        for name in ROWS:
            with open(os.path.join(SERVICES, name + ".conf")) as f:
                text = f.read()
            needs = next((line.partition("=")[2].split() for line in text.splitlines() if line.startswith("Needs=")), [])
            for key in needs:
                self.assertRegex(text, rf"(?m)^#   {key}= ", name)
            self.assertRegex(text, r"(?m)^Documentation=\"?https://", name)


if __name__ == "__main__":
    main()
