# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario's argument: lab. It has everything that a scenario may set up, do and ask.

Each scenario starts in the same state. ghostd is stopped and has no links, and conntrack is empty. The one telephone line,
/dev/ttyGHOST0, has no faults. The provider answers without asking for a password. The rig undoes a scenario's changes after it.
"""
import base64
import ctypes
import fcntl
import glob
import json
import os
import shutil
import signal
import struct
import subprocess
import time

from . import net, run
from .changes import Changes
from .isp import SECRET, USER, Isp
from .line import Line
from .run import Failure, out, sh

CHAT = """ABORT BUSY
ABORT 'NO CARRIER'
ABORT 'NO ANSWER'
ABORT 'NO DIALTONE'
TIMEOUT 15
'' ATZ
OK ATDT5551234
CONNECT ''
"""
PEER = """{tty}
115200
connect "/usr/sbin/chat -v -f /etc/chatscripts/ghostlab"
user ghost
noauth
noipdefault
ipcp-accept-local
ipcp-accept-remote
usepeerdns
nodefaultroute
noccp
novj
+ipv6
lcp-echo-interval 10
lcp-echo-failure 4
"""


WITHOUT_HOST = "/var/tmp/lab-without-host"  # on a disk that a reset leaves as it is


class Reboot(Exception):
    """The scenario wants a reboot, and to go on after it by the function named."""


OURS = ("ghost-line", "rig.provider", "rig.traffic", "rig.blast", "rig.mixed", "rig.uplink", "pppd", "tcpdump", "chat")


class Lab:
    sh = staticmethod(sh)
    out = staticmethod(out)

    def __init__(self, name, results):
        self.name, self.results = name, results
        self.checks, self.failures, self.measures = [], [], {}
        self.begun = time.monotonic()
        # The true time by the host's word; the scenario may have moved our clock.
        self.true_offset = float(os.environ.get("GHOSTLAB_TIME", time.time())) - self.begun
        self.kept, self.resumed = {}, False
        self.cursor, self.captures, self.undo = None, [], []
        self.resets_itself = False  # or the host resets the machine
        self.isp, self.lines = Isp(), []
        self.asked = 0

    # Output of a scenario.

    def say(self, text):
        print(f"[{time.monotonic() - self.begun:6.2f}] {text}", flush=True)

    def fail(self, text):
        self.failures.append(text)
        self.say(f"FAILED: {text}")

    def check(self, name, good, detail=""):
        """One statement that must be true; the scenario goes on either way. Returns whether it was."""
        good = bool(good)
        self.checks.append({"name": name, "good": good})
        if good:
            self.say(f"ok: {name}")
        else:
            self.fail(f"{name}: {detail}" if detail != "" else name)
        return good

    def measure(self, name, value, unit=""):
        """A number (or words) for the table."""
        self.measures[name] = {"value": value, "unit": unit}
        self.say(f"measure: {name} = {json.dumps(value)}{' ' + unit if unit else ''}")

    # The line and the links.

    @property
    def line(self):
        return self.lines[0]

    def add_line(self, direct=False, **more):
        """A further telephone line, /dev/ttyGHOST<n>."""
        line = Line(len(self.lines), direct, **more)
        line.start()
        self.lines.append(line)
        return line

    def peer(self, name="isp", line=None, extra="", text=PEER):
        """Writes /etc/ppp/peers/<name>: a call on the line. extra: further pppd options, one per line."""
        path = f"/etc/ppp/peers/{name}"
        self.put(path, text.format(tty=(line or self.line).tty) + extra, 0o640)
        return path

    def secrets(self, secret=SECRET, user=USER):
        """The password that our side uses."""
        for kind in ("chap", "pap"):
            self.put(f"/etc/ppp/{kind}-secrets", f'"{user}" * "{secret}"\n', 0o600)

    def configure(self, link="isp", text=None, **sections):
        """Writes /etc/ghostd/links/<link>.conf: configure("isp", Link={"Peer": "isp"}, Call={"IdleTimeout": "10s"}); Peer=
        is the link's name unless Link says otherwise. text: the whole file instead."""
        if text is None:
            body = {"Link": {"Peer": link}}
            for section, values in sections.items():
                body.setdefault(section, {}).update(values)
            if "Device" in body["Link"]:
                body["Link"].pop("Peer")
            text = "\n".join(
                f"[{section}]\n" + "".join(f"{k}={v}\n" for k, v in values.items()) for section, values in body.items()
            )
        path = f"/etc/ghostd/links/{link}.conf"
        self.put(path, text, 0o644)
        return path

    def put(self, path, text, mode=0o644):
        """Writes a file that is put back as it was (or removed) after the scenario. So is a directory that it needs."""
        before = None
        if os.path.exists(path):
            with open(path, "rb") as f:
                before = (f.read(), os.stat(path).st_mode & 0o7777)
        known = [p for kind, p, _ in self.undo if kind == "file"]
        if path not in known:
            self.make_directory(os.path.dirname(path))
            self.undo.append(("file", path, before))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)

    def make_directory(self, path):
        if os.path.isdir(path):
            return
        self.make_directory(os.path.dirname(path))
        os.mkdir(path)
        self.undo.append(("directory", path, None))

    # ghostd.

    def start_ghostd(self, deadline=60):
        done = subprocess.run(["systemctl", "start", "ghostd.service"], capture_output=True, text=True, timeout=deadline + 60)
        if done.returncode != 0:
            raise Failure(
                "ghostd does not start: " + done.stderr.strip() + "\n" + out("journalctl -u ghostd -n 15 -o cat --no-pager")
            )

    def stop_ghostd(self):
        sh("systemctl stop ghostd.service ghost-supervisor.service", timeout=150)

    def ghostctl(self, *words, timeout=90, user=None):
        """(exit status, stdout, stderr)."""
        argv = (["setpriv", "--reuid", user, "--clear-groups"] if user else []) + ["ghostctl", *map(str, words)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout, done.stderr

    def status(self, link="isp"):
        """The link's object in `ghostctl status --json`."""
        self.asked += 1
        code, text, error = self.ghostctl("status", "--json")
        if code != 0:
            raise Failure(f"ghostctl status: {error}")
        return find_link(json.loads(text), link)

    def state(self, link="isp"):
        return field(self.status(link), "state").lower()

    def wait_for(self, condition, deadline, what, pause=0.05):
        """As run.wait_for() does it. A condition that asks for the status is asked again when a link has changed."""
        asked, changes = self.asked, Changes()

        def rest():
            nonlocal asked
            if self.asked != asked:
                asked = self.asked
                changes.wait()

        try:
            return run.wait_for(condition, deadline, what, pause, rest)
        finally:
            changes.stop()

    def wait_state(self, state, deadline=60, link="isp"):
        """Until the link is in that state; the status then. A Failure tells the state it was in instead."""
        last = {}

        def there():
            last["status"] = self.status(link)
            return field(last["status"], "state").lower() == state and last["status"]

        try:
            return self.wait_for(there, deadline, f"link {link} to be {state}", pause=0.1)
        except Failure as failure:
            raise Failure(f"{failure}; it is {json.dumps(last.get('status'))}") from None

    def journal(self, words=""):
        """The journal since the scenario's start, or its last reboot, as text; words: further journalctl options."""
        since = f"--after-cursor='{self.cursor}'" if self.cursor else "-b"
        # Logged text counts, even if journald has not read it yet.
        return out(f"journalctl --sync; journalctl --no-pager -o short-monotonic {since} {words}", timeout=60)

    def wait_said(self, words, deadline, unit="ghostd"):
        """Until it stands in the unit's journal. A look at the status may find the next state, but the journal keeps each."""
        run.wait_for(lambda: words in self.journal(f"-u {unit} -o cat"), deadline, f"{unit} to say {words!r}", pause=0.1)

    # The machine.

    def set_clock(self, to):
        """The machine's clock and its battery's, until the scenario's end; `to` as date(1) understands it."""
        if ("clock", "", None) not in self.undo:
            self.undo.append(("clock", "", None))
        sh(f"date -s '{to}' && busybox hwclock -w -u")

    def trust_clock(self):
        """Tells the kernel that the clock is right, as an NTP client does. systemd-timedated then says that it is set, until the next
        set_clock()."""
        timex = ctypes.create_string_buffer(struct.pack("@Illl", 4, 0, 0, 0), 512)  # ADJ_MAXERROR and 0 us, adjtimex(2)
        if ctypes.CDLL(None, use_errno=True).adjtimex(timex) < 0:
            raise Failure(f"adjtimex: {os.strerror(ctypes.get_errno())}")

    def set_battery_clock(self, to):
        """Only the clock that the next boot begins with; seconds since 1970."""
        self.set_clock("+0 seconds")
        t = time.gmtime(to)
        fields = struct.pack("9i", t.tm_sec, t.tm_min, t.tm_hour, t.tm_mday, t.tm_mon - 1, t.tm_year - 1900, 0, 0, 0)
        with open("/dev/rtc0") as rtc:
            fcntl.ioctl(rtc, 0x4024700A, fields)  # RTC_SET_TIME, rtc(4)

    def reboot(self, function, **kept):
        """Resets the machine just as it is, without a warning, and goes on by the scenario's function of that name. kept:
        what it finds then in lab.kept. Files are kept; running programs, namespaces and what is in /run are not. The rig is set
        up anew, but ghostd and the links are left to systemd. Does not return."""
        self.kept.update(kept)
        with open(os.path.join(self.results, "journal-before-reboot.txt"), "a") as f:
            f.write(self.journal())
        self.say("reboot")
        raise Reboot(function)

    def without_host(self, function, then):
        """function(self) by a process of its own, without the host, whose way into the machine may not survive it (a suspend). It ends
        with a reset, after which the scenario goes on by its function named `then`. Does not return."""
        self.resets_itself = True
        if os.fork() == 0:
            self.be_without_host(function)
        self.reboot(then)

    def be_without_host(self, function):
        try:
            with open(WITHOUT_HOST + ".txt", "w") as log:
                os.setsid()
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
                try:
                    function(self)
                except Exception as error:
                    self.fail(f"{type(error).__name__}: {error}")
                if self.failures:
                    print(self.journal())
            with open(WITHOUT_HOST, "w") as f:
                json.dump(self.to_resume(), f)
                f.flush()
                os.fsync(f.fileno())
            os.sync()
        finally:
            with open("/proc/sysrq-trigger", "w") as f:
                f.write("b")

    # The runner's part.

    def seconds(self):
        return time.monotonic() - self.begun

    def to_resume(self):
        def coded(before):
            return before and [base64.b64encode(before[0]).decode(), before[1]]

        return {
            "checks": self.checks,
            "failures": self.failures,
            "measures": self.measures,
            "kept": self.kept,
            "began": self.begun + self.true_offset,
            "undo": [[k, p, coded(b)] for k, p, b in self.undo],
            "resets_itself": self.resets_itself,
        }

    def resume(self, before):
        if before["resets_itself"]:
            for path in (WITHOUT_HOST + ".txt", WITHOUT_HOST):  # without the second, it did not come to its end
                with open(path) as f:
                    text = f.read()
                os.unlink(path)
                print(text if path != WITHOUT_HOST else "", end="", flush=True)
            before = json.loads(text)  # and the next reset is the host's again
        self.checks, self.failures, self.measures = before["checks"], before["failures"], before["measures"]
        self.kept, self.resumed = before["kept"], True
        self.begun = before["began"] - self.true_offset
        self.undo = [(k, p, b and (base64.b64decode(b[0]), b[1])) for k, p, b in before["undo"]]

    def clean(self):
        """Everything as a scenario finds it."""
        if os.path.exists("/usr/sbin/ghostd"):
            timers = " ".join(map(os.path.basename, glob.glob("/etc/systemd/system/timers.target.wants/ghost-appear@*")))
            if timers:  # systemd loads all units again, which takes three seconds
                sh(f"systemctl disable -q --now {timers}", check=False)
            sh(
                "systemctl stop 'ghost-appear*'; "
                "systemctl stop ghostd.service ghost-supervisor.service ghost-supervisor.socket; systemctl reset-failed; "
                "rm -rf /var/lib/ghostd/appear/* /var/lib/systemd/timers/stamp-ghost-appear*",
                check=False,
                timeout=150,
            )
        for line in self.lines:
            line.stop()
        self.isp.stop()
        self.lines, self.isp = [], Isp()
        for kind, path, before in reversed(self.undo):
            if kind == "clock":
                sh(f"date -s @{time.monotonic() + self.true_offset:.1f} && busybox hwclock -w -u")
            elif kind == "directory":
                if os.path.isdir(path) and not os.listdir(path):
                    os.rmdir(path)
            elif before is None:
                if os.path.exists(path):
                    os.unlink(path)
            else:
                with open(path, "wb") as f:
                    f.write(before[0])
                os.chmod(path, before[1])
        if any(path.startswith("/etc/systemd/") for _, path, _ in self.undo):
            sh("systemctl daemon-reload")
        self.undo = []

        def left():  # the provider's servers are known by the namespace they live in
            return ours() + [int(pid) for pid in out("ip netns pids isp 2>/dev/null").split()]

        for pid in left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        run.wait_for(lambda: not left(), 20, "what the rig had started to end")
        for path in glob.glob("/etc/ghostd/links/*") + glob.glob("/dev/ttyGHOST*") + glob.glob("/var/lock/LCK..tty*"):
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        self.forget_conversations()
        for command in ("ip rule", "ip -6 rule"):
            if "from all lookup main" not in out(command):
                sh(f"{command} add pref 32766 lookup main protocol kernel")
                raise Failure(f"the kernel's own rule is missing in `{command}`")

    @staticmethod
    def forget_conversations():
        """A closed connection whose FIN nobody answered would say it again in the next scenario, and call."""
        sh("ss -K dst 10.64.64.0/24; ss -K dst 2001:db8::/32; conntrack -F; conntrack -F -f ipv6", check=False)

    def watch(self, capture=True):
        """The rig as every scenario finds it; evidence is kept from here on."""
        os.makedirs("/run/lab", exist_ok=True)
        if not os.path.exists("/run/lab/networks"):
            net.teardown()
            net.setup()
            with open("/run/lab/networks", "w"):
                pass
        net.reset_syns()
        for log in glob.glob("/run/lab/*.log") + glob.glob("/run/lab/*.pcap"):
            os.unlink(log)
        if not self.resumed:
            self.cursor = out("journalctl -n 0 --show-cursor").split("-- cursor: ")[-1]
        os.makedirs("/etc/chatscripts", exist_ok=True)
        with open("/etc/chatscripts/ghostlab", "w") as f:
            f.write(CHAT)
        self.isp.start()
        self.add_line()
        self.peer()
        self.secrets()
        if os.path.exists("/usr/sbin/ghostd"):
            sh("systemctl start ghost-supervisor.socket", check=False)
        if capture:
            for where, prefix in (("here", ""), ("isp", "ip netns exec isp ")):
                path = f"/run/lab/{where}.pcap"
                words = f"{prefix}tcpdump -i any -s 160 -w {path} -Z root".split()
                self.captures.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def keep_evidence(self):
        """Writes evidence about a failure into the results directory."""
        for process in self.captures:
            process.send_signal(signal.SIGINT)
            process.wait(10)
        if os.path.exists("/usr/bin/ghostctl"):
            with open(os.path.join(self.results, "status.json"), "w") as f:
                f.write(out("timeout 10 ghostctl status --json 2>&1", timeout=20))
        with open(os.path.join(self.results, "journal.txt"), "w") as f:
            f.write(self.journal())
        with open(os.path.join(self.results, "network.txt"), "w") as f:
            f.write(
                out(
                    "for c in 'ip addr' 'ip rule' 'ip -6 rule' 'ip route show table all' 'ip -6 route show table all' "
                    "'nft list ruleset' 'tc -s qdisc' 'conntrack -L' 'ip -n isp addr'; do echo \"## $c\"; $c 2>&1; done"
                )
            )
        for path in glob.glob("/run/lab/*.log") + glob.glob("/run/lab/*.pcap"):
            shutil.copy(path, self.results)


def ours():
    """Processes that belong to a scenario: by their command line, in this VM only."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        names = {os.path.basename(w).decode(errors="replace") for w in words[:6]}
        if names & set(OURS):
            found.append(int(path.split("/")[2]))
    return [pid for pid in found if pid != os.getpid() and state_of(pid) != "Z"]


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def find_link(status, link):
    """`ghostctl status --json` as a list, {"links": […]}, or one object per link."""
    links = status.get("links", status) if isinstance(status, dict) else status
    if isinstance(links, dict):
        return links[link] if link in links else links
    for one in links:
        if field(one, "name") == link:
            return one
    raise Failure(f"no link {link} in {json.dumps(status)}")


def field(status, name):
    """A field by its name, whatever its case and separators: local_addresses, LocalAddresses, local-addresses."""

    def plain(s):
        return s.replace("_", "").replace("-", "").lower()

    for key, value in status.items():
        if plain(key) == plain(name):
            return value
    raise Failure(f"no field {name} in {json.dumps(status)}")
