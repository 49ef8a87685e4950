// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/sysctl_plan.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace ghost::net {
namespace {

std::string key_for(Family family, std::string_view interface, std::string_view name) {
  std::string key = family == Family::v4 ? "net/ipv4/conf/" : "net/ipv6/conf/";
  return key.append(interface).append("/").append(name);
}

constexpr const char* kAllRpFilter = "net/ipv4/conf/all/rp_filter";

int number(const std::string& text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct InterfaceValue {
  std::string interface;
  std::string value;
};

// Of every interface and of default; "all" is not included.
std::vector<InterfaceValue> each(const SysctlValues& now, Family family, std::string_view name) {
  const std::string head = family == Family::v4 ? "net/ipv4/conf/" : "net/ipv6/conf/";
  const std::string tail = "/" + std::string(name);
  std::vector<InterfaceValue> out;
  for (auto at = now.lower_bound(head); at != now.end() && at->first.starts_with(head); ++at) {
    if (!at->first.ends_with(tail)) continue;
    const std::string interface = at->first.substr(head.size(), at->first.size() - head.size() - tail.size());
    if (interface != "all" && interface.find('/') == std::string::npos) out.push_back({interface, at->second});
  }
  return out;
}

std::string value_of(const SysctlValues& now, const std::string& key) {
  const auto at = now.find(key);
  return at == now.end() ? std::string() : at->second;
}

}  // namespace

std::vector<SysctlWrite> plan_host(const SysctlValues& now, const HostWants& wants) {
  std::vector<SysctlWrite> out;
  const std::string all_forwarding = key_for(Family::v6, "all", "forwarding");
  // If it is already on, it is the administrator's, or ours from before a restart: nothing to do, nothing
  // to record.
  if (wants.ipv6_forwarding && value_of(now, all_forwarding) == "0") {
    for (const auto& [interface, value] : each(now, Family::v6, "accept_ra")) {
      // A 2 that is somebody's already is recorded, too, so that a release knows it from one that an interface has inherited.
      if (value == "1" || value == "2") out.push_back({key_for(Family::v6, interface, "accept_ra"), "2"});
    }
    for (const auto& [interface, value] : each(now, Family::v6, "forwarding")) {
      out.push_back({key_for(Family::v6, interface, "forwarding"), "1"});
    }
    out.push_back({all_forwarding, "1"});
  }
  return out;
}

std::vector<SysctlWrite> plan_demand_interface(const std::string& name, bool has_ipv6) {
  const auto v6 = [&](const char* key, const char* value) { return SysctlWrite{key_for(Family::v6, name, key), value, false}; };
  if (!has_ipv6) return {v6("disable_ipv6", "1")};
  std::vector<SysctlWrite> out;
  // There is no neighbour: no link-local address (1: none), no duplicates to detect, no router to ask.
  for (const auto& [key, value] : {std::pair{"disable_ipv6", "0"},
                                   {"addr_gen_mode", "1"},
                                   {"accept_ra", "0"},
                                   {"router_solicitations", "0"},
                                   {"accept_dad", "0"},
                                   {"dad_transmits", "0"}}) {
    out.push_back(v6(key, value));
  }
  return out;
}

SysctlWrite plan_call_forwarding(const std::string& name) { return {key_for(Family::v4, name, "forwarding"), "1", false}; }

std::vector<SysctlWrite> plan_call_interface(const std::string& name, bool shared, const SysctlValues& now) {
  const auto v6 = [&](const char* key, const char* value) { return SysctlWrite{key_for(Family::v6, name, key), value, false}; };
  std::vector<SysctlWrite> out = {{key_for(Family::v4, name, "accept_redirects"), "0", false}};
  if (shared) out.push_back(plan_call_forwarding(name));
  // Before and after the handover, answers come in by ppp-* while the route leads into gd-*. Strict filtering would drop them.
  // Loose filtering (2) would drop packets of the far end itself if no route leads to it. The larger of all's value and
  // the interface's counts, so none (0) is possible only if all's is 0.
  const std::string rp_filter = key_for(Family::v4, name, "rp_filter");
  const int all = number(value_of(now, kAllRpFilter)), own = number(value_of(now, rp_filter));
  if (all == 0 && own != 0) out.push_back({rp_filter, "0", false});
  if (all == 1 && own < 2) out.push_back({rp_filter, "2", false});
  // The far end cannot install a route. From its router advertisements the kernel would make routes in main. They
  // would win over the LAN's, carry traffic outside the link's Routes=, and nobody would remove them. So ghostd reads them
  // itself (ghostd/autoconf.hpp). First, so that no advertisement comes in between. Addresses are used at once.
  for (const auto& [key, value] :
       {std::pair{"accept_ra", "0"}, {"accept_redirects", "0"}, {"accept_dad", "0"}, {"dad_transmits", "0"}}) {
    out.push_back(v6(key, value));
  }
  return out;
}

std::vector<SysctlWrite> plan_shared_interface(const std::string& ifname, Family family) {
  // For IPv6, all's switch decides about forwarding, see plan_host().
  if (family == Family::v6) return {};
  return {{key_for(Family::v4, ifname, "forwarding"), "1"}};
}

}  // namespace ghost::net
