// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses, routes and rules go into the kernel here, each request acknowledged. Adding what is there
// already is success, so is taking away what is gone.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "net/error.hpp"
#include "net/foreign_defaults.hpp"
#include "net/netlink_socket.hpp"
#include "net/routing.hpp"

namespace ghost::net {

struct DemandInterface {
  std::string link;
  std::vector<IpAddress> stable;
  unsigned mtu = 1500;
  unsigned queue_packets = 4096;  // txqueuelen: what the kernel keeps for us until we read
  bool operator==(const DemandInterface&) const = default;
};

class Rtnl {
 public:
  [[nodiscard]] static Result<Rtnl> open();

  // gd-<link> gets its queue, MTU and stable addresses (/32, /128, no duplicate address detection) and is
  // switched on. Addresses of a former configuration are taken away. The interface's sysctls
  // (sysctl_plan.hpp) come before this.
  [[nodiscard]] Result<void> set_up(const DemandInterface& demand);

  // One after the other, stopping at the first that fails. A route of ours with the same prefix, table and
  // metric is replaced, and so is anybody's in a table of our own; EEXIST when it is somebody else's in main.
  [[nodiscard]] Result<void> add(const std::vector<Route>& routes);
  // All are tried; the first failure is the answer. Those the kernel took away by itself count as taken away.
  [[nodiscard]] Result<void> remove(const std::vector<Route>& routes);
  // Our rules of this family become these, in this order and behind everybody else's of the same preference; the answer is
  // whether they were not. There is no moment without them: the new ones are there before the old ones go.
  [[nodiscard]] Result<bool> set_rules(Family family, const std::vector<Rule>& rules);

  // An IPv6 address on the interface of a call, for so many seconds (0xffffffff: for ever), or those lifetimes for one that is
  // there. Nothing but the address itself: a /128, and no route to any prefix.
  [[nodiscard]] Result<void> give_address(unsigned interface_index, const IpAddress& address, std::uint32_t preferred,
                                          std::uint32_t valid);
  [[nodiscard]] Result<void> take_address(unsigned interface_index, const IpAddress& address);
  // Takes away the routes by this interface that the kernel made from addresses or heard in router advertisements
  // (RTPROT_KERNEL, RTPROT_RA): to a far end, to a prefix. Those to the link itself (fe80::/10, multicast) stay, and
  // what somebody put there on purpose.
  [[nodiscard]] Result<unsigned> remove_kernel_routes(const std::string& ifname);

  // Do they stand so?
  [[nodiscard]] Result<bool> rules_stand(Family family, const std::vector<Rule>& rules);
  // Those of these routes that are not there as they should be. What leads to an interface that is not there or not up is
  // passed over: the kernel has taken it away, and it comes back with the interface.
  [[nodiscard]] Result<std::vector<Route>> missing(const std::vector<Route>& routes);
  // Those of these interfaces that are not as set_up() leaves them. One that does not exist is not among them. One dump for all.
  [[nodiscard]] Result<std::vector<DemandInterface>> not_as(const std::vector<DemandInterface>& demands);

  // What stands in a table.
  [[nodiscard]] Result<std::vector<RouteSeen>> routes(Family family, std::uint32_t table);
  // Default routes in main that are not of these links.
  [[nodiscard]] Result<std::vector<ForeignDefault>> foreign_defaults(const std::vector<LinkRouting>& links);

  // The links that have a demand route, with their index: what an earlier ghostd left in place. The kernel is the only memory
  // of it.
  [[nodiscard]] Result<std::map<std::string, unsigned>> known_links();

  // Deletes every route and rule, of both families, that carries our protocol number: after a crash, and at
  // the end.
  struct Flushed {
    unsigned routes = 0;
    unsigned rules = 0;
    bool operator==(const Flushed&) const = default;
  };
  [[nodiscard]] Result<Flushed> flush();

 private:
  explicit Rtnl(NetlinkSocket socket) : socket_(std::move(socket)) {}
  NetlinkSocket socket_;
};

}  // namespace ghost::net
