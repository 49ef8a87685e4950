// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/interface.hpp"

#include <ifaddrs.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/unique_fd.hpp"

namespace ghost::net {

Result<unsigned> index_of(const std::string& ifname, const std::string& what) {
  const unsigned index = ::if_nametoindex(ifname.c_str());
  if (index == 0) return failure(ENODEV, what);
  return index;
}

Mtu mtu_of(const std::string& ifname) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, ifname.data(), std::min<std::size_t>(ifname.size(), IFNAMSIZ - 1));
  if (!fd || ::ioctl(fd.get(), SIOCGIFMTU, &request) < 0 || request.ifr_mtu <= 0) return kUsualMtu;
  Mtu out{static_cast<unsigned>(request.ifr_mtu), static_cast<unsigned>(request.ifr_mtu)};
  unsigned of_ipv6 = 0;
  if (std::ifstream("/proc/sys/net/ipv6/conf/" + ifname + "/mtu") >> of_ipv6) out.v6 = std::min(out.v6, of_ipv6);
  return out;
}

std::optional<IpAddress> ipv4_of(const std::string& ifname) {
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, ifname.data(), std::min<std::size_t>(ifname.size(), IFNAMSIZ - 1));
  if (!fd || ::ioctl(fd.get(), SIOCGIFADDR, &request) < 0) return std::nullopt;
  sockaddr_in address;
  std::memcpy(&address, &request.ifr_addr, sizeof address);
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &address.sin_addr, sizeof bytes);
  return IpAddress::from_bytes(bytes);
}

// getifaddrs(3) has the statistics in the entries of AF_PACKET. An interface without a hardware address, such as PPP's, has no
// address there, and so no family; entries of other families have no data.
std::optional<std::uint32_t> received_by(const std::string& ifname) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) < 0) return std::nullopt;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_data == nullptr || (entry->ifa_addr != nullptr && entry->ifa_addr->sa_family != AF_PACKET)) continue;
    if (ifname != entry->ifa_name) continue;
    rtnl_link_stats stats;
    std::memcpy(&stats, entry->ifa_data, sizeof stats);
    return stats.rx_packets;
  }
  return std::nullopt;
}

}  // namespace ghost::net
