# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's hand inside the VM: runs commands for the host, over virtio-serial ports, in lines of JSON.

Each port named ghostlab.N serves one host connection at a time, in a thread of its own.
  {"id": 7, "run": ["sh", "-c", "…"], "timeout": 60, "pty": false, "env": {}, "cwd": "/"}
answers with any number of {"id": 7, "out": base64} and {"id": 7, "err": base64}, then one {"id": 7, "exit": n,
"timed_out": false}. Meanwhile {"id": 7, "in": base64}, {"id": 7, "eof": true} and {"id": 7, "kill": 15} may come.
{"id": 8, "ping": 1} answers {"id": 8, "pong": 1}. When the host goes away, what runs on that port is killed.
"""
import base64
import glob
import json
import os
import pty
import select
import signal
import subprocess
import threading
import time


GONE_AFTER = 2  # seconds


class Port:
    def __init__(self, device):
        self.fd = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        self.poll = select.poll()
        self.pending = b""

    def send(self, message):
        data = json.dumps(message).encode() + b"\n"
        while data:
            data = data[os.write(self.fd, data) :]

    def messages(self, events):
        """The messages that can be read now; None when the host has closed its end."""
        if events & select.POLLIN:
            data = os.read(self.fd, 65536)
            if not data:
                return None
            self.pending += data
        elif events & (select.POLLHUP | select.POLLERR):
            return None
        *lines, self.pending = self.pending.split(b"\n")
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                pass  # the tail of something a host that went away was saying
        return found

    def serve(self):
        while True:
            poller = select.poll()
            poller.register(self.fd, select.POLLIN)
            messages = self.messages(poller.poll()[0][1])
            if messages is None:
                time.sleep(0.1)  # no host: the port polls HUP until there is one
                continue
            for message in messages:
                if "ping" in message:
                    self.send({"id": message["id"], "pong": 1})
                elif "run" in message:
                    self.run(message)

    def run(self, message):
        ident = message["id"]
        environment = {
            **os.environ,
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": "/root",
            **message.get("env", {}),
        }
        options = dict(env=environment, cwd=message.get("cwd", "/"), start_new_session=True)
        try:
            if message.get("pty"):
                master, slave = pty.openpty()
                child = subprocess.Popen(
                    message["run"],
                    stdin=slave,
                    stdout=slave,
                    stderr=slave,
                    preexec_fn=lambda: __import__("fcntl").ioctl(0, 0x540E, 0),
                    **options,
                )
                os.close(slave)
                outputs, stdin = {master: "out"}, master
            else:
                child = subprocess.Popen(
                    message["run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0, **options
                )
                outputs, stdin = {child.stdout.fileno(): "out", child.stderr.fileno(): "err"}, child.stdin.fileno()
        except OSError as error:
            self.send({"id": ident, "err": base64.b64encode(f"{error}\n".encode()).decode()})
            self.send({"id": ident, "exit": 127, "timed_out": False})
            return
        deadline = time.monotonic() + float(message.get("timeout", 600))
        timed_out = False
        poller = select.poll()
        poller.register(self.fd, select.POLLIN)
        for fd in outputs:
            poller.register(fd, select.POLLIN)
        pid_fd = os.pidfd_open(child.pid)
        poller.register(pid_fd, select.POLLIN)
        exited_at = gone_since = None

        def end(number):
            try:
                os.killpg(child.pid, number)
            except ProcessLookupError:
                pass

        while True:
            now = time.monotonic()
            # A background child may keep the pipes open: once the command itself has ended, a moment is enough.
            if exited_at is not None and (not outputs or now > exited_at + 0.3):
                break
            if now > deadline and exited_at is None:
                timed_out = True
                end(signal.SIGKILL)
                deadline = now + 1e9
            wait = min(deadline - now, 0.1 if exited_at is not None else 3600)
            for fd, events in poller.poll(max(0, wait) * 1000):
                if fd == pid_fd:
                    exited_at = time.monotonic()
                    poller.unregister(pid_fd)
                elif fd == self.fd:
                    messages = self.messages(events)
                    if messages is None:
                        # The kernel tells of a host's coming and going later than it hands over what the host said. The reason is
                        # that virtio_console's control queue has a worker of its own. So this may be the going of the host
                        # before, heard after the command of the present one. A host that stays away is gone.
                        gone_since = gone_since or time.monotonic()
                        time.sleep(0.05)
                        if time.monotonic() > gone_since + GONE_AFTER:
                            end(signal.SIGTERM)
                            time.sleep(0.2)
                            end(signal.SIGKILL)
                            poller.unregister(self.fd)
                        messages = []
                    else:
                        gone_since = None
                    for m in messages:
                        if m.get("id") != ident:
                            continue
                        if "kill" in m:
                            end(m["kill"])
                        try:
                            if "in" in m:
                                os.write(stdin, base64.b64decode(m["in"]))
                            if m.get("eof") and child.stdin:
                                child.stdin.close()
                        except OSError:
                            pass
                else:
                    try:
                        data = os.read(fd, 32768)
                    except OSError:
                        data = b""
                    if data:
                        self.send({"id": ident, outputs[fd]: base64.b64encode(data).decode()})
                    else:
                        poller.unregister(fd)
                        del outputs[fd]
        code = child.wait()
        os.close(pid_fd)
        for stream in (child.stdin, child.stdout, child.stderr):
            if stream and not stream.closed:
                stream.close()
        if message.get("pty"):
            os.close(stdin)
        self.send({"id": ident, "exit": code, "timed_out": timed_out})


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    threads = []
    deadline = time.monotonic() + 60
    while not threads and time.monotonic() < deadline:
        for name_file in glob.glob("/sys/class/virtio-ports/*/name"):
            with open(name_file) as f:
                name = f.read().strip()
            if name.startswith("ghostlab."):
                device = "/dev/" + name_file.split("/")[-2]
                threads.append(threading.Thread(target=Port(device).serve))
        time.sleep(0 if threads else 0.05)
    if not os.path.ismount("/host"):
        subprocess.run(["mount", "-t", "9p", "-o", "trans=virtio,version=9p2000.L,msize=524288,cache=none", "host", "/host"])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
