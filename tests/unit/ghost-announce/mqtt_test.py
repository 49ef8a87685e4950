# SPDX-License-Identifier: GPL-2.0-or-later
"""mqtt and mqtts: what the broker retains, and a named result for whatever it says."""
import json

from case import NOTICE, PASSWORD, VANISH, Case, main
from servers import MqttBroker


class Mqtt(Case):
    def publish(self, broker, notice=NOTICE, scheme="mqtts", **more):
        return self.announce(
            f"{scheme}://localhost:{broker.port}/home/office", notice, **{"CAFile": self.certificates.ca, **more}
        )

    def broker(self, **options):
        return self.serve(MqttBroker(**{"tls": self.certificates.good, **options}))

    def test_a_retained_notice_and_the_vanish_in_its_place(self):
        broker = self.broker(password=PASSWORD)
        for notice in (NOTICE, VANISH):
            self.assertResult(self.publish(broker, notice, credential="password", User="user"), "Ok", "published")
            self.assertEqual(list(broker.retained), ["home/office"])
            self.assertEqual(json.loads(broker.retained["home/office"])["event"], notice["event"])
        self.assertEqual(broker.versions, [5, 5])

    def test_topic_and_template(self):
        broker = self.broker()
        self.assertResult(self.publish(broker, Topic="a/b", Body="${address}"), "Ok")
        self.assertEqual(broker.retained, {"a/b": b"203.0.113.7"})

    def test_an_old_broker_gets_the_old_version(self):
        for refusal in ("code", "close"):
            broker = self.broker(old=refusal, password=PASSWORD)
            self.assertResult(self.publish(broker, credential="password", User="user"), "Ok")
            self.assertEqual(broker.versions, [5, 4])
            self.assertEqual(len(broker.retained), 1)

    def test_names_each_code(self):
        for options, result in (
            ({"password": "another"}, "AuthFailed"),
            ({"connack": 0x88}, "Later"),
            ({"connack": 0x8A}, "AuthFailed"),
            ({"connack": 0x85}, "Refused"),
            ({"puback": 0x87}, "AuthFailed"),
            ({"puback": 0x97}, "Later"),
            ({"puback": 0x10}, "Ok"),
            ({"puback": 0x80}, "Refused"),
            ({"disconnect": 0x9A}, "Refused"),
            ({"disconnect": 0x8B}, "Later"),
        ):
            with self.subTest(str(options)):
                broker = self.broker(**options)
                self.assertResult(self.publish(broker, credential="password", User="user"), result)
                self.assertEqual(broker.connections, 1)

    def test_slow_long_and_cut(self):
        self.assertResult(self.publish(self.broker(mode="drip"), timeout=2.5), "TimedOut")
        self.assertLess(self.took, 10)
        self.assertResult(self.publish(self.broker(mode="flood")), "TooLarge")
        self.assertResult(self.publish(self.broker(mode="long")), "TooLarge")
        self.assertResult(self.publish(self.broker(mode="cut")), "Unreachable")
        self.assertResult(self.publish(self.broker(mode="garbage")), "Refused")

    def test_believes_no_other_certificate(self):
        for certificate, ca in (
            (self.certificates.expired, self.certificates.ca),
            (self.certificates.wrong_name, self.certificates.ca),
            (self.certificates.good, self.certificates.other_ca),
        ):
            broker = self.broker(tls=certificate)
            self.assertResult(self.publish(broker, credential="password", User="user", CAFile=ca), "TlsFailed")
            self.assertEqual(broker.versions, [])

    def test_sends_no_password_in_clear(self):
        broker = self.broker(tls=None, password=PASSWORD)
        self.assertResult(self.publish(broker, scheme="mqtt", credential="password", User="user"), "BadConfig", "unencrypted")
        self.assertEqual(broker.connections, 0)
        self.assertResult(self.publish(broker, scheme="mqtt", credential="password", User="user", Insecure="yes"), "Ok")


if __name__ == "__main__":
    main()
