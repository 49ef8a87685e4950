# SPDX-License-Identifier: GPL-2.0-or-later
"""What a failed call leads to, by its reason: some heal with time, some need a few spaced tries, a mended file or a person. No failure
becomes a loop of calls, and none that may pass blocks the link."""
import json
import time

from rig.traffic import Sender

TIMEOUT = 420
CHAT = "/etc/chatscripts/lab-sim"


def run(lab):
    refused_once(lab)
    refused_for_ever(lab)
    a_line_that_dies(lab)
    a_wrong_pin(lab)
    a_returning_device(lab)
    a_missing_interface(lab)
    a_mended_file(lab)
    code, text, error = lab.ghostctl("explain", "failures", "--json")
    rows = json.loads(text)
    lab.check("ghostctl explain failures names each reason", code == 0 and "AuthFailed" in json.dumps(rows), (code, error))


def begin(lab, peer=None, **call):
    """A ghostd with the link and its peer file, and a packet that asks for a call."""
    lab.stop_ghostd()
    lab.line.wait_idle()
    lab.peer("isp", **(peer or {}))
    lab.configure("isp", Call={"RedialDelay": "1s", "RedialDelayMax": "3s", "IdleTimeout": "5min", **call})
    lab.start_ghostd()
    Sender(1, 1).go()


def failed(lab, reason, deadline=60):
    """Until a call has ended so, and the link waits or is blocked."""
    return lab.wait_for(
        lambda: (s := lab.status())["reason"] in reason.split("|") and s["state"] in ("waiting", "down") and s,
        deadline,
        f"a call to end with {reason}",
    )


def over(lab):
    lab.ghostctl("disconnect", "isp")
    lab.ghostctl("unblock", "isp")
    lab.wait_state("down", 60)


def refused_once(lab):
    """faults.md P1: a provider's server that refuses once is right afterwards."""
    lab.isp.configure(auth="chap", secret="something else")
    begin(lab, RefusedDelay="3s")
    status = failed(lab, "AuthFailed")
    lab.check("refused once: the link waits, it is not blocked", not status["blocked"] and status["state"] == "waiting", status)
    lab.isp.configure(auth="chap")
    status = lab.wait_state("up", 90)
    lab.check("the provider is right again: up without a person", status["calls"] >= 2, status)
    over(lab)


def refused_for_ever(lab):
    lab.isp.configure(auth="chap", secret="something else")
    begin(lab, RefusedDelay="1s")
    status = lab.wait_for(lambda: (s := lab.status())["blocked"] and s, 120, "the link to be blocked")
    lab.check("refused for ever: three calls, then blocked", (status["calls"], status["reason"]) == (3, "AuthFailed"), status)
    over(lab)
    lab.isp.configure()


def a_line_that_dies(lab):
    """P2: each call comes up and is dead soon after. Its length alone does not make it a good one."""
    begin(lab, {"extra": "lcp-echo-interval 1\nlcp-echo-failure 3\n"}, RedialDelay="2s", RedialDelayMax="1h")
    for n in (1, 2):
        lab.wait_state("up", 90)
        lab.line.freeze()
        status = failed(lab, "PeerDead|CarrierLost", 90)
        lab.check(f"dead after it came up: failure {n} in a row", status["failures"] == n, status)
        lab.line.freeze(False)
        Sender(1, 1).go()
    over(lab)


def a_wrong_pin(lab):
    """M1: the modem refuses the PIN. The second try would be one of three."""
    lab.put(CHAT, "ABORT ERROR\nABORT BUSY\n'' ATZ\nOK AT+CPIN=1111\nOK ATDT42\nCONNECT ''\n")
    before = lab.line.calls
    begin(lab, {"text": '{tty} 115200\nlock\nnoauth\nconnect "/usr/sbin/chat -v -f ' + CHAT + '"\n'})
    status = lab.wait_for(lambda: (s := lab.status())["blocked"] and s, 60, "the link to be blocked")
    lab.check("a wrong PIN blocks at once", (status["reason"], status["calls"]) == ("SimRefused", 1), status)
    lab.check("and nothing is dialled", lab.line.calls - before <= 1, lab.line.events())
    over(lab)


SLOW = {"RedialDelay": "25s", "RedialDelayMax": "25s"}  # so that only the device's return can end the pause in time


def a_returning_device(lab):
    """M2: the tty is gone, and comes back while a packet waits."""
    begin(lab, **SLOW)
    lab.wait_state("up", 60)
    for n in range(10):
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down", 30)
        lab.line.wait_free()
        lab.line.remove()
        Sender(1, 1).go()
        failed(lab, "DeviceMissing")
        before = lab.status()["calls"]
        lab.line.restore()
        since = time.monotonic()
        lab.wait_for(lambda: lab.status()["calls"] > before, 15, "the tty's return to be seen")
        took = time.monotonic() - since
        if took > 3:
            break
        lab.wait_state("up", 60)
    lab.check("ten times a tty returns and is called within 3 s", took <= 3, (n, took))
    a_device_that_vanishes_afterwards(lab)
    # Each call's interface begins with the kernel's own settings.
    restored = [line for line in lab.journal("-u ghostd").splitlines() if "restore" in line]
    lab.check("nobody took anything away, and ghostd does not say so", not restored, restored)
    over(lab)


def a_device_that_vanishes_afterwards(lab):
    """A modem drops the call, and then resets itself: the call has failed for another reason than the missing tty."""
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 30)
    lab.line.outcome("busy")
    Sender(1, 1).go()
    before = failed(lab, "Busy")["calls"]
    lab.line.wait_free()
    lab.line.outcome("connect")
    lab.line.remove()
    time.sleep(1)  # a modem takes longer to reset itself
    lab.line.restore()
    since = time.monotonic()
    lab.wait_for(lambda: lab.status()["calls"] > before, 15, "the tty's return to be seen")
    took = time.monotonic() - since
    lab.check("a tty that vanishes after a failure is called within 3 s of its return", took <= 3, took)
    lab.wait_state("up", 60)


def a_missing_interface(lab):
    """M3: the network card of a PPPoE line is not there yet."""
    begin(lab, {"text": "plugin pppoe.so\nnic-eth9\nnoauth\n"}, **SLOW)
    status = failed(lab, "DeviceMissing")
    lab.check("a network card that is not there is waited for", not status["blocked"] and status["state"] == "waiting", status)
    before = status["calls"]
    lab.sh("ip link add eth9 type dummy")
    status = lab.wait_for(lambda: (s := lab.status())["calls"] > before and s, 10, "the card to be seen")
    lab.check("and when it comes, it is called", status["state"] == "dialing", status)
    lab.sh("ip link del eth9")
    over(lab)


def a_mended_file(lab):
    """M4: a reload unblocks a link whose fault was in a file that has been mended."""
    begin(lab, {"extra": "plugin nosuch.so\n"})
    status = lab.wait_for(lambda: (s := lab.status())["blocked"] and s, 60, "the link to be blocked")
    lab.check("a wrong option blocks", status["reason"] == "ConfigError", status)
    lab.peer("isp")
    code, _, error = lab.ghostctl("reload")
    lab.check("a reload after it was mended", code == 0, error)
    lab.wait_for(lambda: not lab.status()["blocked"], 10, "the reload to unblock it")
    Sender(1, 1).go()
    lab.wait_state("up", 60)
    lab.check("the next packet calls", True)
    over(lab)
