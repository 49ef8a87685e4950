// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/name_servers.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>

#include "base/ids.hpp"

namespace ghost::config {
namespace {

Prefix alone(const IpAddress& address) { return {address, static_cast<std::uint8_t>(address.family() == Family::v4 ? 32 : 128)}; }

std::optional<IpAddress> address_of(const sockaddr* at) {
  if (at == nullptr) return std::nullopt;
  const auto bytes = [](const void* from, std::size_t size) {
    return IpAddress::from_bytes(std::span(static_cast<const std::uint8_t*>(from), size));
  };
  if (at->sa_family == AF_INET) return bytes(&reinterpret_cast<const sockaddr_in*>(at)->sin_addr, 4);
  if (at->sa_family == AF_INET6) return bytes(&reinterpret_cast<const sockaddr_in6*>(at)->sin6_addr, 16);
  return std::nullopt;
}

std::uint8_t length_of(const IpAddress& mask) {
  unsigned length = 0;
  for (const auto byte : mask.bytes())
    for (unsigned bits = byte; bits != 0; bits &= bits - 1) ++length;
  return static_cast<std::uint8_t>(length);
}

// The most specific of these that holds the address; -1 for none.
int best(const std::vector<Prefix>& prefixes, const IpAddress& address) {
  int length = -1;
  for (const auto& p : prefixes)
    if (p.family() == address.family() && p.contains(address)) length = std::max(length, static_cast<int>(p.length));
  return length;
}

void check_server(const IpAddress& server, const Draft& draft, const std::vector<Draft>& all,
                  const std::vector<HostNetwork>& networks, Diagnostics& problems, Diagnostics& warnings) {
  const auto& link = draft.link;
  const auto say = [&](Diagnostics& where, std::string message) {
    where.push_back({draft.at("DNS").file, draft.at("DNS").line, std::move(message)});
  };
  if (link.stable_for(server.family()) == nullptr)
    return say(problems,
               fmt::format("DNS= has {}, but the link has no {} address{}", server.str(), to_string(server.family()),
                           server.family() == Family::v6 ? "; write IPv6=yes, or add one to Address=" : "; add one to Address="));
  for (const auto& other : all)
    for (const auto& stable : other.link.stable)
      if (stable == server)
        return say(problems, fmt::format("DNS= has {}, which is the stable address of {}; write the address of a name server",
                                         server.str(), &other == &draft ? "this link" : "link " + other.link.name));
  for (const auto& other : all) {
    for (const auto& lan : other.link.share)
      if (lan.contains(server))
        return say(warnings, fmt::format("DNS= has {}, which is in From={} of {}, so it is in that LAN and not behind a link",
                                         server.str(), lan.str(), &other == &draft ? "this link" : "link " + other.link.name));
    if (&other != &draft && best(other.link.routes, server) > best(link.routes, server))
      return say(warnings, fmt::format("DNS= has {}, but Routes= of link {} includes it, so that link carries the questions",
                                       server.str(), other.link.name));
  }
  for (const auto& [interface, network] : networks)
    if (network.family() == server.family() && network.length != 0 && network.contains(server))
      return say(warnings,
                 fmt::format("DNS= has {}, which is in the network of {} ({}/{}), so it is there and not behind this link",
                             server.str(), interface, network.network().str(), network.length));
}

}  // namespace

std::vector<HostNetwork> host_networks() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  std::vector<HostNetwork> out;
  for (const auto* i = list; i != nullptr; i = i->ifa_next) {
    const std::string_view name(i->ifa_name);
    if ((i->ifa_flags & IFF_LOOPBACK) != 0 || is_of_a_link(name)) continue;
    const auto address = address_of(i->ifa_addr);
    const auto mask = address_of(i->ifa_netmask);
    if (address && mask) out.push_back({std::string(name), {*address, length_of(*mask)}});
  }
  return out;
}

void settle_name_servers(std::vector<Draft>& drafts, const Roots& roots, Diagnostics& problems, Diagnostics& warnings) {
  const auto has_servers = [](const Draft& d) { return !d.link.dns.empty(); };
  if (std::none_of(drafts.begin(), drafts.end(), has_servers)) return;
  const auto networks = roots.networks ? *roots.networks : host_networks();
  for (const auto& draft : drafts)
    if (draft.sound)
      for (const auto& server : draft.link.dns) check_server(server, draft, drafts, networks, problems, warnings);
  for (auto& draft : drafts)
    for (const auto& server : draft.link.dns)
      if (best(draft.link.routes, server) < 0) draft.link.routes.push_back(alone(server));
}

}  // namespace ghost::config
