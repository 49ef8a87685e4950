// SPDX-License-Identifier: GPL-2.0-or-later
// The whole nftables table "inet ghostd", as the JSON that libnftables takes (libnftables-json(5)). Pure. It
// is loaded in one transaction and is static: interfaces are known by name, so nothing changes when a call
// comes and goes. Three parts change: the set blocked, the set live (packets renew its elements), and the MSS of a call.
//
// clang-format off
//   raw_output, raw_prerouting     do not track packets into a demand interface. So conntrack first sees them, and NAT gives them
//                                  the right source, when ghostd sends them on
//   demand_output, forward         decide which packets deserve a call, and who may ask for one. One chain per link: the place for
//                                  the rule language. Other hosts cannot use the forwarding that only ghostd has enabled
//   prerouting                     decides which packets from a call keep it up, and drops what strangers may not send
//   nat_postrouting                gives packets from stable addresses and shared prefixes the call's address
//   leaving                        drops packets with another source than the call's; sets the MSS; decides what keeps the call up
// clang-format on
//
// Each base chain looks its interface up in one map, so 100 links cost a packet no more than one.
#pragma once
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "net/interface.hpp"

namespace ghost::net {

inline constexpr const char* kTable = "ghostd";

struct RulesetLink {
  std::string name;
  std::string call_interface;
  std::vector<IpAddress> stable;
  std::vector<Prefix> share;
  std::chrono::seconds idle_timeout{300};  // at least 1 s
  Mtu call_mtu{};                          // of the call that is up; 0: no call is up
  // The IPv4 address of the call that is up, if it is one of `stable`: the provider always gives this address. Then the demand
  // interface has it, too, and the kernel's answers about it (fib_addrtype) are about the demand interface.
  std::optional<IpAddress> fixed{};
  bool operator==(const RulesetLink&) const = default;
};

struct Ruleset {
  std::vector<RulesetLink> links;
  std::vector<std::string> blocked;  // names of the links that must not call; unknown names are ignored
  // IPv6 forwarding is a switch for the whole host. If it was off before ghostd, only ghostd's interfaces may use it.
  bool guard_ipv6_forwarding = false;
  // LAN interfaces whose IPv4 forwarding was off before ghostd. They may reach ghostd's interfaces and nothing else.
  std::vector<std::string> opened_interfaces;
  bool operator==(const Ruleset&) const = default;
};

// What the table counts, for each link.
enum class Counter {
  wanted,   // let into the demand interface
  noise,    // sent there, not worth a call: multicast, broadcast, link-local, TCP's FIN and RST, answers; dropped
  refused,  // sent there while the link is blocked; rejected
  foreign,  // sent there with a source that is neither the link's nor shared; rejected, or dropped if forwarded
  unasked,  // from the call: for another address, from a local address, or to be forwarded without a conversation; dropped
  escaped,  // would leave by the call with another source than the call's; dropped
};
inline constexpr std::array kCounters{Counter::wanted,  Counter::noise,   Counter::refused,
                                      Counter::foreign, Counter::unasked, Counter::escaped};
// The counter's name in the table.
[[nodiscard]] std::string counter_name(Counter counter, const std::string& link);

[[nodiscard]] nlohmann::json render(const Ruleset& ruleset);
[[nodiscard]] nlohmann::json render_blocked(const std::string& link, bool blocked);
// The link's chains that depend on its call: for link.call_mtu and link.fixed.
[[nodiscard]] nlohmann::json render_call(const RulesetLink& link);
[[nodiscard]] nlohmann::json render_delete_table();

}  // namespace ghost::net
