# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by the scenarios with failing receivers: a section of each notifier, a healthy one beside them, and a listener on the line."""
import subprocess

from rig import accounts
from rig.certificates import CA

HERE = "/run/lab/notices"
NAMES = ("mail", "web", "dyndns", "mqtt", "ftp", "sftp", "dns")
IN_TLS = ("web", "dyndns", "mqtt")  # from the first byte
USER = {name: user for name, (user, _) in accounts.OF.items()}
BESIDE = {"beside": {"Url": f"file://{HERE}/beside.json", "Repeat": "yes"}}


def section(servers, kind, port=None, credential=None, host="faulty.isp.test", **more):
    """A notifier of each kind, at a port."""
    tls = {"CAFile": CA}
    at = f"{host}:{port}"
    found = {
        "mail": lambda: {
            **tls,
            "Url": f"smtp://{at}",
            "From": "machine@ghost.test",
            "To": "boss@isp.test",
            "User": USER["mail"],
            "Credential": "mail",
        },
        "web": lambda: {**tls, "Url": f"https://{at}/basic", "Auth": "basic", "User": USER["web"], "Credential": "web"},
        "dyndns": lambda: {
            **tls,
            "Url": f"dyndns2+https://{at}/nic/update",
            "Host": "machine.ghost.test",
            "User": USER["dyndns"],
            "Credential": "dyndns",
        },
        "mqtt": lambda: {**tls, "Url": f"mqtts://{at}/ghosts/lab", "User": USER["mqtt"], "Credential": "mqtt"},
        "ftp": lambda: {**tls, "Url": f"ftp://{at}/in/notice", "User": USER["box"], "Credential": "box"},
        "sftp": lambda: {
            "Url": f"sftp://{at}/srv/box/in/notice",
            "User": USER["box"],
            "Credential": "box",
            "HostKey": servers.sftp.fingerprint,
        },
        "dns": lambda: {
            "Url": f"dns://{at}",
            "Zone": "ghost.test",
            "Host": "machine.ghost.test",
            "Key": USER["tsig"],
            "Credential": "tsig",
        },
    }[kind]()
    found.update({"Attempts": "1", "Repeat": "yes", "Timeout": "60s", **more})
    if credential:
        found["Credential"] = credential
    return found


def results(lab, told, must):
    for name, result in must.items():
        allowed = (result,) if isinstance(result, str) else result
        lab.check(f"{name}: {' or '.join(allowed)}", told[name].result in allowed, told[name])
    lab.check(
        "the healthy notifier beside them is not disturbed",
        told["beside"].result == "Ok" and told["beside"].attempts == 1,
        told["beside"],
    )


class Ear:
    """Hears what goes over the provider's end of the line, until stopped; which accounts' secrets it could read."""

    PATH = "/run/lab/ear.pcap"

    def __init__(self):
        words = f"ip netns exec isp tcpdump -i any -s 2000 -w {self.PATH} -U -Z root not host 127.0.0.1"
        self.process = subprocess.Popen(words.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        with open(self.PATH, "rb") as f:
            data = f.read()
        return {name for form, name in accounts.all_forms().items() if form in data}
