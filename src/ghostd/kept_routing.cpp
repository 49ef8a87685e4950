// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/kept_routing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/leftovers.hpp"
#include "net/numbers.hpp"

namespace ghost::daemon {
namespace {

// Keeps the first failure, so that a caller can try all.
void note(net::Result<void>& outcome, net::Result<void> one) {
  if (!one && outcome) outcome = std::move(one);
}

}  // namespace

std::string KeptRouting::Gaps::str() const {
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
  return fmt::format("{}", fmt::join(parts, ", "));
}

net::Result<KeptRouting::Gaps> KeptRouting::gaps(const std::vector<Kept>& kept) {
  Gaps out;
  out.settings = host_.sysctls().lost();
  std::vector<net::Route> routes;
  std::vector<net::DemandInterface> demands;
  for (const auto& k : kept) {
    demands.push_back(Host::demand(k.placed));
    routes.insert(routes.end(), k.routes.begin(), k.routes.end());
  }
  auto changed = net::not_as(host_.rtnl().socket(), demands);
  if (!changed) return tl::unexpected(changed.error());
  out.interfaces = std::move(*changed);
  auto missing = host_.rtnl().missing(routes);
  if (!missing) return tl::unexpected(missing.error());
  out.routes = std::move(*missing);
  const auto links = places_of(kept);
  for (const auto family : {Family::v4, Family::v6}) {
    const auto stand = host_.rtnl().rules_stand(family, host_.rules(family, links));
    if (!stand) return tl::unexpected(stand.error());
    if (!*stand) out.rules.push_back(family);
  }
  return out;
}

net::Result<void> KeptRouting::close(const Gaps& gaps, const std::vector<Kept>& kept) {
  net::Result<void> outcome;
  note(outcome, host_.sysctls().apply(gaps.settings));
  // The kernel may have accepted router advertisements meanwhile.
  if (!gaps.settings.empty())
    for (const auto& k : kept)
      if (k.carries)
        if (auto ok = net::remove_kernel_routes(host_.rtnl().socket(), k.placed.interface); !ok)
          note(outcome, tl::unexpected(ok.error()));
  for (const auto& demand : gaps.interfaces) note(outcome, net::set_up(host_.rtnl().socket(), demand));
  std::vector<net::Route> routes = gaps.routes;
  // An interface that was down has lost its routes, too. With a removed address, the kernel removes the routes that name it.
  if (!gaps.interfaces.empty())
    for (const auto& k : kept) routes.insert(routes.end(), k.routes.begin(), k.routes.end());
  const auto missing = host_.rtnl().missing(routes);
  if (!missing) note(outcome, tl::unexpected(missing.error()));
  else
    for (const auto& route : *missing) note(outcome, host_.rtnl().add({route}));
  const auto links = places_of(kept);
  for (const auto family : gaps.rules)
    if (auto set = host_.rtnl().set_rules(family, host_.rules(family, links)); !set) note(outcome, tl::unexpected(set.error()));
  return outcome;
}

net::Result<std::string> KeptRouting::look(const std::vector<Kept>& kept) {
  found_ = gaps(kept);
  if (!found_) return tl::unexpected(found_.error());
  return found_->str();
}

bool KeptRouting::canary_lives() {
  if (!canary_ || !found_) return false;
  const auto stands = [](const auto& all, const auto& one) {
    return one.empty() || std::find(all.begin(), all.end(), one.front()) == all.end();
  };
  return stands(found_->settings, canary_->settings) && stands(found_->interfaces, canary_->interfaces) &&
         stands(found_->routes, canary_->routes) && stands(found_->rules, canary_->rules);
}

void KeptRouting::put_canary(const std::vector<Kept>& kept) {
  if (!found_) return;
  Gaps one;
  if (!found_->interfaces.empty()) one.interfaces = {found_->interfaces.front()};
  else if (!found_->rules.empty()) one.rules = {found_->rules.front()};
  else if (!found_->routes.empty()) one.routes = {found_->routes.front()};
  else one.settings = {found_->settings.front()};
  canary_ = one;
  std::ignore = close(one, kept);
}

// The other program may still be removing things during the look. For example, an address cannot be put back after IPv6 was
// switched off. So a failure counts only if a second look finds the same gaps.
net::Result<void> KeptRouting::put_back(const std::vector<Kept>& kept) {
  canary_.reset();
  if (!found_) return tl::unexpected(found_.error());
  constexpr int kLooks = 3;
  net::Result<void> done;
  for (int look = 0; look < kLooks; ++look) {
    done = close(*found_, kept);
    if (done) return done;
    auto now = gaps(kept);
    if (!now || *now == *found_) return done;
    found_ = std::move(*now);
  }
  return done;
}

}  // namespace ghost::daemon
