// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/call_address.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <cerrno>

#include "net/rtnetlink_request.hpp"

namespace ghost::net {

Result<void> give_address(NetlinkSocket& socket, unsigned interface_index, const IpAddress& address, std::uint32_t preferred,
                          std::uint32_t valid) {
  auto message = address_request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, interface_index, alone(address),
                                 IFA_F_NODAD | IFA_F_NOPREFIXROUTE);
  ifa_cacheinfo lifetimes{};
  lifetimes.ifa_prefered = preferred;
  lifetimes.ifa_valid = valid;
  must_fit(nla_put(message.get(), IFA_CACHEINFO, sizeof lifetimes, &lifetimes));
  return socket.request(*message, "add " + address.str() + " to a call");
}

Result<void> take_address(NetlinkSocket& socket, unsigned interface_index, const IpAddress& address) {
  auto message = address_request(RTM_DELADDR, 0, interface_index, alone(address), 0);
  return tolerate(socket.request(*message, "remove " + address.str() + " from a call"), {EADDRNOTAVAIL, ENODEV});
}

}  // namespace ghost::net
