# SPDX-License-Identifier: GPL-2.0-or-later
"""[Recover]: a modem that has stopped working comes back by itself, by the mildest step that helps. What the modem says to the
connect script is the reason of a failed call."""
import json
import os

from rig.flows import Flow
from rig.run import wait_for
from rig.traffic import Sender

TIMEOUT = 420
POWER = "/usr/local/sbin/lab-power"
SWITCH = """#!/bin/sh
# The modem's power: off and on. $1 is the link, $2 the tty.
[ "$1" = isp ] && [ -c "$2" ] || exit 9
echo "wedge none" | socat - UNIX-CONNECT:/run/lab/line{n}.sock >/dev/null
"""
RECOVER = {"Reset": "ATZ", "Power": POWER, "After": "2", "Settle": "2s", "Timeout": "30s", "PerDay": "4"}


def run(lab):
    lab.put(POWER, SWITCH.format(n=lab.line.n), 0o755)
    by_a_reset(lab)
    by_its_power(lab)
    by_its_usb(lab)
    hung_up(lab)
    not_more_than_per_day(lab)
    no_program_of_somebody_else(lab)
    in_no_network(lab)
    a_pin_in_the_command(lab)


def begin(lab, peer=None, ladder=True, **recover):
    lab.stop_ghostd()
    lab.line.wait_idle()
    lab.sh("rm -rf /var/lib/ghostd/appear/*")  # what earlier parts have counted
    lab.peer("isp", **(peer or {}))
    call = {"RedialDelay": "1s", "RedialDelayMax": "2s", "IdleTimeout": "5min"}
    lab.configure("isp", Call=call, **({"Recover": {**RECOVER, **recover}} if ladder else {}))
    lab.start_ghostd()


def steps(lab):
    """[(step, result)] of the journal since ghostd's start."""
    since = lab.out("systemctl show -p ExecMainStartTimestampMonotonic --value ghostd")
    found = []
    for line in lab.journal("-u ghostd -o json").splitlines():
        entry = json.loads(line)
        if "GHOSTD_STEP" in entry and int(entry["__MONOTONIC_TIMESTAMP"]) >= int(since):
            found.append((entry["GHOSTD_STEP"], entry["GHOSTD_RESULT"]))
    return found


def over(lab):
    lab.line.wedge("none")
    lab.ghostctl("disconnect", "isp")
    lab.ghostctl("unblock", "isp")
    lab.wait_state("down", 60)


def by_a_reset(lab):
    begin(lab, Reset="ATZ AT+CFUN=1,1")
    lab.line.wedge("firmware")
    flow = Flow(100, 20)
    flow.go()
    status = lab.wait_state("up", 120)
    lab.check("a reset brings a modem back that cannot dial", steps(lab) == [("reset", "running"), ("reset", "done")], steps(lab))
    lab.check("the second failure takes the step", status["calls"] == 3, status)
    got = (status["recovery_step"], status["recovery_result"], status["recovery_steps"])
    lab.check("the status tells the step", got == ("reset", "done", 1), got)
    seen = flow.finish(quiet=8)
    lab.check("what waited arrives", seen["unique"] == 100, seen)
    over(lab)


def by_its_power(lab):
    begin(lab, After="1")
    lab.line.wedge("deaf")
    Sender(1, 1).go()
    lab.wait_state("up", 240)
    found = steps(lab)
    lab.check(
        "a deaf modem does not answer the reset, and its power brings it back",
        found == [("reset", "running"), ("reset", "failed"), ("power", "running"), ("power", "done")],
        found,
    )
    told = lab.journal("-u ghostd")
    lab.check("the journal says why the reset failed", "the modem did not answer OK to ATZ" in told)
    over(lab)


def by_its_usb(lab):
    """A real USB device, which the kernel takes away and finds again. (It stays as deaf as it was.)"""
    tty = "/dev/ttyUSB0"
    lab.sh("modprobe -a xhci_pci ftdi_sio")
    lab.wait_for(lambda: os.path.exists(tty), 30, tty)
    begin(
        lab, {"text": chat(lab, "TIMEOUT 2 '' AT OK ATDT42 CONNECT ''").format(tty=tty)}, After="1", Reset="", Power="", USB="yes"
    )
    Sender(1, 1).go()
    status = lab.wait_for(lambda: (s := lab.status())["recovery_result"] in ("done", "failed") and s, 60, "the step to end")
    lab.check("a USB modem is authorised anew", steps(lab)[:2] == [("usb", "running"), ("usb", "done")], (steps(lab), status))
    gone = [line for line in lab.journal("-k -o cat").splitlines() if "ttyUSB0" in line]
    lab.check("the kernel took it away and found it again", ["disconnected" in g for g in gone] == [False, True, False], gone)
    lab.wait_for(lambda: lab.status()["calls"] > status["calls"], 60, "the next call, on the tty that is back")
    over(lab)
    lab.sh("modprobe -r ftdi_sio xhci_pci")


def hung_up(lab):
    """DTR goes low, +++ and ATH are answered by a modem in command mode."""
    begin(lab, Hangup="+++ ATH", After="1", Reset="", Power="")
    lab.line.outcome("no-carrier")
    Sender(1, 1).go()
    lab.wait_for(lambda: lab.status()["recovery_result"] in ("done", "failed"), 90, "the step to end")
    lab.line.outcome("connect")
    lab.check("a modem is hung up by its commands", steps(lab)[-1] == ("hangup", "done"), steps(lab))
    over(lab)


def not_more_than_per_day(lab):
    begin(lab, After="1", PerDay="2", Power="", Settle="0")
    lab.line.outcome("no-carrier")
    for _ in range(4):
        before = lab.status()["calls"]
        lab.ghostctl("connect", "--no-wait", "isp")
        lab.wait_for(lambda: (s := lab.status())["calls"] > before and s["state"] == "waiting", 60, "a call to fail")
        lab.wait_for(lambda: lab.status()["recovery_result"] != "running", 60, "the step to end")
    taken = [s for s in steps(lab) if s[1] == "running"]
    lab.check("two steps of four failures, as PerDay= says", len(taken) == 2, steps(lab))
    lab.sh("systemctl restart ghostd")
    lab.wait_for(lambda: lab.ghostctl("status", "isp")[0] == 0, 30, "ghostd to be back")
    before = lab.status()["calls"]
    lab.ghostctl("connect", "--no-wait", "isp")
    lab.wait_for(lambda: (s := lab.status())["calls"] > before and s["state"] == "waiting", 60, "a call to fail")
    lab.check("a restart grants no more", lab.status()["recovery_step"] == "", lab.status())
    lab.line.outcome("connect")
    over(lab)


def no_program_of_somebody_else(lab):
    begin(lab)
    lab.sh(f"chown nobody {POWER}")
    code, _, error = lab.ghostctl("reload")
    lab.check(
        "a program that root does not own is refused with file and line",
        code != 0 and "isp.conf:" in error and POWER in error,
        error,
    )
    lab.sh(f"chown root {POWER}")
    code, _, error = lab.ghostctl("reload")
    lab.check("and taken when it is root's", code == 0, error)


def in_no_network(lab):
    begin(lab, {"text": chat(lab, "'' ATZ OK AT+CREG? OK ATDT42 CONNECT ''")})
    lab.line.registration(2)
    Sender(1, 1).go()
    status = lab.wait_for(lambda: (s := lab.status())["state"] == "waiting" and s, 60, "a call to fail")
    lab.check("a modem in no network is named", status["reason"] == "NotRegistered" and "+CREG: 0,2" in status["detail"], status)
    lab.line.registration(1)
    lab.wait_state("up", 90)
    over(lab)


def a_pin_in_the_command(lab):
    """faults.md M1, as it stands there: the script within the peer file's connect, without -v."""
    begin(lab, {"text": chat(lab, "ABORT ERROR '' AT OK AT+CPIN=1111 OK ATDT42 CONNECT ''")}, ladder=False)
    seen = set()
    Sender(1, 1).go()

    def blocked():
        out = lab.out("ps -ww -eo args")
        seen.update(line for line in out.splitlines() if "CPIN" in line and "ps -ww" not in line)
        return (s := lab.status())["blocked"] and s

    status = wait_for(blocked, 60, "the link to be blocked")  # it looks all the time
    lab.check("a wrong PIN is tried once", (status["reason"], status["calls"]) == ("SimRefused", 1), status)
    lab.check("nobody sees it among the arguments", not seen, seen)
    lab.check("nor in the journal", "CPIN" not in lab.journal("-u ghost-supervisor"))
    lab.check("its copy is gone", not os.path.exists("/run/ghost-supervisor/isp.chat"))
    over(lab)


def chat(lab, script):
    return '{tty} 115200\nlock\nnoauth\nconnect "/usr/sbin/chat -t 10 ' + script + '"\n'
