// SPDX-License-Identifier: GPL-2.0-or-later
// Puts routes and rules into the kernel, and compares them with what is there; each request is acknowledged. Adding an object
// that already exists is a success, and so is removing one that is gone.
#pragma once
#include <vector>

#include "net/error.hpp"
#include "net/foreign_defaults.hpp"
#include "net/netlink_socket.hpp"
#include "net/routing.hpp"

namespace ghost::net {

class Rtnl {
 public:
  [[nodiscard]] static Result<Rtnl> open();

  // In order, stopping at the first failure. Replaces a route of ours with the same prefix, table and
  // metric, and any such route in our own tables. EEXIST if it is another program's route in main.
  [[nodiscard]] Result<void> add(const std::vector<Route>& routes);
  // Tries all; the first failure is the answer. Routes that the kernel itself removed count as removed.
  [[nodiscard]] Result<void> remove(const std::vector<Route>& routes);
  // Those of these routes that are missing or different. Routes to an interface that is missing or down are
  // ignored: the kernel has removed them, and they come back with the interface.
  [[nodiscard]] Result<std::vector<Route>> missing(const std::vector<Route>& routes);
  // The content of a table.
  [[nodiscard]] Result<std::vector<RouteSeen>> routes(Family family, std::uint32_t table);
  // The default routes in main that do not belong to these links, with the addresses of this host that follow them.
  [[nodiscard]] Result<std::vector<ForeignDefault>> foreign_defaults(const std::vector<LinkRouting>& links);

  // Makes these our rules of this family, in this order and after all others of the same preference. Returns whether
  // they were different. There is always a set of rules: the new ones are added before the old ones are deleted.
  [[nodiscard]] Result<bool> set_rules(Family family, const std::vector<Rule>& rules);
  // Whether the kernel has exactly these rules.
  [[nodiscard]] Result<bool> rules_stand(Family family, const std::vector<Rule>& rules);

  // Of NETLINK_ROUTE, for the other users of it (demand_interface.hpp, call_address.hpp, leftovers.hpp).
  [[nodiscard]] NetlinkSocket& socket() { return socket_; }

 private:
  explicit Rtnl(NetlinkSocket socket) : socket_(std::move(socket)) {}
  NetlinkSocket socket_;
};

}  // namespace ghost::net
