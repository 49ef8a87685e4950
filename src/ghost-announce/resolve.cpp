// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/resolve.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <nss.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

#include "ghost-announce/dns_query.hpp"
#include "ghost-announce/sockets.hpp"

namespace ghost::announce {
namespace {

enum class Source { hosts_file, hosts_file_and_dns };

// glibc has these two sources built in. Others are plug-ins, which the sandbox would not allow to load.
std::vector<IpAddress> ask_system(Source source, const std::string& host, const Via& via) {
  ::__nss_configure_lookup("hosts", source == Source::hosts_file ? "files" : "files dns");
  addrinfo hints{};
  hints.ai_family = !usable(via, Family::v6) ? AF_INET : !usable(via, Family::v4) ? AF_INET6 : AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) return {};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
  std::vector<IpAddress> out;
  for (const auto* a = list; a != nullptr; a = a->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(a->ai_addr, a->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) continue;
    if (const auto address = IpAddress::parse(text.data())) out.push_back(*address);
  }
  return out;
}

}  // namespace

void prepare_resolver() {
  ::setenv("RES_OPTIONS", "timeout:2 attempts:2", 1);
  (void)ask_system(Source::hosts_file, "localhost", Via{});
}

tl::expected<std::vector<IpAddress>, std::string> resolve(const std::string& host, const Via& via, const Deadline& deadline) {
  if (const auto literal = IpAddress::parse(host)) {
    if (!usable(via, literal->family()))
      return tl::unexpected(fmt::format("{} is {}, but the link has no such address", host, to_string(literal->family())));
    return std::vector{*literal};
  }
  if (auto found = ask_system(Source::hosts_file, host, via); !found.empty()) return found;
  std::string why;
  for (const auto& server : via.dns) {
    if (deadline.over()) break;
    if (!usable(via, server.family())) continue;
    auto found = query_addresses(host, server, via, deadline);
    if (!found) why = found.error();
    else if (!found->empty()) return *found;
    else break;  // it knows that there is none
  }
  if (!deadline.over())
    if (auto found = ask_system(Source::hosts_file_and_dns, host, via); !found.empty()) return found;
  return tl::unexpected(fmt::format("{} cannot be resolved{}{}", host, why.empty() ? "" : "; ", why));
}

}  // namespace ghost::announce
