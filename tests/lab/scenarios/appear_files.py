# SPDX-License-Identifier: GPL-2.0-or-later
"""Appearances announced by files: uploaded by FTP and SFTP, written locally, and given to a program that root owns."""
import os

from rig import accounts
from rig.announce import Announcer, check_notice
from rig.certificates import CA
from rig.servers import Servers

HERE = "/run/lab/notices"
PROGRAM = """#!/bin/sh
cat > {}/program.{}.json
echo noise; echo noise >&2
exit {}
"""


def run(lab):
    servers = Servers("dns", "ftp", "sftp")
    announcer = Announcer(lab, writes=HERE)
    box = {"User": accounts.OF["box"][0], "Credential": "box"}
    ssh = {**box, "HostKey": servers.sftp.fingerprint}
    for status in (0, 75, 1):
        lab.put(f"/usr/local/lib/lab/exit{status}", PROGRAM.format(HERE, status, status), 0o755)
    lab.put("/usr/local/lib/lab/anybodys", PROGRAM.format(HERE, "anybodys", 0), 0o777)
    once = {"Attempts": "1"}
    told = announcer.appear(
        {
            "ftp": {**box, "CAFile": CA, "Url": "ftp://ftp.isp.test/in/explicit.json"},
            "ftps": {**box, "CAFile": CA, "Url": "ftps://ftp.isp.test/in/implicit.txt", "Body": "${name} at ${address}"},
            "sftp": {**ssh, "Url": "sftp://sftp.isp.test/srv/box/in/sftp.json", "Vanish": "yes"},
            "other-host-key": {**box, **once, "HostKey": "SHA256:" + "A" * 43, "Url": "sftp://sftp.isp.test/srv/box/in/no"},
            "readonly-ftp": {**box, **once, "CAFile": CA, "Url": "ftp://ftp.isp.test/readonly/no"},
            "readonly-sftp": {**ssh, **once, "Url": "sftp://sftp.isp.test/srv/box/readonly/no"},
            "file": {"Url": f"file://{HERE}/here.json", "Vanish": "yes"},
            "no-directory": {"Url": "file:///run/lab/nowhere/here.json", **once},
            "exec": {"Url": "exec:///usr/local/lib/lab/exit0", "Vanish": "yes"},
            "exec-later": {"Url": "exec:///usr/local/lib/lab/exit75", **once},
            "exec-refused": {"Url": "exec:///usr/local/lib/lab/exit1", **once},
            "exec-anybodys": {"Url": "exec:///usr/local/lib/lab/anybodys", **once},
        }
    )
    must = {
        "ftp": "Ok",
        "ftps": "Ok",
        "sftp": "Ok",
        "other-host-key": "TlsFailed",
        "readonly-ftp": "Refused",
        "readonly-sftp": "Refused",
        "file": "Ok",
        "no-directory": "BadConfig",
        "exec": "Ok",
        "exec-later": "Later",
        "exec-refused": "Refused",
        "exec-anybodys": "BadConfig",
    }
    for name, result in must.items():
        lab.check(f"{name}: {result}", told[name].result == result and told[name].attempts == 1, told[name])
    files = servers.ftp.files()
    lab.check("three files were uploaded", set(files) == {"in/explicit.json", "in/implicit.txt", "in/sftp.json"}, files)
    lab.check(
        "each file came once by FTP",
        sorted(one["path"] for one in servers.ftp.received()) == ["/srv/box/in/explicit.json", "/srv/box/in/implicit.txt"],
        servers.ftp.received(),
    )
    check_notice(lab, "ftp", files.get("in/explicit.json"), announcer)
    check_notice(lab, "sftp", files.get("in/sftp.json"), announcer)
    lab.check("the template is filled", files.get("in/implicit.txt", "").strip() == f"lab-machine at {announcer.address}", files)
    check_notice(lab, "file", read(f"{HERE}/here.json"), announcer)
    lab.check(
        "the file is readable for all, and no other file is beside it",
        os.stat(f"{HERE}/here.json").st_mode & 0o777 == 0o644
        and [f for f in os.listdir(HERE) if f.startswith((".", "here.json."))] == [],
        os.listdir(HERE),
    )
    check_notice(lab, "exec", read(f"{HERE}/program.0.json"), announcer)
    lab.check("a program that other users can write did not run", not os.path.exists(f"{HERE}/program.anybodys.json"))
    announcer.vanish()
    check_notice(lab, "sftp", servers.ftp.files().get("in/sftp.json"), announcer, "vanish")
    check_notice(lab, "file", read(f"{HERE}/here.json"), announcer, "vanish")
    check_notice(lab, "exec", read(f"{HERE}/program.0.json"), announcer, "vanish")


def read(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError as error:
        return str(error)
