#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's rig: what it reads of files that others write. check.py DIRECTORY-OF-THE-GUEST"""
import builtins
import io
import sys
import unittest
from unittest import mock

sys.path.insert(0, sys.argv.pop())
from rig.run import whole_lines


class Growing(io.RawIOBase):
    """A file whose writer appends the next piece after the reader has met its end."""

    def __init__(self, *pieces):
        self.reads = [read for piece in pieces for read in (piece, b"")]

    def readable(self):
        return True

    def readinto(self, into):
        piece = self.reads.pop(0) if self.reads else b""
        into[: len(piece)] = piece
        return len(piece)


class WholeLines(unittest.TestCase):
    def read(self, *pieces):
        with mock.patch.object(builtins, "open", lambda path: io.TextIOWrapper(io.BufferedReader(Growing(*pieces)))):
            return whole_lines("a file")

    def test_the_rest_of_a_line_is_not_a_line(self):
        self.assertEqual(self.read(b'{"time": 1}\n{"time": 17', b"95.25}\n"), ['{"time": 1}'])

    def test_what_does_not_end_yet_is_no_line(self):
        self.assertEqual(self.read(b"one\ntw"), ["one"])
        self.assertEqual(self.read(b""), [])

    def test_a_file_that_is_not_there_has_none(self):
        self.assertEqual(whole_lines("/proc/self/no such file"), [])


unittest.main()
