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
        for mode in ("flood", "flood-head"):
            with self.subTest(mode):
                server, answer = self.post(mode)
                self.assertResult(answer, "TooLarge")
                self.assertLess(server.flooded, 64 << 20)  # what fits into buffers

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
        self.assertIn("ghostd", headers["user-agent"])

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
        self.assertEqual(self.ask(b"198.51.100.3", "500 no")["result"], "Later")


if __name__ == "__main__":
    main()
