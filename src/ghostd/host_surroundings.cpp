// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/host_surroundings.hpp"

#include "ghostd/log.hpp"

namespace ghost::daemon {

void HostSurroundings::follow_forwarding() {
  const auto changed = host_.follow_forwarding();
  if (!changed) return log(LOG_WARNING, "", changed.error().what);
  if (!*changed) return;
  if (auto ok = port_.load_table(); !ok) log(LOG_ERR, "", ok.error().what);
}

bool HostSurroundings::follow_defaults() {
  const auto before = host_.foreign_defaults();
  if (auto ok = host_.look_at_foreign_defaults(places_of(kept())); !ok) return false;
  if (host_.foreign_defaults() != before) port_.defaults_changed();
  return true;
}

void HostSurroundings::follow_rules(const std::vector<Kept>& kept) {
  const auto links = places_of(kept);
  if (host_.all_rules(links) == host_.rules_set()) return;
  if (auto ok = host_.set_rules(links); !ok) log(LOG_ERR, "", ok.error().what);
}

}  // namespace ghost::daemon
