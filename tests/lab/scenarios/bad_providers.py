# SPDX-License-Identifier: GPL-2.0-or-later
"""One hour of twelve bad providers at once, with a packet every 5 s for each. It measures what a link of ghostd costs, and what
`pppd persist maxfail 0 holdoff 5` with the same peer file costs at the same provider. Without --all, the hour takes five
minutes."""
import os
import re
import select
import signal
import socket
import statistics
import subprocess
import threading
import time

from rig import net
from rig.lab import PEER
from rig.run import out

CAPTURE, ALONE, TIMEOUT, TIMEOUT_ALL = False, True, 600, 4200
ON_REQUEST = "tests/run --all lab/bad-providers takes an hour"
LENGTH = 3600 if os.environ.get("GHOSTLAB_ALL") else 300
SECRET, PORT, SO_BINDTODEVICE = "boo", 7007, 25
REFUSED_DELAY = LENGTH // 12  # of the hour, the default
DIAL_MS = 8000  # a modem's; each call is paid from its end on
CHAT = "/etc/chatscripts/lab-wrong-pin"


class Provider:
    """heals: the minute of the hour from which on its calls go well, if they ever do. fault: what is done to each call of the line, some
    seconds after it is connected. The rest is what is different from a good provider until then."""

    def __init__(self, name, heals, outcome="connect", fault=None, secret=SECRET, auth=False, ours=True, far=True, peer=None):
        self.name, self.heals, self.outcome, self.fault = name, heals and heals * LENGTH / 60, outcome, fault
        self.secret, self.auth, self.ours, self.far, self.peer = secret, auth, ours, far, peer


# Where time heals, the faults last from 3 to 20 min: how soon the link is up afterwards depends on that.
PROVIDERS = [
    Provider("busy", 3, outcome="busy"),
    Provider("refuses for 5 min", 5, auth=True, secret="another"),
    Provider("refuses for ever", None, auth=True, secret="another"),
    Provider("swallows echoes", 20, fault=(6, "freeze on")),
    # Should an answer come first, it is wrong.
    Provider("terminates after the challenge", 5, auth="terminates", secret="another"),
    Provider("drops after 5 s", 10, fault=(9, "drop")),
    Provider("gives no address", 7, ours=False),
    Provider("the same address twice", 13, far=False),
    Provider("no carrier", 5, outcome="no-carrier"),
    Provider("dead after 61 s", 17, fault=(65, "freeze on")),
    Provider("the SIM is locked", None, peer=f'connect "/usr/sbin/chat -v -f {CHAT}"'),
    Provider("device gone for 20 min", 21),  # it goes after a minute
]

ANSWER = """#!/bin/sh
# $1 is the tty. What is asked and given is in the file "gives", which changes when the provider heals.
cd {directory} && . ./gives
: > pppd.log
if [ "$terminates" ]; then
  (until grep -q 'sent .CHAP Challenge' pppd.log; do sleep 0.05; done; kill $$) &
fi
exec ip netns exec isp pppd "$1" 115200 nodetach local noccp novj noipv6 nodefaultroute name isp debug logfile {directory}/pppd.log \\
  lcp-echo-interval 0 $auth ifname bad{n} $far:$ours
"""


class Side:
    """One provider's line, and who calls it: a link of ghostd or a bare pppd."""

    def __init__(self, lab, n, provider, place, who):
        self.n, self.provider, self.who = n, provider, who
        self.target = f"198.51.100.{place + 1}"
        self.name = f"bad{n}"
        self.interface = f"ppp-{self.name}" if who == "ghostd" else f"bare{n}"
        self.directory = f"/run/lab/bad{n}"
        os.makedirs(self.directory, exist_ok=True)
        with open(f"{self.directory}/answer", "w") as f:
            f.write(ANSWER.format(directory=self.directory, n=n))
        os.chmod(f"{self.directory}/answer", 0o755)
        self.line = lab.add_line(answer=f"{self.directory}/answer")
        self.line.dial_time(DIAL_MS)
        self.gives(provider)
        self.line.outcome(provider.outcome)
        if provider.auth == "terminates":
            self.line.delay(1000)  # the far end's termination is there before an answer to its challenge
        text = PEER.replace("user ghost", f"user {self.name}").replace("+ipv6", "noipv6")
        if provider.peer:
            text = re.sub("connect .*", lambda _: provider.peer, text)
        lab.peer(self.name, self.line, text=text)
        self.healed = self.up_again = None
        self.vain = None  # seconds paid until it is up again
        self.frozen_at = self.read = 0
        self.calls = self.tries = 0
        self.paid = self.connected = self.up_seconds = 0.0
        self.process = None

    def gives(self, provider):
        words = [f"far=10.66.{self.n}.{254 if provider.far else 1}", f"ours={f'10.66.{self.n}.1' if provider.ours else ''}"]
        words += [
            f"auth={'require-chap' if provider.auth else 'noauth'}",
            f"terminates={'yes' if provider.auth == 'terminates' else ''}",
        ]
        with open(f"{self.directory}/gives.new", "w") as f:
            f.write("\n".join(words) + "\n")
        os.rename(f"{self.directory}/gives.new", f"{self.directory}/gives")

    def dial_for_ever(self):
        self.process = subprocess.Popen(
            ["pppd", "call", self.name, "nodetach", "persist", "maxfail", "0", "holdoff", "5", "ifname", self.interface],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def look(self, now):
        """What has happened on the line since the last look; and the fault, if it is time for it."""
        for t, event in self.line.events()[self.read :]:
            self.read += 1
            self.tries += event == "opened"
            self.calls += event == "dialing"
            if event == "connected":
                self.connected = t
            elif self.connected and (event == "closed" or event.startswith("call over")):
                self.paid += t - self.connected
                self.connected = 0.0
        fault = self.provider.fault
        if fault and self.connected and self.frozen_at != self.connected and now >= self.connected + fault[0] and not self.healed:
            self.frozen_at = self.connected
            self.line.tell(fault[1])
        elif self.frozen_at and not self.connected:
            self.frozen_at = 0
            self.line.freeze(False)

    def heal(self, now):
        self.healed = now
        self.gives(Provider("good", None, auth=bool(self.provider.auth)))
        self.line.outcome("connect")
        self.line.delay(0)

    def paid_until(self, now):
        return self.paid + (now - self.connected if self.connected else 0)

    def row(self, now):
        """As in docs/providers.md (ghostlab/table.py)."""
        paid = self.paid_until(now)
        vain = paid if self.vain is None else self.vain
        until = f"{self.up_again - self.healed:.0f} s" if self.up_again else ("–" if not self.provider.heals else "never")
        return [str(self.tries), str(self.calls), f"{self.up_seconds / 60:.1f}", f"{paid / 60:.1f}", f"{vain / 60:.1f}", until]


class Echo:
    """The providers' hosts: what is sent to one of them comes back."""

    def __init__(self, targets):
        def bound(target):
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind((target, PORT))
            return s

        self.sockets = [net.in_namespace("isp", lambda target=t: bound(target)) for t in targets]
        self.ended = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while not self.ended:
            for s in select.select(self.sockets, [], [], 1)[0]:
                data, peer = s.recvfrom(2048)
                try:
                    s.sendto(data, peer)
                except OSError:
                    pass  # the call has ended meanwhile

    def close(self):
        self.ended = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def send(sides, now, waiting):
    """One packet for each: by the routes for ghostd, by the call's interface for a bare pppd, if there is one."""
    for side in sides:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if side.who == "pppd":
                s.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, side.interface.encode())
            s.sendto(b"boo", (side.target, PORT))
            waiting[s] = (side, now)
        except OSError:
            s.close()


def hear(waiting, now):
    for s in select.select(list(waiting), [], [], 0)[0]:
        side, sent = waiting[s]
        try:
            s.recv(100)
            if side.healed and not side.up_again and sent > side.healed:
                side.up_again, side.vain = now, side.paid_until(now)
        except OSError:
            pass  # refused
        s.close()
        del waiting[s]
    for s in [s for s, (_, sent) in waiting.items() if now - sent > 60]:
        s.close()
        del waiting[s]


def device_gone(side, since):
    return side.provider.name.startswith("device") and since >= LENGTH / 60 and not side.healed


def run(lab):
    lab.put(CHAT, "ABORT ERROR\n'' ATZ\nOK AT+CPIN=1111\nOK ATDT42\nCONNECT ''\n")
    sides = [
        Side(lab, 2 * p + s, provider, p, who) for p, provider in enumerate(PROVIDERS) for s, who in enumerate(("ghostd", "pppd"))
    ]
    lab.put("/etc/ppp/chap-secrets", "".join(f'"{s.name}" * "{SECRET}"\n' for s in sides), 0o600)

    def provider_knows():
        path = "/etc/netns/isp/ppp/chap-secrets"
        with open(path + ".new", "w") as f:
            f.write("".join(f'"{s.name}" isp "{SECRET if s.healed else s.provider.secret}" *\n' for s in sides))
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    provider_knows()
    targets = [f"198.51.100.{p + 1}" for p in range(len(PROVIDERS))]
    lab.sh("\n".join(f"ip -n isp addr replace {t}/32 dev lo" for t in targets))
    echo = Echo(targets)
    for side in sides:
        if side.who == "ghostd":
            lab.configure(side.name, Link={"Routes": f"{side.target}/32"}, Call={"RefusedDelay": f"{REFUSED_DELAY}s"})
    lab.start_ghostd()
    for side in sides:
        if side.who == "pppd":
            side.dial_for_ever()
    try:
        live(lab, sides, provider_knows)
    finally:
        for side in sides:
            if side.process and side.process.poll() is None:
                side.process.kill()
                side.process.wait()
        echo.close()
        lab.sh("\n".join(f"ip -n isp addr del {t}/32 dev lo" for t in targets))
    judge(lab, sides)


def live(lab, sides, provider_knows):
    begun = looked = time.monotonic()
    waiting, next_packet, gone = {}, begun, set()
    while (since := (now := time.monotonic()) - begun) < LENGTH:
        if now >= next_packet:
            next_packet += 5
            send(sides, now, waiting)
        hear(waiting, now)
        addresses = out("ip -4 -o addr show")
        for side in sides:
            side.look(now)
            side.up_seconds += (now - looked) * (f" {side.interface} " in addresses)
            if device_gone(side, since) and side not in gone:
                gone.add(side)
                side.line.remove()
            heals = side.provider.heals
            if heals and since >= heals and not side.healed:
                side.heal(now)
                provider_knows()
                if side in gone:
                    side.line.restore()
        looked = now
        time.sleep(max(0, 1 - (time.monotonic() - now)))
    for side in sides:
        side.look(time.monotonic())


def judge(lab, sides):
    now = time.monotonic()
    lab.say(f"{LENGTH // 60} min of each; the columns are those of docs/providers.md")
    for side in sides:
        lab.measure(f"provider.{side.provider.name}.{side.who}", ", ".join(side.row(now)))
    ours = [s for s in sides if s.who == "ghostd"]
    for side, bare in zip(ours, [s for s in sides if s.who == "pppd"]):
        heals = side.provider.heals
        # A pppd that holds a call that carries nothing tries no more.
        if bare.process.returncode == -signal.SIGKILL and (bare.up_again or not heals):
            good = side.tries <= bare.tries + 1
            lab.check(f"{side.provider.name}: ghostd tries no more often than pppd", good, (side.row(now), bare.row(now)))
        # Each pause is half as long again as the one before. So without the jitter none is longer than half of all that was before it.
        most = 1.2 * REFUSED_DELAY + 60 if side.provider.auth else 0.75 * (heals or 0) + 60
        if heals and now >= side.healed + most:
            good = side.up_again and side.up_again - side.healed <= most
            lab.check(f"{side.provider.name}: it is up again within {most:.0f} s", good, side.row(now))
        if not heals:
            lab.check(f"{side.provider.name}: what never heals costs few calls", side.tries <= 3, side.row(now))
    locked = next(s for s in ours if "SIM" in s.provider.name)
    lab.check("a locked SIM is tried once", locked.tries == 1, locked.row(now))
    soon = [s.up_again - s.healed for s in ours if s.up_again]
    lab.check("what heals is up within 2 min in the median", statistics.median(soon) <= 120, soon)
