# SPDX-License-Identifier: GPL-2.0-or-later
"""file and exec, jobs that are none, and what the process has given up while it works."""
import json
import os
import select
import signal
import stat
import subprocess
import tempfile
import time

from case import NOTICE, PROGRAM, Case, main
from servers import HttpServer


def wait_until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.01)


def is_gone(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


class File(Case):
    def test_writes_it_whole(self):
        path = os.path.join(self.directory.name, "notice")
        with open(path, "w") as f:
            f.write("old")
        before = os.stat(path).st_ino
        mask = os.umask(0o077)  # the file is for everybody, whatever the unit's UMask= is
        self.addCleanup(os.umask, mask)
        self.assertResult(self.announce("file://" + path), "Ok")
        with open(path) as f:
            self.assertEqual(json.load(f)["sequence"], 42)
        now = os.stat(path)
        self.assertNotEqual(now.st_ino, before)  # another file: whoever reads the old one reads it to its end
        self.assertEqual(stat.S_IMODE(now.st_mode), 0o644)
        self.assertEqual([n for n in os.listdir(self.directory.name) if "ghostd" in n], [])

    def test_a_template(self):
        path = os.path.join(self.directory.name, "address")
        self.assertResult(self.announce("file://" + path, Body="${address}\\n"), "Ok")
        with open(path) as f:
            self.assertEqual(f.read(), "203.0.113.7\n")

    def test_what_can_not_be_written(self):
        self.assertResult(self.announce("file:///nowhere/notice"), "BadConfig", "No such file")
        self.assertResult(self.announce("file://" + self.directory.name), "BadConfig")


class Exec(Case):
    def test_the_exit_status_counts(self):
        self.assertResult(self.announce("exec:///usr/bin/true"), "Ok", "exit status 0")
        self.assertResult(self.announce("exec:///usr/bin/false"), "Refused", "exit status 1")

    def test_nobody_else_may_have_written_it(self):
        path = os.path.join(self.directory.name, "program")
        with open(path, "w") as f:
            f.write("#!/bin/sh\n")
        os.chmod(path, 0o755)
        self.assertResult(self.announce("exec://" + path), "BadConfig")  # /tmp is everybody's
        self.assertResult(self.announce("exec:///usr/bin/not-there"), "BadConfig", "No such file")
        self.assertResult(self.announce("exec:///usr/bin"), "BadConfig", "not a file")

    def test_is_killed_at_the_deadline(self):
        # It writes for ever and reads nothing.
        self.assertResult(self.announce("exec:///usr/bin/yes", timeout=1), "TimedOut", "killed")
        self.assertLess(self.took, 10)


class RootExec(Case):
    """A program of the test's own in a directory that is root's alone."""

    def setUp(self):
        if os.geteuid() != 0:
            self.fail("the tests of exec: are run by root")
        self.place = tempfile.TemporaryDirectory(prefix="ghost-announce-test-", dir="/var/lib")
        self.addCleanup(self.place.cleanup)

    def program(self, text):
        path = os.path.join(self.place.name, "program")
        with open(path, "w") as f:
            f.write("#!/bin/sh\n" + text)
        os.chmod(path, 0o755)
        return "exec://" + path

    def test_gets_the_notice_and_nothing_else(self):
        url = self.program(
            f"cat > {self.place.name}/stdin; env > {self.place.name}/env; echo out; echo err >&2\n"
            f"grep -E 'NoNewPrivs|CapEff|CapPrm|Seccomp:' /proc/self/status > {self.place.name}/status\n"
        )
        self.assertResult(self.announce(url), "Ok")

        def left(name):
            with open(os.path.join(self.place.name, name)) as f:
                return f.read()

        self.assertEqual(json.loads(left("stdin"))["sequence"], NOTICE["sequence"])
        self.assertEqual({line.split("=")[0] for line in left("env").splitlines()} - {"PWD", "_", "SHLVL", "OLDPWD"}, {"PATH"})
        self.assertEqual(left("status").split(), ["CapPrm:", "0" * 16, "CapEff:", "0" * 16, "NoNewPrivs:", "1", "Seccomp:", "2"])

    def test_exit_status_75_and_signals(self):
        self.assertResult(self.announce(self.program("exit 75\n")), "Later", "75")
        self.assertResult(self.announce(self.program("kill -9 $$\n")), "Refused", "signal 9")
        self.assertResult(self.announce(self.program("sleep 60 & sleep 60\n"), timeout=1), "TimedOut")

    def family(self, end):
        """A program that starts another, and then `end`s: its URL, and where both pids will be."""
        path = os.path.join(self.place.name, "pids")
        return self.program(f"sleep 60 &\necho $$ $! > {path}.new; mv {path}.new {path}\n{end}\n"), path

    def assertGone(self, path):
        with open(path) as f:
            pids = f.read().split()
        os.unlink(path)
        self.assertEqual(len(pids), 2)
        wait_until(lambda: all(is_gone(pid) for pid in pids))

    def test_goes_with_ghost_announce_and_takes_along_what_it_started(self):
        for signo in (signal.SIGKILL, signal.SIGTERM):
            url, path = self.family("wait")
            job = {
                "notice": NOTICE,
                "announce": {"name": "x", "url": url, "more": {}, "credential": "", "timeout_usec": 60_000_000},
                "via": {"interface": "", "addresses": [], "dns": []},
            }
            with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
                program.stdin.write(json.dumps(job).encode())
                program.stdin.close()
                wait_until(lambda path=path: os.path.exists(path))
                program.send_signal(signo)
                said = program.stdout.read()
            self.assertEqual(program.returncode, -signo if signo == signal.SIGKILL else 0)
            if signo == signal.SIGTERM:
                self.assertResult(json.loads(said), "TimedOut", "stopped before it was finished")
            self.assertGone(path)

    def test_leaves_nothing_running(self):
        for end, timeout, result in (("wait", 1, "TimedOut"), ("exit 0", 10, "Ok"), ("exit 75", 10, "Later")):
            url, path = self.family(end)
            self.assertResult(self.announce(url, timeout=timeout), result)
            self.assertGone(path)

    def test_may_not_be_others_to_write(self):
        url = self.program("exit 0\n")
        os.chmod(self.place.name, 0o775)
        self.assertResult(self.announce(url), "BadConfig", "users other than root may write to")
        os.chmod(self.place.name, 0o755)
        os.chown(url.removeprefix("exec://"), 1, 0)
        self.assertResult(self.announce(url), "BadConfig", "is not owned by root")


class Job(Case):
    def test_may_be_long_in_coming(self):
        path = os.path.join(self.directory.name, "late")
        job = {
            "notice": NOTICE,
            "announce": {"name": "x", "url": "file://" + path, "more": {}, "credential": "", "timeout_usec": 5_000_000},
            "via": {"interface": "", "addresses": [], "dns": []},
        }

        def given_up():
            with open(f"/proc/{program.pid}/status") as f:
                return "NoNewPrivs:\t1" in f.read()

        with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            wait_until(given_up)  # all that needs no job is done before there is one
            self.assertEqual(select.select([program.stdout], [], [], 3)[0], [], "it says nothing of its own accord")
            out, _ = program.communicate(json.dumps(job).encode(), timeout=30)
        self.assertEqual(json.loads(out)["result"], "Ok", out)

    def test_what_is_no_job(self):
        for text in (
            b"",
            b"{",
            b"[]",
            b"null",
            b'{"via":{}}',
            b"\xff",
            b"{" * 60000,
            b"x" * 70000,
            json.dumps({"notice": {**NOTICE, "version": 2}, "announce": {}, "via": {}}).encode(),
        ):
            self.assertResult(self.job(text), "BadConfig", "job")

    def test_a_key_of_another_notifier(self):
        self.assertResult(self.announce("https://localhost/", Subject="x"), "BadConfig", "Subject=")
        self.assertResult(self.announce("gopher://localhost/"), "BadConfig", "gopher")


class Sandbox(Case):
    def test_what_blocks_past_the_deadline_is_ended(self):
        server = self.serve(HttpServer(tls=self.certificates.good))
        pipe = os.path.join(self.directory.name, "pipe")
        os.mkfifo(pipe)  # nobody writes to it: open(2) does not return
        self.assertResult(
            self.announce(f"https://localhost:{server.port}/", CAFile=pipe, timeout=0.5), "TimedOut", "not finished in time"
        )
        self.assertLess(self.took, 10)

    def test_works_for_a_user_without_privileges(self):
        if os.geteuid() != 0:
            self.fail("run by root, to become nobody")
        server = self.serve(HttpServer())
        job = {
            "notice": NOTICE,
            "announce": {
                "name": "x",
                "url": f"http://localhost:{server.port}/",
                "more": {},
                "credential": "",
                "timeout_usec": 10_000_000,
            },
            "via": {"interface": "lo", "addresses": ["127.3.2.1"], "dns": []},
        }
        with open(PROGRAM, "rb") as program:  # nobody may not walk to it, where the tree is somebody's own
            fd = os.memfd_create("ghost-announce", 0)
            os.sendfile(fd, program.fileno(), 0, os.fstat(program.fileno()).st_size)
        done = subprocess.run(
            [f"/proc/self/fd/{fd}"],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            user=65534,
            group=65534,
            extra_groups=[],
            pass_fds=[fd],
            check=True,
        )
        self.assertEqual(json.loads(done.stdout)["result"], "Ok", done.stdout)
        self.assertEqual(server.peers, ["127.3.2.1"])

    def test_what_it_has_given_up(self):
        server = self.serve(HttpServer("drip"))
        job = {
            "notice": NOTICE,
            "announce": {
                "name": "x",
                "url": f"http://127.0.0.1:{server.port}/",
                "more": {},
                "credential": "",
                "timeout_usec": 30_000_000,
            },
            "via": {"interface": "", "addresses": [], "dns": []},
        }
        with subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
            program.stdin.write(json.dumps(job).encode())
            program.stdin.close()
            wait_until(lambda: server.requests)
            with open(f"/proc/{program.pid}/status") as f:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
            with open(f"/proc/{program.pid}/limits") as f:
                limits = {line[:26].strip(): line[26:47].strip() for line in f}
            program.kill()
        for name, wanted in (
            ("CapPrm", "0" * 16),
            ("CapEff", "0" * 16),
            ("CapAmb", "0" * 16),
            ("NoNewPrivs", "1"),
            ("Seccomp", "2"),
            ("Threads", "1"),
        ):
            self.assertEqual(status[name], wanted, name)
        self.assertEqual(limits["Max data size"], str(256 << 20))
        self.assertEqual(limits["Max core file size"], "0")
        self.assertEqual(limits["Max processes"], "0")


if __name__ == "__main__":
    main()
