# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's virtual machine: started from an image, with no network card at all, and ended by its process id.

Its ways to the host are virtio-serial ports (client.py speaks over them) and one directory shared over 9p, /host inside.
A machine started with die_with_parent ends when its starter does, however that dies; only `vm start` asks for one that
stays. The disk is opened with snapshot=on: nothing a machine does outlives it.
"""
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import debian

PORTS = 4
PR_SET_PDEATHSIG = 1
BOOT_DEADLINE = 240
# Without erms and fsrm, the kernel clears and copies memory by words and not by bytes. tcg makes a step of each, so a boot takes a
# quarter less.
TCG = ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,-erms,-fsrm"]


def accelerator(image):
    """Either "kvm" or "tcg". /dev/kvm may exist and hang or abort a guest, so it is tried once per boot of the host, briefly."""
    if not os.path.exists("/dev/kvm") or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    with open("/proc/sys/kernel/random/boot_id") as f:
        boot = f.read().strip()
    verdict_path = os.path.join(debian.cache_dir(), "kvm-verdict.json")
    try:
        with open(verdict_path) as f:
            verdict = json.load(f)
        if verdict["boot"] == boot:
            return verdict["accelerator"]
    except (OSError, ValueError, KeyError):
        pass
    # fmt: off
    argv = ["qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-smp", "2", "-m", "512", "-nodefaults", "-display",
            "none", "-nic", "none", "-no-reboot", "-kernel", image.kernel, "-initrd", image.initrd, "-append",
            "console=ttyS0 panic=-1 ghostlab.probe", "-serial", "stdio"]
    # fmt: on
    alive = False
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=12, start_new_session=True)
        alive = b"GHOSTLAB-ALIVE" in done.stdout and done.returncode == 0
    except subprocess.TimeoutExpired:
        pass
    found = "kvm" if alive else "tcg"
    with open(verdict_path, "w") as f:
        json.dump({"boot": boot, "accelerator": found}, f)
    return found


class Machine:
    """A running VM. directory holds its sockets, its console log and the shared directory."""

    def __init__(self, directory):
        self.directory = directory
        self.share = os.path.join(directory, "share")
        self.process = None

    @property
    def pid_file(self):
        return os.path.join(self.directory, "pid")

    def reboot(self, client, write):
        """A reset without a warning, as by a power cut; until the agent of the new boot answers. The disk stays as it is. At
        any other time a reboot is a panic, and ends the machine."""

        def boot_id():
            return client.run("cat /proc/sys/kernel/random/boot_id", timeout=30).out

        before = boot_id()
        self.ask_qemu("set-action", reboot="reset")
        begun = os.path.getsize(self.console)
        client.run("sync; sleep 30 & echo b > /proc/sysrq-trigger", timeout=5, patience=0)
        return self.await_boot(lambda: client.ping(2) and boot_id() != before, begun, write)

    def await_reset(self, client, deadline, write):
        """Until the machine has reset itself and the agent of the new boot answers. Until then the host says nothing to the
        machine, because it may be suspended and not hear afterwards."""
        self.ask_qemu("set-action", reboot="reset", then=("RESET", deadline))
        begun = os.path.getsize(self.console)
        return self.await_boot(lambda: client.ping(2), begun, write)

    def await_boot(self, answers, begun, write):
        """begun: how long the console was before. Once in some thousand resets the emulated kernel locks up in one of its own tests of
        ciphers, before it has started a program of ours. That says nothing of ghostd: write() is told where, and the machine is
        reset again, once. Returns the seconds that were lost."""
        since, lost = time.monotonic(), 0
        end = since + BOOT_DEADLINE
        while not answers():
            if not lost and re.search(r"soft lockup.*\[cryptomgr_test", self.console_since(begun)):
                end, lost = time.monotonic() + BOOT_DEADLINE, time.monotonic() - since
                write("the machine's kernel locked up while it started, and is reset again; " + self.where_it_stands())
                self.ask_qemu("system_reset")
            if time.monotonic() > end:
                raise RuntimeError(
                    "the lab's VM did not come up again; its console ends:\n" + self.console_tail() + self.where_it_stands()
                )
        self.ask_qemu("set-action", reboot="shutdown")
        return lost

    def where_it_stands(self, times=3):
        """The instruction pointers of the processors, a second apart: a kernel that hangs prints nothing else. There is no KASLR, so
        System.map names the places."""
        found = []
        for _ in range(times):
            try:
                text = self.ask_qemu("human-monitor-command", **{"command-line": "info registers -a"})
            except (OSError, ValueError) as error:
                return f"QEMU does not say where its processors are: {error}\n"
            found += re.findall(r"CPU#\d+|RIP=\w+|HLT=\d", text)
            time.sleep(1)
        return "its processors: " + " ".join(found) + "\n"

    def ask_qemu(self, command, then=None, **arguments):
        """One command of QMP (qemu-qmp-ref(7)), and what it returns. then: an event, and the seconds to wait for it."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(20)
            s.connect(os.path.join(self.directory, "qmp"))
            stream = s.makefile("rw")
            stream.readline()  # the greeting
            for words in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                stream.write(json.dumps(words) + "\n")
                stream.flush()
                while "event" in (answer := json.loads(stream.readline())):
                    pass
                if "error" in answer:
                    raise RuntimeError(f"QEMU, {command}: {answer['error']}")
            if then:
                s.settimeout(then[1])
                while json.loads(stream.readline())["event"] != then[0]:
                    pass
        return answer.get("return")

    def socket(self, n):
        return os.path.join(self.directory, f"port{n}")

    def pid(self):
        """Of the running QEMU, or None. The pid is believed only while the process is still that QEMU."""
        try:
            with open(self.pid_file) as f:
                pid = int(f.read())
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                return pid if self.directory.encode() in f.read() else None
        except (OSError, ValueError):
            return None

    def start(self, image, die_with_parent=True, memory=1024):
        os.makedirs(self.share, exist_ok=True)
        kvm = accelerator(image) == "kvm"
        # fmt: off
        argv = ["qemu-system-x86_64", "-name", "ghostlab", "-nodefaults", "-no-user-config", "-display", "none",
                "-nic", "none", "-no-reboot", "-machine", "q35,i8042=off,hpet=off", "-smp", "2", "-m", str(memory)]
        # fmt: on
        argv += ["-accel", "kvm", "-cpu", "host"] if kvm else TCG
        # norandmaps: a translation of tcg holds for one virtual address. If each program has another one at every start, tcg
        # translates all of it anew, which is a fifth slower. Every dozen seconds the translations fill their memory, and tcg
        # throws them away. The next three seconds take half as long again, and a median of ten calls with them.
        # fmt: off
        argv += ["-kernel", image.kernel, "-initrd", image.initrd, "-append",
                 "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off random.trust_cpu=on nokaslr norandmaps audit=0 "
                 "net.ifnames=0 tsc=reliable no_timer_check systemd.log_target=journal",
                 "-drive", f"file={image.disk},if=none,id=root,format=raw,snapshot=on,cache=unsafe",
                 "-device", "virtio-blk-pci,drive=root", "-device", "virtio-rng-pci",
                 "-qmp", f"unix:{self.directory}/qmp,server=on,wait=off",
                 "-serial", f"file:{self.directory}/console", "-device", "virtio-serial-pci",
                 "-fsdev", f"local,id=host,path={self.share},security_model=none,multidevs=remap",
                 "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
                 # A USB modem that never answers: /dev/ttyUSB0.
                 "-device", "qemu-xhci", "-chardev", "null,id=modem", "-device", "usb-serial,chardev=modem,always-plugged=on"]
        # fmt: on
        for n in range(PORTS):
            argv += [
                "-chardev",
                f"socket,id=c{n},path={self.socket(n)},server=on,wait=off",
                "-device",
                f"virtserialport,chardev=c{n},name=ghostlab.{n}",
            ]
        parent = os.getpid()

        def before_exec():  # a session of its own: Ctrl-C reaches us, and we end it
            os.setsid()
            if die_with_parent:
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
                if os.getppid() != parent:
                    os._exit(1)

        with open(os.path.join(self.directory, "qemu.log"), "wb") as log:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=before_exec)
        with open(self.pid_file, "w") as f:
            f.write(str(self.process.pid))

    @property
    def console(self):
        return os.path.join(self.directory, "console")

    def console_since(self, begun):
        with open(self.console, errors="replace") as f:
            f.seek(begun)
            return f.read()

    def console_tail(self, lines=15):
        out = []
        for name in ("qemu.log", "console"):
            try:
                with open(os.path.join(self.directory, name), errors="replace") as f:
                    out += f.readlines()[-lines:]
            except OSError:
                pass
        return "".join(out)

    def wait_until_up(self, deadline=BOOT_DEADLINE):
        """Until the agent answers. Raises RuntimeError with the console's tail when it does not."""
        from .client import Client, Gone

        end = time.monotonic() + deadline
        while time.monotonic() < end:
            if self.process and self.process.poll() is not None or not self.pid():
                break
            try:
                with Client(self, wait=5) as client:
                    if client.ping(3):
                        return
            except (Gone, OSError):
                time.sleep(0.2)
        raise RuntimeError("the lab's VM did not come up; its console ends:\n" + self.console_tail())

    def stop(self):
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            end = time.monotonic() + 10
            while time.monotonic() < end:
                if self.process:
                    self.process.poll()
                if not self.pid():
                    break
                time.sleep(0.02)
        if os.path.exists(self.pid_file):
            os.unlink(self.pid_file)


def temporary_machine():
    """A directory for a machine of one test run; discard() removes it."""
    return Machine(tempfile.mkdtemp(prefix="ghostlab-", dir="/tmp"))


def discard(machine):
    machine.stop()
    shutil.rmtree(machine.directory, ignore_errors=True)
