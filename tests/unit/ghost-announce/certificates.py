# SPDX-License-Identifier: GPL-2.0-or-later
"""A throw-away CA and its certificates: a good one, an expired one, one with another name; and a second CA."""
import os
import subprocess
import time


def openssl(*argv):
    done = subprocess.run(["openssl", *argv], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(argv)}: {done.stderr}")


def valid(days):
    """From now, or until so many days ago. openssl since 3.4 refuses negative days; the ones before do not know -not_after."""
    if days > 0:
        return ["-days", str(days)]
    version = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True).stdout.split()[1]
    if tuple(map(int, version.split(".")[:2])) < (3, 4):
        return ["-days", str(days)]

    def stamp(ago):
        return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() - ago * 86400))

    return ["-not_before", stamp(1 - days), "-not_after", stamp(-days)]


class Certificates:
    """Each of good, expired, wrong_name is a path of a PEM file with certificate and key; ca and other_ca verify."""

    def __init__(self, directory):
        self.directory = directory
        self.ca, self.other_ca = self._authority("ca"), self._authority("other-ca")
        self.good = self._signed("good", "DNS:localhost,IP:127.0.0.1", 2)
        self.expired = self._signed("expired", "DNS:localhost,IP:127.0.0.1", -1)
        self.wrong_name = self._signed("wrong-name", "DNS:elsewhere.test", 2)

    def _path(self, name):
        return os.path.join(self.directory, name)

    def _key(self, name):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self._path(name + ".key"))
        return self._path(name + ".key")

    def _authority(self, name):
        key = self._key(name)
        openssl("req", "-x509", "-new", "-key", key, "-subj", f"/CN={name}", "-days", "2", "-out", self._path(name + ".pem"))
        return self._path(name + ".pem")

    def _signed(self, name, alternative, days):
        key = self._key(name)
        extensions, request, out = self._path(name + ".ext"), self._path(name + ".csr"), self._path(name + ".pem")
        with open(extensions, "w") as f:
            f.write(f"subjectAltName={alternative}\n")
        openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request)
        # fmt: off
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._path("ca.key"), "-CAcreateserial",
                *valid(days), "-extfile", extensions, "-out", out)
        # fmt: on
        with open(out, "a") as f, open(key) as k:
            f.write(k.read())
        return out
