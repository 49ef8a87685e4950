# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input of every kind: it is refused by name, with file and line, and the running configuration continues."""
import json
import os
import pwd
import re
import socket
import struct
import subprocess
import time

from rig.traffic import Talk

SOCKET = "/run/ghostd-supervisor.sock"


def run(lab):
    configuration(lab)
    requests(lab)
    supervisor(lab)
    frames(lab)


def configuration(lab):
    lab.configure("isp", Link={"Description": "as it was"})
    lab.check("ghostctl check accepts a good configuration", lab.ghostctl("check")[0] == 0, lab.ghostctl("check"))
    lab.start_ghostd()
    lab.wait_state("down")
    before = settings(lab)
    wrong = {
        "malformed": ("bad", "[Link\nPeer=isp\n", "bad.conf:1:"),
        "a line that is no key": ("bad", "[Link]\nPeer=isp\nwhat is this\n", "bad.conf:3:"),
        "an unknown key": ("bad", "[Link]\nPeer=isp\nColour=blue\n", "bad.conf:3:"),
        "an unknown section": ("bad", "[Link]\nPeer=isp\n[Boo]\nX=1\n", "bad.conf:3:"),
        "a bad value": ("bad", "[Link]\nPeer=isp\n[Call]\nIdleTimeout=soon\n", "bad.conf:4:"),
        "a long name": ("abcdefghijkl", "[Link]\nPeer=isp\n", "abcdefghijkl.conf"),
        "a peer with a slash": ("bad", "[Link]\nPeer=../isp\n", "bad.conf:2:"),
    }
    for what, (name, text, where) in wrong.items():
        path = lab.configure(name, text=text)
        refused(lab, what, where, before)
        os.unlink(path)
    for what, mode, owner in (("group-writable", 0o664, 0), ("not root's", 0o644, 1000)):
        path = lab.configure("bad", text="[Link]\nPeer=isp\n")
        os.chown(path, owner, 0)
        os.chmod(path, mode)
        refused(lab, what, "bad.conf", before)
        os.unlink(path)
    # ghostd does not run as root: a file that only root may read is not accepted, and root's `ghostctl check` says so.
    for mode in (0o600, 0o000):
        path = lab.configure("bad", text="[Link]\nPeer=isp\n")
        os.chmod(path, mode)
        refused(lab, f"unreadable (mode {mode:03o})", "bad.conf", before)
        os.unlink(path)
    os.mkdir("/etc/ghostd/links/bad.conf")
    refused(lab, "a directory", "bad.conf", before)
    os.rmdir("/etc/ghostd/links/bad.conf")
    lab.check("a link still calls", (talk := Talk()).wait(), talk.error)
    talk.close()
    code, out, error = lab.ghostctl("reload")
    lab.check("reload works again", code == 0, (code, out, error))
    status = lab.status()
    lab.check("the reload applies the new configuration", status["description"].startswith("new with"), status)
    lab.check("the reload hung nothing up", status["state"] == "up", status)


def refused(lab, what, where, before):
    """With one error, nothing of the configuration is applied, not even its correct parts."""
    lab.configure("isp", Link={"Description": f"new with {what}"}, Call={"IdleTimeout": "1h"})
    code, out, error = lab.ghostctl("check")
    lab.check(f"{what}: ghostctl check fails", code != 0, (code, out, error))
    lab.check(f"{what}: ghostctl check names the place", where in out + error, out + error)
    code, out, error = lab.ghostctl("reload")
    lab.check(f"{what}: reload fails", code != 0, (code, out, error))
    lab.check(f"{what}: reload names the place", where in out + error, out + error)
    after = settings(lab)
    lab.check(f"{what}: the running configuration is untouched", after == before, (before, after))


def settings(lab):
    """The links' settings, whatever their state."""
    links = json.loads(lab.ghostctl("status", "--json")[1])
    return [{k: link[k] for k in ("name", "description", "demand_interface", "stable_addresses", "blocked")} for link in links]


def requests(lab):
    call = "busctl call org.ghostd1 /org/ghostd1 org.ghostd1.Manager"
    for name in ("nolink", "../etc/passwd", "a" * 300, ""):
        done = subprocess.run([*call.split(), "Connect", "s", name], capture_output=True, text=True)
        lab.check(
            f"Connect {name[:14]!r} answers: no such link",
            done.returncode != 0 and ("no link" in done.stderr.lower() or "NoSuchLink" in done.stderr),
            done.stderr,
        )
    lab.check("an unknown link has ghostctl's own exit status", lab.ghostctl("connect", "nolink")[0] == 3)
    lab.ghostctl("block", "isp")
    done = subprocess.run([*call.split(), "--json=short", "Connect", "s", "isp"], capture_output=True, text=True)
    lab.check("a blocked link refuses", done.returncode != 0 and "block" in done.stderr.lower(), done.stderr)
    lab.ghostctl("unblock", "isp")
    code, _, error = lab.ghostctl("connect", "isp", user="alice")
    lab.check("a user may not connect", code == 7, (code, error))
    code, out, _ = lab.ghostctl("status", "--json", user="alice")
    lab.check("a user may see the status", code == 0 and '"isp"' in out, code)


def supervisor(lab):
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")

    def say(data, uid=None):
        """The supervisor's answer, as root or as a user."""
        words = [
            "python3",
            "-c",
            "import socket,sys\ns=socket.socket(socket.AF_UNIX,socket.SOCK_SEQPACKET)\n"
            f"s.settimeout(20)\ns.connect({SOCKET!r})\ns.send(bytes.fromhex(sys.argv[1]))\nprint(s.recv(2000))",
            data.hex(),
        ]
        if uid:
            words = ["setpriv", "--reuid", uid, "--regid", uid, "--clear-groups", *words]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr

    for _ in range(2):
        answer = say(b"dial isp 1")  # reset: it was turned away before it had said anything
        told = ("refused", "ConnectionResetError", "BrokenPipeError")
        lab.check("the supervisor refuses root as a client", any(word in answer for word in told), answer)
    lab.check("a user cannot even connect to the socket", "PermissionError" in say(b"dial isp 1", "alice"))
    for data in (
        b"\0\xff\xfe garbage",
        b"dial",
        b"dial isp",
        b"dial ../../x 1",
        b"dial isp 99999999999999999999999",
        b"x" * 1500,
    ):
        answer = say(data, "ghostd")
        lab.check(f"garbage {data[:12]!r} is refused", "refused" in answer, answer)
    # Two connections say nothing. The supervisor closes them in the end. Meanwhile they keep no other client from work.
    silent = [quiet_client("ghostd") for _ in range(2)]
    lab.check("calls are still made", (talk := Talk()).wait(), talk.error)
    talk.close()
    for client in silent:
        lab.check("a client that says nothing is disconnected", turned_away(client, 40))
        client.close()
    # Each kind has records of its own. The supervisor writes one per minute at most, and all this took less.
    log = lab.journal("-u ghost-supervisor -o cat")
    for what, words in (
        ("a wrong user", r"refused a connection of user 0\b"),
        ("garbage", r"closed a connection: "),
        ("silence", r"closed a connection that sent no request"),
    ):
        count = len(re.findall("^" + words, log, re.M))
        lab.check(f"{what} is logged once", count == 1, (count, log[-2500:]))
    lab.check("the supervisor never failed", lab.out("systemctl show -P NRestarts ghost-supervisor") in ("0", ""))


def turned_away(client, deadline):
    """Whether the supervisor ends the connection. News of calls is for every client, so something may be heard before."""
    end = time.monotonic() + deadline
    try:
        while (left := end - time.monotonic()) > 0:
            client.settimeout(left)
            if not client.recv(2000):
                return True
    except ConnectionResetError:
        return True
    except TimeoutError:
        pass
    return False


def quiet_client(user):
    """A connection to the supervisor made as that user (SO_PEERCRED is taken at connect)."""
    entry = pwd.getpwnam(user)
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    os.setegid(entry.pw_gid)
    os.seteuid(entry.pw_uid)
    try:
        s.connect(SOCKET)
    finally:
        os.seteuid(0)
        os.setegid(0)
    return s


def frames(lab):
    """Strange frames straight onto the demand interface, as a packet socket of root's can send them."""
    lab.ghostctl("disconnect", "isp")
    lab.wait_state("down")
    lab.ghostctl("block", "isp")
    before = lab.status()
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)

    def ip(total, flags=0, proto=17, ihl=0x45):
        ends = bytes((192, 0, 0, 2)), bytes((10, 64, 64, 1))
        return struct.pack("!BBHHHBBH4s4s", ihl, 0, total, 1, flags, 64, proto, 0, *ends)

    broken = [b"\0", b"E", ip(2000), ip(10), ip(28, ihl=0x4F) + b"x" * 8, b"\x60" + b"\0" * 10, b"\xf0" * 60, b"\x12" * 1500]
    # Packets all the same: without data, the first and a later fragment, half a TCP header, an IPv6 header alone. Blocked, they are
    # dropped, and counted as that.
    odd = [ip(20), ip(28, 0x2000) + b"x" * 8, ip(28, 0x00FF) + b"x" * 8, ip(24, proto=6) + b"x" * 4, b"\x60" + b"\0" * 39]
    for frame in broken + odd:
        raw.sendto(frame, ("gd-isp", 0x1234))
    try:
        raw.sendto(b"", ("gd-isp", 0x1234))
        lab.fail("the kernel takes an empty frame")
    except OSError:
        pass  # so none reaches us; scenario/ has the machine get one

    def counted(s):
        return s["malformed_packets"] - before["malformed_packets"], s["dropped_packets"] - before["dropped_packets"]

    lab.wait_for(lambda: sum(counted(lab.status())) >= len(broken + odd), 20, "all frames to be counted")
    lab.check(
        "each bad packet is counted by its kind",
        counted(lab.status()) == (len(broken), len(odd)),
        (counted(lab.status()), len(broken), len(odd)),
    )
    for frame in broken + odd:
        for kind in (0x0800, 0x86DD, 0x0806):
            raw.sendto(frame, ("gd-isp", kind))
    lab.ghostctl("unblock", "isp")
    for frame in broken + odd:
        raw.sendto(frame, ("gd-isp", 0x1234))
    lab.check("no process has crashed", lab.out("systemctl show -P NRestarts ghostd") == "0")
    lab.check("a link still calls", (talk := Talk()).wait(), talk.error)
    talk.close()
