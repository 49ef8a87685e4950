// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/demand_interface.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "net/interface.hpp"
#include "net/rtnetlink_dump.hpp"
#include "net/rtnetlink_request.hpp"

namespace ghost::net {
namespace {

// By interface, without those that the kernel itself assigned (link-local).
Result<std::map<unsigned, std::vector<Prefix>>> global_addresses(NetlinkSocket& socket) {
  const auto all = list_addresses(socket);
  if (!all) return tl::unexpected(all.error());
  std::map<unsigned, std::vector<Prefix>> out;
  for (const auto& one : *all)
    if (one.global) out[one.index].push_back({one.local, one.prefix_length});
  return out;
}

std::vector<Prefix> wanted(const DemandInterface& demand) {
  std::vector<Prefix> out;
  for (const auto& address : demand.stable) out.push_back(alone(address));
  return out;
}

}  // namespace

Result<void> set_up(NetlinkSocket& socket, const DemandInterface& demand) {
  const std::string& name = demand.interface;
  const std::string what = "set up " + name;
  const auto index = index_of(name, what);
  if (!index) return tl::unexpected(index.error());

  ifinfomsg head{};
  head.ifi_family = AF_UNSPEC;
  head.ifi_index = static_cast<int>(*index);
  head.ifi_flags = IFF_UP;
  head.ifi_change = IFF_UP;
  auto change = make_message(RTM_NEWLINK, 0, head);
  must_fit(nla_put_u32(change.get(), IFLA_MTU, demand.mtu));
  must_fit(nla_put_u32(change.get(), IFLA_TXQLEN, demand.queue_packets));
  if (auto ok = socket.request(*change, what); !ok) return ok;

  auto present = global_addresses(socket);
  if (!present) return tl::unexpected(present.error());
  const auto stable = wanted(demand);
  for (const auto& old : (*present)[*index]) {
    if (std::find(stable.begin(), stable.end(), old) != stable.end()) continue;
    auto message = address_request(RTM_DELADDR, 0, *index, old, IFA_F_NODAD);
    auto ok = tolerate(socket.request(*message, "take " + old.str() + " from " + name), {EADDRNOTAVAIL});
    if (!ok) return ok;
  }
  for (const auto& address : stable) {
    auto message = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, *index, address, IFA_F_NODAD);
    auto ok = tolerate(socket.request(*message, "give " + address.address.str() + " to " + name), {EEXIST});
    if (!ok) return ok;
  }
  return {};
}

Result<std::vector<DemandInterface>> not_as(NetlinkSocket& socket, const std::vector<DemandInterface>& demands) {
  const auto interfaces = list_interfaces(socket);
  if (!interfaces) return tl::unexpected(interfaces.error());
  auto addresses = global_addresses(socket);
  if (!addresses) return tl::unexpected(addresses.error());
  std::map<std::string, const LinkSeen*> by_name;
  for (const auto& one : *interfaces) by_name[one.name] = &one;
  std::vector<DemandInterface> out;
  for (const auto& demand : demands) {
    const auto at = by_name.find(demand.interface);
    if (at == by_name.end()) continue;
    const LinkSeen& is = *at->second;
    const bool same = is.up && is.mtu == demand.mtu && is.queue_packets == demand.queue_packets;
    const auto& present = (*addresses)[is.index];
    const auto stable = wanted(demand);
    const bool all_there = std::is_permutation(present.begin(), present.end(), stable.begin(), stable.end());
    if (!same || !all_there) out.push_back(demand);
  }
  return out;
}

}  // namespace ghost::net
