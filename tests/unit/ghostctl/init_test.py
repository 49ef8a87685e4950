#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""ghostctl init in a root directory of its own: by options, by questions on a terminal, and interrupted. Usage: init_test.py GHOSTCTL"""
import os
import select
import signal
import stat
import subprocess
import sys
import tempfile
import termios
import time
import unittest

GHOSTCTL = sys.argv.pop(1)
SECRET = "boo-in-the-night"
PATIENCE = 30


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = self.directory.name
        os.chmod(self.root, 0o755)
        os.makedirs(self.root + "/etc/ppp/peers")
        self.put("/etc/ppp/peers/work", "/dev/ttyS0\nlock\n")
        self.put("/etc/ppp/chap-secrets", "# mine\nother * x\n")

    def put(self, path, text):
        with open(self.root + path, "w") as f:
            f.write(text)

    def read(self, path):
        with open(self.root + path) as f:
            return f.read()

    def files(self):
        return sorted(os.path.join(d, name)[len(self.root) :] for d, _, names in os.walk(self.root + "/etc") for name in names)

    def init(self, *words, text=""):
        return subprocess.run(
            [GHOSTCTL, "--root", self.root, "init", *words], input=text, capture_output=True, text=True, timeout=PATIENCE
        )


class Options(Case):
    def test_debians_example_of_a_peer_is_not_taken(self):
        self.put("/etc/ppp/peers/provider", 'connect "/usr/sbin/chat -v -f /etc/chatscripts/pap -T ********"\n/dev/modem\n')
        done = self.init("isp", "--peer", "provider", "--yes")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/etc/ppp/peers/provider is Debian's example: it has no telephone number yet", done.stderr)
        self.put("/etc/ppp/peers/provider", '# connect "/usr/sbin/chat -v -f /etc/chatscripts/pap -T ********"\n/dev/ttyS0\n')
        self.assertEqual(self.init("isp", "--peer", "provider", "--yes").returncode, 0)

    def test_a_link_for_an_existing_peer(self):
        done = self.init("isp", "--peer", "work", "--idle", "2min", "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Peer=work\n\n[Call]\nIdleTimeout=2min\n", self.read("/etc/ghostd/links/isp.conf"))
        self.assertIn("--- /etc/ghostd/links/isp.conf (mode 0644)\n" + self.read("/etc/ghostd/links/isp.conf"), done.stdout)
        self.assertIn("systemctl enable --now ghostd", done.stdout)

    def test_a_second_link_has_an_address_of_its_own(self):
        self.init("two", "--peer", "work", "--yes")
        done = self.init("one", "--peer", "work", "--yes")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Address=192.0.0.3\n", self.read("/etc/ghostd/links/one.conf"))

    def test_a_modem_with_a_password_that_is_not_shown(self):
        before = self.files()
        words = ("isp", "--modem", "/dev/ttyNONE0", "--number", "5551234", "--user", "ghost", "--secret-file", "-", "--yes")
        done = self.init(*words, text=SECRET + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(SECRET, done.stdout + done.stderr)
        self.assertIn("/dev/ttyNONE0 is not there now", done.stderr)
        self.assertEqual(self.read("/etc/ppp/chap-secrets"), f'# mine\nother * x\n"ghost" * "{SECRET}"\n')
        self.assertEqual(self.read("/etc/ppp/pap-secrets"), f'"ghost" * "{SECRET}"\n')
        for path in ("/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets"):
            self.assertEqual(stat.S_IMODE(os.stat(self.root + path).st_mode), 0o600)
        made = ["/etc/chatscripts/isp", "/etc/ghostd/links/isp.conf", "/etc/ppp/pap-secrets", "/etc/ppp/peers/isp"]
        self.assertEqual(sorted(set(self.files()) - set(before)), made)
        # Again, by force: nothing is there twice.
        self.assertEqual(self.init(*words, "--force", text=SECRET + "\n").returncode, 0)
        self.assertEqual(self.read("/etc/ppp/chap-secrets").count("ghost"), 1)

    def test_what_exists_is_kept(self):
        self.init("isp", "--peer", "work", "--yes")
        before = self.read("/etc/ghostd/links/isp.conf")
        done = self.init("isp", "--peer", "work", "--idle", "1min", "--yes")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is a link 'isp' already", done.stderr)
        done = self.init("work", "--modem", "/dev/ttyS0", "--number", "1", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/etc/ppp/peers/work exists", done.stderr)
        self.assertEqual(self.read("/etc/ghostd/links/isp.conf"), before)
        self.assertEqual(self.read("/etc/ppp/peers/work"), "/dev/ttyS0\nlock\n")
        self.assertNotIn("/etc/ghostd/links/work.conf", self.files())

    def test_without_a_terminal_it_asks_nothing_and_writes_nothing(self):
        before = self.files()
        for words, why in (
            ((), "give LINK"),
            (("isp",), "--modem TTY"),
            (("isp", "--modem", "/dev/ttyS0"), "--number NUMBER or --apn APN"),
            (("isp", "--peer", "work"), "--yes"),
            (("isp", "--peer", "none", "--yes"), "no file /etc/ppp/peers/none"),
            (("isp", "--peer", "work", "--pppoe", "eth0", "--yes"), "excludes"),
        ):
            done = self.init(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertIn(why, done.stderr)
        self.assertEqual(self.files(), before)

    def test_an_error_elsewhere_in_the_configuration_is_told(self):
        os.makedirs(self.root + "/etc/ghostd/links")
        self.put("/etc/ghostd/links/bad.conf", "[Link]\nPere=work\n")
        done = self.init("isp", "--peer", "work", "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.conf:2:", done.stderr)
        self.assertNotIn("enable", done.stdout)


class Terminal(Case):
    """A person types: the answers to what is asked, in turn."""

    def setUp(self):
        super().setUp()
        self.ours, self.theirs = os.openpty()
        self.said, self.seen = "", 0
        self.process = subprocess.Popen(
            [GHOSTCTL, "--root", self.root, "init"],
            stdin=self.theirs,
            stdout=self.theirs,
            stderr=self.theirs,
            start_new_session=True,
        )
        self.addCleanup(self.end)

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)

    def wait_for(self, text):
        deadline = time.monotonic() + PATIENCE
        while text not in self.said[self.seen :]:
            ready, _, _ = select.select([self.ours], [], [], max(0, deadline - time.monotonic()))
            self.assertTrue(ready, f"{text!r} did not come: {self.said}")
            self.said += os.read(self.ours, 4096).decode()
        self.seen += self.said[self.seen :].index(text) + len(text)

    def answer(self, asked, text, echo=True):
        self.wait_for(asked)
        self.assertEqual(self.echoes(), echo, asked)
        os.write(self.ours, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def status(self):
        code = self.process.wait(PATIENCE)
        while select.select([self.ours], [], [], 0)[0]:
            self.said += os.read(self.ours, 4096).decode()
        return code

    def to_the_password(self):
        self.answer("Name of the link [isp]: ", "dsl\n")
        self.wait_for("\n  3 pppoe ".replace("\n", "\r\n"))
        self.answer("Which of them [peer]: ", "pppoe\n")
        self.answer("Which interface", "eth 0\n")
        self.wait_for("is not the name of an interface")
        self.answer("Which interface", "eth7\n")
        self.answer("User name", "ghost\n")

    def test_five_questions(self):
        self.to_the_password()
        self.answer("Password of ghost", SECRET + "\n", echo=False)
        self.answer("Write these files?", "y\n")
        self.assertEqual(self.status(), 0, self.said)
        self.assertNotIn(SECRET, self.said)
        self.assertIn(SECRET, self.read("/etc/ppp/pap-secrets"))
        self.assertIn("nic-eth7\n", self.read("/etc/ppp/peers/dsl"))
        self.assertIn("Peer=dsl\n", self.read("/etc/ghostd/links/dsl.conf"))

    def test_no_is_no(self):
        before = self.files()
        self.answer("Name of the link", "\n")
        self.answer("Which of them", "\n")
        self.answer("Which file", "\n")
        self.answer("Write these files?", "\n")
        self.assertEqual(self.status(), 1, self.said)
        self.assertEqual(self.files(), before)

    def test_an_interrupt_leaves_nothing_and_the_echo_on(self):
        before = self.files()
        self.to_the_password()
        self.answer("Password of ghost", "half a sec", echo=False)
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.status(), 130, self.said)
        self.assertTrue(self.echoes())
        self.assertEqual(self.files(), before)


if __name__ == "__main__":
    unittest.main()
