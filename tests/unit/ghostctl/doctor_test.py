#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What ghostctl doctor sees in a root directory of its own. Usage: doctor_test.py GHOSTCTL"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

GHOSTCTL = sys.argv.pop(1)
KERNEL = os.uname().release
MODULES = "ppp_generic tun nf_tables nft_masq nft_fib_inet sch_prio sch_plug ppp_async".split()


class Doctor(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = self.directory.name
        os.chmod(self.root, 0o755)
        self.put("/etc/ghostd/links/isp.conf", "[Link]\nPeer=isp\n")
        self.put("/etc/ppp/peers/isp", '/dev/ttyT0\nconnect "/usr/sbin/chat -f /etc/chatscripts/isp"\n')
        self.put("/etc/chatscripts/isp", "CONNECT ''\n")
        self.put("/etc/resolv.conf", "nameserver 192.0.2.53\n")
        self.put(f"/lib/modules/{KERNEL}/modules.builtin", "kernel/net/tun.ko\n")
        self.put(f"/lib/modules/{KERNEL}/modules.dep", "".join(f"kernel/{m}.ko.xz:\n" for m in MODULES if m != "tun"))
        self.put("/usr/sbin/pppd", "")
        os.makedirs(self.root + "/usr/lib/pppd/2.4.9")
        os.makedirs(self.root + "/dev")
        os.symlink("/dev/null", self.root + "/dev/ttyT0")  # a character device, 1:3

    def put(self, path, text):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + path, "w") as f:
            f.write(text)

    def doctor(self):
        """(exit status, {severity: [message]})"""
        done = subprocess.run([GHOSTCTL, "--root", self.root, "--json", "doctor"], capture_output=True, text=True, timeout=30)
        found = {}
        for one in json.loads(done.stdout):
            found.setdefault(one["severity"], []).append(one["message"])
        return done.returncode, found

    def assert_problem(self, text):
        code, found = self.doctor()
        self.assertEqual(code, 1)
        self.assertEqual([m for m in found["problem"] if text not in m], [])
        self.assertEqual(len(found["problem"]), 1, found)

    def test_a_sound_machine(self):
        code, found = self.doctor()
        self.assertEqual((code, set(found)), (0, {"fine", "unseen"}), found)
        self.assertIn("isp: /dev/ttyT0 is there and free", found["fine"])
        self.assertIn("pppd 2.4.9", found["fine"])

    def test_a_tty_that_is_gone(self):
        os.unlink(self.root + "/dev/ttyT0")
        self.assert_problem("/dev/ttyT0 does not exist")

    def test_a_tty_that_another_program_has_locked(self):
        self.put("/run/lock/LCK..ttyT0", "       123\n")
        self.assertEqual(self.doctor()[0], 0)  # no such process lives
        self.put("/proc/123/comm", "minicom\n")
        self.assert_problem("in use by minicom (123)")
        self.put("/run/ppp-isp.pid", "123\n")
        self.assertEqual(self.doctor()[0], 0)  # the link's own call

    def test_a_missing_script_and_a_missing_peer(self):
        os.unlink(self.root + "/etc/chatscripts/isp")
        self.assert_problem("/etc/chatscripts/isp does not exist")
        os.unlink(self.root + "/etc/ppp/peers/isp")
        self.assert_problem("/etc/ppp/peers/isp does not exist")

    def test_each_peer_is_looked_at(self):
        self.put("/etc/ghostd/links/isp.conf", "[Link]\nPeer=isp second\n")
        self.assert_problem("isp, peer second: /etc/ppp/peers/second does not exist")
        self.put("/etc/ppp/peers/second", "/dev/ttyT1\n")
        self.assert_problem("isp, peer second: /dev/ttyT1 does not exist")

    def test_modules(self):
        self.put(f"/lib/modules/{KERNEL}/modules.dep", "".join(f"kernel/{m}.ko:\n" for m in MODULES[:-2]))
        self.assert_problem("has no sch_plug, ppp_async")
        for module in MODULES[-2:]:
            os.makedirs(f"{self.root}/sys/module/{module}")
        self.assertEqual(self.doctor()[0], 0)
        self.put("/proc/sys/kernel/modules_disabled", "1\n")
        self.assert_problem("has no ppp_generic")

    def test_timers(self):
        self.put("/etc/systemd/system/timers.target.wants/ghost-appear@isp.timer", "")
        self.assertNotIn("caution", self.doctor()[1])
        self.put("/etc/systemd/system/ghost-appear@isp.timer.d/mine.conf", "[Timer]\nPersistent=no\n")
        self.assertIn("not persistent", self.doctor()[1]["caution"][0])

    def test_errors_have_file_and_line(self):
        self.put("/etc/ghostd/links/bad.conf", "[Link]\nPere=x\nPeer=isp\n")
        self.assert_problem("/etc/ghostd/links/bad.conf:2: ")

    def test_a_fifo_does_not_hang_it(self):
        os.unlink(self.root + "/etc/ppp/peers/isp")
        os.mkfifo(self.root + "/etc/ppp/peers/isp")
        self.assert_problem("is not a regular file")


if __name__ == "__main__":
    unittest.main()
