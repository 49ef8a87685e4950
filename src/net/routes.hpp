// SPDX-License-Identifier: GPL-2.0-or-later
// Puts addresses, routes and rules into the kernel; each request is acknowledged. Adding an object that already
// exists is a success, and so is removing one that is gone.
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
  unsigned queue_packets = 4096;  // txqueuelen: packets that the kernel keeps for us until we read
  bool operator==(const DemandInterface&) const = default;
};

class Rtnl {
 public:
  [[nodiscard]] static Result<Rtnl> open();

  // gd-<link> gets its queue, MTU and stable addresses (/32, /128, no duplicate address detection) and is
  // switched on. Addresses of an earlier configuration are removed. Set the interface's sysctls
  // (sysctl_plan.hpp) before this.
  [[nodiscard]] Result<void> set_up(const DemandInterface& demand);

  // In order, stopping at the first failure. Replaces a route of ours with the same prefix, table and
  // metric, and any such route in our own tables; EEXIST if it is another program's route in main.
  [[nodiscard]] Result<void> add(const std::vector<Route>& routes);
  // Tries all; the first failure is the answer. Routes that the kernel itself removed count as removed.
  [[nodiscard]] Result<void> remove(const std::vector<Route>& routes);
  // Makes these our rules of this family, in this order and after all others of the same preference. Returns whether
  // they were different. There is always a set of rules: the new ones are added before the old ones are deleted.
  [[nodiscard]] Result<bool> set_rules(Family family, const std::vector<Rule>& rules);

  // An IPv6 address on the interface of a call, for this number of seconds (0xffffffff: for ever), or new lifetimes for an
  // existing one. Only the address itself: a /128, and no route to any prefix.
  [[nodiscard]] Result<void> give_address(unsigned interface_index, const IpAddress& address, std::uint32_t preferred,
                                          std::uint32_t valid);
  [[nodiscard]] Result<void> take_address(unsigned interface_index, const IpAddress& address);
  // Removes the routes by this interface that the kernel made from addresses or from router advertisements
  // (RTPROT_KERNEL, RTPROT_RA): to a far end, to a prefix. Those to the link itself (fe80::/10, multicast) stay, and so do
  // routes that somebody made on purpose.
  [[nodiscard]] Result<unsigned> remove_kernel_routes(const std::string& ifname);

  // Are these exactly the rules?
  [[nodiscard]] Result<bool> rules_stand(Family family, const std::vector<Rule>& rules);
  // Those of these routes that are missing or different. Routes to an interface that is missing or down are
  // ignored: the kernel has removed them, and they come back with the interface.
  [[nodiscard]] Result<std::vector<Route>> missing(const std::vector<Route>& routes);
  // Those of these interfaces that are not as set_up() leaves them, without those that do not exist. One dump for all.
  [[nodiscard]] Result<std::vector<DemandInterface>> not_as(const std::vector<DemandInterface>& demands);

  // The content of a table.
  [[nodiscard]] Result<std::vector<RouteSeen>> routes(Family family, std::uint32_t table);
  // Default routes in main that are not of these links.
  [[nodiscard]] Result<std::vector<ForeignDefault>> foreign_defaults(const std::vector<LinkRouting>& links);

  // The links that have a demand route from an earlier ghostd, with their index. The kernel is the only memory
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
