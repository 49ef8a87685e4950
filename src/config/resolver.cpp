// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/resolver.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/names.hpp"

namespace ghost::config {
namespace {

constexpr const char* kFile = "/etc/resolv.conf";
constexpr std::string_view kBlank = " \t";

// 127.0.0.0/8, ::1: no route of a link applies there.
bool is_this_host(const IpAddress& server) {
  static const auto v4 = *Prefix::parse("127.0.0.0/8"), v6 = *Prefix::parse("::1/128");
  return server.family() == Family::v4 ? v4.contains(server) : v6.contains(server);
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
  const auto word = line.substr(0, line.find_first_of(kBlank));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

std::vector<IpAddress> name_servers_in(std::string_view text) {
  std::vector<IpAddress> out;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (next_word(line) != "nameserver") continue;
    const auto word = next_word(line);
    if (const auto address = IpAddress::parse(word.substr(0, word.find('%')))) out.push_back(*address);
  }
  return out;
}

Diagnostics check_resolver(const Loaded& loaded, const Resolver& resolver, const std::function<bool(const IpAddress&)>& leads) {
  using enum Resolver::Manager;
  Diagnostics out;
  const auto& links = loaded.config.links;
  if (links.empty()) return out;
  const auto in_use = [&](const IpAddress& server) {
    return std::find(resolver.servers.begin(), resolver.servers.end(), server) != resolver.servers.end();
  };
  const bool any_dns = std::any_of(links.begin(), links.end(), [](const auto& l) { return !l.dns.empty(); });
  if (resolver.manager == nobody)
    for (const auto& link : links) {
      if (link.dns.empty() || std::any_of(link.dns.begin(), link.dns.end(), in_use)) continue;
      const auto at = loaded.dns_at.find(link.name);
      if (at == loaded.dns_at.end()) continue;
      out.push_back({at->second.file, at->second.line,
                     fmt::format("DNS= has no effect, because neither systemd-resolved nor resolvconf(8) is in use here; write "
                                 "\"nameserver {}\" into {}",
                                 link.dns.front().str(), kFile)});
    }
  const bool somewhere = std::any_of(resolver.servers.begin(), resolver.servers.end(), [&](const IpAddress& server) {
    return leads(server) || (!is_this_host(server) && std::any_of(links.begin(), links.end(), [&](const auto& l) {
             return !core::reachable_servers({server}, l.routes, {}).empty();
           }));
  });
  if (somewhere || any_dns) return out;
  out.push_back({kFile, 0,
                 std::string("no route and no link leads to a name server in use, so looking up a name does not call a link; ") +
                     (resolver.manager == nobody ? "write \"nameserver ADDRESS\" there"
                                                 : "write DNS= in [Link] of the link that is to be called")});
  return out;
}

}  // namespace ghost::config
