# SPDX-License-Identifier: GPL-2.0-or-later
"""ftp and ftps: the file as the server got it, and a named result for whatever it says."""
import json

from case import NOTICE, PASSWORD, Case, main
from servers import FtpServer


class Ftp(Case):
    def upload(self, server, scheme="ftp", **more):
        settings = {"CAFile": self.certificates.ca, "credential": "password", "User": "user", **more}
        return self.announce(f"{scheme}://localhost:{server.port}/pub/notice.json", **settings)

    def server(self, **options):
        return self.serve(FtpServer(**{"starttls": self.certificates.good, "password": PASSWORD, **options}))

    def test_uploads_in_tls(self):
        server = self.server()
        self.assertResult(self.upload(server), "Ok", "226 thanks")
        self.assertEqual(json.loads(server.files["/pub/notice.json"])["sequence"], NOTICE["sequence"])
        self.assertEqual((server.clear.strip(), server.data_in_clear), (b"AUTH SSL", False))

    def test_uploads_a_template_by_ftps(self):
        server = self.server(tls=self.certificates.good)
        self.assertResult(self.upload(server, "ftps", Body="${address}"), "Ok")
        self.assertEqual(server.files, {"/pub/notice.json": b"203.0.113.7"})
        self.assertFalse(server.data_in_clear)

    def test_sends_no_password_in_clear(self):
        server = self.server(starttls=None)
        self.assertResult(self.upload(server), "TlsFailed")
        self.assertNotIn(b"USER", server.clear)
        for tls in ("none", "opportunistic"):
            self.assertResult(self.upload(server, Tls=tls), "BadConfig", "unencrypted")
        self.assertResult(self.upload(server, Tls="none", Insecure="yes"), "Ok")
        anonymous = self.server(starttls=None, password=None)
        self.assertResult(self.announce(f"ftp://localhost:{anonymous.port}/notice", Tls="none"), "Ok")

    def test_believes_no_other_certificate(self):
        for certificate, ca in (
            (self.certificates.expired, self.certificates.ca),
            (self.certificates.wrong_name, self.certificates.ca),
            (self.certificates.good, self.certificates.other_ca),
        ):
            self.assertResult(self.upload(self.server(starttls=certificate), CAFile=ca), "TlsFailed")

    def test_names_each_reply(self):
        for verb, reply, result in (
            ("STOR", "550 no", "Refused"),
            ("STOR", "452 full", "Later"),
            ("STOR", "553 name", "Refused"),
            ("PASS", "530 no", "AuthFailed"),
            ("CWD", "550 no such place", "Refused"),
            ("USER", "421 busy", "Later"),
        ):
            with self.subTest(f"{verb} {reply}"):
                self.assertResult(self.upload(self.server(replies={verb: reply})), result)
        self.assertResult(self.upload(self.server(password="another")), "AuthFailed", "530")

    def test_slow_long_and_cut(self):
        self.assertResult(self.upload(self.server(mode="drip"), timeout=2.5), "TimedOut")
        self.assertLess(self.took, 10)
        self.assertResult(self.upload(self.server(mode="flood")), "TooLarge")
        self.assertResult(self.upload(self.server(mode="cut"), timeout=5), "Unreachable")


class Sftp(Case):
    """A server that does not speak SSH; tests/lab has a real one."""

    def upload(self, server, timeout=10):
        return self.announce(
            f"sftp://localhost:{server.port}/notice",
            credential="password",
            User="user",
            timeout=timeout,
            HostKey="SHA256:" + "a" * 43,
        )

    def test_slow_long_cut_and_strange(self):
        self.assertResult(self.upload(self.serve(FtpServer(mode="drip")), 2.5), "TimedOut")
        self.assertLess(self.took, 10)
        self.assertIn(self.upload(self.serve(FtpServer(mode="close")))["result"], ("Unreachable", "Refused"))
        self.assertResult(self.upload(self.serve(FtpServer()), 2), "TimedOut")
        # libssh2 does not come back from looking for its greeting: the alarm, 2 s after the deadline, ends it.
        self.assertResult(self.upload(self.serve(FtpServer(mode="flood")), 1), "TimedOut")
        self.assertLess(self.took, 10)


if __name__ == "__main__":
    main()
