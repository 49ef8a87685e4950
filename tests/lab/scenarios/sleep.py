# SPDX-License-Identifier: GPL-2.0-or-later
"""The machine sleeps (suspend to RAM, woken by its clock). With the real systemd-logind, ghostd hangs up a call before the sleep.
Without it, ghostd does not believe a call that stands afterwards. A timer with WakeSystem= wakes the machine, and it appears."""
import contextlib
import re
import time

from rig import net
from rig.announce import Announcer
from rig.run import out
from rig.servers import Servers
from rig.traffic import Sender, Sink, Talk

CAPTURE = False
TIMEOUT = 600


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
    woken_by_a_timer(lab)
    lab.kept["ended"] = True


# PMBASE and ACPI_CNTL of the ICH9 that QEMU emulates. A wake-up resets them, and nobody sets them again: the machine would not
# sleep a second time.
BRIDGE, POWER_MANAGEMENT = "/sys/bus/pci/devices/0000:00:1f.0/config", slice(0x40, 0x48)


def power_management():
    with open(BRIDGE, "rb") as f:
        return f.read()[POWER_MANAGEMENT]


def give_back(registers):
    with open(BRIDGE, "r+b", buffering=0) as f:
        f.seek(POWER_MANAGEMENT.start)
        f.write(registers)


def asleep():
    """How long the machine has slept since it was started, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


@contextlib.contextmanager
def one_sleep(lab):
    """Around what makes the machine sleep and returns when it is awake."""
    before, registers = asleep(), power_management()
    yield
    give_back(registers)
    lab.check("the machine has slept", asleep() > before + 2, asleep() - before)


def suspend(lab, seconds):
    """Until the machine's clock has woken it."""
    with one_sleep(lab):
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
    with one_sleep(lab):
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
    suspend(lab, 8)
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
    suspend(lab, 5)
    lab.check("a kept call goes on", talk.ask(), talk.error)
    lab.line.freeze()
    suspend(lab, 5)
    status = lab.wait_for(lambda: (s := lab.status())["state"] != "up" and s, 15, "the silence to be found")
    lab.check("and it was the same call until its far end was silent", status["calls"] == calls, status)
    lab.line.freeze(False)
    talk.close()
    lab.wait_state("down", 60)


def woken_by_a_timer(lab):
    """No rtcwake: systemd's alarm for the morning's appearance is all that wakes it."""
    web = Servers("web").web
    Announcer(lab, ipv6=False, Hold="5s", IdleTimeout="3s", Window="Mon..Fri 07:00-18:00", WakeSystem="yes").configure(
        {"web": {"Url": f"http://{net.ISP4}/plain", "Repeat": "yes"}}
    )
    lab.check("a reload", lab.ghostctl("reload")[0] == 0)
    lab.put("/etc/systemd/system/ghost-appear@isp.timer.d/wake.conf", "[Timer]\nWakeSystem=yes\n")
    lab.sh("systemctl daemon-reload")
    lab.set_clock("2026-11-30 07:29:45")
    lab.sh("systemctl enable -q --now ghost-appear@isp.timer")
    lab.check("nobody is told before the morning", not web.received(), web.received())
    with one_sleep(lab):
        out("echo mem >/sys/power/state", timeout=90)
        woken = time.time()
    morning = float(out("date -u -d '2026-11-30 07:30' +%s"))
    lab.check("the timer has woken it for 07:30", -1 <= woken - morning <= 5, woken - morning)
    web.wait_received(1, 60)
    lab.measure("from the waking to the notice", round(time.time() - woken, 1), "s")
    lab.sh("systemctl disable -q --now ghost-appear@isp.timer")
