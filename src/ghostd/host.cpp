// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/host.hpp"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/ids.hpp"
#include "ghostd/log.hpp"
#include "ghostd/must.hpp"
#include "net/interface.hpp"
#include "net/leftovers.hpp"
#include "net/nft.hpp"
#include "net/numbers.hpp"

namespace ghost::daemon {
namespace {

constexpr const char* kHostForwards = "net/ipv4/conf/all/forwarding";
constexpr const char* kHostForwards6 = "net/ipv6/conf/all/forwarding";

bool has_v6(const core::LinkConfig& link) { return link.stable_for(Family::v6) != nullptr; }

bool shares(const core::LinkConfig& link, Family family) {
  return std::any_of(link.share.begin(), link.share.end(), [family](const Prefix& p) { return p.family() == family; });
}

std::vector<net::LinkRouting> routings(const std::vector<Placed>& links) {
  std::vector<net::LinkRouting> out;
  for (const auto& l : links) out.push_back(l.routing());
  return out;
}

// The number of objects of this kind that the commands add.
unsigned count(const nlohmann::json& commands, const char* kind) {
  const auto& all = commands["nftables"];
  return static_cast<unsigned>(std::count_if(
      all.begin(), all.end(), [kind](const auto& one) { return one.contains("add") && one["add"].contains(kind); }));
}

net::QueueLimits limits_for(const core::LinkConfig& link) {
  net::QueueLimits limits;
  limits.replay_packets = static_cast<unsigned>(std::max<std::size_t>(limits.replay_packets, 2 * link.buffer.packets));
  limits.held_bytes = static_cast<unsigned>(std::max<std::size_t>(limits.held_bytes, 2 * link.buffer.bytes));
  return limits;
}

}  // namespace

std::vector<Placed> places_of(const std::vector<Kept>& kept) {
  std::vector<Placed> out;
  for (const auto& k : kept) out.push_back(k.placed);
  return out;
}

Host::Host(const std::string& state_dir, net::RawSender sender)
    : rtnl_(must(net::Rtnl::open())),
      queue_(must(net::PppQueue::open())),
      sysctls_(net::Sysctls::open("/proc/sys", state_dir + "/restore.json")),
      sender_(std::move(sender)),
      host_forwards_(sysctls_.read(kHostForwards).value_or("0")) {
  if (!sysctls_.problem().empty()) log(LOG_WARNING, "", sysctls_.problem());
}

net::Result<void> Host::prepare(const std::vector<Placed>& links) {
  const bool ipv6 = std::any_of(links.begin(), links.end(), [](const Placed& l) { return shares(l.config, Family::v6); });
  return sysctls_.apply(net::plan_host(sysctls_.snapshot(), {.ipv6_forwarding = ipv6}));
}

// Whether the setting was off before ghostd changed it: the journal has the original value, unless ghostd has not touched it.
bool Host::was_off(const std::string& key) const {
  if (const auto original = sysctls_.original(key)) return *original == "0";
  return sysctls_.read(key).value_or("") == "0";
}

net::Result<void> Host::take_over(const std::vector<Placed>& links) {
  for (const auto& l : links) {
    if (auto ok = sysctls_.apply(net::plan_demand_interface(demand_interface(l.config.name), has_v6(l.config))); !ok) return ok;
    if (auto ok = net::set_up(rtnl_.socket(), demand(l)); !ok) return ok;
    // Another program's route at the same place stays. The keeper reports what that means.
    if (auto ok = rtnl_.add(net::demand_routes(l.routing())); !ok && ok.error().errno_value != EEXIST) return ok;
    // A reload may have added [Share] while a call is up. Without a call, the missing setting is ignored.
    if (shares(l.config, Family::v4))
      if (auto ok = sysctls_.apply({net::plan_call_forwarding(l.interface)}); !ok) return ok;
  }
  if (auto ok = look_at_foreign_defaults(links); !ok) return ok;
  return set_rules(links);
}

net::DemandInterface Host::demand(const Placed& link) {
  const auto queue = static_cast<unsigned>(std::clamp<std::size_t>(link.config.buffer.packets, 500, 4096));
  return {demand_interface(link.config.name), link.config.stable, link.config.mtu, queue};
}

net::Result<void> Host::look_at_foreign_defaults(const std::vector<Placed>& links) {
  auto foreign = rtnl_.foreign_defaults(routings(links));
  if (!foreign) return tl::unexpected(foreign.error());
  foreign_ = std::move(*foreign);
  return {};
}

std::vector<net::Rule> Host::rules(Family family, const std::vector<Placed>& links) const {
  return net::rules_for(family, routings(links), foreign_);
}

std::vector<net::Rule> Host::all_rules(const std::vector<Placed>& links) const {
  auto out = rules(Family::v4, links);
  for (auto& rule : rules(Family::v6, links)) out.push_back(std::move(rule));
  return out;
}

net::Result<void> Host::set_rules(const std::vector<Placed>& links) {
  for (const auto family : {Family::v4, Family::v6})
    if (auto set = rtnl_.set_rules(family, rules(family, links)); !set) return tl::unexpected(set.error());
  rules_set_ = all_rules(links);
  return {};
}

net::Result<void> Host::give_up(Placed link) {
  link.has_place = true;
  return rtnl_.remove(net::demand_routes(net::in_full(link.routing())));
}

Host::InTable Host::of_call(const Placed& link) {
  auto address = net::ipv4_of(link.interface);
  if (address && std::find(link.config.stable.begin(), link.config.stable.end(), *address) == link.config.stable.end())
    address.reset();
  return {net::mtu_of(link.interface), address};
}

net::RulesetLink Host::in_ruleset(const Placed& link, const InTable& call) {
  const auto idle = std::chrono::duration_cast<std::chrono::seconds>(link.config.call.idle_timeout);
  return {link.config.name, link.interface, link.config.stable, link.config.share, std::max(idle, std::chrono::seconds(1)),
          call.mtu,         call.fixed};
}

net::Result<void> Host::load_ruleset(const std::vector<Placed>& links, const std::vector<std::string>& blocked) {
  net::Ruleset ruleset;
  for (const auto& l : links) {
    // The next call's MTU is known only when the call is there. Most calls have the usual MTU, and need no change then.
    auto& call = in_table_.try_emplace(l.config.name, InTable{net::kUsualMtu, {}}).first->second;
    if (::if_nametoindex(l.interface.c_str()) != 0) call = of_call(l);
    ruleset.links.push_back(in_ruleset(l, call));
  }
  ruleset.blocked = blocked;
  const bool ipv6 = std::any_of(links.begin(), links.end(), [](const Placed& l) { return shares(l.config, Family::v6); });
  ruleset.guard_ipv6_forwarding = (ipv6 || sysctls_.original(kHostForwards6)) && was_off(kHostForwards6);
  ruleset.opened_interfaces.assign(opened_.begin(), opened_.end());
  loaded_.reset();
  const auto before = net::table_print();
  if (before && *before) counts_.before_reset();  // without a table there is nothing to count, and libnftables is slow
  const auto commands = net::render(ruleset);
  if (auto ok = net::nft::load(ruleset); !ok) return ok;
  counts_.after_reset();
  // The print counts as ghostd's table only if no other program changed the table meanwhile.
  auto print = net::table_print();
  if (print && *print && (*print)->chains == count(commands, "chain") && (*print)->rules == count(commands, "rule"))
    loaded_ = std::move(**print);
  return {};
}

net::Result<void> Host::call_has_address(const Placed& link) {
  const auto call = of_call(link);
  if (std::exchange(in_table_[link.config.name], call) == call) return {};
  const auto before = net::table_print();
  const bool intact = before && *before && loaded_ && (*before)->content == loaded_->content;
  if (auto ok = net::nft::set_call(in_ruleset(link, call)); !ok) return ok;
  // The new content counts as ghostd's table from now on, unless another program had changed the table before.
  auto print = net::table_print();
  if (intact && print && *print) loaded_ = std::move(**print);
  return {};
}

net::Result<bool> Host::follow_forwarding() {
  const auto now = sysctls_.read(kHostForwards);
  if (!now || std::exchange(host_forwards_, *now) == *now) return false;
  const bool on = *now != "0";
  for (const auto& ifname : shared_) {
    // The kernel has just set these, together with the whole host's. So they stay when ghostd goes.
    for (const auto& write : net::plan_shared_interface(ifname, Family::v4))
      if (auto ok = sysctls_.amend(write.key, on ? "1" : "0"); !ok) return tl::unexpected(ok.error());
    if (on) opened_.erase(ifname);
    else opened_.insert(ifname);
  }
  return !shared_.empty();
}

std::optional<Host::Opening> Host::opening(const std::vector<Placed>& links, const std::string& ifname,
                                           const IpAddress& address) {
  const bool shared = std::any_of(links.begin(), links.end(), [&](const Placed& l) {
    return std::any_of(l.config.share.begin(), l.config.share.end(), [&](const Prefix& p) { return p.contains(address); });
  });
  if (!shared) return std::nullopt;
  Opening out{net::plan_shared_interface(ifname, address.family())};
  if (address.family() == Family::v4) shared_.insert(ifname);
  if (std::any_of(out.writes.begin(), out.writes.end(), [&](const auto& w) { return was_off(w.key); }))
    out.guard_first = opened_.insert(ifname).second;
  return out;
}

net::Result<void> Host::prepare_call(const Placed& link) {
  const auto& ifname = link.interface;
  const auto queue = queue_.prepare(ifname, limits_for(link.config));
  // The sysctls come second. pppd has just renamed the interface, and rtnetlink reports that before /proc/sys has the new name.
  // apply() would ignore the missing settings. The queue's request waits in rtnetlink until the renaming is over.
  net::SysctlValues now;
  for (const auto& which : {std::string("all"), ifname}) {
    const auto rp_filter = "net/ipv4/conf/" + which + "/rp_filter";
    if (auto value = sysctls_.read(rp_filter)) now[rp_filter] = *value;
  }
  if (auto ok = sysctls_.apply(net::plan_call_interface(ifname, shares(link.config, Family::v4), now)); !ok) return ok;
  if (!queue) return tl::unexpected(queue.error());
  // The kernel may have made routes from advertisements before its autoconfiguration was off, for example while ghostd did not
  // run.
  if (auto removed = net::remove_kernel_routes(rtnl_.socket(), ifname); !removed) return tl::unexpected(removed.error());
  return {};
}

net::Result<void> Host::set_ipv6_mtu(unsigned interface_index, std::uint32_t mtu) {
  std::array<char, IF_NAMESIZE> name{};
  if (::if_indextoname(interface_index, name.data()) == nullptr) return {};  // it has gone, and the call with it
  auto ok = sysctls_.apply({{std::string("net/ipv6/conf/") + name.data() + "/mtu", std::to_string(mtu), false}});
  if (!ok && ok.error().errno_value == EINVAL) return {};
  return ok;
}

net::Result<void> Host::restore_queue(const Placed& link, bool settled) {
  const auto& ifname = link.interface;
  if (auto ok = queue_.prepare(ifname, limits_for(link.config)); !ok) return tl::unexpected(ok.error());
  if (auto ok = queue_.release(ifname); !ok) return ok;
  return settled ? queue_.normalize(ifname) : net::Result<void>();
}

}  // namespace ghost::daemon
