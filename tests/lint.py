# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sources should look like, as clang-format and black would write them, and what flake8 and shellcheck find in them.

A check takes the tree's directory and returns what is wrong, as lines "path:line: …"; nothing is wrong when it returns none.
fix() writes what the two formatters would write.
"""
import difflib
import os
import re
import shutil
import subprocess
import tempfile

CLANG_FORMAT = "clang-format-19"
SUFFIXES = {".cpp": "c++", ".hpp": "c++", ".py": "python", ".sh": "shell", ".bash": "shell"}
# pyflakes; statements that hide something (E7), syntax (E9), escapes that are none (W6). The form is black's affair.
FLAKE8 = ["flake8", "--isolated", "--select=F,E7,E9,W6"]
SHELLCHECK = ["shellcheck", "--external-sources", "--source-path=SCRIPTDIR", "--severity=warning", "--format=gcc"]


def language(path):
    """By the name; a program without a suffix, by its first line."""
    suffix = os.path.splitext(path)[1]
    if suffix or not os.path.isfile(path):
        return SUFFIXES.get(suffix)
    with open(path, "rb") as f:
        words = f.readline(100).split()
    if not words or not words[0].startswith(b"#!"):
        return None
    interpreter = os.path.basename(words[-1])
    return "python" if interpreter.startswith(b"python") else "shell" if interpreter in (b"sh", b"bash") else None


def sources(tree, wanted):
    """Paths of one language, relative to the tree. Build directories and hidden ones hold no sources, but for .ci."""
    found = []
    for directory, below, names in os.walk(tree):
        below[:] = sorted(name for name in below if name == ".ci" or not name.startswith((".", "__pycache__")))
        if directory == tree:
            below[:] = [name for name in below if not name.startswith("build")]
        if "meson-private" in below:
            below.clear()
            continue
        paths = (os.path.join(directory, name) for name in sorted(names))
        found += [os.path.relpath(path, tree) for path in paths if language(path) == wanted]
    return found


def call(argv, directory):
    return subprocess.run(argv, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")


def read(tree, path):
    with open(os.path.join(tree, path), newline="", encoding="utf-8") as f:
        return f.read()


def rewritten(tree, paths, argv):
    """path → what a formatter makes of it. It writes copies, all in one run."""
    if not paths:
        return {}
    with tempfile.TemporaryDirectory(prefix="ghostd-lint-") as copy:
        for path in paths:
            os.makedirs(os.path.join(copy, os.path.dirname(path)), exist_ok=True)
            shutil.copyfile(os.path.join(tree, path), os.path.join(copy, path))
        call([*argv, *paths], copy)
        return {path: read(copy, path) for path in paths}


def clang_formatted(tree):
    """path → the text it should have, of the files that differ; and what went wrong."""
    argv = [CLANG_FORMAT, f"--style=file:{tree}/.clang-format"]
    done = call([*argv, "--dry-run", *sources(tree, "c++")], tree)
    if done.returncode != 0:
        return {}, done.stderr.splitlines()
    differ = re.findall(r"^(.+?):\d+:\d+: warning: code should be clang-formatted", done.stderr, re.M)
    return rewritten(tree, list(dict.fromkeys(differ)), [*argv, "-i"]), []


def blackened(tree):
    """The same, of the Python files."""
    argv = ["black", "--config", os.path.join(tree, "tests/pyproject.toml")]
    done = call([*argv, "--check", *sources(tree, "python")], tree)  # it knows by its cache what it has seen
    told = done.stderr.replace(os.path.realpath(tree) + os.sep, "")
    wrong = [line for line in told.splitlines() if line.startswith(("error: ", "Error: ", "Usage: "))]
    return rewritten(tree, re.findall(r"^would reformat (.+)$", told, re.M), argv), wrong


def difference(path, have, want):
    """Each place as "path:line:", the lines there are and the lines there should be."""
    lines = []
    for line in list(difflib.unified_diff(have.splitlines(True), want.splitlines(True), n=0))[2:]:
        place = re.match(r"@@ -(\d+)", line)
        end = "" if line.endswith("\n") or place else "  (without a newline)"
        lines.append(f"{path}:{place[1]}:" if place else line.rstrip("\n") + end)
    return lines


def form(formatter):
    def check(tree):
        texts, lines = formatter(tree)
        for path in sorted(texts):
            lines += difference(path, read(tree, path), texts[path])
        return lines + (["`tests/run lint --fix` mends it"] if texts else [])

    return check


def faults(argv, wanted):
    def check(tree):
        done = call([*argv, *sources(tree, wanted)], tree)
        lines = (done.stdout + done.stderr).splitlines()
        return lines or ([f"{argv[0]} ended with status {done.returncode}"] if done.returncode else [])

    return check


CHECKS = {
    "lint/clang-format": form(clang_formatted),
    "lint/black": form(blackened),
    "lint/flake8": faults(FLAKE8, "python"),
    "lint/shellcheck": faults(SHELLCHECK, "shell"),
}


def fix(tree):
    """Returns the paths of what it has changed."""
    changed = []
    for formatter in (clang_formatted, blackened):
        for path, text in formatter(tree)[0].items():
            with open(os.path.join(tree, path), "w", newline="", encoding="utf-8") as f:
                f.write(text)
            changed.append(path)
    return sorted(changed)
