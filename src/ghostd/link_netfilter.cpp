// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/link_netfilter.hpp"

#include "net/conntrack.hpp"
#include "net/nft.hpp"

namespace ghost::daemon {

net::Result<core::Duration> LinkNetfilter::idle_left() {
  const auto left = net::nft::live_remaining(where_().interface);
  if (!left) return tl::unexpected(left.error());
  return left->value_or(std::chrono::seconds(0));
}

net::Result<void> LinkNetfilter::forget(const IpAddress& address) {
  return net::forget_conntrack(address).map([](unsigned) {});
}

net::Result<void> LinkNetfilter::set_blocked(bool blocked) { return net::nft::set_blocked(where_().config.name, blocked); }

}  // namespace ghost::daemon
