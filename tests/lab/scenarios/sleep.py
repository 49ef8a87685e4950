# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine sleeps (suspend to RAM, woken by its clock). With the real systemd-logind, ghostd hangs up a call before the sleep.
Without it, ghostd does not believe a call that stands afterwards. faults.md M8."""
import re
import time

from rig.run import out
from rig.traffic import Sender, Sink, Talk

CAPTURE = False
NOT_YET = "without logind, the call that died in a suspend was not found within 5 s; the cause is not known"


def run(lab):
    lab.without_host(sleep, "awake")


def awake(lab):
    lab.check("the scenario came to its end", lab.kept.get("ended"))


def sleep(lab):
    lab.configure("isp", Call={"RedialDelay": "1s"})
    lab.sh("systemctl unmask -q systemd-logind; systemctl daemon-reload; systemctl start polkit systemd-logind")
    try:
        lab.start_ghostd()
        with_logind(lab)
    finally:
        lab.sh("systemctl stop systemd-logind polkit; systemctl mask -q systemd-logind; systemctl daemon-reload")
    without_logind(lab)
    kept(lab)
    lab.kept["ended"] = True


def suspend(seconds):
    """Until the machine's clock has woken it."""
    out(f"rtcwake -m mem -s {seconds}", timeout=seconds + 60)


def call(lab):
    talk = Talk()
    lab.check("a call carries a conversation", talk.wait() and talk.ask(), talk.error)
    lab.wait_state("up")
    return talk


def with_logind(lab):
    lab.wait_for(
        lambda: "ghostd"
        in out("busctl call org.freedesktop.login1 /org/freedesktop/login1 " "org.freedesktop.login1.Manager ListInhibitors"),
        20,
        "ghostd's inhibitor",
    )
    talk = call(lab)
    lab.sh("rtcwake -m no -s 12; systemctl suspend")
    lab.wait_for(lambda: "suspend exit" in lab.journal("-k"), 60, "the machine to wake")
    order = [
        word
        for line in lab.journal("-o short-monotonic").splitlines()
        for word in re.findall(r"hanging-up -> down \(sleep\)|PM: suspend entry", line)
    ]
    lab.check("the call is hung up before the machine sleeps", order[:1] == ["hanging-up -> down (sleep)"], order)
    lab.check("and then it sleeps", order[1:2] == ["PM: suspend entry"], order)
    talk.close()
    lab.line.wait_free()
    call(lab).close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_free()


def without_logind(lab):
    """The provider forgets the call meanwhile, and the modem does not say so."""
    sink = Sink()
    talk = call(lab)
    before = lab.status()["calls"]
    lab.line.freeze()
    suspend(8)
    woken = time.monotonic()
    Sender(200, 100).go()
    lab.wait_for(lambda: lab.status()["state"] != "up", 5, "the dead call to be found")
    lab.measure("found dead after waking", round(time.monotonic() - woken, 1), "s")
    lab.line.freeze(False)
    lab.wait_for(lambda: (s := lab.status())["calls"] > before and s["state"] == "up", 90, "the next call")
    count = lab.wait_for(lambda: (c := sink.count())["unique"] >= 200 and c, 30, "what was sent meanwhile")
    lab.check("nothing was sent into the dead call", count["unique"] == 200, count)
    sink.end()
    talk.close()
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down", 60)
    lab.line.wait_free()


def kept(lab):
    """Sleep=keep: a call whose far end answers goes on, and one whose far end is silent does not."""
    lab.configure("isp", Call={"RedialDelay": "1s", "Sleep": "keep"})
    code, _, error = lab.ghostctl("reload")
    lab.check("Sleep=keep is accepted", code == 0, error)
    talk = call(lab)
    calls = lab.status()["calls"]
    suspend(5)
    lab.check("a kept call goes on", talk.ask(), talk.error)
    lab.line.freeze()
    suspend(5)
    status = lab.wait_for(lambda: (s := lab.status())["state"] != "up" and s, 15, "the silence to be found")
    lab.check("and it was the same call until its far end was silent", status["calls"] == calls, status)
    lab.line.freeze(False)
    talk.close()
