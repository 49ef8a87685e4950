// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/address_conflict.hpp"

#include "net/address_kind.hpp"

namespace ghost::net {
namespace {

// The network to which the kernel has a route because of this address.
Prefix network(const HeldAddress& held) { return {held.peer, held.prefix_length}; }
bool is_of_one(const HeldAddress& held) { return held.prefix_length == longest(held.peer.family()); }

// pppd invents 10.64.64.64, plus the number of its unit, for a far end that names no address. Nobody assigned it, and no route leads
// there (pppd(8), ipcp-accept-remote; docs/adr/0015).
bool is_invented(const IpAddress& far) {
  const auto bytes = far.bytes();
  return far.family() == Family::v4 && bytes[0] == 10 && bytes[1] == 64 && (bytes[2] == 64 || bytes[2] == 65);
}

std::string in(const HeldAddress& held) {
  return " is in " + Prefix{network(held).network(), held.prefix_length}.str() + " of " + held.ifname;
}

}  // namespace

std::optional<std::string> own_conflict(const LinkInterfaces& link, const IpAddress& own, const std::vector<HeldAddress>& held) {
  if (is_link_local(own)) return std::nullopt;
  const std::string who = own.str() + ", which the far end assigned to us,";
  for (const auto& one : held) {
    if (one.ifname == link.call || one.ifname == link.demand) continue;
    if (one.local == own) return who + " is the address of " + one.ifname;
    if (one.prefix_length != 0 && network(one).contains(own)) return who + in(one);
  }
  return std::nullopt;
}

std::optional<std::string> far_conflict(const LinkInterfaces& link, const IpAddress& far, const std::vector<HeldAddress>& held) {
  if (is_link_local(far)) return std::nullopt;
  const std::string who = far.str() + ", the far end's address,";
  for (const auto& one : held) {
    if (one.local == far) return who + " is the address of " + (one.ifname == link.call ? "our end" : one.ifname);
    if (one.ifname == link.call || one.prefix_length == 0 || is_of_one(one) || is_invented(far)) continue;
    if (network(one).contains(far)) return who + in(one);
  }
  return std::nullopt;
}

std::optional<std::string> call_conflict(const LinkInterfaces& link, const std::vector<HeldAddress>& held) {
  for (const auto& one : held) {
    if (one.ifname != link.call) continue;
    if (auto why = own_conflict(link, one.local, held)) return why;
    // pppd sets its own address first and the far end's second.
    if (one.peer == one.local) continue;
    if (auto why = far_conflict(link, one.peer, held)) return why;
  }
  return std::nullopt;
}

}  // namespace ghost::net
