// SPDX-License-Identifier: GPL-2.0-or-later
// Somebody has touched what ghostd keeps in the kernel, or what it depends on: which kind of thing, and, where the kernel
// says it, who. Nothing more: whoever hears it asks the kernel what stands (an overrun loses nothing that way).
#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "base/unique_fd.hpp"
#include "net/error.hpp"

namespace ghost::net {

struct Heard {
  bool rules = false;
  bool routes = false;     // of ours, or put in place of others
  bool defaults = false;   // somebody else's default route, an address or an interface it may belong to
  bool addresses = false;
  bool links = false;      // an interface came, went or changed
  bool settings = false;   // an interface's forwarding, rp_filter and the like
  bool queues = false;     // a qdisc
  bool table = false;      // our nftables table, and not by ourselves
  std::string by{};        // who committed that: "nft (process 1234)"; empty where the kernel did not say
  bool operator==(const Heard&) const = default;
  [[nodiscard]] bool any() const {
    return rules || routes || defaults || addresses || links || settings || queues || table;
  }
  void everything() { rules = routes = defaults = addresses = links = settings = queues = table = true; }
};

// What one datagram of NETLINK_ROUTE says. Total and pure.
void hear_routing(std::span<const std::uint8_t> datagram, Heard& heard);

// The same of NETLINK_NETFILTER's NFNLGRP_NFTABLES. A transaction's objects come first, then the generation that says whose
// it was; both may be in different datagrams.
class TableHearing {
 public:
  explicit TableHearing(std::uint32_t own_pid) : own_pid_(own_pid) {}
  void hear(std::span<const std::uint8_t> datagram, Heard& heard);

 private:
  std::uint32_t own_pid_;
  bool touched_ = false;  // by the transaction whose generation is still to come
};

class Watch {
 public:
  [[nodiscard]] static Result<Watch> open();

  // Poll for readability.
  [[nodiscard]] int routing_fd() const { return routing_.get(); }
  [[nodiscard]] int table_fd() const { return table_.get(); }
  // All that has been heard since on both. Never blocks. What could not be kept for us (ENOBUFS) may have been anything.
  [[nodiscard]] Result<Heard> read();

 private:
  Watch(UniqueFd routing, UniqueFd table);
  UniqueFd routing_;
  UniqueFd table_;
  TableHearing hearing_;
};

}  // namespace ghost::net
