// SPDX-License-Identifier: GPL-2.0-or-later
// A program has touched ghostd's objects in the kernel, or those that it depends on: which kind, and which program, if the
// kernel tells. Nothing more: the listener asks the kernel for the actual state (so an overrun loses nothing).
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

struct Heard {
  bool rules = false;
  bool routes = false;    // of ours, or put in their place
  bool defaults = false;  // another program's default route, an address or an interface it may belong to
  bool addresses = false;
  bool links = false;     // an interface came, went or changed
  bool settings = false;  // an interface's forwarding, rp_filter and the like
  bool queues = false;    // a qdisc
  bool table = false;     // our nftables table, and not by ourselves
  std::string by{};       // the process that committed it: "nft (process 1234)"; empty if the kernel did not tell
  bool operator==(const Heard&) const = default;
  [[nodiscard]] bool any() const { return rules || routes || defaults || addresses || links || settings || queues || table; }
  void everything() { rules = routes = defaults = addresses = links = settings = queues = table = true; }
};

// The content of one datagram of NETLINK_ROUTE. Total and pure.
void hear_routing(std::span<const std::uint8_t> datagram, Heard& heard);

// The same for NETLINK_NETFILTER's NFNLGRP_NFTABLES. A transaction's objects come first, then the generation that names its
// author; the two may be in different datagrams. The kernel names a process by its number in the first PID namespace. In a container
// that is not own_pid, so each change of our own looks like another program's and costs one look at the table.
class TableHearing {
 public:
  explicit TableHearing(std::uint32_t own_pid) : own_pid_(own_pid) {}
  void hear(std::span<const std::uint8_t> datagram, Heard& heard);

 private:
  std::uint32_t own_pid_;
  bool touched_ = false;  // by the transaction whose generation has not come yet
};

class Watch {
 public:
  [[nodiscard]] static Result<Watch> open();

  // Poll for readability.
  [[nodiscard]] int routing_fd() const { return routing_.get(); }
  [[nodiscard]] int table_fd() const { return table_.get(); }
  // All changes since the last call, on both. Never blocks. After ENOBUFS the lost messages may have been anything.
  [[nodiscard]] Result<Heard> read();

 private:
  Watch(UniqueFd routing, UniqueFd table);
  UniqueFd routing_;
  UniqueFd table_;
  TableHearing hearing_;
};

}  // namespace ghost::net
