// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/kept_table.hpp"

#include <algorithm>
#include <set>

#include "base/ids.hpp"
#include "ghostd/log.hpp"
#include "net/conntrack.hpp"
#include "net/nft.hpp"

namespace ghost::daemon {
namespace {

// Shorter than HealPace::kCalm, after which the next loss counts as a first one again.
constexpr auto kLeastLeft = std::chrono::seconds(5);

}  // namespace

net::Result<std::string> KeptTable::look(const std::vector<Kept>& kept) {
  const auto print = net::table_print();
  if (!print) return tl::unexpected(print.error());
  if (!*print) return name();
  const auto& loaded = host_.loaded_table();
  if (!loaded || (*print)->content != loaded->content) return "the content of " + name();
  std::set<std::string> blocked;
  for (const auto& k : kept)
    if (k.blocked) blocked.insert(demand_interface(k.placed.config.name));
  if ((*print)->blocked != blocked) return "set blocked of " + name();
  return std::string();
}

bool KeptTable::canary_lives() { return net::table_canary_lives().value_or(false); }

void KeptTable::put_canary(const std::vector<Kept>&) {
  if (!canary_lives()) std::ignore = net::put_table_canary();
}

net::Result<void> KeptTable::put_back(const std::vector<Kept>& kept) {
  if (auto ok = load_(); !ok) return ok;
  for (const auto& k : kept) {
    const auto& link = k.placed.config;
    // The new table does not know what kept the call up. The whole idle time would keep a paid call up for ever, beside a program
    // that loads its rules every few minutes. So the call gets what it had when the kernel was last asked, and the next packet of a
    // conversation gives it the rest.
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(k.idle_left);
    if (k.carries) std::ignore = net::nft::keep_live(k.placed.interface, std::max(left, kLeastLeft));
    std::vector<Prefix> translated = link.share;
    for (const auto& a : link.stable)
      if (std::find(k.own.begin(), k.own.end(), a) == k.own.end())
        translated.push_back({a, a.family() == Family::v4 ? std::uint8_t{32} : std::uint8_t{128}});
    for (const auto& prefix : translated)
      if (auto ok = net::forget_untranslated(prefix); !ok) log(LOG_WARNING, link.name, ok.error().what);
  }
  return {};
}

}  // namespace ghost::daemon
