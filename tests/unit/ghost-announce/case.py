# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by the tests of ghost-announce: a job, a run of the program with it, and the rules for every run. One line of
JSON, exit status 0, nothing on stderr, no secret in its output, its arguments or its environment."""
import base64
import json
import os
import subprocess
import tempfile
import threading
import time
import unittest

from certificates import Certificates

PROGRAM = os.environ["GHOST_ANNOUNCE"]
PASSWORD = "s3cret-Pass/w0rd+%"
NOTICE = {
    "version": 1,
    "event": "appear",
    "name": "büro",
    "link": "isp",
    "addresses": ["203.0.113.7"],
    "local_addresses": ["203.0.113.7"],
    "carrier_nat": False,
    "since": "x",
    "since_unix": 1795419000,
    "until": "x",
    "until_unix": 1795419600,
    "next": "x",
    "next_unix": 1795421000,
    "sequence": 42,
}
VANISH = {**NOTICE, "event": "vanish", "reason": "idle", "sequence": 43}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="ghost-announce-test-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.certificates = Certificates(cls.directory.name)
        cls.credentials = os.path.join(cls.directory.name, "credentials")
        os.mkdir(cls.credentials, 0o700)
        cls.credential("password", PASSWORD + "\n")

    @classmethod
    def credential(cls, name, text):
        with open(os.path.join(cls.credentials, name), "w") as f:
            f.write(text)

    def serve(self, server):
        """Starts a server of servers.py; it ends with the test."""
        server.start()
        self.addCleanup(server.stop)
        return server

    def announce(self, url, notice=NOTICE, timeout=10.0, credential="", via=None, **more):
        return self.job(
            {
                "notice": notice,
                "announce": {
                    "name": "test",
                    "url": url,
                    "more": more,
                    "credential": credential,
                    "timeout_usec": int(timeout * 1e6),
                },
                "via": via or {"interface": "", "addresses": [], "dns": []},
            }
        )

    def job(self, job):
        text = job if isinstance(job, bytes) else json.dumps(job).encode()
        environment = {
            "CREDENTIALS_DIRECTORY": self.credentials,
            "TZ": "UTC",
            "https_proxy": "http://127.0.0.1:1",
            "http_proxy": "http://127.0.0.1:1",
            "ALL_PROXY": "http://127.0.0.1:1",
            "SSLKEYLOGFILE": os.path.join(self.directory.name, "keys"),
        }
        with subprocess.Popen(
            [PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
        ) as program:
            watch = Watch(program.pid)
            begun = time.monotonic()
            out, err = program.communicate(text, timeout=60)
            self.took = time.monotonic() - begun
            watch.stop()
        self.assertEqual((program.returncode, err), (0, b""), out)
        self.assertEqual(out.count(b"\n"), 1, out)
        for form in (
            PASSWORD,
            base64.b64encode(PASSWORD.encode()).decode(),
            base64.b64encode(b"\0user\0" + PASSWORD.encode()).decode(),
            base64.b64encode(b"user:" + PASSWORD.encode()).decode(),
        ):
            self.assertNotIn(form.encode(), out + watch.seen)
        answer = json.loads(out)
        self.assertEqual(set(answer) - {"clock"}, {"result", "detail", "elapsed_usec", "text"})
        self.assertLessEqual(len(answer["detail"]), 200)
        self.assertTrue(answer["detail"].isprintable() or answer["detail"] == "")
        return answer

    def assertResult(self, answer, result, detail=""):
        self.assertEqual(answer["result"], result, answer)
        self.assertIn(detail, answer["detail"])


class Watch(threading.Thread):
    """The output of ps -ef e for a running process."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.seen, self.over = pid, b"", threading.Event()
        self.start()

    def run(self):
        while not self.over.is_set():
            for name in ("cmdline", "environ"):
                try:
                    with open(f"/proc/{self.pid}/{name}", "rb") as f:
                        text = f.read()
                        if text not in self.seen:
                            self.seen += text
                except OSError:
                    pass
            self.over.wait(0.005)

    def stop(self):
        self.over.set()
        self.join()


def main():
    unittest.main(verbosity=2, warnings="ignore")  # servers leave sockets to the collector
