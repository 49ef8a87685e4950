# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab machine's disk: a small stock Debian of one suite, a kernel and an initrd, made once and kept in a cache.

The machine is made from the host's own Debian sources (debian.py). The recipe below defines its content. The cache's key is a
hash of the recipe, so a changed recipe makes a new image, and an old one is removed.
The kernel is the distribution's ordinary one, because the cloud flavour may lack PPP. It is unpacked without its installer,
because the lab needs only the modules named here, and no run of initramfs-tools. The initrd is an uncompressed archive of busybox
and the dozen modules that lead to the root disk. Under emulation, unpacking a stock initrd takes longer than the rest of the
boot.
"""
import contextlib
import fcntl
import glob
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time

from . import debian

HERE = os.path.dirname(os.path.abspath(__file__))

PACKAGES = """
systemd systemd-sysv dbus udev kmod procps iproute2 nftables ppp iputils-ping tcpdump conntrack socat python3
libcap2-bin busybox-static libsystemd0 libnl-3-200 libnl-route-3-200 libnl-nf-3-200 libnftables1
libseccomp2 ca-certificates
bind9 bind9-dnsutils mosquitto mosquitto-clients nginx python3-aiosmtpd vsftpd openssh-server openssl curl
""".split()
# The libraries that have another name in each suite.
LIBRARIES = {
    "bookworm": ["libsdbus-c++1", "libfmt9", "libcurl4", "libldns3"],
    "trixie": ["libsdbus-c++2", "libfmt10", "libcurl4t64", "libldns3t64"],
}
# Others that ghostd has to live beside. None runs, and none is started by a boot, by D-Bus or by udev: see still().
NEIGHBOURS = """network-manager modemmanager systemd-resolved polkitd firewalld ufw iptables wireguard-tools isc-dhcp-client
dnsmasq-base""".split()
# Only one of these may be installed, and none beside systemd-resolved. So they are unpacked into /opt/<package>, and a scenario
# copies the one that it wants into place (cp -a /opt/resolvconf/. /).
UNPACKED = ["resolvconf", "openresolv"]

# Directories of kernel modules the lab may want, below lib/modules/*/kernel.
# fmt: off
MODULES = ["net", "drivers/net/ppp", "drivers/net/slip", "drivers/net/tun.ko", "drivers/net/veth.ko",
           "drivers/net/dummy.ko", "drivers/net/macvlan.ko", "drivers/net/wireguard", "drivers/virtio", "drivers/block/virtio_blk.ko", "drivers/char/virtio_console.ko",
           "drivers/char/hw_random", "fs/ext4", "fs/jbd2", "fs/mbcache.ko", "fs/9p", "fs/netfs", "fs/fscache",
           "fs/autofs", "fs/fuse", "fs/configfs", "lib", "crypto", "arch/x86/crypto",
           "drivers/usb/common", "drivers/usb/core", "drivers/usb/host/xhci-hcd.ko", "drivers/usb/host/xhci-pci.ko",
           "drivers/usb/host/xhci-pci-renesas.ko", "drivers/usb/serial/usbserial.ko", "drivers/usb/serial/ftdi_sio.ko"]
# fmt: on
INITRD_MODULES = ["virtio_pci", "virtio_blk", "ext4", "crc32c_generic", "virtio_console", "9p", "9pnet_virtio"]
# The rig's modules, loaded at boot, so that loading one later does not disturb a comparison of sysctls before and after.
PRELOAD = """ppp_async ppp_deflate bsd_comp tun veth dummy nf_tables nft_masq nft_ct nft_nat nft_chain_nat nft_fib
nft_fib_inet nft_fib_ipv4 nft_fib_ipv6 nft_redir nft_reject nft_reject_inet nft_log nft_limit nft_counter nf_conntrack
nf_conntrack_netlink sch_prio sch_plug sch_fifo sch_tbf sch_fq_codel virtio_console inet_diag udp_diag tcp_diag raw_diag
unix_diag nfnetlink_queue nf_log_syslog""".split()

MASK = """serial-getty@ttyS0.service getty@tty1.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
e2scrub_all.timer e2scrub_reap.service fstrim.timer systemd-timesyncd.service systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-udev-trigger.service
systemd-udev-settle.service systemd-logind.service getty.target systemd-random-seed.service
systemd-remount-fs.service systemd-journal-flush.service systemd-hwdb-update.service
sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount dev-mqueue.mount sys-kernel-config.mount
sys-fs-fuse-connections.mount systemd-pcrphase.service systemd-pcrphase-sysinit.service systemd-firstboot.service
systemd-machine-id-commit.service proc-sys-fs-binfmt_misc.automount modprobe@drm.service modprobe@fuse.service
modprobe@configfs.service modprobe@efi_pstore.service remote-fs.target pppd-dns.service dm-event.service
named.service named-resolvconf.service mosquitto.service nginx.service vsftpd.service ssh.service ssh.socket
rescue-ssh.target""".split()  # the servers are the rig's to start, at the provider (guest/rig/servers.py)
# Enabled by their packages, or masked above in earlier days: a scenario starts them by `systemctl start`, and stops them.
STILL = """systemd-networkd.service systemd-networkd.socket systemd-networkd-wait-online.service systemd-resolved.service
NetworkManager.service NetworkManager-dispatcher.service NetworkManager-wait-online.service ModemManager.service firewalld.service ufw.service
nftables.service polkit.service""".split()

INIT = """#!/bin/sh
# The lab's initrd: find the root disk, mount it, go.
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
for m in $(/bin/busybox cat /modules/order); do /bin/busybox insmod /modules/$m; done
case "$(/bin/busybox cat /proc/cmdline)" in *ghostlab.probe*)
  echo GHOSTLAB-ALIVE > /dev/ttyS0; /bin/busybox poweroff -f;; esac
i=0; while [ ! -b /dev/vda ] && [ $i -lt 200 ]; do /bin/busybox usleep 50000; i=$((i+1)); done
/bin/busybox mount -t ext4 -o rw,noatime /dev/vda /root
exec /bin/busybox switch_root /root /lib/systemd/systemd
"""

AGENT_UNIT = """[Unit]
Description=Lab agent
DefaultDependencies=no
After=systemd-modules-load.service systemd-journald.socket
[Service]
ExecStart=/usr/bin/python3 -I /usr/lib/ghostlab/agent.py
Restart=always
KillMode=process
OOMScoreAdjust=-900
[Install]
WantedBy=multi-user.target
"""


def agent_path():
    return os.path.join(os.path.dirname(HERE), "guest", "agent.py")


def directory(suite):
    """Where the image of the present recipe is, or will be."""
    h = hashlib.sha256()
    for path in (os.path.abspath(__file__), debian.__file__, agent_path()):
        with open(path, "rb") as f:
            h.update(f.read())
    return os.path.join(debian.cache_dir(), f"image-{suite}-{h.hexdigest()[:16]}")


class Image:
    """Paths of a finished image."""

    def __init__(self, directory):
        self.directory = directory
        self.disk = os.path.join(directory, "root.ext4")
        self.kernel = os.path.join(directory, "kernel")
        self.initrd = os.path.join(directory, "initrd")


def ready(suite):
    d = directory(suite)
    return Image(d) if os.path.exists(os.path.join(d, "complete")) else None


def write_cpio(path, members):
    """An uncompressed newc archive; members are (name, mode, data or None)."""
    with open(path, "wb") as f:

        def put(name, mode, data, ino):
            name_b = name.encode() + b"\0"
            fields = [ino, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name_b), 0]
            f.write(b"070701" + b"".join(b"%08X" % x for x in fields) + name_b)
            f.write(b"\0" * (-f.tell() % 4) + data)
            f.write(b"\0" * (-f.tell() % 4))

        for ino, (name, mode, data) in enumerate(members, 1):
            put(name, mode, data or b"", ino)
        put("TRAILER!!!", 0, b"", 0)


def make_initrd(root, version, path):
    base = os.path.join(root, "lib/modules", version)
    order = []
    for module in INITRD_MODULES:
        out = subprocess.run(
            ["chroot", root, "/sbin/modprobe", "-S", version, "--show-depends", module], capture_output=True, text=True
        )
        for line in out.stdout.splitlines():
            words = line.split()
            if words and words[0] == "insmod" and words[1] not in order:
                order.append(words[1])
    members = [(d, stat.S_IFDIR | 0o755, None) for d in ("bin", "dev", "proc", "root", "modules")]
    members.append(("dev/console", stat.S_IFREG | 0o600, b""))
    with open(os.path.join(root, "bin/busybox"), "rb") as f:
        members.append(("bin/busybox", stat.S_IFREG | 0o755, f.read()))
    members.append(("bin/sh", stat.S_IFLNK | 0o777, b"busybox"))
    members.append(("init", stat.S_IFREG | 0o755, INIT.encode()))
    for module in order:
        with open(os.path.join(root, module.lstrip("/")), "rb") as f:
            members.append(("modules/" + os.path.basename(module), stat.S_IFREG | 0o644, f.read()))
    members.append(("modules/order", stat.S_IFREG | 0o644, "\n".join(map(os.path.basename, order)).encode()))
    if not any("virtio_blk" in m for m in order) or not os.path.isdir(base):
        raise RuntimeError("the kernel's modules lack virtio_blk")
    write_cpio(path, members)


def unpack_kernel(root, path, log):
    """Fetch the kernel that linux-image-amd64 names with the new root's own apt, and unpack just what we need of it."""

    def chroot(*argv, **kw):
        return subprocess.run(["chroot", root, *argv], check=True, stdout=kw.pop("stdout", log), stderr=log, **kw)

    show = chroot("apt-cache", "depends", "linux-image-amd64", stdout=subprocess.PIPE, text=True).stdout
    package = re.search(r"Depends: (linux-image-\S+)", show).group(1)
    deb = download(root, package, log)
    version = package[len("linux-image-") :]
    patterns = [f"./boot/vmlinuz-{version}"]
    for modules in (f"./lib/modules/{version}", f"./usr/lib/modules/{version}"):  # the latter since Debian 13
        patterns += [f"{modules}/modules.builtin*", f"{modules}/modules.order"]
        patterns += [f"{modules}/kernel/{m}*" if m.endswith(".ko") else f"{modules}/kernel/{m}" for m in MODULES]
    # tar complains when a pattern matches nothing (a module built in, say); what is really missing shows later.
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as p:
        subprocess.run(
            ["tar", "-x", "-C", root, "--keep-directory-symlink", "--wildcards", *patterns], stdin=p.stdout, stderr=log
        )
        p.stdout.read()
    os.unlink(deb)
    for module in glob.glob(os.path.join(root, "lib/modules", version, "**/*.ko.xz"), recursive=True):
        # busybox's insmod wants them plain, and under emulation each byte that need not be unpacked counts.
        subprocess.run(["xz", "--decompress", module], check=True, stdout=log, stderr=log)
    subprocess.run(["chroot", root, "/sbin/depmod", version], check=True, stdout=log, stderr=log)
    shutil.move(os.path.join(root, f"boot/vmlinuz-{version}"), path)
    return version


def download(root, package, log):
    """A package's .deb, fetched with the new root's own apt: its path there."""
    with open("/etc/resolv.conf") as ours:  # systemd-resolved's package has led the root's own to itself, which does not run
        replace(root, "/etc/resolv.conf", ours.read())
    subprocess.run(
        ["chroot", root, "sh", "-c", f"cd /tmp && apt-get download -o APT::Sandbox::User=root {package}"],
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    return glob.glob(os.path.join(root, "tmp", f"{package}_*.deb"))[0]


def unpack_others(root, log):
    for package in UNPACKED:
        deb = download(root, package, log)
        subprocess.run(["dpkg-deb", "-x", deb, os.path.join(root, "opt", package)], check=True, stdout=log, stderr=log)
        os.unlink(deb)


def still(root, log):
    """The neighbours are there and do nothing until a scenario starts them: not at boot, not by D-Bus, not by udev."""
    subprocess.run(["systemctl", f"--root={root}", "disable", *STILL], check=True, stdout=log, stderr=log)
    for path in (
        "usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service",  # names polkit.service itself, no alias
        "usr/share/dbus-1/system-services/org.freedesktop.ModemManager1.service",
        "lib/udev/rules.d/84-nm-drivers.rules",  # runs a shell for each new interface
        "sbin/resolvconf",
    ):  # resolvectl by another name: pppd's scripts would believe in it
        full = os.path.join(root, path)
        kept = os.path.join(root, "usr/lib/ghostlab/still", path)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        shutil.move(full, kept)


def replace(root, path, text):
    """A file in the new root, whatever was there: a symlink that a package made would lead the writer elsewhere."""
    full = os.path.join(root, path.lstrip("/"))
    if os.path.lexists(full):
        os.unlink(full)
    with open(full, "w") as f:
        f.write(text)


def configure(root):
    def put(path, text, mode=0o644):
        full = os.path.join(root, path.lstrip("/"))
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)
        os.chmod(full, mode)

    units = "/etc/systemd/system/"
    for unit in MASK:
        link = os.path.join(root, units.lstrip("/"), unit)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink("/dev/null", link)
    put(units + "ghostlab-agent.service", AGENT_UNIT)
    wants = os.path.join(root, "etc/systemd/system/sysinit.target.wants")
    os.makedirs(wants, exist_ok=True)
    os.symlink("../ghostlab-agent.service", os.path.join(wants, "ghostlab-agent.service"))
    default = os.path.join(root, "etc/systemd/system/default.target")
    if os.path.lexists(default):
        os.unlink(default)
    os.symlink("/lib/systemd/system/multi-user.target", default)
    with open(agent_path()) as f:
        put("/usr/lib/ghostlab/agent.py", f.read())
    put("/etc/modules-load.d/ghostlab.conf", "\n".join(PRELOAD) + "\n")
    put(
        "/etc/systemd/journald.conf.d/ghostlab.conf",
        "[Journal]\nStorage=volatile\nRuntimeMaxUse=64M\nRateLimitBurst=0\nForwardToSyslog=no\n",
    )
    put(
        "/etc/systemd/system.conf.d/ghostlab.conf",
        "[Manager]\nShowStatus=no\nDefaultTimeoutStartSec=180s\n" "DefaultTimeoutStopSec=90s\nDefaultDeviceTimeoutSec=10s\n",
    )
    put("/etc/hostname", "ghostlab\n")
    put("/etc/hosts", "127.0.0.1 localhost ghostlab\n::1 localhost\n")
    put("/etc/fstab", "")
    put("/etc/machine-id", hashlib.sha256(b"ghostlab").hexdigest()[:32] + "\n")
    replace(root, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    os.makedirs(os.path.join(root, "host"), exist_ok=True)
    for path in ("etc/apt/sources.list",):
        put("/" + path, "")
    for user in ("alice:x:1000:1000::/home/alice:/bin/sh",):
        with open(os.path.join(root, "etc/passwd"), "a") as f:
            f.write(user + "\n")
        with open(os.path.join(root, "etc/group"), "a") as f:
            f.write("alice:x:1000:\n")
    # Byte code of the standard library, made here: under emulation the first import of each module costs its parsing.
    subprocess.run(
        ["chroot", root, "python3", "-m", "compileall", "-q", "/usr/lib/ghostlab"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def make(suite, say=lambda text: None):
    """The suite's image of the present recipe, made if need be (about two minutes). One maker at a time; say() gets progress."""
    image = ready(suite)
    if image:
        return image
    with open(os.path.join(debian.cache_dir(), f"image-{suite}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        image = ready(suite)
        if image:
            return image
        started = time.monotonic()

        def tell(text):
            say(f"image: {text} ({time.monotonic() - started:.0f} s)")

        work = tempfile.mkdtemp(prefix=f"new-image-{suite}-", dir=debian.cache_dir())
        os.chmod(work, 0o755)
        root = os.path.join(work, "root")
        log_path = os.path.join(debian.cache_dir(), f"image-{suite}.log")
        try:
            with open(log_path, "w") as log:
                tell(f"fetching and unpacking Debian {suite}")
                # apt itself comes along to fetch the kernel with the same sources and keys.
                included = [*PACKAGES, *LIBRARIES[suite], *NEIGHBOURS, "apt", "debian-archive-keyring"]
                more = ["--skip=check/empty", "--skip=cleanup/apt/lists"]
                debian.bootstrap(suite, root, included, log, left_out=["/usr/lib/udev/hwdb.d/*"], more=more)
                tell("adding the kernel")
                version = unpack_kernel(root, os.path.join(work, "kernel"), log)
                unpack_others(root, log)
                still(root, log)
                configure(root)
                make_initrd(root, version, os.path.join(work, "initrd"))
                tell("writing the disk")
                shutil.rmtree(os.path.join(root, "var/lib/apt/lists"), ignore_errors=True)
                shutil.rmtree(os.path.join(root, "var/cache/apt"), ignore_errors=True)
                disk = os.path.join(work, "root.ext4")
                with open(disk, "wb") as f:
                    f.truncate(2048 << 20)
                subprocess.run(
                    [
                        "mke2fs",
                        "-q",
                        "-t",
                        "ext4",
                        "-O",
                        "^has_journal,^metadata_csum,^64bit",
                        "-m",
                        "0",
                        "-E",
                        "lazy_itable_init=1,root_owner=0:0",
                        "-d",
                        root,
                        disk,
                    ],
                    check=True,
                    stdout=log,
                    stderr=log,
                )
                shutil.rmtree(root)
                with open(os.path.join(work, "complete"), "w") as f:
                    f.write(version + "\n")
        except (subprocess.CalledProcessError, RuntimeError, OSError) as error:
            shutil.rmtree(work, ignore_errors=True)
            with contextlib.suppress(OSError), open(log_path) as f:
                sys.stderr.write("".join(f.readlines()[-25:]))
            raise RuntimeError(f"the lab's image could not be made: {error}; the whole log is in {log_path}") from error
        remove_older(suite)
        os.rename(work, directory(suite))
        tell("ready")
        return Image(directory(suite))


def remove_older(suite):
    """Keeps the previous image, because somebody may work on two branches. A running VM keeps its open file anyway. Removes what
    a killed maker left."""
    cache = debian.cache_dir()

    def made(path):
        return os.path.exists(os.path.join(path, "complete"))

    olds = [os.path.join(cache, name) for name in os.listdir(cache) if re.fullmatch(rf"(new-)?image-{suite}-\w+", name)]
    olds = sorted(filter(os.path.isdir, olds), key=os.path.getmtime)
    keep = [path for path in olds if made(path)][-2:]
    for path in olds:
        if path not in keep:
            shutil.rmtree(path, ignore_errors=True)
