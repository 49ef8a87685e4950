#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's rig: what it reads of files that others write, and of a scenario that it does not run. check.py DIRECTORY-OF-THE-LAB"""
import ast
import builtins
import importlib.util
import io
import os
import sys
import unittest
from unittest import mock

LAB = sys.argv.pop()
sys.dont_write_bytecode = True
sys.path[:0] = [LAB, os.path.join(LAB, "guest"), os.path.join(LAB, "scenarios")]
from ghostlab import deploy
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


class Attributes(unittest.TestCase):
    def test_each_form_of_an_assignment_is_read(self):
        for text in ("A = 1", "A, B = 1, 2", "B, A = 2, 1"):
            pairs = deploy.assigned(ast.parse(text).body[0])
            self.assertIn(("A", 1), [(target.id, ast.literal_eval(value)) for target, value in pairs])

    def test_what_is_read_without_running_a_scenario_is_what_it_says(self):
        for name in deploy.scenario_names():
            spec = importlib.util.spec_from_file_location("scenario", deploy.scenario_path(name))
            scenario = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(scenario)
            for attribute in ("TIMEOUT", "TIMEOUT_ALL", "ALONE", "PACKAGES", "NOT_YET", "ON_REQUEST"):
                with self.subTest(scenario=name, attribute=attribute):
                    self.assertEqual(deploy.scenario_attribute(name, attribute, None), getattr(scenario, attribute, None))


unittest.main()
