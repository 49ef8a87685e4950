# SPDX-License-Identifier: GPL-2.0-or-later
"""dns: one signed update that replaces or removes, a named result for whatever the server says. Names are looked up with the
link's own name server."""
import base64
import os
import socket

from case import NOTICE, VANISH, Case, main
from dns_server import A, AAAA, REFUSED, TXT, DnsServer
from servers import HttpServer

SECRET = b"k" * 32
BOTH = {**NOTICE, "addresses": ["203.0.113.7", "2001:db8::7"]}
OFFICE = "office.ghost.test."


class Update(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.credential("tsig", base64.b64encode(SECRET).decode() + "\n")
        cls.credential("other-tsig", base64.b64encode(b"x" * 32).decode())

    def update(self, server, notice=BOTH, credential="tsig", timeout=5, **more):
        settings = {"Zone": "ghost.test", "Host": "office.ghost.test", "Key": "key", **more}
        return self.announce(f"dns://127.0.0.1:{server.port}/", notice, timeout, credential, **settings)

    def test_replaces_all_in_one_message(self):
        server = self.serve(
            DnsServer(
                records={(OFFICE, A): [bytes(4), b"\1\1\1\1"], (OFFICE, TXT): [b"\3old"], ("www.ghost.test.", A): [bytes(4)]}
            )
        )
        self.assertResult(self.update(server), "Ok", "NOERROR")
        self.assertEqual((server.updates, server.datagrams), (1, 1))
        self.assertEqual(server.records[OFFICE, A], [bytes([203, 0, 113, 7])])
        self.assertEqual(server.records[OFFICE, AAAA], [socket.inet_pton(socket.AF_INET6, "2001:db8::7")])
        (text,) = server.records[OFFICE, TXT]
        self.assertEqual(text[0], len(text) - 1)
        self.assertIn(b"next 2026-11-23T08:03:20+00:00", text)
        self.assertEqual(server.records["www.ghost.test.", A], [bytes(4)])

    def test_withdraws(self):
        server = self.serve(DnsServer())
        self.assertResult(self.update(server), "Ok")
        self.assertResult(self.update(server, VANISH), "Ok")
        self.assertEqual(server.records, {})

    def test_each_algorithm(self):
        for algorithm in ("hmac-sha256", "hmac-sha512", "hmac-sha1", "hmac-md5"):
            with self.subTest(algorithm):
                self.assertResult(self.update(self.serve(DnsServer()), Algorithm=algorithm), "Ok")

    def test_a_long_text(self):
        server = self.serve(DnsServer())
        self.assertResult(self.update(server, Body="y" * 600), "Ok")
        (text,) = server.records[OFFICE, TXT]
        self.assertEqual([text[0], text[256], text[512]], [255, 255, 90])
        self.assertEqual(server.datagrams, 0)  # it went by TCP

    def test_wrong_keys(self):
        self.assertResult(self.update(self.serve(DnsServer()), credential="other-tsig"), "AuthFailed", "BADSIG")
        self.assertResult(self.update(self.serve(DnsServer()), Key="unknown"), "AuthFailed", "BADKEY")
        answer = self.update(self.serve(DnsServer(tsig_error=18)))
        self.assertResult(answer, "AuthFailed", "BADTIME")
        self.assertTrue(answer["clock"])
        self.credential("not-base64", "!!!!")
        self.assertResult(self.update(self.serve(DnsServer()), credential="not-base64"), "BadConfig", "base64")

    def test_believes_no_answer_but_the_key_holders(self):
        for mode in ("unsigned", "forged"):
            self.assertResult(self.update(self.serve(DnsServer(mode=mode))), "AuthFailed", "did not sign its answer")

    def test_names_each_rcode(self):
        for rcode, result in ((1, "Refused"), (2, "Later"), (REFUSED, "Refused"), (9, "Refused"), (10, "Refused")):
            self.assertResult(self.update(self.serve(DnsServer(rcode=rcode))), result)

    def test_asks_again_and_by_tcp(self):
        server = self.serve(DnsServer(deaf=1))
        self.assertResult(self.update(server), "Ok")
        self.assertGreaterEqual(server.datagrams, 2)
        self.assertResult(self.update(self.serve(DnsServer(truncate=True))), "Ok")

    def test_slow_and_absent(self):
        self.assertResult(self.update(self.serve(DnsServer(mode="drip")), timeout=2.5), "TimedOut")
        self.assertLess(self.took, 10)
        self.assertResult(self.update(self.serve(DnsServer(mode="drip")), timeout=2.5, Body="y" * 600), "TimedOut")
        server = DnsServer()
        server.stop()
        self.assertResult(self.update(server), "Unreachable", "refused")


class Names(Case):
    """Port 53 is fixed, so the name server has an address of the loopback network to itself; that takes root."""

    ADDRESS = f"127.77.{os.getpid() >> 8 & 255}.{os.getpid() & 254 | 1}"

    def name_server(self, **options):
        return self.serve(DnsServer(address=self.ADDRESS, port=53, **options))

    def post(self, host, addresses=("127.0.0.1",), timeout=10, **more):
        web = self.serve(HttpServer(tls=self.certificates.good))
        return web, self.announce(
            f"https://{host}:{web.port}/",
            timeout=timeout,
            CAFile=self.certificates.ca,
            **more,
            via={"interface": "", "addresses": list(addresses), "dns": [self.ADDRESS]},
        )

    def test_asks_the_link_s_name_server_and_tls_checks_the_name(self):
        server = self.name_server(records={("elsewhere.test.", A): [bytes([127, 0, 0, 1])]})
        web = self.serve(HttpServer(tls=self.certificates.wrong_name))
        via = {"interface": "", "addresses": ["127.0.0.1"], "dns": [self.ADDRESS]}
        answer = self.announce(f"https://elsewhere.test:{web.port}/", CAFile=self.certificates.ca, via=via)
        self.assertResult(answer, "Ok")
        self.assertEqual(server.queries, [("elsewhere.test.", A)])  # no AAAA: the link has no such address
        _, answer = self.post("elsewhere.test")
        self.assertResult(answer, "TlsFailed")

    def test_a_name_that_is_not(self):
        self.name_server()
        self.assertResult(self.post("nobody.invalid")[1], "NoSuchHost", "nobody.invalid")

    def test_hosts_come_first(self):
        server = self.name_server()
        self.assertResult(self.post("localhost")[1], "Ok")
        self.assertEqual(server.queries, [])

    def test_a_family_that_the_link_has_not(self):
        web, answer = self.post("127.0.0.1", addresses=("2001:db8::1",))
        self.assertResult(answer, "NoSuchHost")
        self.assertEqual(web.connections, 0)

    def test_the_source_is_the_link_s_address(self):
        web = self.serve(HttpServer())
        via = {"interface": "lo", "addresses": ["127.3.2.1"], "dns": []}
        self.assertResult(self.announce(f"http://127.0.0.1:{web.port}/", via=via), "Ok")
        self.assertEqual(web.peers, ["127.3.2.1"])
        for broken in (
            {"interface": "no-such", "addresses": [], "dns": []},
            {"interface": "lo", "addresses": ["192.0.2.1"], "dns": []},
        ):
            self.assertResult(self.announce(f"http://127.0.0.1:{web.port}/", via=broken), "Unreachable", "link")


if __name__ == "__main__":
    main()
