// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/host.hpp"

#include <net/if.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "base/ids.hpp"
#include "net/interface.hpp"
#include "net/nft.hpp"
#include "net/numbers.hpp"

namespace ghost::daemon {
namespace {

template <class T>
T must(net::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().what);
  return std::move(*result);
}

constexpr unsigned kUsualMtu = 1500;

bool has_v6(const core::LinkConfig& link) { return link.stable_for(Family::v6) != nullptr; }

bool shares(const core::LinkConfig& link, Family family) {
  return std::any_of(link.share.begin(), link.share.end(), [family](const Prefix& p) { return p.family() == family; });
}

std::vector<net::LinkRouting> routings(const std::vector<Placed>& links) {
  std::vector<net::LinkRouting> out;
  for (const auto& l : links) out.push_back(l.routing());
  return out;
}

}  // namespace

Host::Host(const std::string& state_dir, net::RawSender sender)
    : rtnl_(must(net::Rtnl::open())),
      queue_(must(net::PppQueue::open())),
      sysctls_(must(net::Sysctls::open("/proc/sys", state_dir + "/restore.json"))),
      sender_(std::move(sender)) {}

net::Result<void> Host::prepare(const std::vector<Placed>& links) {
  const bool ipv6 = std::any_of(links.begin(), links.end(), [](const Placed& l) { return shares(l.config, Family::v6); });
  return sysctls_.apply(net::plan_host(sysctls_.snapshot(), {.ipv6_forwarding = ipv6}));
}

net::Result<void> Host::take_over(const std::vector<Placed>& links) {
  for (const auto& l : links) {
    if (auto ok = sysctls_.apply(net::plan_demand_interface(l.config.name, has_v6(l.config))); !ok) return ok;
    const auto queue = static_cast<unsigned>(std::clamp<std::size_t>(l.config.buffer.packets, 500, 4096));
    if (auto ok = rtnl_.set_up({l.config.name, l.config.stable, l.config.mtu, queue}); !ok) return ok;
    if (auto ok = rtnl_.add(net::demand_routes(l.routing())); !ok) return ok;
  }
  return rtnl_.add(net::rules_for(routings(links)));
}

net::Result<void> Host::give_up(const Placed& link) {
  if (auto ok = rtnl_.remove(net::demand_routes(link.routing())); !ok) return ok;
  // Only the link's own rules; the two that all links share may serve others.
  auto rules = net::rules_for({link.routing()});
  std::erase_if(rules, [](const net::Rule& r) { return r.iif.empty(); });
  return rtnl_.remove(rules);
}

net::Result<void> Host::forget_rules(const std::string& link, unsigned index) {
  std::vector<net::Rule> rules;
  for (const auto family : {Family::v4, Family::v6})
    rules.push_back(
        {family, net::replay_preference(index), net::replay_table(index), demand_interface(link), std::nullopt});
  return rtnl_.remove(rules);
}

net::Result<void> Host::load_ruleset(const std::vector<Placed>& links, const std::vector<std::string>& blocked) {
  net::Ruleset ruleset;
  for (const auto& l : links) {
    const auto idle = std::chrono::duration_cast<std::chrono::seconds>(l.config.call.idle_timeout);
    const auto ifname = ppp_interface(l.config.name);
    // The next call's is known when it is there; most have the usual one, and then nothing needs to be changed for them.
    auto& mtu = call_mtu_.try_emplace(l.config.name, kUsualMtu).first->second;
    if (::if_nametoindex(ifname.c_str()) != 0) mtu = net::mtu_of(ifname);
    ruleset.links.push_back({l.config.name, l.config.stable, l.config.share, std::max(idle, std::chrono::seconds(1)), mtu});
  }
  ruleset.blocked = blocked;
  ruleset.guard_ipv6_forwarding = sysctls_.original("net/ipv6/conf/all/forwarding") == "0";
  ruleset.opened_interfaces.assign(opened_.begin(), opened_.end());
  counts_.before_reset();
  return net::nft::load(ruleset);
}

net::Result<void> Host::call_has_address(const std::string& link) {
  const auto mtu = net::mtu_of(ppp_interface(link));
  if (std::exchange(call_mtu_[link], mtu) == mtu) return {};
  return net::nft::set_call_mtu(link, mtu);
}

net::Result<bool> Host::open_shared(const std::vector<Placed>& links, const std::string& ifname,
                                    const IpAddress& address) {
  const bool shared = std::any_of(links.begin(), links.end(), [&](const Placed& l) {
    return std::any_of(l.config.share.begin(), l.config.share.end(),
                       [&](const Prefix& p) { return p.contains(address); });
  });
  if (!shared) return false;
  const auto plan = net::plan_shared_interface(ifname, address.family());
  if (auto ok = sysctls_.apply(plan); !ok) return tl::unexpected(ok.error());
  const bool was_closed =
      std::any_of(plan.begin(), plan.end(), [&](const auto& w) { return sysctls_.original(w.key) == "0"; });
  return was_closed && opened_.insert(ifname).second;
}

net::Result<void> Host::prepare_call(const core::LinkConfig& link) {
  const auto ifname = ppp_interface(link.name);
  net::QueueLimits limits;
  limits.replay_packets = static_cast<unsigned>(std::max<std::size_t>(limits.replay_packets, 2 * link.buffer.packets));
  limits.held_bytes = static_cast<unsigned>(std::max<std::size_t>(limits.held_bytes, 2 * link.buffer.bytes));
  const auto queue = queue_.prepare(ifname, limits);
  // The sysctls come second: pppd has just renamed the interface, the news of that is out before /proc/sys knows the new
  // name, and what is not there is passed over. rtnetlink has let us in only after the renaming was over.
  net::SysctlValues now;
  for (const auto& which : {std::string("all"), ifname}) {
    const auto rp_filter = "net/ipv4/conf/" + which + "/rp_filter";
    if (auto value = sysctls_.read(rp_filter)) now[rp_filter] = *value;
  }
  if (auto ok = sysctls_.apply(net::plan_call_interface(link.name, shares(link, Family::v4), now)); !ok) return ok;
  if (!queue) return tl::unexpected(queue.error());
  // What the kernel heard before its autoconfiguration was switched off: while no ghostd was there, maybe.
  if (auto removed = rtnl_.remove_kernel_routes(ifname); !removed) return tl::unexpected(removed.error());
  return {};
}

net::Result<void> Host::set_ipv6_mtu(const std::string& link, std::uint32_t mtu) {
  auto ok = sysctls_.apply({{"net/ipv6/conf/" + ppp_interface(link) + "/mtu", std::to_string(mtu), false}});
  if (!ok && ok.error().errno_value == EINVAL) return {};
  return ok;
}

}  // namespace ghost::daemon
