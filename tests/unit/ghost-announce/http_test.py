# SPDX-License-Identifier: GPL-2.0-or-later
"""http and https, dyndns2 and the echo service: what arrives, and a named result for whatever comes back."""
import base64
import json

from case import NOTICE, PASSWORD, VANISH, Case, main
from servers import HttpServer


class Http(Case):
    def url(self, server, path="/hook", scheme="https"):
        return f"{scheme}://localhost:{server.port}{path}"

    def post(self, answer, **more):
        server = self.serve(HttpServer(answer, tls=self.certificates.good))
        return server, self.announce(self.url(server), CAFile=self.certificates.ca, **more)

    def test_posts_the_notice_as_json(self):
        server, answer = self.post(("204 No Content", [], b""))
        self.assertResult(answer, "Ok", "204 No Content")
        ((method, path, headers, body),) = server.requests
        self.assertEqual((method, path, headers["content-type"]), ("POST", "/hook", "application/json"))
        self.assertEqual(headers["idempotency-key"], '"isp.1795419000.42.appear.test"')
        notice = json.loads(body)
        self.assertEqual(
            {k: notice[k] for k in NOTICE if k not in ("since", "until", "next")},
            {k: NOTICE[k] for k in NOTICE if k not in ("since", "until", "next")},
        )
        self.assertEqual(notice["since"], "2026-11-23T07:30:00+00:00")
        self.assertNotIn("authorization", headers)

    def test_puts_a_template(self):
        server, answer = self.post(
            ("200 OK", [], b"thanks"), Method="PUT", Body="${name} at ${address} until ${until}\\n", ContentType="text/x-notice"
        )
        self.assertResult(answer, "Ok", "200 OK")
        ((method, _, headers, body),) = server.requests
        self.assertEqual((method, headers["content-type"]), ("PUT", "text/x-notice"))
        self.assertNotIn("idempotency-key", headers)  # to put it twice is to have put it once
        self.assertEqual(body.decode(), "büro at 203.0.113.7 until 2026-11-23T07:40:00+00:00\n")

    def test_logs_in(self):
        server, answer = self.post(("200 OK", [], b""), credential="password", User="user")
        self.assertResult(answer, "Ok")
        self.assertEqual(
            server.requests[0][2]["authorization"], "Basic " + base64.b64encode(b"user:" + PASSWORD.encode()).decode()
        )
        server, answer = self.post(("200 OK", [], b""), credential="password", Auth="bearer")
        self.assertEqual(server.requests[0][2]["authorization"], "Bearer " + PASSWORD)

    def test_names_each_status(self):
        for status, result in (
            ("400 Bad", "Refused"),
            ("404 Not Found", "Refused"),
            ("410 Gone", "Refused"),
            ("401 Unauthorized", "AuthFailed"),
            ("403 Forbidden", "AuthFailed"),
            ("408 Request Timeout", "Later"),
            ("429 Too Many", "Later"),
            ("500 Oops", "Later"),
            ("503 Busy", "Later"),
        ):
            with self.subTest(status):
                server, answer = self.post(
                    (status, ["WWW-Authenticate: Basic"], b"nothing for people"), credential="password", User="user"
                )
                self.assertResult(answer, result, status)
                self.assertEqual(server.connections, 1)

    def test_follows_no_redirect(self):
        other = self.serve(HttpServer())
        server, answer = self.post(
            ("302 Found", [f"Location: http://127.0.0.1:{other.port}/"], b""), credential="password", User="user"
        )
        self.assertResult(answer, "Refused", "redirects are not followed")
        self.assertEqual(other.connections, 0)

    def test_believes_no_other_certificate(self):
        for certificate, ca, detail in (
            (self.certificates.expired, self.certificates.ca, "expired"),
            (self.certificates.wrong_name, self.certificates.ca, "localhost"),
            (self.certificates.good, self.certificates.other_ca, "certificate"),
        ):
            with self.subTest(detail):
                server = self.serve(HttpServer(tls=certificate))
                answer = self.announce(self.url(server), CAFile=ca, credential="password", User="user")
                self.assertResult(answer, "TlsFailed", detail)
                self.assertEqual(server.requests, [])
                self.assertEqual(answer.get("clock", False), detail == "expired")

    def test_says_so_when_told_not_to_verify(self):
        server = self.serve(HttpServer(tls=self.certificates.expired))
        self.assertResult(self.announce(self.url(server), VerifyTls="no"), "Ok", "certificate not verified")

    def test_ends_a_slow_answer(self):
        for mode in ("drip", "drip-head"):
            with self.subTest(mode):
                _, answer = self.post(mode, timeout=2.5)
                self.assertResult(answer, "TimedOut")
                self.assertLess(self.took, 10)

    def test_ends_a_long_answer(self):
        for mode, more, result in (
            ("flood", {}, "Ok"),  # the receiver has the notice
            ("flood", {"Expect": "done"}, "TooLarge"),
            ("flood-head", {}, "TooLarge"),
        ):
            with self.subTest(mode, **more):
                server, answer = self.post(mode, **more)
                self.assertResult(answer, result)
                self.assertLess(server.flooded, 64 << 20)  # what fits into buffers

    def test_a_long_answer_of_known_length(self):
        long = b"x" * 70000
        self.assertResult(self.post(("201 Created", [], long))[1], "Ok", "201 Created")
        self.assertResult(self.post(("200 OK", [], b"done" + long), Expect="done")[1], "TooLarge")
        self.assertResult(self.post(("404 Not Found", [], long))[1], "TooLarge")

    def test_a_cut_connection_is_unreachable(self):
        _, answer = self.post("cut")
        self.assertResult(answer, "Unreachable")

    def test_nobody_there(self):
        server = HttpServer()
        server.stop()
        self.assertResult(self.announce(self.url(server)), "Unreachable")
        self.assertResult(self.announce("https://nobody.invalid/"), "NoSuchHost", "nobody.invalid")

    def test_sends_no_password_in_clear(self):
        server = self.serve(HttpServer())
        url = self.url(server, scheme="http")
        answer = self.announce(url, credential="password", User="user")
        self.assertResult(answer, "BadConfig", "unencrypted")
        self.assertEqual(server.connections, 0)
        self.assertResult(self.announce(url, credential="password", User="user", Insecure="yes"), "Ok")

    def test_a_password_in_the_url_is_no_url(self):
        self.assertResult(self.announce(f"https://user:{PASSWORD.replace('/', '')}@localhost/"), "BadConfig", "User=")

    def test_a_missing_credential(self):
        self.assertResult(self.announce("https://localhost/", credential="absent", User="user"), "BadConfig", "absent")
        self.assertResult(self.announce("https://localhost/", credential="../x", User="user"), "BadConfig")

    def test_a_secret_that_comes_back_is_not_shown(self):
        echoed = base64.b64encode(b"user:" + PASSWORD.encode()).decode()
        _, answer = self.post((f"403 not with {PASSWORD} or {echoed}\x1b[31m", [], b""), credential="password", User="user")
        self.assertResult(answer, "AuthFailed", "not with *** or ***?[31m")


class Templates(Case):
    """Method, URL, headers and body as a section writes them, and secrets that are seen by the server alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credential("bot", "4711:AA-b_c/d")
        cls.credential("two-lines", "first\nsecond\n")
        cls.credential("tab", "a\tb\n")

    def ask(self, path, answer=("200 OK", [], b""), **more):
        server = self.serve(HttpServer(answer, tls=self.certificates.good))
        return server, self.announce(f"https://localhost:{server.port}{path}", CAFile=self.certificates.ca, **more)

    def test_fills_every_part(self):
        server, answer = self.ask(
            "/bot${secret:bot}/zones/${Zone}?at=${ipv4}&n=${name}&t=${secret}",
            credential="password",
            Method="PATCH",
            Zone="a b",
            ContentType="application/json",
            Body='{"at": "${address}", "key": "${secret}", "zone": "${Zone}"}',
            **{"Header-X-Token": "Token ${secret:bot}", "Header-Title": "${name}: ${event}"},
        )
        self.assertResult(answer, "Ok")
        ((method, path, headers, body),) = server.requests
        self.assertEqual(method, "PATCH")
        self.assertEqual(
            path, "/bot4711:AA-b_c/d/zones/a%20b?at=203.0.113.7&n=b%C3%BCro&t=" + PASSWORD.replace("%", "%25").replace("+", "%2B")
        )
        self.assertEqual((headers["x-token"], headers["content-type"]), ("Token 4711:AA-b_c/d", "application/json"))
        self.assertNotIn("authorization", headers)
        self.assertEqual(json.loads(body), {"at": "203.0.113.7", "key": PASSWORD, "zone": "a b"})

    def test_a_get_has_no_body(self):
        server, answer = self.ask("/?ip=${address}", Method="GET")
        self.assertResult(answer, "Ok")
        ((method, path, headers, body),) = server.requests
        self.assertEqual((method, path, body), ("GET", "/?ip=203.0.113.7", b""))
        self.assertNotIn("content-type", headers)

    def test_expects_what_the_section_says(self):
        _, answer = self.ask("/", ("200 OK", [], b"OK\n"), Expect="OK")
        self.assertResult(answer, "Ok")
        _, answer = self.ask("/?t=${secret}", ("200 OK", [], f"KO {PASSWORD}".encode()), Expect="OK", credential="password")
        self.assertResult(answer, "Refused", 'does not contain "OK": KO ***')

    def hook(self, path, answer=("200 OK", [], b""), scheme="https", **more):
        server = self.serve(HttpServer(answer, tls=self.certificates.good if scheme == "https" else None))
        self.credential("hook", f"{scheme}://localhost:{server.port}{path}\n")
        return server, self.announce("${secret:hook}", CAFile=self.certificates.ca, Body="${summary}", **more)

    def test_an_url_may_be_the_secret(self):
        server, answer = self.hook("/services/T0000/xoxb-12345?k=$abcdef")
        self.assertResult(answer, "Ok")
        self.assertEqual(server.requests[0][1], "/services/T0000/xoxb-12345?k=$abcdef")
        for status in ("403 no /services/T0000/xoxb-12345?k=$abcdef", "403 no xoxb-12345", "403 no $abcdef at localhost"):
            _, answer = self.hook("/services/T0000/xoxb-12345?k=$abcdef", (status, [], b""))
            self.assertResult(answer, "AuthFailed", "403 no ***")
            for part in ("xoxb", "abcdef", "localhost"):
                self.assertNotIn(part, answer["detail"])
        server, answer = self.hook("/x", scheme="http")
        self.assertResult(answer, "BadConfig", "unencrypted")
        self.assertEqual(server.connections, 0)
        self.assertResult(self.hook("/x", scheme="http", Insecure="yes")[1], "Ok")

    def test_what_is_no_url_is_not_shown(self):
        for text in ("hunter2", "ftp://hunter2/x", "https://", "https://a@hunter2/", "https://hunter2:x/"):
            self.credential("hook", text)
            answer = self.announce("${secret:hook}")
            self.assertResult(answer, "BadConfig", "credential hook is not a URL")
            self.assertNotIn("hunter2", answer["detail"])
        self.credential("hook", "https://hunter2.invalid/x")
        answer = self.announce("${secret:hook}")
        self.assertResult(answer, "NoSuchHost", "***")
        self.assertNotIn("hunter2", answer["detail"])

    def test_a_secret_is_one_line(self):
        for name in ("two-lines", "tab"):
            server, answer = self.ask("/", **{"Header-X": "${secret:%s}" % name})
            self.assertResult(answer, "BadConfig", f"credential {name} has a line feed or another control character")
            self.assertEqual(server.connections, 0)
            server, answer = self.ask("/", credential=name, User="user")
            self.assertResult(answer, "BadConfig", name)
        self.assertResult(self.ask("/", **{"Header-X": "${secret:absent}"})[1], "BadConfig", "absent")

    def test_a_secret_that_comes_back_is_not_shown(self):
        for form in (
            PASSWORD,
            "s3cret-Pass/w0rd%2B%25",
            "s3cret-Pass%2Fw0rd%2B%25",
            "s3cret-Pass%2fw0rd%2b%25",
            "s3cret-Pass\\/w0rd+%",
            "s3cret-Pass&#x2F;w0rd&#43;%",
        ):
            _, answer = self.ask("/?t=${secret}", (f"401 not {form}.", [], b""), credential="password")
            self.assertResult(answer, "AuthFailed", "401 not ***.")
        other = self.serve(HttpServer())
        _, answer = self.ask(
            "/?t=${secret}", ("302 Found", [f"Location: http://127.0.0.1:{other.port}/"], b""), credential="password"
        )
        self.assertResult(answer, "Refused", "redirects are not followed")
        self.assertEqual(other.connections, 0)


class Dyndns2(Case):
    def ask(self, body, notice=NOTICE, **more):
        server = self.serve(HttpServer(("200 OK", [], body), tls=self.certificates.good))
        answer = self.announce(
            f"dyndns2+https://localhost:{server.port}/",
            notice,
            credential="password",
            User="user",
            Host="office.example",
            CAFile=self.certificates.ca,
            **more,
        )
        return server, answer

    def test_updates_the_name(self):
        server, answer = self.ask(b"good 203.0.113.7\r\n")
        self.assertResult(answer, "Ok", "good 203.0.113.7")
        ((method, path, headers, _),) = server.requests
        self.assertEqual((method, path), ("GET", "/nic/update?hostname=office.example&myip=203.0.113.7"))
        self.assertTrue(headers["authorization"].startswith("Basic "))
        self.assertRegex(headers["user-agent"], r"^ghostd/\d+\.\d+\.\d+( \(\+https://.*\))?$")

    def test_a_long_answer_is_none(self):
        self.assertResult(self.ask(b"good 203.0.113.7\n" + b"x" * 70000)[1], "TooLarge")

    def test_believes_no_other_address(self):
        for body in (b"good 127.0.0.1", b"nochg 198.51.100.9\r\n", b"good 203.0.113.7\ngood 127.0.0.1\n"):
            with self.subTest(body):
                self.assertResult(self.ask(body)[1], "Refused", "which was not sent")
        both = {**NOTICE, "addresses": ["203.0.113.7", "2001:db8::7"]}
        self.assertResult(self.ask(b"good 203.0.113.7", both)[1], "Refused", "does not have 2001:db8::7")

    def test_sends_the_families_that_the_service_takes(self):
        four, six = "203.0.113.7", "2001:db8::7"
        both, only_six = {**NOTICE, "addresses": [four, six]}, {**NOTICE, "addresses": [six]}
        for notice, keys, sent in (
            (both, {}, f"&myip={four},{six}"),
            (both, {"Families": "both"}, f"&myip={four},{six}"),
            (both, {"Families": "ipv4"}, f"&myip={four}"),
            (both, {"Families": "ipv6"}, f"&myip={six}"),
            (both, {"Ipv6Parameter": "myipv6"}, f"&myip={four}&myipv6={six}"),
            (both, {"Ipv6Parameter": "myipv6", "Families": "ipv6"}, f"&myipv6={six}"),
            (both, {"Ipv6Parameter": "myipv6", "Families": "ipv4"}, f"&myip={four}"),
            (only_six, {"Ipv6Parameter": "myipv6"}, f"&myipv6={six}"),
        ):
            with self.subTest(keys):
                server, answer = self.ask(b"good", notice, **keys)
                self.assertResult(answer, "Ok")
                self.assertEqual(server.requests[0][1], "/nic/update?hostname=office.example" + sent)
        server, answer = self.ask(b"good", only_six, Families="ipv4")
        self.assertResult(answer, "Ok", "nothing sent, because the link has no address of Families=ipv4")
        self.assertEqual(server.connections, 0)

    def test_names_each_answer(self):
        for body, result in (
            (b"nochg 203.0.113.7", "Ok"),
            (b"badauth", "AuthFailed"),
            (b"nohost", "Refused"),
            (b"abuse", "Refused"),
            (b"911", "Later"),
            (b"dnserr", "Later"),
            (b"", "Refused"),
            (b"<html>", "Refused"),
        ):
            with self.subTest(body):
                self.assertResult(self.ask(body)[1], result)

    def test_withdraws_where_asked(self):
        server, answer = self.ask(b"good", VANISH)
        self.assertResult(answer, "Ok", "nothing sent")
        self.assertEqual(server.connections, 0)
        server, answer = self.ask(b"good", VANISH, Offline="yes")
        self.assertResult(answer, "Ok")
        self.assertEqual(server.requests[0][1], "/nic/update?hostname=office.example&offline=YES")


class Echo(Case):
    def ask(self, body, status="200 OK"):
        server = self.serve(HttpServer((status, [], body)))
        return self.job(
            {
                "echo": {"url": f"http://localhost:{server.port}/ip", "timeout_usec": 3000000},
                "via": {"interface": "", "addresses": ["127.0.0.1"], "dns": []},
            }
        )

    def test_takes_an_address_and_nothing_else(self):
        answer = self.ask(b" 198.51.100.3\n")
        self.assertEqual((answer["result"], answer["text"]), ("Ok", "198.51.100.3"))
        self.assertEqual(self.ask(b"2001:DB8::1")["text"], "2001:db8::1")
        for body in (b"", b"198.51.100.3 and more", b"<html>198.51.100.3</html>", b"1" * 60000):
            answer = self.ask(body)
            self.assertEqual((answer["result"], answer["text"]), ("Refused", ""))
        self.assertEqual(self.ask(b"198.51.100.3" + b" " * 70000)["result"], "TooLarge")
        self.assertEqual(self.ask(b"198.51.100.3", "500 no")["result"], "Later")


if __name__ == "__main__":
    main()
