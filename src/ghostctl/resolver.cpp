// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/resolver.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"
#include "resolvconf/program.hpp"

namespace ghost::client {
namespace {

constexpr std::uint16_t kPort = 53;

std::string text_of(const char* path) {
  std::stringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

bool is_this_host(const IpAddress& server) {
  static const auto v4 = *Prefix::parse("127.0.0.0/8"), v6 = *Prefix::parse("::1/128");
  return server.family() == Family::v4 ? v4.contains(server) : v6.contains(server);
}

// Whether a UDP socket of this host is bound to this address, or to all, with port 53: proc(5), /proc/net/udp. Addresses in there
// are 32-bit words in the machine's own byte order.
bool somebody_listens(const IpAddress& server) {
  std::string words;
  for (std::size_t at = 0; at < server.bytes().size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, server.bytes().data() + at, sizeof word);
    words += fmt::format("{:08X}", word);
  }
  for (const auto* path : {"/proc/net/udp", "/proc/net/udp6"}) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      std::istringstream columns(line);
      std::string number, local;
      columns >> number >> local;
      const auto colon = local.find(':');
      if (colon == std::string::npos || local.substr(colon + 1) != "0035") continue;
      const auto address = local.substr(0, colon);
      if (address == words || address.find_first_not_of('0') == std::string::npos) return true;
    }
  }
  return false;
}

template <class Use>
bool with_sockaddr(const IpAddress& server, Use use) {
  if (server.family() == Family::v4) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(kPort);
    std::memcpy(&address.sin_addr, server.bytes().data(), sizeof address.sin_addr);
    return use(reinterpret_cast<const sockaddr*>(&address), socklen_t{sizeof address});
  }
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(kPort);
  std::memcpy(&address.sin6_addr, server.bytes().data(), sizeof address.sin6_addr);
  return use(reinterpret_cast<const sockaddr*>(&address), socklen_t{sizeof address});
}

}  // namespace

config::Resolver host_resolver() {
  using enum config::Resolver::Manager;
  config::Resolver out;
  out.servers = config::name_servers_in(text_of("/etc/resolv.conf"));
  const auto is_stub = [](const IpAddress& a) {
    return a == IpAddress::parse("127.0.0.53") || a == IpAddress::parse("127.0.0.54");
  };
  const bool stub = std::any_of(out.servers.begin(), out.servers.end(), is_stub);
  if (const resolvconf::Paths paths; resolvconf::is_running(paths.resolved) && stub) {
    out.manager = resolved;
    std::erase_if(out.servers, is_stub);
    for (const auto& server : config::name_servers_in(text_of("/run/systemd/resolve/resolv.conf"))) out.servers.push_back(server);
  } else if (resolvconf::in_use(paths)) {
    out.manager = resolvconf;
  }
  if (out.manager != resolved && out.servers.empty()) out.servers = {*IpAddress::parse("127.0.0.1")};  // resolv.conf(5)
  return out;
}

bool leads_somewhere(const IpAddress& server) {
  if (is_this_host(server)) return somebody_listens(server);
  return with_sockaddr(server, [&](const sockaddr* address, socklen_t size) {
    // On a datagram socket, connect(2) looks up a route and sends nothing.
    const UniqueFd fd(::socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return fd && ::connect(fd.get(), address, size) == 0;
  });
}

}  // namespace ghost::client
