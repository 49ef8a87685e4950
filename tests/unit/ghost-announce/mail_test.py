# SPDX-License-Identifier: GPL-2.0-or-later
"""smtp and smtps: the mail as the server got it, and a named result for whatever it says."""
import email
import email.policy

from case import NOTICE, PASSWORD, VANISH, Case, main
from servers import SmtpServer


class Mail(Case):
    def send(self, server, scheme="smtp", notice=NOTICE, **more):
        settings = {
            "From": "Büro <office@example.org>",
            "To": "me@example.net, Other One <other@example.net>",
            "CAFile": self.certificates.ca,
            **more,
        }
        return self.announce(f"{scheme}://localhost:{server.port}", notice, **settings)

    def starttls(self, **options):
        return self.serve(SmtpServer(starttls=self.certificates.good, **options))

    def test_the_whole_mail_by_starttls_and_auth(self):
        server = self.starttls(password=PASSWORD)
        answer = self.send(
            server,
            credential="password",
            User="user",
            Subject="${name} ist da: ${address}",
            Body="Bis ${until}.\\n.\\nNächstes Mal ${next}; $$5 \\n",
        )
        self.assertResult(answer, "Ok", "250 2.0.0 queued as 4711")
        ((sender, recipients, text),) = server.mails
        self.assertEqual((sender, recipients), ("office@example.org", ["me@example.net", "other@example.net"]))
        mail = email.message_from_bytes(text, policy=email.policy.default)
        self.assertEqual(mail["Subject"], "büro ist da: 203.0.113.7")
        self.assertEqual(mail["From"], "Büro <office@example.org>")
        self.assertEqual(mail["To"], "me@example.net, Other One <other@example.net>")
        self.assertEqual(mail["Message-ID"], "<isp.1795419000.42.appear.test@example.org>")
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertIsNotNone(mail["Date"].datetime)
        self.assertEqual(
            mail.get_content().replace("\r\n", "\n") + "\n",
            "Bis 2026-11-23T07:40:00+00:00.\n.\nNächstes Mal 2026-11-23T08:03:20+00:00; $5 \n",
        )
        self.assertEqual(mail.defects, [])
        # Before TLS: nothing but the greeting.
        self.assertEqual([c.split()[0] for c in server.clear.decode().splitlines()], ["EHLO", "STARTTLS"])

    def test_smtps_and_its_own_words(self):
        server = self.serve(SmtpServer(tls=self.certificates.good, password=PASSWORD))
        self.assertResult(self.send(server, "smtps", credential="password", User="user"), "Ok")
        mail = email.message_from_bytes(server.mails[0][2], policy=email.policy.default)
        self.assertEqual(mail["Subject"], "büro is on the net at 203.0.113.7")
        for part in ("203.0.113.7", "2026-11-23T07:30:00+00:00", "2026-11-23T07:40:00+00:00", "2026-11-23T08:03:20+00:00"):
            self.assertIn(part, mail.get_content())
        server = self.serve(SmtpServer(tls=self.certificates.good))
        self.assertResult(self.send(server, "smtps", VANISH), "Ok")
        mail = email.message_from_bytes(server.mails[0][2], policy=email.policy.default)
        self.assertEqual(mail["Subject"], "büro has left the net")
        self.assertIn("(idle)", mail.get_content())

    def test_no_mail_without_tls(self):
        server = self.serve(SmtpServer(password=PASSWORD))
        answer = self.send(server, credential="password", User="user")
        self.assertResult(answer, "TlsFailed")
        self.assertEqual(server.mails, [])
        self.assertNotIn("AUTH", server.clear.decode())
        for tls in ("none", "opportunistic"):
            self.assertResult(self.send(server, credential="password", User="user", Tls=tls), "BadConfig", "unencrypted")
        self.assertResult(self.send(server, Tls="none"), "Ok")
        self.assertResult(self.send(server, Tls="opportunistic"), "Ok")

    def test_believes_no_other_certificate(self):
        for certificate, ca in (
            (self.certificates.expired, self.certificates.ca),
            (self.certificates.wrong_name, self.certificates.ca),
            (self.certificates.good, self.certificates.other_ca),
        ):
            server = self.serve(SmtpServer(starttls=certificate, password=PASSWORD))
            self.assertResult(self.send(server, credential="password", User="user", CAFile=ca), "TlsFailed")
            self.assertEqual(server.mails, [])

    def test_a_wrong_password(self):
        answer = self.send(self.starttls(password="another"), credential="password", User="user")
        self.assertResult(answer, "AuthFailed", "535")
        self.assertIn("***", answer["detail"])

    def test_names_each_reply(self):
        for verb, reply, result in (
            ("greeting", "554 go away", "Refused"),
            ("greeting", "421 busy", "Later"),
            ("MAIL", "550 not from you", "Refused"),
            ("MAIL", "451 greylisted", "Later"),
            ("RCPT", "550 no such user", "Refused"),
            ("RCPT", "452 full", "Later"),
            ("DATA", "554 no", "Refused"),
            (".", "554 spam", "Refused"),
            (".", "451 later", "Later"),
        ):
            with self.subTest(f"{verb} {reply}"):
                server = self.starttls(replies={verb: reply})
                self.assertResult(self.send(server), result, reply)
                self.assertEqual(server.connections, 1)

    def test_slow_long_and_cut(self):
        self.assertResult(self.send(self.starttls(mode="drip"), timeout=2.5), "TimedOut")
        self.assertLess(self.took, 10)
        self.assertResult(self.send(self.starttls(mode="flood")), "TooLarge")
        self.assertResult(self.send(self.starttls(mode="cut")), "Unreachable")


if __name__ == "__main__":
    main()
