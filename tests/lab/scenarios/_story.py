# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's story, told as it happens. packaging/demo runs it. It is not a test."""
import datetime
import re
import select
import subprocess
import threading

from rig import accounts, net
from rig.announce import credentials
from rig.certificates import CA
from rig.login import Login
from rig.run import Failure
from rig.servers import Servers
from rig.traffic import Talk

CAPTURE = False
TIMEOUT = 600


def run(lab):
    # A default route of somebody else's, to be seen again at the end.
    lab.sh("ip route replace default via 10.10.10.2 dev lan0")
    try:
        story(lab)
    finally:
        lab.sh("systemctl stop ghostd; ip route del default dev lan0", check=False)


def story(lab):
    before = lab.out("ip route; ip rule; nft list ruleset")
    lab.say("the machine's link is called isp; after 10 s without traffic it hangs up")
    lab.configure("isp", Link={"Description": "A modem, 115200 bit/s"}, Call={"IdleTimeout": "10s"})
    lab.start_ghostd()
    monitor = Monitor(lab)
    lab.check(
        "ghostd runs, the link is down and the line is silent", lab.wait_state("down")["calls"] == 0 and lab.line.calls == 0
    )
    show(lab, "ghostctl status isp")
    first_call(lab)
    first = net.call_address(lab.line.last_call)
    lab.say("nobody says anything now …")
    lab.wait_state("down", 90)
    lab.line.wait_idle()
    lab.check(
        "the idle link hangs up, and the monitor says so",
        monitor.saw(r"isp: (hanging-up|down) \(idle\b") and lab.line.calls == 1,
        monitor.lines,
    )
    lab.say("somebody does again:")
    talk = Talk()
    lab.check("the link has called again", talk.wait() and lab.line.calls == 2, talk.error)
    lab.check(f"with a new address: {talk.seen_as[0]} after {first}", talk.seen_as[0] != first)
    talk.close()
    over_the_bus(lab)
    appearance(lab)
    lab.say("systemctl stop ghostd")
    lab.stop_ghostd()
    monitor.stop()
    after = lab.out("ip route; ip rule; nft list ruleset")
    lab.check("routes, rules and firewall are as they were before ghostd", after == before, after)


def first_call(lab):
    lab.say("alice, who may do nothing special, pings the far end; a TCP connection is begun too")
    ping = subprocess.Popen(
        ["setpriv", "--reuid", "alice", "--clear-groups", "ping", "-n", "-c", "8", "-i", "0.5", "-W", "60", net.ISP4],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lab.wait_for(lambda: lab.state() != "down", 20, "the ping to be noticed")
    talk = Talk()
    status = lab.status()
    lab.say(f"{status['state']}; trigger: {status['trigger']}")
    lab.check("the trigger is alice's ping", net.ISP4 in status["trigger"] and "icmp" in status["trigger"].lower(), status)
    status = lab.wait_for(lambda: dialled(lab), 60, "the call to be up", pause=0.5)
    lab.say(f"up: {', '.join(status['local_addresses'])}")
    lab.check("a TCP connection begun while the link was down is established", talk.wait(), talk.error)
    status = lab.status()
    lab.check(
        f"the waiting packets were replayed ({status['replayed_packets']} packets), and none was dropped",
        status["replayed_packets"] > 0 and status["dropped_packets"] == 0,
        status,
    )
    lab.say(
        f"our end of the connection: {talk.local[0]} port {talk.local[1]}; the far end sees {talk.seen_as[0]} port {talk.seen_as[1]}"
    )
    lab.check(
        "the connection has survived the change of address",
        talk.ask() and talk.ask("and again") and talk.local[0] != talk.seen_as[0] == net.call_address(lab.line.last_call),
        talk.error,
    )
    text = ping.communicate(timeout=120)[0]
    for line in text.splitlines()[-3:]:
        lab.say("  " + line)
    lab.check("each ping was answered, also the first one", re.search(r"8 received", text) and "icmp_seq=1 " in text, text)
    show(lab, "ghostctl status isp")
    talk.close()


def dialled(lab):
    """The link's status once it is up; until then it is told what waits."""
    status = lab.status()
    if status["state"] == "up":
        return status
    lab.say(f"{status['state']}; {status['buffered_packets']} packets wait")
    return None


def over_the_bus(lab):
    for method, state in (("Disconnect", "down"), ("Connect", "up"), ("Disconnect", "down")):
        command = f"busctl call org.ghostd1 /org/ghostd1 org.ghostd1.Manager {method} s isp"
        lab.say(f"$ {command}")
        lab.say("  " + lab.out(command))
        lab.wait_state(state, 60)
        lab.line.status()
        lab.check(f"{method}: the link is {state}", lab.state() == state, lab.status())


def appearance(lab):
    lab.say("the other half: every working morning the machine appears, tells where it is and when it comes back, and goes")
    servers = Servers("dns", "mail")
    login = Login()
    credentials(lab, None)
    user = accounts.OF["mail"][0]
    key = accounts.OF["tsig"][0]
    lab.configure(
        "isp",
        Link={"Description": "A modem, 115200 bit/s"},
        Call={"IdleTimeout": "10s"},
        Appear={"Name": "hut", "Hold": "20s", "Window": "Mon..Sun 00:00-24:00"},
        **{
            "Announce mail": {
                "Url": "smtp://mail.isp.test",
                "From": "Hut <hut@ghost.test>",
                "To": "me@isp.test",
                "CAFile": CA,
                "User": user,
                "Credential": "mail",
                "Vanish": "yes",
            },
            "Announce name": {
                "Url": "dns://dns.isp.test",
                "Zone": "ghost.test",
                "Host": "machine.ghost.test",
                "Key": key,
                "Credential": "tsig",
                "Vanish": "yes",
            },
        },
    )
    morning = datetime.datetime.now() + datetime.timedelta(seconds=20)
    lab.put(
        "/etc/systemd/system/ghost-appear@isp.timer.d/demo.conf",
        f"[Timer]\nOnCalendar=\nOnCalendar={morning:%Y-%m-%d %H:%M:%S}\n",
    )
    lab.sh("systemctl daemon-reload; systemctl restart ghostd")
    lab.say(f"here it is Mon..Fri 07:30; for this story, {morning:%H:%M:%S} today")
    show(lab, "systemctl enable --now ghost-appear@isp.timer")
    try:
        show(lab, "systemctl list-timers --no-pager 'ghost-appear*'")
        mail = servers.mail.wait_received(1, 120)[0]
        lab.say(f"the far side has got this mail, from {mail['peer']}, in TLS:")
        for header in ("From", "To", "Subject"):
            lab.say(f"  > {header}: {mail['headers'][header]}")
        for line in mail["body"].strip().splitlines():
            lab.say("  > " + line)
        begun = lab.status()["last_appearance"] / 1e6
        lab.check("the link appeared by its timer, and the mail says where", mail["peer"] in mail["body"], mail["body"])
        lab.wait_for(lambda: lab.status()["appearance"] == "present", 60, "everybody to be told")
        lab.check(
            f"the name leads there: machine.ghost.test is {mail['peer']}",
            servers.dns.lookup("machine.ghost.test") == [mail["peer"]],
            servers.dns.lookup("machine.ghost.test"),
        )
        show(lab, "ghostctl status isp")
        session = login.begin(mail["peer"])
        lab.check("a person logs in from outside, to that address", echoed(session, "I am in"))
        lab.say("and stays longer than it was to hold …")
        until = lab.status()["appear_until"] / 1e6
        lab.wait_for(
            lambda: not echoed(session, "I type") or datetime.datetime.now().timestamp() > until + 3,
            60,
            "the hold to be over",
            pause=2,
        )
        lab.check("the session keeps the line up", echoed(session, "still here") and lab.state() == "up", lab.status())
        session.stdin.close()
        session.wait(30)
        lab.say("the session is over; nobody says anything now …")
        lab.wait_state("down", 90)
        came = servers.mail.received()
        lab.check(
            "the link said good-bye before the line dropped",
            len(came) == 2 and came[1]["headers"]["Subject"] == "hut has left the net",
            came[1:],
        )
        lab.check(
            "the DNS name is withdrawn", servers.dns.lookup("machine.ghost.test") == [], servers.dns.lookup("machine.ghost.test")
        )
        show(lab, "systemctl list-timers --no-pager 'ghost-appear*'")
        show(lab, "ghostctl appearances isp")
        promised = lab.status()["next_appearance"] / 1e6
        lab.check(
            "the next appearance is promised, in 15 to 59 minutes, and its timer is set",
            15 * 60 - 1 <= promised - begun <= 59 * 60 + 60
            and "ghost-appear-next@isp" in lab.out("systemctl list-timers --no-pager"),
            (begun, promised),
        )
    finally:
        lab.sh("systemctl disable --now ghost-appear@isp.timer", check=False)
        login.stop()


def echoed(session, text, deadline=15):
    """Whether the other end of a session says the same within that time."""
    try:
        session.stdin.write(text + "\n")
        session.stdin.flush()
    except OSError:
        return False
    ready, _, _ = select.select([session.stdout], [], [], deadline)
    return bool(ready) and session.stdout.readline() == text + "\n"


def show(lab, command):
    lab.say(f"$ {command}")
    for line in lab.out(command).splitlines():
        lab.say("  " + line)


class Monitor:
    """ghostctl monitor's lines, as they come."""

    def __init__(self, lab):
        self.process = subprocess.Popen(
            ["ghostctl", "monitor"], stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.lab, self.lines = lab, []
        self.thread = threading.Thread(target=self.tell, args=(lab,), daemon=True)
        self.thread.start()

    def saw(self, pattern):
        """Whether it has said that, or does within some seconds."""
        try:
            return self.lab.wait_for(
                lambda: any(re.search(pattern, line) for line in list(self.lines)), 10, f"the monitor to say {pattern}"
            )
        except Failure:
            return False

    def tell(self, lab):
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            lab.say("  | " + line.rstrip())

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
