// SPDX-License-Identifier: GPL-2.0-or-later
// Routes and rules as the kernel reports them (rtnetlink(7)), ours and all others. Total and pure: a message that does not concern
// us, or that contradicts itself, is nullopt. No bytes make it crash or read past the end.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/address.hpp"
#include "net/routing.hpp"

namespace ghost::net {

// A route of one of the tables; the kernel's cached copies (RTM_F_CLONED) do not count.
struct RouteSeen {
  struct Hop {
    unsigned interface = 0;
    std::optional<IpAddress> gateway;
    bool operator==(const Hop&) const = default;
  };
  Prefix prefix;
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
  std::uint8_t protocol = 0;
  bool unicast = true;     // else unreachable, blackhole, local and the like
  bool prohibits = false;  // unreachable
  std::optional<IpAddress> source;
  std::vector<Hop> hops;  // one, or several of a multipath route
  bool operator==(const RouteSeen&) const = default;
};

struct RuleSeen {
  Rule rule;
  std::uint8_t protocol = 0;
  bool more = false;  // it has selectors or an action that a Rule cannot express
  bool operator==(const RuleSeen&) const = default;
};

// The body of an RTM_NEWROUTE or RTM_DELROUTE, behind its nlmsghdr.
[[nodiscard]] std::optional<RouteSeen> decode_route(std::span<const std::uint8_t> body);
// The body of an RTM_NEWRULE or RTM_DELRULE.
[[nodiscard]] std::optional<RuleSeen> decode_rule(std::span<const std::uint8_t> body);

}  // namespace ghost::net
