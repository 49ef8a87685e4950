# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of the line and of the provider has its name in the link's status."""
import os
import signal

from rig.traffic import Sender

TIMEOUT = 420


def run(lab):
    lab.configure(
        "isp",
        Call={
            "RedialDelay": "3min",
            "RedialDelayMax": "3min",
            "RefusedAttempts": "1",
            "DialTimeout": "20s",
            "NegotiateTimeout": "12s",
        },
    )
    lab.start_ghostd()
    for outcome, reason in (
        ("busy", "Busy"),
        ("no-answer", "NoAnswer"),
        ("no-dialtone", "NoDialtone"),
        ("no-carrier", "NoCarrier"),
        ("silent", "NoAnswer|TimedOut|ConnectFailed"),
    ):
        lab.line.outcome(outcome)
        ended(lab, outcome, reason)
    lab.line.outcome("connect")
    wrong_password(lab)
    lab.line.noise(0.2)
    ended(lab, "noise", "NegotiationFailed|TimedOut")
    lab.line.noise(0)
    under_a_call(lab)
    lab.line.remove()
    ended(lab, "no tty", "DeviceMissing")
    lab.line.restore()


def ended(lab, what, reason):
    """One call that fails, asked for by a packet; then the link is as before."""
    Sender(1, 1).go()
    status = lab.wait_for(
        lambda: (s := lab.status())["state"] == "waiting" and s or s["blocked"] and s, 90, f"{what}: the call to fail"
    )
    lab.check(f"{what}: {reason}", status["reason"] in reason.split("|"), status)
    lab.say(f"{what}: {status['reason']}: {status['detail']}")
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_idle()


def wrong_password(lab):
    for auth in ("chap", "pap"):
        lab.isp.configure(auth=auth, secret="something else")
        Sender(1, 1).go()
        status = lab.wait_for(
            lambda: (s := lab.status())["blocked"] and s["state"] == "down" and s, 90, f"{auth}: the link to be blocked"
        )
        lab.check(f"{auth}, wrong password: AuthFailed", status["reason"] == "AuthFailed", status)
        code, _, error = lab.ghostctl("connect", "isp")
        lab.check("a blocked link refuses to connect", code == 4, (code, error))
        lab.isp.configure(auth=auth)
        code, _, error = lab.ghostctl("unblock", "isp")
        lab.check("unblock", code == 0, error)
        code, _, error = lab.ghostctl("connect", "isp")
        lab.check(f"{auth}: with the right password the link comes up", code == 0, error)
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down", 60)
    lab.isp.configure()


def under_a_call(lab):
    lab.peer("isp", extra="lcp-echo-interval 1\nlcp-echo-failure 3\n")
    for what, reason, fault in (
        ("frozen line", "PeerDead", lab.line.freeze),
        ("carrier lost", "CarrierLost", lab.line.drop),
        ("provider hangs up", "PeerHungUp", lambda: lab.isp.hang_up(lab.line.last_call)),
        ("pppd killed", "Killed", kill_pppd),
        ("tty removed", "CarrierLost|DeviceMissing", lab.line.remove),
    ):
        lab.ghostctl("connect", "isp")
        lab.wait_state("up", 60)
        fault()
        status = lab.wait_for(lambda: (s := lab.status())["state"] in ("down", "waiting") and s, 60, f"{what}: the call to end")
        lab.check(f"{what}: {reason}", status["reason"] in reason.split("|"), status)
        lab.line.freeze(False)
        lab.line.restore()
        lab.ghostctl("disconnect", "isp")
        lab.wait_state("down", 60)
        lab.line.wait_idle()


def kill_pppd():
    from rig.run import out

    os.kill(int(out("head -1 /run/ppp-isp.pid")), signal.SIGKILL)
