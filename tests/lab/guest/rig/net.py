# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's networks: the provider's and the LAN's namespaces. Made once per VM, the same for every scenario.

isp   10.64.64.1 and 2001:db8:99::1 on lo: the servers; each call adds an interface call<n>
lan   10.10.10.2, behind lan0 (10.10.10.1) of the machine under test
"""
import contextlib
import ctypes
import os
import threading

from .run import out, sh

ISP4, ISP6, ISP_PEER = "10.64.64.1", "2001:db8:99::1", "10.64.64.254"
LAN_HOST, LAN_CLIENT = "10.10.10.1", "10.10.10.2"
LAN6 = "fd77:10::"  # /64, of the LAN inside lan_ipv6()
RA_MTU = "/run/ghostlab-ra-mtu"  # the MTU that the provider advertises, if this file is there
CLONE_NEWNET = 0x40000000


def call_address(n):
    """The address that the provider gives with call number n (from 1)."""
    return f"10.64.64.{76 + n}"


def call_prefix(n):
    return f"2001:db8:{n:x}::/64"


def setup():
    sh(
        """set -e
        ip netns add isp; ip netns add lan
        ip -n isp link set lo up
        ip -n isp addr add 10.64.64.1/32 dev lo
        ip -n isp addr add 2001:db8:99::1/128 dev lo nodad
        ip netns exec isp sysctl -qw net.ipv6.conf.all.forwarding=1
        ip link add lan0 type veth peer name eth0 netns lan
        ip addr add 10.10.10.1/24 dev lan0; ip link set lan0 up
        ip -n lan addr add 10.10.10.2/24 dev eth0; ip -n lan link set eth0 up; ip -n lan link set lo up
        ip -n lan route add default via 10.10.10.1
        # Counts what reaches the servers before they do: SYNs, above all.
        ip netns exec isp nft add table inet lab
        ip netns exec isp nft 'add chain inet lab in { type filter hook prerouting priority -400; }'"""
    )


@contextlib.contextmanager
def lan_ipv6():
    """The LAN has IPv6 meanwhile: we are LAN6 + "1", its client LAN6 + "2"."""
    sh(
        f"""ip addr add {LAN6}1/64 dev lan0 nodad; ip -n lan addr add {LAN6}2/64 dev eth0 nodad
        ip -n lan route add default via {LAN6}1"""
    )
    try:
        yield
    finally:
        sh(f"ip addr del {LAN6}1/64 dev lan0; ip -n lan -6 route del default; ip -n lan addr del {LAN6}2/64 dev eth0")


def teardown():
    sh("ip link del lan0; ip netns del isp; ip netns del lan", check=False)


def syns_seen():
    """SYNs for the echo server that have reached the provider since the last reset."""
    text = out("ip netns exec isp nft list chain inet lab in")
    return int(text.split("counter packets ")[1].split()[0])


def reset_syns():
    sh(
        "ip netns exec isp nft flush chain inet lab in; ip netns exec isp nft 'add rule inet lab in tcp dport 7001 tcp flags & (syn|ack) == syn counter'"
    )


def enter(namespace):
    """Moves the calling thread into a network namespace (None: stays)."""
    if namespace:
        with open(f"/run/netns/{namespace}") as f:
            if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {namespace}")


def in_namespace(namespace, function):
    """function()'s value, called by a thread of its own inside the namespace. Sockets made there stay there."""
    result = {}

    def body():
        try:
            enter(namespace)
            result["value"] = function()
        except BaseException as error:
            result["error"] = error

    t = threading.Thread(target=body)
    t.start()
    t.join()
    if "error" in result:
        raise result["error"]
    return result["value"]


def interfaces():
    return sorted(os.listdir("/sys/class/net"))
