// SPDX-License-Identifier: GPL-2.0-or-later
// Which sysctls must have which value (Documentation/networking/ip-sysctl.rst), in which order, given what
// they are now. Pure. Undone in the reverse order, every value that existed before is what it was.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::net {

struct SysctlWrite {
  std::string
      key;  // below /proc/sys, with slashes (interface names may hold dots): "net/ipv4/conf/all/rp_filter"
  std::string value;
  // Restored at the end. Not needed for interfaces of our own: their values vanish with them.
  bool record = true;
  bool operator==(const SysctlWrite&) const = default;
};

// key → value, without the newline. What is missing does not exist.
using SysctlValues = std::map<std::string, std::string>;

struct HostWants {
  bool ipv6_forwarding = false;  // some link shares IPv6
  bool operator==(const HostWants&) const = default;
};

// What concerns the whole host, once at the start and after a reload: IPv6 forwarding, where wanted, is all's only. It would make
// the kernel forget default routes learnt from router advertisements on interfaces with accept_ra=1, so those get accept_ra=2
// before. Writing all overwrites every interface's own value, so those are written (and recorded) before, too.
[[nodiscard]] std::vector<SysctlWrite> plan_host(const SysctlValues& now, const HostWants& wants);

// gd-<link>, before it is switched on.
[[nodiscard]] std::vector<SysctlWrite> plan_demand_interface(const std::string& link, bool has_ipv6);
// ppp-<link>, as soon as it appears. shared: an IPv4 LAN is behind the link. now: rp_filter of all and of the interface.
[[nodiscard]] std::vector<SysctlWrite> plan_call_interface(const std::string& link, bool shared, const SysctlValues& now);
// A part of it, for a call that is up when a LAN comes to be behind it.
[[nodiscard]] SysctlWrite plan_call_forwarding(const std::string& link);
// An interface that holds an address inside a shared prefix of this family.
[[nodiscard]] std::vector<SysctlWrite> plan_shared_interface(const std::string& ifname, Family family);

}  // namespace ghost::net
