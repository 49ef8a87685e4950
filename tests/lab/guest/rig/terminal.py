# SPDX-License-Identifier: GPL-2.0-or-later
"""A person at a terminal: commands on a pty, answers to what they ask, and the transcript of both."""
import codecs
import os
import pty
import select
import signal
import termios
import time

from .run import Failure

ECHO = 3  # of tcgetattr's list: the local flags


class Terminal:
    """Runs commands one after the other. transcript: what a person saw. seconds: how long the commands took."""

    def __init__(self, directory, prompt="# "):
        self.directory, self.prompt = directory, prompt
        self.transcript, self.seconds = "", 0.0

    def run(self, command, *answers, deadline=200):
        """Answers each (question, answer, shown) in this order, once the question stands on the last line. What is not shown is
        typed after the command has turned the echo off. Returns the exit status."""
        begun = time.monotonic()
        pid, tty = pty.fork()
        if pid == 0:
            os.chdir(self.directory)
            os.execvpe("sh", ["sh", "-c", command], {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8"})
        try:
            text = self.talk(tty, list(answers), begun + deadline, command)
        except Failure:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            os.close(tty)
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.seconds += time.monotonic() - begun
        self.transcript += f"{self.prompt}{command}\n{as_seen(text)}"
        return status

    @staticmethod
    def talk(tty, answers, end, command):
        text, decode = "", codecs.getincrementaldecoder("utf-8")("replace").decode
        while True:
            if not select.select([tty], [], [], max(0, min(0.05, end - time.monotonic())))[0]:
                if time.monotonic() >= end:
                    raise Failure(f"`{command}` does not end; it has written: {text[-2000:]}")
                if answers and answers[0][0] in text.rsplit("\n", 1)[-1]:
                    if answers[0][2] or not termios.tcgetattr(tty)[ECHO] & termios.ECHO:
                        os.write(tty, answers.pop(0)[1].encode() + b"\n")
                continue
            try:
                data = os.read(tty, 4096)
            except OSError:  # EIO: the last program has closed it
                data = b""
            if not data:
                return text
            text += decode(data)


def as_seen(text):
    """What stands on the lines at the end: a progress that returned to its line's begin is written over."""
    lines = [line.rstrip("\r").split("\r")[-1] for line in text.split("\n")]
    return "\n".join(lines)
