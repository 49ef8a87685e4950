// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/link_properties.hpp"

#include <algorithm>

#include "bus/clean_text.hpp"

namespace ghost::bus {

bool WallClock::observe(core::Time boot, std::chrono::microseconds real) {
  const auto distance = real - boot.time_since_epoch();
  if (known_ && std::chrono::abs(distance - distance_) <= kStep) return false;
  const bool was_set = known_;
  distance_ = distance;
  known_ = true;
  return was_set;
}

std::uint64_t WallClock::usec(core::Time t) const {
  const auto real = t.time_since_epoch() + distance_;
  return static_cast<std::uint64_t>(std::max(real, core::Duration::zero()).count());
}

LinkProperties to_properties(const core::LinkStatus& s, const WallClock& clock) {
  return {
      .name = s.name,
      .description = clean_text(s.description),
      .state = s.state,
      .blocked = s.blocked,
      .since = clock.usec(s.since),
      .reason = clean_text(s.reason),
      .detail = clean_text(s.detail),
      .trigger = clean_text(s.trigger),
      .peer = clean_text(s.peer),
      .peers = to_rows(s.peers),
      .interface = s.interface,
      .demand_interface = s.demand_interface,
      .stable_addresses = to_strings(s.stable_addresses),
      .local_address = s.local_addresses.empty() ? std::string() : s.local_addresses.front().str(),
      .local_addresses = to_strings(s.local_addresses),
      .remote_address = s.remote_address ? s.remote_address->str() : std::string(),
      .dns = to_strings(s.dns),
      .calls = s.calls,
      .buffered_packets = s.buffered_packets,
      .buffered_bytes = s.buffered_bytes,
      .replayed_packets = s.replayed_packets,
      .dropped_packets = s.drops.total(),
      .drops = to_rows(s.drops),
      .stopped = to_rows(s.stopped),
      .coalesced_packets = s.coalesced_packets,
      .malformed_packets = s.malformed_packets,
      .idle_deadline = s.idle_deadline ? clock.usec(*s.idle_deadline) : 0,
      .redial_deadline = s.redial_deadline ? clock.usec(*s.redial_deadline) : 0,
      .failures = s.failures,
      .recovery_step = s.recovery.step,
      .recovery_result = s.recovery.result,
      .recovery_detail = clean_text(s.recovery.detail),
      .recovery_steps = s.recovery.steps,
      .front = clean_text(s.front),
      .degraded = clean_text(s.degraded),
      .appearance = s.appearance.state,
      .appearances = s.appearance.asked,
      .last_appearance = to_usec(s.appearance.last),
      .next_appearance = to_usec(s.appearance.next),
      .appear_until = to_usec(s.appearance.until),
      .sequence = s.appearance.sequence,
      .carrier_nat = s.appearance.carrier_nat,
      .addresses = to_strings(s.appearance.addresses),
      .notices = to_rows(s.appearance.notices),
  };
}

Changes changes(const LinkProperties& before, const LinkProperties& after) {
  Changes out;
  for_each_field([&](const auto& field) {
    if (before.*field.member == after.*field.member) return;
    out.names.emplace_back(field.dbus);
    out.at_once |= !field.counter;
  });
  return out;
}

}  // namespace ghost::bus
