// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/link_check.hpp"

#include <fmt/format.h>
#include <systemd/sd-id128.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "base/metrics.hpp"
#include "base/root_program.hpp"
#include "ghost-announce/check.hpp"

namespace ghost::config {
namespace {

void complain(Diagnostics& problems, const Where& where, std::string message) {
  problems.push_back({where.file, where.line, std::move(message)});
}

// Our own id, so that the ULA does not reveal the machine id (machine-id(5)).
constexpr sd_id128_t kUlaApplication = SD_ID128_MAKE(5e, 0c, 1d, 3f, 2a, 77, 4b, 1e, 9b, 60, 3d, d4, 67, 68, 6f, 73);

tl::expected<MachineId, std::string> machine_id(const Roots& roots) {
  if (roots.machine_id) return *roots.machine_id;
  sd_id128_t id{};
  if (const int r = sd_id128_get_machine_app_specific(kUlaApplication, &id); r < 0)
    return tl::unexpected(
        fmt::format("IPv6=yes needs the machine id to make an address, but cannot get it: {}; write an IPv6 address in Address=",
                    std::strerror(-r)));
  MachineId out{};
  std::copy(std::begin(id.bytes), std::end(id.bytes), out.begin());
  return out;
}

void check_families(const Draft& draft, Diagnostics& problems) {
  const auto has = [&draft](const Prefix& p) { return draft.link.stable_for(p.family()) != nullptr; };
  const auto check = [&](std::string_view key, const std::vector<Prefix>& prefixes) {
    for (const auto& p : prefixes)
      if (!has(p))
        complain(problems, draft.at(key),
                 fmt::format("{}= has {}, but the link has no {} address{}", key, p.str(), to_string(p.family()),
                             p.family() == Family::v6 ? "; write IPv6=yes, or add one to Address=" : "; add one to Address="));
  };
  check("Routes", draft.link.routes);
  check("From", draft.link.share);
  if (draft.link.stable_for(Family::v6) != nullptr && draft.link.mtu < 1280)
    complain(problems, draft.at("MTU"), "MTU= must be at least 1280 on a link with an IPv6 address (RFC 8200)");
}

}  // namespace

void check_link(const Draft& draft, Diagnostics& problems) {
  const auto& link = draft.link;
  const bool peer = draft.given("Peer");
  if (peer && draft.given("Device"))
    complain(problems, draft.at("Device"),
             fmt::format("Device= and Peer= (line {} of {}) cannot be used together; remove one", draft.at("Peer").line,
                         draft.at("Peer").file));
  else if (!peer && !draft.given("Device") && draft.sound)  // else it may be in a line that could not be parsed
    complain(problems, draft.main, "the link has neither Peer= nor Device=; write one of them in [Link]");
  if (peer && !draft.given("Device"))
    for (const auto* key : {"Speed", "Connect", "User"})
      if (draft.given(key))
        complain(problems, draft.at(key), fmt::format("{}= needs Device=; with Peer=, write it in the peer file", key));

  if (link.call.redial_delay > link.call.redial_delay_max)
    complain(problems, draft.at(draft.given("RedialDelay") ? "RedialDelay" : "RedialDelayMax"),
             "RedialDelay= is longer than RedialDelayMax=");
  if (link.buffer.bytes < link.mtu)
    complain(problems, draft.at(draft.given("Bytes") ? "Bytes" : "MTU"),
             fmt::format("Bytes={} is less than one packet of MTU={}", link.buffer.bytes, link.mtu));
  if (draft.given("StandbyLinger") && !draft.given("Metric"))
    complain(problems, draft.at("StandbyLinger"),
             "StandbyLinger= needs Metric=, because only a standby link gives way to another route");
  if (draft.given("Every") && !draft.given("Window"))
    complain(problems, draft.at("Every"), "Every= needs Window=, because without a window no appearance follows another");
  if (draft.given("Echo"))
    if (const auto wrong = announce::check_echo(link.appear.echo))  // does not repeat a password in it
      complain(problems, draft.at("Echo"), "Echo=: " + *wrong);
  for (const auto* key : {"After", "Reasons", "Settle", "Timeout", "PerDay"})
    if (draft.given(key) && link.recover.hangup.empty() && link.recover.reset.empty() && link.recover.usb.empty() &&
        link.recover.power.empty())
      complain(problems, draft.at(key),
               fmt::format("{}= needs a step to take; write Hangup=, Reset=, USB= or Power= in [Recover]", key));
  if (!link.recover.power.empty())
    if (const auto why = untrusted_program(link.recover.power))
      complain(problems, draft.at("Power"), "Power= names a program that ghostd does not run as root: " + *why);
  if (draft.ipv6 == false && link.stable_for(Family::v6) != nullptr)
    complain(problems, draft.at("IPv6"), "IPv6=no contradicts the IPv6 address in Address=; remove one of them");
}

namespace {

// A link needs two metrics in main, its own and the next (net/numbers.hpp), and a route has one place for each metric.
void check_metrics(const std::vector<Draft>& drafts, Diagnostics& problems) {
  // The first that both have, with or without the default.
  const auto in_common = [](const core::LinkConfig& a, const core::LinkConfig& b, bool with_default) -> const Prefix* {
    for (const auto& p : a.routes)
      for (const auto& q : b.routes)
        if (p.length == q.length && p.network() == q.network() && (with_default || p.length != 0)) return &p;
    return nullptr;
  };
  // Links without Metric= use these for prefixes other than the default.
  const auto taken = [](std::uint32_t metric) {
    const auto within = [metric](std::uint32_t first) { return metric >= first && metric < first + kRanks; };
    return within(call_metric(0)) || within(demand_metric(0));
  };
  for (const auto& one : drafts)
    for (const auto& other : drafts) {
      if (!one.link.metric || other.link.metric || (!taken(*one.link.metric) && !taken(*one.link.metric + 1))) continue;
      const auto* shared = in_common(other.link, one.link, false);
      if (shared == nullptr) continue;
      complain(
          problems, one.at("Metric"),
          fmt::format("Metric={} and the next must be outside {} to {} and {} to {}, because link {} without Metric= shares {}",
                      *one.link.metric, call_metric(0), call_metric(kRanks - 1), demand_metric(0), demand_metric(kRanks - 1),
                      other.link.name, shared->str()));
    }
  for (auto one = drafts.begin(); one != drafts.end(); ++one)
    for (auto other = drafts.begin(); other != one; ++other) {
      const auto &a = one->link, &b = other->link;
      if (!a.metric || !b.metric || std::max(*a.metric, *b.metric) - std::min(*a.metric, *b.metric) > 1 ||
          in_common(a, b, true) == nullptr)
        continue;
      complain(problems, one->at("Metric"),
               fmt::format("Metric={} is too close to Metric={} of link {}, which shares a route ({}:{}); "
                           "write one that differs by two or more",
                           *a.metric, *b.metric, b.name, other->at("Metric").file, other->at("Metric").line));
    }
}

}  // namespace

void settle_addresses(std::vector<Draft>& drafts, const Roots& roots, Diagnostics& problems) {
  std::map<IpAddress, const Draft*> owners;
  std::set<IpAddress> taken;
  const auto claim = [&](const IpAddress& address, const Draft& draft, std::string_view key) {
    if (const auto [owner, is_new] = owners.emplace(address, &draft); !is_new)
      complain(
          problems, draft.at(key),
          fmt::format("{} is already the stable address of link {}; write another", address.str(), owner->second->link.name));
    taken.insert(address);
  };
  // Configured addresses first: a default never takes an address that is configured.
  for (const auto& draft : drafts)
    for (const auto& address : draft.link.stable) claim(address, draft, "Address");

  for (auto& draft : drafts) {
    auto& stable = draft.link.stable;
    if (stable.empty()) {
      if (const auto address = next_default_address(taken)) {
        stable.push_back(*address);
        claim(*address, draft, "Address");
      } else {
        complain(problems, draft.main, "no default stable address is left; write one in Address=");
      }
    }
    if (draft.ipv6 == true && draft.link.stable_for(Family::v6) == nullptr) {
      if (const auto id = machine_id(roots)) {
        stable.push_back(unique_local_address(*id, draft.link.name));
        claim(stable.back(), draft, "IPv6");
      } else {
        complain(problems, draft.at("IPv6"), id.error());
      }
    }
    if (draft.sound) check_families(draft, problems);
    if (!draft.default_routes) continue;
    std::vector<Prefix> routes;
    for (const auto family : {Family::v4, Family::v6})
      if (draft.link.stable_for(family) != nullptr) routes.push_back(default_prefix(family));
    for (const auto& p : draft.link.routes)
      if (p.length != 0) routes.push_back(p);
    draft.link.routes = std::move(routes);
  }
  check_metrics(drafts, problems);
}

}  // namespace ghost::config
