// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/peer_probe.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "net/numbers.hpp"

namespace ghost::net {
namespace {

constexpr std::uint16_t kDomain = 53;

// RFC 1035 §4.1: one question, "what are the root's name servers?", recursion not wanted.
constexpr std::array<std::uint8_t, 17> kQuestion = {0x67, 0x64, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress out;
  const auto bytes = address.bytes();
  if (address.family() == Family::v4) {
    auto& in = reinterpret_cast<sockaddr_in&>(out.storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(port);
    std::memcpy(&in.sin_addr, bytes.data(), bytes.size());
    out.length = sizeof in;
  } else {
    auto& in = reinterpret_cast<sockaddr_in6&>(out.storage);
    in.sin6_family = AF_INET6;
    in.sin6_port = htons(port);
    std::memcpy(&in.sin6_addr, bytes.data(), bytes.size());
    out.length = sizeof in;
  }
  return out;
}

}  // namespace

Result<PeerProbe> PeerProbe::open(const std::string& ifname, const IpAddress& local, const IpAddress& target) {
  const int domain = target.family() == Family::v4 ? AF_INET : AF_INET6;
  UniqueFd fd(::socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failure(errno, "open a UDP socket");
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, ifname.data(), static_cast<socklen_t>(ifname.size())) < 0)
    return failure(errno, "bind a socket to " + ifname);
  // Everything else waits in the interface's queue until the handover.
  const std::uint32_t ahead = kReplayPriority;
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_PRIORITY, &ahead, sizeof ahead) < 0) return failure(errno, "set a socket's priority");
  const auto from = socket_address(local, 0);
  if (::bind(fd.get(), from.get(), from.length) < 0) return failure(errno, "bind a socket to " + local.str());
  const auto to = socket_address(target, kDomain);
  if (::connect(fd.get(), to.get(), to.length) < 0) return failure(errno, "connect a socket to " + target.str());
  return PeerProbe(std::move(fd), target);
}

void PeerProbe::ask() { (void)::send(fd_.get(), kQuestion.data(), kQuestion.size(), 0); }

bool PeerProbe::answered() {
  std::array<std::uint8_t, 512> answer{};
  if (::recv(fd_.get(), answer.data(), answer.size(), 0) >= 0) return true;
  // An ICMP error from a router on the far side is also an answer.
  return errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == ENETUNREACH || errno == EACCES;
}

}  // namespace ghost::net
