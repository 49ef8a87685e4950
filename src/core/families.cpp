// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/families.hpp"

#include <algorithm>
#include <utility>

namespace ghost::core {
namespace {

constexpr Duration kPatience = std::chrono::seconds(15);  // router advertisements take their time

}  // namespace

Families::Families(const std::vector<IpAddress>& stable) {
  for (const auto& address : stable) at(address.family()) = Carriage::pending;
}

Carriage Families::carry(const IpAddress& local, Time now) {
  const auto before = std::exchange(at(local.family()), Carriage::carried);
  local_[static_cast<std::size_t>(local.family())] = local;
  deadline_ = any(Carriage::pending) ? std::optional(after(now, kPatience)) : std::nullopt;
  return before;
}

bool Families::lose(const IpAddress& local, Time now) {
  auto& known = local_[static_cast<std::size_t>(local.family())];
  if (known != local) return false;
  known.reset();
  at(local.family()) = Carriage::pending;
  deadline_ = after(now, kPatience);
  return true;
}

std::vector<Family> Families::give_up() {
  deadline_.reset();
  std::vector<Family> out;
  for (const auto family : {Family::v4, Family::v6})
    if (of(family) == Carriage::pending) out.push_back(family);
  for (const auto family : out) at(family) = Carriage::given_up;
  return out;
}

bool Families::any(Carriage c) const { return std::find(carriage_.begin(), carriage_.end(), c) != carriage_.end(); }

std::vector<IpAddress> Families::addresses() const {
  std::vector<IpAddress> out;
  for (const auto& address : local_)
    if (address) out.push_back(*address);
  return out;
}

}  // namespace ghost::core
