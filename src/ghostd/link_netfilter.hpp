// SPDX-License-Identifier: GPL-2.0-or-later
// What the nftables table and conntrack know of one link.
#pragma once
#include <utility>

#include "core/time.hpp"
#include "ghostd/host.hpp"
#include "ghostd/ports.hpp"

namespace ghost::daemon {

class LinkNetfilter final : public Netfilter {
 public:
  explicit LinkNetfilter(Where where) : where_(std::move(where)) {}

  [[nodiscard]] net::Result<core::Duration> idle_left() override;
  [[nodiscard]] net::Result<void> forget(const IpAddress& address) override;
  [[nodiscard]] net::Result<void> set_blocked(bool blocked) override;

 private:
  Where where_;
};

}  // namespace ghost::daemon
