# SPDX-License-Identifier: GPL-2.0-or-later
"""ghost-online@LINK.target, with the real systemd and polkitd. A service that flushes a mail queue begins with each call. A
service that runs during the call ends with it. A restart of ghostd begins and ends nothing."""
import subprocess

from rig.run import Failure, out, wait_for

QUEUE, SENT = "/run/lab-queue", "/run/lab-sent"
TARGET = "ghost-online@isp.target"
FLUSH = f"""[Unit]
PartOf={TARGET}
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'cat {QUEUE} >> {SENT}; : > {QUEUE}'
[Install]
WantedBy={TARGET}
"""
DURING = f"""[Unit]
PartOf={TARGET}
[Service]
ExecStart=/bin/sleep infinity
[Install]
WantedBy={TARGET}
"""


def active(unit):
    return subprocess.run(["systemctl", "is-active", "-q", unit], check=False).returncode == 0


def until(there, deadline):
    try:
        return wait_for(there, deadline, "it", pause=0.1)
    except Failure:
        return False


def run(lab):
    lab.put("/etc/systemd/system/lab-flush.service", FLUSH)
    lab.put("/etc/systemd/system/lab-during.service", DURING)
    lab.put(QUEUE, "first\n")
    lab.put(SENT, "")
    lab.sh("systemctl daemon-reload; systemctl enable -q lab-flush lab-during; systemctl start polkit")
    try:
        calls(lab)
        without_polkit(lab)
    finally:
        lab.sh(
            "systemctl disable -q lab-flush lab-during; systemctl stop lab-flush lab-during polkit; systemctl daemon-reload",
            check=False,
        )


def flushed(text):
    with open(SENT) as f:
        return f.read() == text


def call(lab):
    lab.ghostctl("connect", "isp")
    lab.wait_state("up")


def calls(lab):
    lab.configure("isp", Call={"IdleTimeout": "5min"})
    lab.start_ghostd()
    lab.check("no call: the target is inactive", not active(TARGET))
    call(lab)
    lab.check("the call is up: the target becomes active", until(lambda: active(TARGET), 20))
    lab.check("the queue is flushed", until(lambda: flushed("first\n"), 10))
    lab.check("the other service runs", until(lambda: active("lab-during"), 10))

    since = out("systemctl show -P ActiveEnterTimestampMonotonic lab-during")
    lab.sh("systemctl restart ghostd")
    lab.wait_state("up")
    lab.check("a restart of ghostd stops nothing", active(TARGET) and active("lab-during"))
    lab.check("and begins nothing anew", out("systemctl show -P ActiveEnterTimestampMonotonic lab-during") == since)

    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.check("the call is over: the target is stopped", until(lambda: not active(TARGET), 20))
    lab.check("and its services with it", until(lambda: not active("lab-during") and not active("lab-flush"), 10))

    with open(QUEUE, "w") as f:
        f.write("second\n")
    call(lab)
    lab.check("the next call flushes again", until(lambda: flushed("first\nsecond\n"), 20))
    lab.check("the target is active again", until(lambda: active(TARGET), 10))
    lab.stop_ghostd()
    lab.check("a stop of ghostd stops the target", until(lambda: not active(TARGET) and not active("lab-during"), 20))


def without_polkit(lab):
    lab.sh("systemctl stop polkit")
    lab.start_ghostd()
    call(lab)
    said = "systemd does not allow ghostd to start and stop ghost-online@isp.target"
    lab.wait_said(said, 30)
    lab.check("and the call is up", lab.state() == "up" and not active(TARGET))
    lab.sh("systemctl start polkit")
    lab.check("with polkitd the target follows", until(lambda: active(TARGET), 90))
    lab.stop_ghostd()
