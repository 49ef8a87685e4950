// SPDX-License-Identifier: GPL-2.0-or-later
// Which sysctls must have which value (Documentation/networking/ip-sysctl.rst), in which order, given their
// current values. Pure. Undoing them in reverse order restores every earlier value.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace ghost::net {

struct SysctlWrite {
  std::string key;  // below /proc/sys, with slashes (interface names may hold dots): "net/ipv4/conf/all/rp_filter"
  std::string value;
  // Restored at the end. Not needed for our own interfaces: their values vanish with them.
  bool record = true;
  bool operator==(const SysctlWrite&) const = default;
};

// key → value, without the newline. A missing key does not exist.
using SysctlValues = std::map<std::string, std::string>;

struct HostWants {
  bool ipv6_forwarding = false;  // some link shares IPv6
  bool operator==(const HostWants&) const = default;
};

// The settings of the whole host, once at the start and after a reload. IPv6 forwarding, if needed, has only all's switch. It makes
// the kernel forget default routes from router advertisements on interfaces with accept_ra=1, so those get accept_ra=2
// before. Writing "all" overwrites every interface's own value, so those are also written (and recorded) before.
[[nodiscard]] std::vector<SysctlWrite> plan_host(const SysctlValues& now, const HostWants& wants);

// A demand interface, before it is switched on.
[[nodiscard]] std::vector<SysctlWrite> plan_demand_interface(const std::string& name, bool has_ipv6);
// The interface of a call, as soon as it appears. shared: an IPv4 LAN is behind the link. now: rp_filter of all and of the
// interface.
[[nodiscard]] std::vector<SysctlWrite> plan_call_interface(const std::string& name, bool shared, const SysctlValues& now);
// A part of it, for a call that is up when a LAN is added behind it.
[[nodiscard]] SysctlWrite plan_call_forwarding(const std::string& name);
// An interface that holds an address inside a shared prefix of this family.
[[nodiscard]] std::vector<SysctlWrite> plan_shared_interface(const std::string& ifname, Family family);

}  // namespace ghost::net
