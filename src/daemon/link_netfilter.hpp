// SPDX-License-Identifier: GPL-2.0-or-later
// What the nftables table and conntrack know of one link.
#pragma once
#include <string>
#include <utility>

#include "daemon/ports.hpp"

namespace ghost::daemon {

class LinkNetfilter final : public Netfilter {
 public:
  explicit LinkNetfilter(std::string link) : link_(std::move(link)) {}

  [[nodiscard]] net::Result<core::Duration> idle_left() override;
  [[nodiscard]] net::Result<void> forget(const IpAddress& address) override;
  [[nodiscard]] net::Result<void> set_blocked(bool blocked) override;

 private:
  std::string link_;
};

}  // namespace ghost::daemon
