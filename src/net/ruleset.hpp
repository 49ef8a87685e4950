// SPDX-License-Identifier: GPL-2.0-or-later
// The whole nftables table "inet ghostd", as the JSON that libnftables takes (libnftables-json(5)). Pure. It
// is loaded in one transaction and is static: interfaces are known by name, so nothing changes when a call
// comes and goes. What moves: the set blocked, the set live, whose elements the packets themselves renew, and the MSS of a call.
//
// clang-format off
//   raw_output, raw_prerouting     what goes into a demand interface is not tracked, so that it is tracked (and gets the right
//                                  source) when it is sent on
//   demand_output, forward         which packets deserve a call, and who may ask for one; one chain per link: the place of
//                                  the rule language. Forwarding was switched on by us, so nobody else gets anything from it
//   prerouting                     what comes in by a call: what keeps it up, and what no stranger may say
//   nat_postrouting                stable addresses and shared prefixes leave with the call's address
//   leaving                        and nothing leaves with another; the MSS; what keeps the call up
// clang-format on
//
// Each base chain looks its interface up in one map: what 100 links cost a packet is what one costs.
#pragma once
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::net {

inline constexpr const char* kTable = "ghostd";

struct RulesetLink {
  std::string name;
  std::vector<IpAddress> stable;
  std::vector<Prefix> share;
  std::chrono::seconds idle_timeout{300};  // at least 1 s
  unsigned call_mtu = 0;                   // of the call that is up, bytes; 0: none is
  bool operator==(const RulesetLink&) const = default;
};

struct Ruleset {
  std::vector<RulesetLink> links;
  std::vector<std::string> blocked;  // names of links for which no call is made; others than of links are ignored
  // IPv6 forwarding is a switch for the whole host. Where it was off before us, only our interfaces may use
  // it.
  bool guard_ipv6_forwarding = false;
  // LAN interfaces whose IPv4 forwarding was off before us: they may reach our interfaces and nothing else.
  std::vector<std::string> opened_interfaces;
  bool operator==(const Ruleset&) const = default;
};

// What the table counts, for each link.
enum class Counter {
  wanted,  // let into the demand interface
  noise,  // sent there and deserves no call: multicast, broadcast, link-local, last words of TCP, answers to nobody's call; dropped
  refused,  // sent there while the link is blocked; rejected
  foreign,  // sent there with a source that is neither the link's nor shared; rejected, or dropped where it was forwarded
  unasked,  // came in by the call: for another address, from an address of ours, or to be forwarded without a conversation; dropped
  escaped,  // would have left by the call with another source than the call's; dropped
};
inline constexpr std::array kCounters{Counter::wanted,  Counter::noise,   Counter::refused,
                                      Counter::foreign, Counter::unasked, Counter::escaped};
// As it is named in the table.
[[nodiscard]] std::string counter_name(Counter counter, const std::string& link);

[[nodiscard]] nlohmann::json render(const Ruleset& ruleset);
[[nodiscard]] nlohmann::json render_blocked(const std::string& link, bool blocked);
// The link's chain mss-<link> for link.call_mtu.
[[nodiscard]] nlohmann::json render_call_mtu(const RulesetLink& link);
[[nodiscard]] nlohmann::json render_delete_table();

}  // namespace ghost::net
