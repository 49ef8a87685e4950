# SPDX-License-Identifier: GPL-2.0-or-later
"""The provider's certification authority, and three certificates of it: one that is right, one that has expired, one for
another name. All dates are fixed, so that a scenario may set the clock as it likes (2021 to 2048)."""
import os
import shutil

from .run import sh

DIRECTORY = "/run/lab/tls"
CA = f"{DIRECTORY}/ca.pem"
KINDS = ("good", "expired", "wrong")

# `openssl ca` alone lets us name the dates.
CONFIG = """[ca]
default_ca = lab
[lab]
dir = {0}
database = {0}/index
new_certs_dir = {0}
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[good]
subjectAltName = DNS:*.isp.test,IP:10.64.64.1
[expired]
subjectAltName = DNS:*.isp.test,IP:10.64.64.1
[wrong]
subjectAltName = DNS:www.example.org
"""


def pair(kind):
    """(certificate, key) files."""
    return f"{DIRECTORY}/{kind}.pem", f"{DIRECTORY}/{kind}.key"


def make():
    """Once per boot of the VM."""
    if os.path.exists(f"{DIRECTORY}/complete"):
        return
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    os.makedirs(DIRECTORY)
    config = f"{DIRECTORY}/ca.conf"
    with open(config, "w") as f:
        f.write(CONFIG.format(DIRECTORY))
    open(f"{DIRECTORY}/index", "w").close()
    lines = ["set -e", f"cd {DIRECTORY}"]

    def certificate(kind, subject, extensions, to, how):
        lines.append(f"openssl ecparam -genkey -name prime256v1 -noout -out {kind}.key")
        lines.append(f"openssl req -new -key {kind}.key -subj '/CN={subject}' -out {kind}.csr")
        lines.append(
            f"openssl ca -batch -notext -config ca.conf -extensions {extensions} -startdate 20210101000000Z "
            f"-enddate {to} -in {kind}.csr -out {kind}.pem {how}"
        )

    certificate("ca", "Lab authority", "authority", "20490101000000Z", "-selfsign -keyfile ca.key")
    for kind in KINDS:
        certificate(
            kind, "isp.test", kind, "20220101000000Z" if kind == "expired" else "20490101000000Z", "-cert ca.pem -keyfile ca.key"
        )
    lines.append("chmod 644 *.key; touch complete")  # each server runs as somebody else
    sh("\n".join(lines), timeout=120)
