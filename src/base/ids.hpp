// SPDX-License-Identifier: GPL-2.0-or-later
// The names and numbers that travel through every layer.
#pragma once
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace ghost {

// The serial number of a call: one dial, from the spawn of pppd until its exit. 0 is "no call". Receivers ignore news
// with the serial of a dead call.
enum class CallSerial : std::uint64_t { none = 0 };
inline CallSerial next(CallSerial s) { return static_cast<CallSerial>(static_cast<std::uint64_t>(s) + 1); }
inline std::uint64_t number(CallSerial s) { return static_cast<std::uint64_t>(s); }

inline constexpr std::string_view kDemandPrefix = "gd-";
inline constexpr std::string_view kCallPrefix = "ppp-";

// IFNAMSIZ is 16 with the terminating zero.
inline constexpr std::size_t kLinkNameMax = 15 - kCallPrefix.size();

// A link's name: 1 to 11 bytes of [A-Za-z0-9_-], not beginning with '-'. It becomes part of interface names, file
// names, D-Bus paths and nft set elements, so nothing else is allowed.
bool valid_link_name(std::string_view name);

// A name that Peer= may have: a file in /etc/ppp/peers, of harmless letters [A-Za-z0-9._-+@:], 1 to 255 bytes, not beginning with '-'
// or '.'. It becomes an argument of pppd, and travels to ghost-supervisor.
bool valid_peer_name(std::string_view name);

inline std::string demand_interface(std::string_view link) { return std::string(kDemandPrefix).append(link); }
// pppd gives this name to the interface of the link's calls. Only code that runs pppd, or that has no Bearer to ask, uses it.
// ghostd asks Bearer::interface_of() (ghostd/ports.hpp) and passes the answer on as a value.
inline std::string ppp_interface(std::string_view link) { return std::string(kCallPrefix).append(link); }
// The name is one that a link's interfaces have.
inline bool is_of_a_link(std::string_view interface) {
  return interface.starts_with(kDemandPrefix) || interface.starts_with(kCallPrefix);
}

// Both interfaces of one link.
struct LinkInterfaces {
  std::string demand;
  std::string call;  // of its calls, whether there is one or not
  bool operator==(const LinkInterfaces&) const = default;
};

}  // namespace ghost
