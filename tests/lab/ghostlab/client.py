# SPDX-License-Identifier: GPL-2.0-or-later
"""Talks to the agent inside the VM: JSON lines over one of its virtio-serial ports (guest/agent.py has the words)."""
import base64
import fcntl
import itertools
import json
import os
import select
import socket
import time

from .qemu import PORTS


class Gone(Exception):
    """The VM or its agent no longer answers."""


class Result:
    def __init__(self, code, out, err, timed_out):
        self.code, self.out, self.err, self.timed_out = code, out, err, timed_out


class Client:
    """One port, held with a lock so that several users of one VM do not meet on it. A context manager."""

    def __init__(self, machine, wait=60):
        self.machine = machine
        self.pending = b""
        self.ids = itertools.count(int(time.time() * 1000) % 10**9 * 1000)
        end = time.monotonic() + wait
        while True:
            for n in range(PORTS):
                lock = os.open(machine.socket(n) + ".lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(lock)
                    continue
                self.lock = lock
                self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
                try:
                    self.socket.connect(machine.socket(n))
                except OSError as error:
                    self.close()
                    raise Gone(f"no VM is running: {error}") from error
                self.socket.sendall(b"\n")  # ends what a client before us may have left half said
                return
            if time.monotonic() > end:
                raise Gone("all ports of the VM are in use")
            time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()
        os.close(self.lock)

    def send(self, **message):
        try:
            self.socket.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise Gone(str(error)) from error

    def messages(self, ident, timeout, also=()):
        """Messages with this id that can be had within timeout; also: further fds whose readiness ends the wait."""
        ready, _, _ = select.select([self.socket, *also], [], [], max(0, timeout))
        if self.socket not in ready:
            return []
        data = self.socket.recv(1 << 20)
        if not data:
            raise Gone("the VM has ended; its console ends:\n" + self.machine.console_tail())
        self.pending += data
        *lines, self.pending = self.pending.split(b"\n")
        found = []
        for line in lines:
            try:
                message = json.loads(line)
            except ValueError:
                continue  # the tail of what was said to a client before us
            if message.get("id") == ident:
                found.append(message)
        return found

    def ping(self, timeout):
        ident = next(self.ids)
        self.send(id=ident, ping=1)
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if self.messages(ident, end - time.monotonic()):
                return True
        return False

    def run(self, argv, timeout=120, on_out=None, on_err=None, stdin=b"", env=None, patience=60):
        """Runs argv in the VM until it ends; streams to on_out/on_err (bytes) or collects. Raises Gone when the VM does not
        answer `patience` seconds after the command's own time is up; patience 0: returns None then."""
        ident = next(self.ids)
        if isinstance(argv, str):
            argv = ["sh", "-c", argv]
        self.send(id=ident, run=list(argv), timeout=timeout, env=env or {})
        for start in range(0, len(stdin), 24576):
            self.send(id=ident, **{"in": base64.b64encode(stdin[start : start + 24576]).decode()})
        self.send(id=ident, eof=True)
        out, err = [], []
        end = time.monotonic() + timeout + patience
        try:
            while time.monotonic() < end:
                for message in self.messages(ident, end - time.monotonic()):
                    if "out" in message:
                        (on_out or out.append)(base64.b64decode(message["out"]))
                    elif "err" in message:
                        (on_err or err.append)(base64.b64decode(message["err"]))
                    elif "exit" in message:
                        return Result(
                            message["exit"],
                            b"".join(out).decode(errors="replace"),
                            b"".join(err).decode(errors="replace"),
                            message["timed_out"],
                        )
        except KeyboardInterrupt:
            self.send(id=ident, kill=15)
            raise
        if patience == 0:
            return None
        raise Gone("the VM's agent does not answer")

    def shell(self, argv, read_fd=0, write_fd=1):
        """argv on a terminal of its own in the VM, joined to ours, which must be in raw mode already."""
        ident = next(self.ids)
        self.send(id=ident, run=list(argv), timeout=10**6, pty=True, env={"TERM": os.environ.get("TERM", "linux")})
        inputs = [read_fd]
        while True:
            ready, _, _ = select.select([self.socket, *inputs], [], [])
            if read_fd in ready:
                data = os.read(read_fd, 4096)
                if data:
                    self.send(id=ident, **{"in": base64.b64encode(data).decode()})
                else:
                    inputs = []
            if self.socket in ready:
                for message in self.messages(ident, 0):
                    if "out" in message:
                        os.write(write_fd, base64.b64decode(message["out"]))
                    elif "exit" in message:
                        return message["exit"]
