# SPDX-License-Identifier: GPL-2.0-or-later
"""Appearances told by MQTT (mosquitto): a retained message, QoS 1, in TLS, by name and password."""
from rig import accounts
from rig.announce import Announcer, check_notice
from rig.certificates import CA
from rig.servers import Servers


def run(lab):
    mqtt = Servers("dns", "mqtt").mqtt
    announcer = Announcer(lab)
    common = {"CAFile": CA, "User": accounts.OF["mqtt"][0], "Credential": "mqtt"}
    told = announcer.appear(
        {
            "path": {**common, "Url": "mqtts://mqtt.isp.test/ghosts/lab", "Vanish": "yes"},
            "topic": {
                **common,
                "Url": "mqtts://mqtt.isp.test",
                "Topic": "where/lab",
                "Body": "${name} ${address} ${carrier_nat}",
            },
            "anonymous": {"Url": "mqtt://mqtt.isp.test/no/name", "Attempts": "1"},
        }
    )
    for name in ("path", "topic"):
        lab.check(
            f"{name}: the result is Ok, at the first attempt", told[name].result == "Ok" and told[name].attempts == 1, told[name]
        )
    lab.check("without a user name the result is AuthFailed", told["anonymous"].result == "AuthFailed", told["anonymous"])
    came = {one["topic"]: one for one in mqtt.wait_received(2)}
    lab.check("two messages came, with QoS 1", len(mqtt.received()) == 2 and {one["qos"] for one in came.values()} == {1}, came)
    check_notice(lab, "by the path's topic", came["ghosts/lab"]["payload"], announcer)
    check_notice(lab, "retained for those who come later", mqtt.retained("ghosts/lab"), announcer)
    lab.check("the template is filled", came["where/lab"]["payload"] == f"lab-machine {announcer.address} yes", came)
    announcer.vanish()
    check_notice(lab, "in place of the other", mqtt.retained("ghosts/lab"), announcer, "vanish")
    lab.check("a topic without Vanish= is not told the end", "vanish" not in mqtt.retained("where/lab"))
