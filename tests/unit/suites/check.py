#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""tests/run --suite: another suite's sources are the host's own with the suite's name exchanged. check.py DIRECTORY-OF-GHOSTLAB"""
import sys
import unittest

sys.path.insert(0, sys.argv.pop())
from ghostlab import debian

HOST = """Debian|http://mirror/debian/|bookworm|bookworm|main
Debian|http://mirror/debian/|bookworm|bookworm|contrib
Debian|http://mirror/debian/|bookworm-updates|bookworm-updates|main
Debian|http://mirror/debian/|bookworm-backports|bookworm-backports|main
Debian|http://other/debian-security/|bookworm-security|bookworm-security|main
Somebody|http://elsewhere/|bookworm|bookworm|main""".splitlines()


class Exchanged(unittest.TestCase):
    def test_another_suite_has_the_same_archives_under_its_own_name(self):
        self.assertEqual(
            debian.exchanged(HOST, "bookworm", "trixie"),
            [
                ("http://mirror/debian/", "trixie"),
                ("http://mirror/debian/", "trixie-updates"),
                ("http://other/debian-security/", "trixie-security"),
            ],
        )

    def test_sources_that_say_stable_are_of_the_suite_that_it_is(self):
        stable = ["Debian|http://mirror/debian/|stable|trixie|main"]
        self.assertEqual(debian.exchanged(stable, "trixie", "bookworm"), [("http://mirror/debian/", "bookworm")])
        self.assertEqual(debian.exchanged(stable, "trixie", "trixie"), [("http://mirror/debian/", "stable")])

    def test_without_the_host_s_own_index_it_says_what_to_do(self):
        for lines in ([], [HOST[4]], [HOST[5]]):
            with self.assertRaisesRegex(RuntimeError, "apt has no index of Debian bookworm; run `apt-get update`"):
                debian.exchanged(lines, "bookworm", "trixie")


unittest.main()
