#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What ghostctl check says about pppd's files in a root directory of its own. Usage: check_test.py GHOSTCTL"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

GHOSTCTL = sys.argv.pop(1)


class Check(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = self.directory.name
        os.chmod(self.root, 0o755)
        self.put("/etc/ghostd/links/isp.conf", "[Link]\nPeer=isp\n")
        self.put("/etc/ppp/peers/isp", "noauth\n")

    def put(self, path, text):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + path, "w") as f:
            f.write(text)

    def check(self, *options):
        return subprocess.run([GHOSTCTL, "--root", self.root, *options, "check"], capture_output=True, text=True, timeout=30)

    def said(self):
        """(exit status, the lines)"""
        done = self.check()
        return done.returncode, done.stderr.splitlines()

    def test_nothing_to_say(self):
        self.assertEqual(self.said(), (0, []))

    def test_what_is_refused_fails(self):
        self.put("/etc/ppp/peers/isp", "noauth\nfile /etc/ppp/options.line\n")
        self.put("/etc/ppp/options.line", "# the line\ndemand\n")
        message = '"demand" cannot be used with ghostd, because pppd would dial by itself; remove it'
        self.assertEqual(self.said(), (1, [f"/etc/ppp/options.line:2: {message}"]))
        found = json.loads(self.check("--json").stdout)
        self.assertEqual(found, [{"file": "/etc/ppp/options.line", "line": 2, "severity": "error", "message": message}])

    def test_each_peer_file_is_read(self):
        self.put("/etc/ghostd/links/isp.conf", "[Link]\nPeer=isp second\n")
        self.put("/etc/ppp/peers/second", "noauth\ndemand\n")
        code, lines = self.said()
        self.assertEqual((code, len(lines)), (1, 1), lines)
        self.assertIn("/etc/ppp/peers/second:2: ", lines[0])

    def test_what_pppd_refuses_is_a_warning(self):
        self.put("/etc/ppp/peers/isp", "noauth\nnosuch\n")
        self.assertEqual(self.said(), (0, ['/etc/ppp/peers/isp:2: pppd has no option "nosuch"']))

    def test_what_is_overridden_or_not_known_is_a_note(self):
        self.put("/etc/ppp/peers/isp", "idle 300\nplugin x.so\nfoo\n")
        code, lines = self.said()
        self.assertEqual(code, 0)
        self.assertEqual([line.split(":")[:3] for line in lines], [["note", " /etc/ppp/peers/isp", n] for n in ("2", "3", "1")])

    def test_what_is_overridden_of_the_distribution_s_file_is_no_news(self):
        self.put("/etc/ppp/options", "auth\nlcp-echo-interval 30\nnosuch\n")
        self.assertEqual(self.said(), (0, ['/etc/ppp/options:3: pppd has no option "nosuch"']))
        # A file that the peer file names is the link's own, whatever it is called.
        self.put("/etc/ppp/options", "auth\n")
        self.put("/etc/ppp/peers/isp", "noauth\nfile /etc/ppp/options.line\n")
        self.put("/etc/ppp/options.line", "idle 300\n")
        self.assertEqual([line.split(":")[:3] for line in self.said()[1]], [["note", " /etc/ppp/options.line", "1"]])

    def test_what_two_links_share_is_said_once(self):
        self.put("/etc/ghostd/links/b.conf", "[Link]\nPeer=isp\nAddress=192.0.0.3\nRoutes=10.0.0.0/8\n")
        self.put("/etc/ppp/options", "demand\n")
        self.assertEqual(len(self.said()[1]), 1)


if __name__ == "__main__":
    unittest.main()
