# SPDX-License-Identifier: GPL-2.0-or-later
"""`ghostctl init` makes a link for a peer file that exists, and one for a modem. With what it wrote, a first packet dials."""
from rig.isp import SECRET, USER
from rig.traffic import Sender


def run(lab):
    lab.put("/run/lab/secret", SECRET + "\n", 0o600)
    made(lab, "isp", "--peer", "isp")
    first_packet(lab, "isp", 7100)
    lab.stop_ghostd()
    lab.sh("rm /etc/ghostd/links/isp.conf")
    lab.line.wait_free()

    lab.isp.configure(auth="chap")
    lab.undo += [("file", path, None) for path in ("/etc/ppp/peers/tel", "/etc/chatscripts/tel")]
    words = ("--number", "5551234", "--user", USER, "--secret-file", "/run/lab/secret")
    made(lab, "tel", "--modem", lab.line.tty, *words)
    first_packet(lab, "tel", 7101)


def made(lab, link, *words):
    code, text, error = lab.ghostctl("init", link, *words, "--yes")
    lab.check(f"init makes {link}", code == 0, error)
    lab.check("the password is not shown", SECRET not in text + error, text)


def first_packet(lab, link, port):
    lab.start_ghostd()
    lab.wait_state("down", 60, link)
    sender = Sender(1, 1, port=port)
    sender.go()
    sender.done()
    lab.wait_state("up", 60, link)
