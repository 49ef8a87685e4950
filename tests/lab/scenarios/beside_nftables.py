# SPDX-License-Identifier: GPL-2.0-or-later
"""Beside nftables.service with a strict ruleset of an administrator: each start, reload and stop of it flushes all tables.
Its output chain is strict too: a waiting packet leaves first by gd-isp and then by ppp-isp, so both must be allowed."""
from _beside import Service, matrix

CAPTURE = False
TIMEOUT = 420
TIMEOUT_ALL = 900
RULES = """#!/usr/sbin/nft -f
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname { "lo", "lan0", "up0" } accept
    iifname "ppp-isp" icmpv6 type nd-router-advert accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "lan0" oifname { "gd-isp", "ppp-isp" } accept
  }
  chain output {
    type filter hook output priority filter; policy drop;
    ct state established,related accept
    oifname { "lo", "lan0", "up0", "gd-isp", "ppp-isp" } accept
  }
}
"""


class Nftables(Service):
    name, unit = "nftables.service", "nftables.service"

    def prepare(self, lab, uplink):
        lab.put("/etc/nftables.conf", RULES, 0o755)

    def own(self, lab):
        return {"its table stands": "policy drop" in lab.out("nft list table inet filter")}


def run(lab):
    matrix(lab, Nftables())
