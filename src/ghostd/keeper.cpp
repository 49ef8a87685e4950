// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/keeper.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "ghostd/log.hpp"
#include "ghostd/must.hpp"
#include "net/conntrack.hpp"
#include "net/nft.hpp"
#include "net/numbers.hpp"

namespace ghost::daemon {
namespace {

// A change by another program often has several parts: an address, its route, a rule.
constexpr core::Duration kGather = std::chrono::milliseconds(20);

// The longest pause that an expensive look causes.
constexpr core::Duration kLookPauseMax = std::chrono::milliseconds(700);

// The CPU time of this thread. Real time would include what other processes do meanwhile.
core::Duration worked() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return std::chrono::duration_cast<core::Duration>(std::chrono::seconds(t.tv_sec) + std::chrono::nanoseconds(t.tv_nsec));
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& p : parts) out += (out.empty() ? "" : ", ") + p;
  return out;
}

// Keeps the first failure, so that a caller can try all.
void note(net::Result<void>& outcome, net::Result<void> one) {
  if (!one && outcome) outcome = std::move(one);
}

}  // namespace

Keeper::Keeper(loop::EventLoop& loop, Host& host, Port port)
    : loop_(loop), host_(host), port_(std::move(port)), watch_(must(net::Watch::open())), timer_(loop, [this] { look(); }) {
  routing_io_ = loop::IoSource(loop, watch_.routing_fd(), EPOLLIN, [this](std::uint32_t) { heard(); });
  table_io_ = loop::IoSource(loop, watch_.table_fd(), EPOLLIN, [this](std::uint32_t) { heard(); });
  // Handled before packets, so that the Keeper notices a loss before a packet meets it.
  routing_io_.set_priority(loop::kPriorityImportant);
  table_io_.set_priority(loop::kPriorityImportant);
}

void Keeper::look_soon() {
  routing_.look = table_.look = queues_.look = true;
  timer_.arm(std::max(loop::now() + kGather, not_before_));
}

// Stops listening until the next look, so that a program that changes something 1000 times per second wakes ghostd once.
void Keeper::heard() {
  routing_io_.set_enabled(false);
  table_io_.set_enabled(false);
  timer_.arm(std::max(loop::now() + kGather, not_before_));
}

void Keeper::hear() {
  const auto heard = watch_.read();
  if (!heard) throw std::runtime_error(heard.error().what);
  if (heard->defaults) {
    follow_defaults();
    routing_.look = true;
  }
  routing_.look = routing_.look || heard->rules || heard->routes || heard->addresses || heard->links || heard->settings;
  table_.look = table_.look || heard->table;
  if (heard->table) table_.by = heard->by;
  queues_.look = queues_.look || heard->queues;
}

void Keeper::look() {
  const auto begun = loop::now();
  const auto work_before = worked();
  hear();
  const auto due = [begun](const Kind& k) {
    const auto at = k.pace.deadline();
    return k.look || (at && *at <= begun);
  };
  if (routing_.look) follow_forwarding();
  if (due(routing_) || due(table_) || due(queues_)) {
    const auto kept = port_.kept();
    follow_rules(kept);
    // The table comes first, so that no packet enters a demand interface unjudged.
    if (due(table_)) look_at_table(kept);
    if (due(routing_)) look_at_routing(kept);
    if (due(queues_)) look_at_queues(kept);
    tell();
    ::malloc_trim(0);  // the dumps, and what should be in them, took megabytes for a moment
  }
  const auto now = loop::now();
  not_before_ = core::after(now, std::min(kLookPauseMax, core::HealPace::kShare * (worked() - work_before)));
  std::optional<core::Time> next;
  for (const auto* k : {&routing_, &table_, &queues_})
    if (const auto at = k->pace.deadline(); at && (!next || *at < *next)) next = at;
  if (next) timer_.arm(std::max(*next, not_before_));
  else timer_.disarm();
  routing_io_.set_enabled(true);
  table_io_.set_enabled(true);
}

// Not a loss: the set of interfaces that forward only because of ghostd has changed.
void Keeper::follow_forwarding() {
  const auto changed = host_.follow_forwarding();
  if (!changed) return log(LOG_WARNING, "", changed.error().what);
  if (!*changed) return;
  if (auto ok = port_.load_table(); !ok) log(LOG_ERR, "", ok.error().what);
}

// Not a loss: what should be in the kernel has changed.
void Keeper::follow_defaults() {
  std::vector<Placed> links;
  for (const auto& k : port_.kept()) links.push_back(k.placed);
  const auto before = host_.foreign_defaults();
  if (auto ok = host_.look_at_foreign_defaults(links); !ok) {
    routing_.look = true;
    return;
  }
  if (host_.foreign_defaults() != before) port_.looked();
}

// The rules depend on other programs' default routes and on the calls. One of these may have come or gone.
void Keeper::follow_rules(const std::vector<Kept>& kept) {
  std::vector<Placed> links;
  for (const auto& k : kept) links.push_back(k.placed);
  if (host_.all_rules(links) == host_.rules_set()) return;
  if (auto ok = host_.set_rules(links); !ok) log(LOG_ERR, "", ok.error().what);
}

// ---- what is done about it

void Keeper::attend(Kind& kind, const net::Result<std::string>& missing, const std::function<bool()>& canary_lives,
                    const std::function<net::Result<void>()>& put_canary, const std::function<net::Result<void>()>& put_all) {
  const auto now = loop::now();
  kind.look = false;
  if (missing && missing->empty()) {
    const auto times = kind.pace.times();
    kind.pace.complete(now);
    kind.trouble.clear();
    if (!kind.pace.degraded() && std::exchange(kind.told, false))
      log_lost(LOG_NOTICE, kind.name, "", fmt::format("{}: no longer disturbed; restored {} times", kind.name, times));
    if (!kind.pace.degraded()) kind.by.clear();
    return;
  }
  kind.lost = missing ? *missing : missing.error().what;
  const std::string by = kind.by.empty() ? "" : ", removed by " + kind.by;
  switch (kind.pace.missing(now, kind.pace.has_canary() && canary_lives())) {
    case core::HealPace::Act::nothing: break;
    case core::HealPace::Act::canary: std::ignore = put_canary(); break;
    case core::HealPace::Act::whole: {
      const bool first = kind.pace.times() == 0;
      const auto work_before = worked();
      const auto done = put_all();
      const auto after = loop::now();
      const auto cost = worked() - work_before;
      if (!done) {
        if (kind.trouble != done.error().what)
          log_lost(LOG_ERR, kind.lost, kind.by,
                   fmt::format("{} was lost{}, and cannot be restored: {}", kind.lost, by, done.error().what));
        kind.trouble = done.error().what;
        kind.pace.failed(after, cost);
        return;
      }
      kind.trouble.clear();
      kind.pace.done(after, cost);
      if (first) log_lost(LOG_WARNING, kind.lost, kind.by, fmt::format("{} was lost{}; restored", kind.lost, by));
      break;
    }
  }
  if (kind.pace.degraded() && !std::exchange(kind.told, true))
    log_lost(LOG_WARNING, kind.lost, kind.by,
             fmt::format("{} is lost repeatedly{}; ghostd restores it after growing pauses, and at once when that stops",
                         kind.lost, by));
}

void Keeper::tell() {
  std::vector<std::string> parts;
  for (const auto* k : {&table_, &routing_, &queues_}) {
    if (!k->pace.degraded()) continue;
    const std::string by = k->by.empty() ? "" : " by " + k->by;
    parts.push_back(k->trouble.empty() ? fmt::format("{} is removed{} repeatedly", k->lost, by)
                                       : fmt::format("{} cannot be restored: {}", k->lost, k->trouble));
  }
  auto degraded = joined(parts);
  const bool can_carry = !table_.pace.missing_now();
  if (degraded == degraded_ && can_carry == can_carry_) return;
  degraded_ = std::move(degraded);
  can_carry_ = can_carry;
  port_.changed(degraded_, can_carry_);
}

// ---- routing

std::string Keeper::Gaps::str() const {
  std::vector<std::string> parts;
  for (const auto& s : settings) parts.push_back(fmt::format("{}={}", s.key, s.value));
  for (const auto& i : interfaces) parts.push_back(fmt::format("the state of {}", i.interface));
  for (const auto& r : routes) parts.push_back("route " + r.str());
  for (const auto f : rules) parts.push_back(fmt::format("{} rules of preference {}", to_string(f), net::kPreference));
  constexpr std::size_t kShown = 4;
  if (parts.size() > kShown) {
    const auto more = parts.size() - kShown;
    parts.resize(kShown);
    parts.push_back(fmt::format("and {} more", more));
  }
  return joined(parts);
}

net::Result<Keeper::Gaps> Keeper::gaps(const std::vector<Kept>& kept) {
  Gaps out;
  out.settings = host_.sysctls().lost();
  std::vector<net::Route> routes;
  std::vector<Placed> links;
  std::vector<net::DemandInterface> demands;
  for (const auto& k : kept) {
    demands.push_back(Host::demand(k.placed));
    routes.insert(routes.end(), k.routes.begin(), k.routes.end());
    links.push_back(k.placed);
  }
  auto changed = net::not_as(host_.rtnl().socket(), demands);
  if (!changed) return tl::unexpected(changed.error());
  out.interfaces = std::move(*changed);
  auto missing = host_.rtnl().missing(routes);
  if (!missing) return tl::unexpected(missing.error());
  out.routes = std::move(*missing);
  for (const auto family : {Family::v4, Family::v6}) {
    const auto stand = host_.rtnl().rules_stand(family, host_.rules(family, links));
    if (!stand) return tl::unexpected(stand.error());
    if (!*stand) out.rules.push_back(family);
  }
  return out;
}

net::Result<void> Keeper::close(const Gaps& gaps) {
  net::Result<void> outcome;
  note(outcome, host_.sysctls().apply(gaps.settings));
  for (const auto& demand : gaps.interfaces) note(outcome, net::set_up(host_.rtnl().socket(), demand));
  std::vector<Placed> links;
  std::vector<net::Route> routes = gaps.routes;
  for (const auto& k : port_.kept()) {
    links.push_back(k.placed);
    // An interface that was down has lost its routes, too. With a removed address, the kernel removes the routes that name it.
    if (!gaps.interfaces.empty()) routes.insert(routes.end(), k.routes.begin(), k.routes.end());
  }
  const auto missing = host_.rtnl().missing(routes);
  if (!missing) note(outcome, tl::unexpected(missing.error()));
  else
    for (const auto& route : *missing) note(outcome, host_.rtnl().add({route}));
  for (const auto family : gaps.rules)
    if (auto set = host_.rtnl().set_rules(family, host_.rules(family, links)); !set) note(outcome, tl::unexpected(set.error()));
  return outcome;
}

// The other program may still be removing things during the look. For example, an address cannot be put back after IPv6 was
// switched off. So a failure counts only if a second look finds the same gaps.
net::Result<void> Keeper::close_what_is_found(Gaps found, const std::vector<Kept>& kept) {
  constexpr int kLooks = 3;
  net::Result<void> done;
  for (int look = 0; look < kLooks; ++look) {
    done = close(found);
    if (done) return done;
    auto now = gaps(kept);
    if (!now || *now == found) return done;
    found = std::move(*now);
  }
  return done;
}

void Keeper::look_at_routing(const std::vector<Kept>& kept) {
  const auto found = gaps(kept);
  const auto missing = found ? net::Result<std::string>(found->str()) : tl::unexpected(found.error());
  const auto lives = [&] {
    if (!canary_ || !found) return false;
    const auto stands = [](const auto& all, const auto& one) {
      return one.empty() || std::find(all.begin(), all.end(), one.front()) == all.end();
    };
    return stands(found->settings, canary_->settings) && stands(found->interfaces, canary_->interfaces) &&
           stands(found->routes, canary_->routes) && stands(found->rules, canary_->rules);
  };
  const auto put_canary = [&]() -> net::Result<void> {
    if (!found) return {};
    Gaps one;
    if (!found->interfaces.empty()) one.interfaces = {found->interfaces.front()};
    else if (!found->rules.empty()) one.rules = {found->rules.front()};
    else if (!found->routes.empty()) one.routes = {found->routes.front()};
    else one.settings = {found->settings.front()};
    canary_ = one;
    return close(one);
  };
  attend(routing_, missing, lives, put_canary, [&]() -> net::Result<void> {
    canary_.reset();
    return found ? close_what_is_found(*found, kept) : net::Result<void>(tl::unexpected(found.error()));
  });
}

// ---- the table

net::Result<std::string> Keeper::wrong_with_table(const std::vector<Kept>& kept) {
  const auto print = net::table_print();
  if (!print) return tl::unexpected(print.error());
  if (!*print) return std::string("nftables table inet ghostd");
  const auto& loaded = host_.loaded_table();
  if (!loaded || (*print)->content != loaded->content) return std::string("the content of nftables table inet ghostd");
  std::set<std::string> blocked;
  for (const auto& k : kept)
    if (k.blocked) blocked.insert(demand_interface(k.placed.config.name));
  if ((*print)->blocked != blocked) return std::string("set blocked of nftables table inet ghostd");
  return std::string();
}

net::Result<void> Keeper::put_table_back(const std::vector<Kept>& kept) {
  if (auto ok = port_.load_table(); !ok) return ok;
  for (const auto& k : kept) {
    const auto& link = k.placed.config;
    const auto idle = std::chrono::duration_cast<std::chrono::seconds>(link.call.idle_timeout);
    // The new table does not know what kept the call up, so the call gets its whole idle time again.
    if (k.carries) std::ignore = net::nft::keep_live(k.placed.interface, std::max(idle, std::chrono::seconds(1)));
    std::vector<Prefix> translated = link.share;
    for (const auto& a : link.stable)
      if (std::find(k.own.begin(), k.own.end(), a) == k.own.end())
        translated.push_back({a, a.family() == Family::v4 ? std::uint8_t{32} : std::uint8_t{128}});
    for (const auto& prefix : translated)
      if (auto ok = net::forget_untranslated(prefix); !ok) log(LOG_WARNING, link.name, ok.error().what);
  }
  return {};
}

// What was heard of the other kinds is looked at soon. The sockets will not say it again.
void Keeper::hear_meanwhile() {
  hear();
  if ((routing_.look || table_.look || queues_.look) && table_io_.enabled()) heard();
}

net::Result<void> Keeper::table_must_stand() {
  hear_meanwhile();
  if (!table_.look && !table_.pace.missing_now()) return {};
  const auto kept = port_.kept();
  const auto wrong = wrong_with_table(kept);
  if (!wrong) return tl::unexpected(wrong.error());
  if (wrong->empty()) return {};
  return put_table_back(kept);
}

bool Keeper::table_was_lost() {
  hear_meanwhile();
  if (!table_.look) return false;
  const auto wrong = wrong_with_table(port_.kept());
  if (wrong && wrong->empty()) return false;
  timer_.arm(loop::now());
  return true;
}

void Keeper::look_at_table(const std::vector<Kept>& kept) {
  attend(
      table_, wrong_with_table(kept), [] { return net::table_canary_lives().value_or(false); },
      []() -> net::Result<void> {
        if (net::table_canary_lives().value_or(false)) return {};
        return net::put_table_canary();
      },
      [&] { return put_table_back(kept); });
}

// ---- the call's queue

void Keeper::look_at_queues(const std::vector<Kept>& kept) {
  std::vector<const Kept*> wrong;
  net::Result<std::string> missing;
  for (const auto& k : kept) {
    if (!k.carries) continue;
    const auto stands = host_.queue().stands(k.placed.interface);
    if (!stands) missing = tl::unexpected(stands.error());
    else if (!*stands) wrong.push_back(&k);
  }
  if (!wrong.empty()) missing = "the queue of " + wrong.front()->placed.interface;
  attend(
      queues_, missing, [] { return false; }, []() -> net::Result<void> { return {}; },
      [&] {
        net::Result<void> outcome;
        for (const auto* k : wrong) note(outcome, host_.restore_queue(k->placed, k->settled));
        return outcome;
      });
}

}  // namespace ghost::daemon
