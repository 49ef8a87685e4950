// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/interface.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"

namespace ghost::net {

Result<unsigned> index_of(const std::string& ifname, const std::string& what) {
  const unsigned index = ::if_nametoindex(ifname.c_str());
  if (index == 0) return failure(ENODEV, what);
  return index;
}

unsigned mtu_of(const std::string& ifname) {
  constexpr unsigned usual = 1500;
  const UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::memcpy(request.ifr_name, ifname.data(), std::min<std::size_t>(ifname.size(), IFNAMSIZ - 1));
  if (!fd || ::ioctl(fd.get(), SIOCGIFMTU, &request) < 0 || request.ifr_mtu <= 0) return usual;
  return static_cast<unsigned>(request.ifr_mtu);
}

}  // namespace ghost::net
