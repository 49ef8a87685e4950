#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our reader of pppd's options against the pppd of this machine, on the same files. Usage: real_pppd_test.py PRINT_OPTIONS

pppd parses a peer file and prints what is in effect (`dryrun dump`). It runs in namespaces with an /etc/ppp, a /dev, a /root and
interfaces of their own. Nothing is dialled. Needs root. The files are of a seeded generator, and of the kinds that people have.
Each option of the table is asked for as well.
"""
import functools
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import unittest

PPPD = "/usr/sbin/pppd"
MADE = 240
SEED = 20

# Errors that pppd finds while it reads. What comes after that (no secrets, no device …) does not concern the grammar.
READING = re.compile(
    r"unrecognized option '|too few parameters|invalid numeric parameter|value must be|Can't open options file|Error reading "
    r"|is disabled|may not be changed in|call option value may not|missing = in|missing variable name|unexpected = in"
)
UNKNOWN = re.compile(r"In file (\S+): unrecognized option '(.*)'$", re.M)
# Its value depends on more than the option: pppd adds, looks up, or prints only what differs from the default.
VALUE_IS_OTHER = {
    "debug",
    "-d",
    "password",
    "mo-timeout",
    "persist",
    "nopersist",
    "lock",
    "IP addresses",
    "kdebug",
    "asyncmap",
    "-as",
}
# What ends the arguments. pppd prints to its log.
SHOW = ["dryrun", "dump", "logfd", "1"]
# pppd prints each of these that was given; for us, the last one counts.
ONE_MATTER = {f"{no}{name}" for no in ("", "no", "-") for name in ("defaultroute", "defaultroute6", "proxyarp")}
# If we say that one of these counts, pppd must print it.
MUST_SHOW = set(
    "demand idle maxfail nodetach updetach connect disconnect init lcp-echo-interval lcp-echo-failure user name remotename ipparam "
    "linkname ifname mtu mru unit holdoff noauth hide-password logfd noipdefault usepeerdns welcome".split()
)


def enter():
    """An /etc/ppp and the rest, for this process alone."""
    if os.environ.get("GHOSTD_TEST_INSIDE") is None:
        os.environ["GHOSTD_TEST_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--net", "--propagation", "private", sys.executable, *sys.argv])
    run = lambda *argv: subprocess.run(argv, check=True)  # noqa: E731
    run("mount", "-t", "tmpfs", "none", "/mnt")
    os.makedirs("/mnt/dev")
    for name in ("null", "zero", "full", "tty", "ppp"):
        open(f"/mnt/dev/{name}", "w").close()
        # pppd asks whether /dev/ppp can be opened, and does nothing else with it.
        run("mount", "--bind", f"/dev/{name.replace('ppp', 'null')}", f"/mnt/dev/{name}")
    os.makedirs("/mnt/dev/term")
    open("/mnt/dev/term/a", "w").close()
    run("mount", "--bind", "/dev/zero", "/mnt/dev/term/a")
    run("mount", "--rbind", "/mnt/dev", "/dev")
    run("mount", "-t", "tmpfs", "none", "/etc/ppp")
    run("mount", "-t", "tmpfs", "none", "/root")
    run("ip", "link", "add", "eth9", "type", "veth", "peer", "name", "eth8")
    run("mount", "-t", "sysfs", "none", "/sys")
    os.chdir("/")
    # As a service has. pppd opens a file that includes itself until it has no more.
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))


def put(files):
    for directory in ("/etc/ppp", "/root"):
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    os.makedirs("/etc/ppp/peers")
    for path, text in files.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if text is None:
            os.mkdir(path)
            continue
        with open(path, "wb") as f:
            f.write(text.encode("latin-1"))


def quoted(text):
    """As pppd prints a string."""
    out = ""
    for c in text:
        if c in '"\\':
            out += "\\" + c
        elif c in "\t\n\b\f":
            out += {"\t": "\\t", "\n": "\\n", "\b": "\\b", "\f": "\\f"}[c]
        elif ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0:
            out += f"\\x{ord(c):02x}"
        else:
            out += c
    return out


class Pppd:
    def __init__(self, arguments):
        done = subprocess.run(
            [PPPD, *arguments, *SHOW], stdin=subprocess.DEVNULL, capture_output=True, timeout=30, close_fds=True
        )
        self.code = done.returncode
        self.error = done.stderr.decode("latin-1")
        self.text = done.stdout.decode("latin-1")
        self.stops = self.code != 0 and READING.search(self.error + self.text) is not None
        self.shown = {}  # name: (value, where from)
        # pppd 2.5 prints a file's name from memory that it has freed. What stands there is any bytes.
        for line in self.text.split("\n"):
            found = re.match(r"(.*?)\t\t# \(from (.*)", line)
            if not found or self.code != 0:
                continue
            name, _, value = found[1].partition(" ")
            if name:  # there is none if a later option has taken the flag back
                self.shown[name] = (value, found[2].removesuffix(")"))


@functools.cache
def is_new():
    done = subprocess.run([PPPD, "--version"], capture_output=True, text=True)
    return "version 2.4" not in done.stdout + done.stderr


class Ours:
    def __init__(self, arguments):
        done = subprocess.run([PRINT_OPTIONS, *arguments, *SHOW], capture_output=True, text=True, timeout=30, check=True)
        read = json.loads(done.stdout)
        self.options = {o["name"]: o for o in read["options"]}
        self.remarks = read["remarks"]
        self.stops = [r for r in self.remarks if r["verdict"] in ("stops", "refused")]
        self.unknown = [r for r in self.remarks if r["verdict"] == "unknown"]


def differences(theirs, ours):
    """What pppd shows and we do not say, and the other way round."""
    out = []
    if theirs.stops != bool(ours.stops) and not ours.unknown:
        out.append(f"pppd {'refuses' if theirs.stops else 'accepts'} it")
    found = UNKNOWN.search(theirs.error)
    if found and ours.stops and not ours.unknown:
        where, word = found[1], found[2]
        if ours.stops[0]["file"] != where or word not in ours.stops[0]["text"]:
            out.append(f"pppd refuses '{word}' in {where}")
    if theirs.code != 0:
        return out
    for name, (value, where) in theirs.shown.items():
        if name.startswith("/dev/") or name == "eth9":
            option, value = ours.options.get("device name"), name
        elif re.fullmatch(r"-?[0-9]+", name):
            option, value = ours.options.get("tty speed"), name
        elif ":" in name:
            option = ours.options.get("IP addresses")
        else:
            option = ours.options.get(name)
        if option is None and name in ONE_MATTER:
            continue
        if option is None:
            out.append(f"pppd has '{name}' from {where}")
            continue
        if not is_new() and (option["file"] or "command line") != where:
            out.append(f"pppd has '{name}' from {where}")
        kind, said = option["kind"], option["value"]
        if option["name"] in VALUE_IS_OTHER:
            continue
        if option["name"] == "device name" and not said.startswith("/"):
            said = said.removeprefix("nic-") if value == "eth9" else "/dev/" + said
        if option["name"] == "tty speed" or kind == "number":
            said = str(option["number"])
        if said == "" and name == "name":
            said = os.uname().nodename
        if kind in ("text", "number") or option["name"] in ("device name", "tty speed"):
            if quoted(said) != value:
                out.append(f"pppd has '{name} {value}'")
    for name, option in ours.options.items():
        shown = {"device name", "tty speed"}
        # A line that is not a tty has none of a tty's options in effect.
        if "eth9" in theirs.shown and name in ("connect", "disconnect", "init", "welcome"):
            continue
        if name in MUST_SHOW and name not in theirs.shown:
            out.append(f"pppd does not have '{name}'")
        if name in shown and not any(n.startswith("/dev/") or n == "eth9" or n.isdigit() for n in theirs.shown):
            out.append(f"pppd has no {name}")
    return out


# fmt: off
FLAGS = """demand persist nopersist nodetach -detach updetach noauth lock nolock modem local crtscts nocrtscts xonxoff hide-password
show-password usepeerdns noipdefault ipcp-accept-local ipcp-accept-remote defaultroute nodefaultroute -defaultroute defaultroute6
replacedefaultroute noreplacedefaultroute proxyarp noproxyarp debug noccp novj novjccp nobsdcomp nodeflate nopcomp noaccomp passive silent
receive-all default-asyncmap default-mru nomagic noendpoint multilink nomultilink +ipv6 noipv6 -ipv6 ktune noktune nolog
ipv6cp-use-ipaddr refuse-pap refuse-eap refuse-chap nomppe sync lcp-echo-adaptive""".replace("novjccp", "novjccomp").split()
NUMBERS = """idle maxfail holdoff maxconnect lcp-echo-interval lcp-echo-failure lcp-restart lcp-max-configure mtu mru unit logfd
connect-delay child-timeout ipcp-restart pap-timeout chap-interval kdebug stop-bits datarate""".split()
TEXTS = "connect disconnect init welcome user name remotename password ipparam linkname ifname record ip-up-script ip-down-script".split()
# fmt: on


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.files = {}

    def one_of(self, *what):
        return self.r.choice(what)

    def word(self, text):
        """One of the ways in which pppd reads this text."""
        if not text:
            return self.one_of("''", '""')
        plain = re.fullmatch(r"[A-Za-z0-9/._+@:=,-]+", text) is not None
        way = self.r.randrange(8)
        if plain and way < 4:
            return text
        if way == 4 and "'" not in text and "\\" not in text:
            return f"'{text}'"
        if way == 5:
            at = self.r.randrange(len(text) + 1)
            head, tail = (re.sub(r'([\\"])', r"\\\1", part) for part in (text[:at], text[at:]))
            return f'"{head}\\\n{tail}"' if self.r.random() < 0.3 else f'"{head}"' + (f'"{tail}"' if tail else "")
        if way == 6:
            return "".join(self.one_of(f"\\{ord(c):03o}", f"\\x{ord(c):02x}", "\\" + c if c not in "abfnrstx01234567\n" else f"\\{ord(c):03o}")
                           for c in text)  # fmt: skip
        return "".join(c if re.match(r"[A-Za-z0-9/._-]", c) else f"\\{ord(c):03o}" if c == "\n" else "\\" + c for c in text)

    def blank(self):
        return self.one_of(" ", " ", "\n", "\n", "\n", "\t", " \\\n", " # demand 'x\n", "#c\n", "\n\n", "\r\n", " \v\f")

    def value(self, name):
        if name in NUMBERS:
            if self.r.random() < 0.03:
                return self.one_of("x", "", "--1", "demand")
            if name in ("mtu", "stop-bits", "unit", "logfd"):
                return {"mtu": "1492", "stop-bits": self.one_of("1", "2", "3"), "unit": "7", "logfd": "2"}[name]
            return self.one_of("0", "1", "30", "0x1f", "017", "5s", "+4", " 6", "4294967297", "-2" if name == "holdoff" else "9")
        return self.one_of("demand", "a b", "file", "chat -v -f /etc/chatscripts/isp", "chat '' \"AT\\\\x\"", "x'y", "", "#", "a#b", "b\\c",
                           "updetach", "me@isp", "tab\there", "line\nline", "\xe9\xff", "'", "idle", "ppp7")  # fmt: skip

    def option(self, depth):
        dice = self.r.random()
        if dice < 0.45:
            return self.word(self.r.choice(FLAGS))
        if dice < 0.65:
            name = self.r.choice(NUMBERS)
            return self.word(name) + self.blank() + self.word(self.value(name))
        if dice < 0.84:
            name = self.r.choice(TEXTS)
            return self.word(name) + self.blank() + self.word(self.value(name))
        if dice < 0.88:
            return self.word(
                self.one_of("115200", "57600", "0x2580", "/dev/zero", "zero", "/dev/full", "term/a", "10.0.0.1:", ":10.0.0.2")
            )
        if dice < 0.90 and depth < 3:
            path = f"/etc/ppp/more/{len(self.files)}"
            self.files[path] = self.text(depth + 1, 4)
            return "file " + self.word(path)
        if dice < 0.92 and depth < 3:
            name = f"{self.one_of('', 'sub/')}{len(self.files)}"
            self.files["/etc/ppp/peers/" + name] = self.text(depth + 1, 4)
            return "call" + self.blank() + self.word(name)
        if dice < 0.93:
            return f"set {self.word(self.one_of('A=b', 'A=', 'A=b c'))}"
        if dice < 0.945:
            return self.one_of("plugin minconn.so minconnect 4", "plugin passwordfd.so", "asyncmap a0000", "-am", "escape 11,13")
        if dice < 0.952:
            return self.one_of("nosuch", "user", "call /x", "call ../x", "call none", "file /none", "file /etc/ppp", "minconnect 3",
                               "asyncmap x", "set x", "nic-eth7", "eth9", "''\n", "Idle 3", "pppoe-ac x", "0")  # fmt: skip
        return self.word(self.r.choice(FLAGS))

    def text(self, depth, most):
        return "".join(self.option(depth) + self.blank() for _ in range(self.r.randrange(1, most)))

    def case(self):
        self.files = {"/etc/ppp/peers/isp": "noauth\n" + self.text(0, 14)}
        if self.r.random() < 0.4:
            self.files["/etc/ppp/options"] = self.text(1, 5)
        if self.r.random() < 0.15:
            self.files["/root/.ppprc"] = self.text(1, 3)
        for tty in ("null", "zero", "term.a"):
            if self.r.random() < 0.4:
                self.files[f"/etc/ppp/options.{tty}"] = self.text(1, 4)
        arguments = self.one_of(
            ["/dev/null", "call", "isp"],
            ["/dev/null", "persist", "call", "isp", "nopersist", "idle", "0", "nodetach", "maxfail", "1"],
            ["call", "isp", "/dev/null", "nodefaultroute", "noipdefault", "ipparam", "x"],
        )
        return dict(self.files), [*arguments, "local"]  # at the end of a modem's line, pppd would wait for a second


PAIRS = {  # An argument that suits.
    "allow-ip": "10.0.0.1", "allow-number": "1", "avpair": "Framed-MTU=1500", "bsdcomp": "12,12", "callback": "123", "deflate": "12,12",
    "domain": "x.test", "endpoint": "local:1", "escape": "11", "ipv6": "::1,::2", "ipx-node": "1:2", "ipx-router-name": "x",
    "logfile": "/etc/ppp/log", "mo-direction": "in", "ms-dns": "10.0.0.1", "ms-wins": "10.0.0.1", "netmask": "255.255.255.0",
    "ntlm_auth-helper": "x", "passwordfd": "0", "privgroup": "root", "set": "A=b", "unset": "A", "vj-max-slots": "4", "+ua": "/etc/ppp/ua",
    "active-filter": "ip", "pass-filter": "ip", "mtu": "1492", "stop-bits": "1", "tls-verify-method": "name", "max-tls-version": "1.2",
}  # fmt: skip
# No row of a file: pppd prints and exits, or the line is another one.
NOT_ASKED = {
    "--help",
    "-h",
    "--version",
    "-v",
    "file",
    "call",
    "plugin",
    "notty",
    "pty",
    "socket",
    "pppol2tp",
    "show-options",
    "dryrun",
}

# Kinds of files that people have. {name: (peer, other files, arguments)}
KINDS = {
    "pppconfig": (
        '# This optionfile was generated by pppconfig 2.3.25.\n#\n#\nhide-password\nnoauth\nconnect "/usr/sbin/chat -v -f '
        '/etc/chatscripts/provider"\ndebug\n/dev/zero\n115200\ndefaultroute\nnoipdefault\nuser "me"\nremotename provider\nipparam '
        "provider\n\nusepeerdns\n",
        {}, []),
    "wvdial": (
        "# Options used by wvdial\nplugin passwordfd.so\nnoipdefault\nusepeerdns\ndefaultroute\nreplacedefaultroute\npersist\nnoauth\n",
        {}, ["115200", "modem", "crtscts", "-detach", "user", "me", "usehostname", "/dev/zero"]),
    "NetworkManager": (
        "noauth\n", {},
        ["nodetach", "lock", "nodefaultroute", "debug", "user", "me", "noipdefault", "noauth", "usepeerdns", "lcp-echo-failure", "5",
         "lcp-echo-interval", "30", "ipparam", "/org/freedesktop/NetworkManager/PPP/0", "plugin", "nosuch-nm-pppd-plugin.so"]),
    "a USB stick": (
        "/dev/full\n460800\ncrtscts\nmodem\nlock\nnoauth\nnodetach\nconnect '/usr/sbin/chat -s -V -t 60 -f /etc/ppp/chat-umts'\n"
        "disconnect '/usr/sbin/chat -s -f /etc/ppp/chat-off'\nuser web@telekom\npassword tm\nnoipdefault\nipcp-accept-local\n"
        "ipcp-accept-remote\nnovj\nnovjccomp\nnobsdcomp\nnodeflate\nnopcomp\nnoaccomp\nlcp-echo-failure 12\nlcp-echo-interval 3\n"
        "usepeerdns\nholdoff 10\npersist\nmaxfail 0\n", {}, []),
    "an inline chat": (
        "noauth\nconnect \"/usr/sbin/chat -v ABORT 'NO CARRIER' '' ATZ OK 'AT+CGDCONT=1,\\\"IP\\\",\\\"web\\\"' OK ATD*99# CONNECT '\\\\c'\"\n"
        "user \"\"\nlock\n", {}, []),
    "PPPoE": ("noipdefault\nhide-password\nlcp-echo-interval 20\nlcp-echo-failure 3\nconnect /bin/true\nnoauth\npersist\nmtu 1492\n"
              'noaccomp\ndefault-asyncmap\nplugin pppoe.so\nnic-eth9\nuser "me@isp"\n', {"/etc/ppp/options": "lock\ncrtscts\nmodem\n"}, None),
    "PPPoE, connect behind the interface": ("noauth plugin pppoe.so eth9\nconnect /bin/true\n", {}, None),
    "PPPoE with a file of the interface": ("noauth plugin pppoe.so eth9\nuser x\n", {"/etc/ppp/options.eth9": "nosuch"}, None),
    "PPPoE, whose interface has the last word": ("noauth plugin pppoe.so eth9\n", {"/etc/ppp/options.eth9": "persist idle 9 user me"},
                                                 ["call", "isp", "nopersist", "idle", "0", "user", "x"]),
    "PPPoE without a plugin": ("noauth\nnic-eth9\n", {}, None),
    "Debian's options": ("noauth\nuser x\n", {"/etc/ppp/options": "# ms-dns 1\nasyncmap 0\nauth\ncrtscts\nlock\nhide-password\nmodem\n"
                                              "lcp-echo-interval 30\nlcp-echo-failure 4\nnoipx\n"}, []),
    "xl2tpd": ("ipcp-accept-local\nipcp-accept-remote\nrefuse-eap\nrequire-mschap-v2\nnoccp\nnoauth\nidle 1800\nmtu 1410\nmru 1410\n"
               "nodefaultroute\nusepeerdns\ndebug\nconnect-delay 5000\nname me\npassword x\n", {}, []),
    "pptp": ("pty 'pptp vpn.example --nolaunchpppd'\nname 'DOMAIN\\\\me'\nremotename PPTP\nrequire-mppe-128\nfile /etc/ppp/options.pptp\n"
             "ipparam vpn\n", {"/etc/ppp/options.pptp": "lock noauth refuse-eap refuse-chap refuse-mschap nobsdcomp nodeflate\n"}, None),
    "Windows' line ends": ("noauth\r\nuser me\r\nidle 30\r\nconnect 'a b'\r\n# demand\r\nlcp-echo-interval 9\r\n", {}, []),
    "no newline at the end": ("noauth\nuser me", {}, []),
    "an open quote": ("noauth\nuser 'me\nidle 30\n", {}, []),
    "demand by a file": ("noauth\nconnect x\nfile /etc/ppp/options.line\n", {"/etc/ppp/options.line": "demand\n"}, []),
    "demand in options": ("noauth\nconnect x\n", {"/etc/ppp/options": "demand"}, []),
    "demand of the line": ("noauth\nconnect x\n", {"/etc/ppp/options.null": "demand persist"}, ["nopersist"]),
    "demand of the user": ("noauth\nconnect x\n", {"/root/.ppprc": "demand"}, []),
    "connect twice": ('noauth\nconnect "chat -v -f old"\nfile /etc/ppp/site-options\n', {"/etc/ppp/site-options": 'connect "chat -f new"'}, []),
    "defaultroute of the line": ("noauth\n", {"/etc/ppp/options.null": "defaultroute"}, ["nodefaultroute"]),
    "a device of the line": ("noauth\n", {"/etc/ppp/options.null": "/dev/zero"}, []),
    "a pty of the line": ("noauth\n", {"/etc/ppp/options.null": "pty x"}, []),
    "includes itself": ("noauth\nfile /etc/ppp/peers/isp\n", {}, []),
    "include one another": ("noauth\ncall b\n", {"/etc/ppp/peers/b": "call isp"}, []),
    "a directory": ("noauth\nfile /etc/ppp/dir\n", {"/etc/ppp/dir": None}, []),
    "options is a directory": ("noauth\n", {"/etc/ppp/options": None}, []),
    "no peer": (None, {}, []),
    "an unknown plugin": ("noauth\nplugin nosuch.so\nfoo demand\n", {}, []),
}  # fmt: skip


class RealPppd(unittest.TestCase):
    def compare(self, files, arguments, what):
        put(files)
        ours, theirs = Ours(arguments), Pppd(arguments)
        found = differences(theirs, ours)
        if found:
            shown = "".join(f"--- {path}\n{text}\n" for path, text in files.items())
            stops = ours.stops or ours.unknown
            self.fail(
                f"{what}: pppd {' '.join(arguments)}\n{shown}=== {found}\nours: {stops or ours.options}\npppd: {theirs.error}{theirs.text}"
            )
        return theirs, ours

    def test_made_files(self):
        accepted = refused = elsewhere = 0
        maker = Maker(SEED)
        for number in range(MADE):
            files, arguments = maker.case()
            theirs, _ = self.compare(files, arguments, f"file {number}")
            accepted += theirs.code == 0
            refused += theirs.stops
            elsewhere += theirs.code != 0 and not theirs.stops
        print(f"{MADE} files: pppd accepts {accepted}, refuses {refused} while it reads and {elsewhere} later")
        # So that the generator keeps what it is for.
        self.assertGreater(accepted, MADE / 3)
        self.assertGreater(refused, MADE / 10)
        self.assertLess(elsewhere, MADE / 4)

    def test_kinds(self):
        for what, (peer, others, arguments) in KINDS.items():
            files = dict(others)
            if peer is None:
                files["/etc/ppp/peers/other"] = ""
            else:
                files["/etc/ppp/peers/isp"] = peer
            self.compare(
                files,
                ["call", "isp"]
                if arguments is None
                else arguments
                if "call" in arguments
                else ["/dev/null", "call", "isp", *arguments],
                what,
            )

    def test_each_option_of_the_table(self):
        table = json.loads(subprocess.run([PRINT_OPTIONS, "--table"], capture_output=True, text=True, check=True).stdout)
        self.assertGreater(len(table), 300)
        silent = []
        for row in table:
            name, kind = row["name"], row["kind"]
            if name in NOT_ASKED or row["plugin"] not in ("", "minconn", "passwordfd", "pppoe", "winbind"):
                continue
            is_absent = ("4" if is_new() else "5") in row["traits"]
            value = "" if kind == "flag" else " " + PAIRS.get(name, {"number": "3", "hex": "a0000"}.get(kind, "text"))
            plugin = f"plugin {row['plugin']}.so\n" if row["plugin"] else ""
            put({"/etc/ppp/peers/isp": f"noauth\n{plugin}'{name}'{value}\nmaxfail 77\n", "/etc/ppp/ua": "me\nx\n"})
            theirs = Pppd(["/dev/null", "call", "isp"])
            absent = f"unrecognized option '{name}'" in theirs.error
            if "B" in row["traits"]:
                continue
            self.assertEqual(absent, is_absent, f"{name}: {theirs.error}")
            if absent:
                continue
            self.assertFalse(theirs.stops, f"{name}: {theirs.error}")
            if theirs.code == 0:
                self.assertEqual(theirs.shown.get("maxfail", ("",))[0], "77", f"{name}: {theirs.text}")
            else:
                silent.append(name)  # pppd wants more than this, but it has read it
        self.assertLess(len(silent), 40, silent)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("real_pppd_test.py needs root")
    if not os.access(PPPD, os.X_OK):
        sys.exit(f"real_pppd_test.py needs {PPPD} (apt install ppp)")
    PRINT_OPTIONS = os.path.abspath(sys.argv[1])
    enter()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
