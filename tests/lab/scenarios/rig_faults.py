# SPDX-License-Identifier: GPL-2.0-or-later
"""Each fault of the line and of the provider, as a bare pppd and chat see it: the rig lies convincingly."""
import os
import time

from rig.bare import BareCall


def run(lab):
    dial_words(lab)
    wrong_password(lab)
    dead_peer(lab)
    carrier_lost(lab)
    tty_gone(lab)
    provider_hangs_up(lab)
    slow(lab)
    noise(lab)
    direct(lab)


def dial_words(lab):
    for outcome, words in (
        ("busy", "BUSY"),
        ("no-answer", "NO ANSWER"),
        ("no-dialtone", "NO DIALTONE"),
        ("no-carrier", "NO CARRIER"),
    ):
        lab.line.outcome(outcome)
        call = BareCall()
        code = call.wait_end()
        log = lab.journal("-t chat")
        lab.check(f"{outcome}: connect script failed", code == 8, code)
        lab.check(f"{outcome}: chat read {words}", "-- failed" in log and f"({words})" in log, log[-600:])
    lab.line.outcome("connect")


def wrong_password(lab):
    for auth in ("chap", "pap"):
        lab.isp.configure(auth=auth)
        call = BareCall()
        lab.check(f"{auth}: right password", call.wait_up())
        call.hang_up()
        lab.isp.configure(auth=auth, secret="something else")
        call = BareCall()
        code = call.wait_end()
        lab.check(f"{auth}: wrong password", "authentication failed" in call.log(), (code, call.log()[-800:]))
        lab.say(f"{auth}: a wrong password ended pppd with {code}")
    lab.isp.configure()


def dead_peer(lab):
    call = BareCall("lcp-echo-interval", "1", "lcp-echo-failure", "3")
    call.wait_up()
    lab.line.freeze()
    code = call.wait_end(60)
    # pppd knows why, but its exit status may say 16 (hangup) all the same: it reads the tty once more while it leaves.
    lab.check(
        "on a frozen line, pppd finds its peer dead",
        code in (15, 16) and "No response to 3 echo-requests" in call.log(),
        (code, call.log()[-600:]),
    )
    lab.line.freeze(False)
    lab.line.wait_idle()


def carrier_lost(lab):
    call = BareCall()
    call.wait_up()
    lab.line.drop()
    code = call.wait_end()
    lab.check("when the carrier is lost, pppd sees a hangup", code == 16, (code, call.log()[-600:]))
    call = BareCall()
    lab.check("the next call works", call.wait_up())
    call.hang_up()


def tty_gone(lab):
    call = BareCall()
    call.wait_up()
    lab.line.remove()
    code = call.wait_end()
    lab.check("when the tty is removed during a call, pppd sees a hangup", code == 16, (code, call.log()[-600:]))
    lab.check("the tty is gone", not os.path.lexists(lab.line.tty))
    call = BareCall()
    code = call.wait_end()
    lab.check("without the tty, pppd cannot start", code != 0 and code != 16, (code, call.log()[-600:]))
    lab.line.restore()
    call = BareCall()
    lab.check("with the tty restored, the next call works", call.wait_up())
    call.hang_up()


def provider_hangs_up(lab):
    call = BareCall()
    call.wait_up()
    lab.isp.hang_up(lab.line.last_call)
    code = call.wait_end()
    lab.check("the provider ends the call", "LCP TermReq" in call.log(), (code, call.log()[-800:]))


def slow(lab):
    lab.line.rate(300)
    lab.line.delay(200)
    call = BareCall()
    call.wait_up(120)
    # Three round trips of 0.4 s at the least: LCP, then IPCP with its Nak.
    took = time.monotonic() - lab.line.events("connected")[-1][0]
    lab.check("a slow line negotiates slowly", took > 1.2, took)
    lab.line.rate(0)
    lab.line.delay(0)
    call.hang_up()


def noise(lab):
    lab.line.noise(0.2)
    call = BareCall("lcp-max-configure", "3", "lcp-restart", "1")
    code = call.wait_end(90)
    lab.check(
        "on a noisy line, negotiation fails",
        code in (10, 16) and "LCP: timeout sending Config-Requests" in call.log(),
        (code, call.log()[-600:]),
    )
    lab.line.noise(0)


def direct(lab):
    line = lab.add_line(direct=True)
    lab.put(
        "/etc/ppp/peers/direct",
        f"{line.tty}\n115200\nuser ghost\nnoauth\nnoipdefault\nipcp-accept-local\n"
        "ipcp-accept-remote\nnodefaultroute\nnoccp\nnovj\nlocal\n",
    )
    call = BareCall(peer="direct")
    lab.check("a direct line calls when it is opened", call.wait_up() == "10.64.64.117", call.address())
    lab.check("the direct line has the call", line.calls == 1, line.calls)
    call.hang_up()
    line.wait_idle()
