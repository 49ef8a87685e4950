# SPDX-License-Identifier: GPL-2.0-or-later
"""sshd of the machine under test, and who logs in from the provider's side."""
import os
import shutil
import signal
import socket
import subprocess

from .run import Failure, sh, wait_for

DIRECTORY = "/run/lab/login"
CONFIG = """Port 22
HostKey {dir}/host
AuthorizedKeysFile {dir}/user.pub
PidFile none
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
"""


class Login:
    def __init__(self):
        shutil.rmtree(DIRECTORY, ignore_errors=True)
        os.makedirs(DIRECTORY)
        sh(f"for k in host user; do ssh-keygen -q -t ed25519 -N '' -f {DIRECTORY}/$k; done; mkdir -p /run/sshd")
        with open(f"{DIRECTORY}/sshd.conf", "w") as f:
            f.write(CONFIG.format(dir=DIRECTORY))
        self.process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-f", f"{DIRECTORY}/sshd.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(self.listens, 30, "sshd to listen")

    @staticmethod
    def listens():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", 22)) == 0

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)

    def begin(self, address, command="cat"):
        """A session from the provider's side; its stdin, stdout and stderr are pipes."""
        # fmt: off
        return subprocess.Popen(["ip", "netns", "exec", "isp", "ssh", "-i", f"{DIRECTORY}/user", "-o", "StrictHostKeyChecking=no",
                                 "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=30",
                                 f"root@{address}", command],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # fmt: on

    def run(self, address, command, deadline=60):
        """The output of the command on the other side."""
        text, error = self.begin(address, command).communicate(timeout=deadline)
        if error:
            raise Failure(f"ssh {address}: {error}")
        return text.strip()
