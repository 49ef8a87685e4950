// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's news: interfaces and addresses, of the calls and of all others.
#include <algorithm>
#include <set>
#include <stdexcept>

#include "base/ids.hpp"
#include "base/overloaded.hpp"
#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"
#include "ghostd/must.hpp"
#include "net/leftovers.hpp"

namespace ghost::daemon {

void Daemon::watch_kernel() {
  monitor_io_.reset();
  monitor_.emplace(must(net::RtnetlinkMonitor::open()));
  monitor_io_ = loop::IoSource(loop_, monitor_->fd(), EPOLLIN, [this](std::uint32_t revents) { kernel_says(revents); });
  monitor_io_.set_priority(loop::kPriorityImportant);  // ghostd learns of a lost route before it sends the next packet on
}

// The addresses that this host or its LAN has. All of From= counts, because a part of it may be behind another router.
std::vector<net::HeldAddress> Daemon::held() const {
  auto out = monitor_->table().held();
  for (const auto& [name, link] : links_)
    for (const auto& prefix : link->machine().config().share)
      if (const auto& stable = link->machine().config().stable;
          std::none_of(stable.begin(), stable.end(), [&](const IpAddress& a) { return prefix.contains(a); }))
        out.push_back({"[Share] From= of link " + name, prefix.network(), prefix.network(), prefix.length});
  return out;
}

// Autoconf asks this before it sets the address.
bool Daemon::may_have(const std::string& link, const IpAddress& address) {
  const auto at = links_.find(link);
  if (at == links_.end()) return false;
  const auto why = net::own_conflict(at->second->interfaces(), address, held());
  if (why) post(link, core::AddressConflicts{*why});
  return !why;
}

// Ends the calls that have an address that they must not have, and returns their links. It runs before a handover, and as soon as
// another interface gets an address that a call has.
std::set<std::string> Daemon::end_conflicting_calls() {
  std::set<std::string> conflicting;
  const auto held = this->held();
  for (const auto& [name, link] : links_) {
    if (link->machine().serial() == CallSerial::none) continue;
    const auto why = net::call_conflict(link->interfaces(), held);
    if (!why) continue;
    conflicting.insert(name);
    post(name, core::AddressConflicts{*why});
  }
  return conflicting;
}

Link* Daemon::link_of(const std::string& ifname) const {
  const auto at = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.second->interface() == ifname; });
  return at == links_.end() ? nullptr : at->second.get();
}

void Daemon::kernel_says(std::uint32_t) {
  auto changes = monitor_->read();
  if (!changes) throw std::runtime_error(changes.error().what);
  bool guard_first = false;
  std::vector<net::SysctlWrite> opening;
  const bool more = std::any_of(changes->begin(), changes->end(),
                                [](const auto& c) { return std::holds_alternative<net::AddressUp>(c); });
  const auto conflicting = more ? end_conflicting_calls() : std::set<std::string>{};
  const auto with_link = [this](const std::string& ifname, auto&& act) {
    if (auto* link = link_of(ifname)) act(*link);
  };
  for (const auto& change : *changes)
    std::visit(Overloaded{
                   [&](const net::InterfaceAppeared& c) {
                     with_link(c.ifname, [this](Link& l) { post(l.name(), core::InterfaceAppeared{}); });
                   },
                   // The monitor has reported the loss of its addresses before.
                   [&](const net::InterfaceGone& c) {
                     with_link(c.ifname, [&](Link& l) {
                       autoconf_->end(l.name());
                       host_.sysctls().forget(c.ifname);
                     });
                   },
                   [&](const net::AddressUp& c) {
                     if (auto* link = link_of(c.ifname)) {
                       // pppd first sets its own address, then the peer's. The second step removes the first address, and with
                       // it each route of the interface. So only the second counts.
                       if (c.family() == Family::v4 && c.peer == c.local) return;
                       if (auto gone = net::remove_kernel_routes(host_.rtnl().socket(), c.ifname); !gone)
                         log(LOG_WARNING, link->name(), gone.error().what);
                       if (!conflicting.contains(link->name())) link->address_up(c.local, c.peer);
                       return;  // an address from the far end does not make a LAN
                     }
                     if (auto one = host_.opening(placed(), c.ifname, c.local)) {
                       guard_first = guard_first || one->guard_first;
                       opening.insert(opening.end(), one->writes.begin(), one->writes.end());
                     }
                   },
                   [&](const net::AddressGone& c) {
                     with_link(c.ifname, [&](Link& l) {
                       post(l.name(), core::AddressVanished{c.local});
                       // The far end has withdrawn the address, or let it expire. Its other addresses count now.
                       for (const auto& other : monitor_->table().usable(c.ifname, Family::v6))
                         if (c.family() == Family::v6) l.address_up(other, other);
                     });
                   },
                   [&](const net::LinkLocalUp& c) {
                     with_link(c.ifname, [&](Link& l) {
                       if (l.placed().config.stable_for(Family::v6)) autoconf_->begin(l.name(), c.index, c.local);
                     });
                   },
               },
               change);
  if (guard_first)
    if (auto ok = load_ruleset(); !ok) return log(LOG_ERR, "", ok.error().what);
  if (auto ok = host_.sysctls().apply(opening); !ok) log(LOG_WARNING, "", ok.error().what);
}

}  // namespace ghost::daemon
