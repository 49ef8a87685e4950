// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/rows.hpp"

#include <limits>

#include "bus/clean_text.hpp"

namespace ghost::bus {

std::uint64_t to_usec(const std::optional<core::WallTime>& time) {
  if (!time || time->time_since_epoch().count() < 0) return 0;
  return static_cast<std::uint64_t>(time->time_since_epoch().count());
}

std::optional<core::WallTime> from_usec(std::uint64_t usec) {
  if (usec == 0 || usec > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return core::WallTime(std::chrono::microseconds(static_cast<std::int64_t>(usec)));
}

std::vector<std::string> to_strings(const std::vector<IpAddress>& addresses) {
  std::vector<std::string> out;
  out.reserve(addresses.size());
  for (const auto& a : addresses) out.push_back(a.str());
  return out;
}

std::vector<DropRow> to_rows(const core::Drops& drops) {
  std::vector<DropRow> out;
  for (std::size_t i = 0; i < core::kDropKinds; ++i) {
    const auto kind = static_cast<core::Drop>(i);
    if (drops[kind] != 0) out.push_back({std::string(core::to_string(kind)), drops[kind]});
  }
  return out;
}

std::vector<DropRow> to_rows(const core::Stopped& stopped) {
  std::vector<DropRow> out{{"noise", stopped.noise}, {"unasked", stopped.unasked}, {"escaped", stopped.escaped}};
  std::erase_if(out, [](const DropRow& row) { return row.packets == 0; });
  return out;
}

std::vector<PeerRow> to_rows(const std::vector<core::PeerStatus>& peers) {
  std::vector<PeerRow> out;
  for (const auto& peer : peers) out.push_back({peer.name, peer.out});
  return out;
}

std::vector<NoticeRow> to_rows(const std::vector<core::NoticeStatus>& notices) {
  std::vector<NoticeRow> out;
  for (const auto& n : notices)
    out.push_back({.name = clean_text(n.name),
                   .result = n.result ? std::string(core::to_string(*n.result)) : "pending",
                   .detail = clean_text(n.detail),
                   .at = to_usec(n.at),
                   .attempts = n.attempts});
  return out;
}

std::vector<AppearanceRow> to_rows(const std::vector<core::AppearanceRecord>& records) {
  std::vector<AppearanceRow> out;
  for (const auto& r : records)
    out.push_back({.begun = to_usec(r.begun),
                   .ended = to_usec(r.ended),
                   .kind = clean_text(r.kind),
                   .outcome = clean_text(r.outcome),
                   .addresses = to_strings(r.addresses),
                   .next = to_usec(r.next),
                   .notices = to_rows(r.notices)});
  return out;
}

}  // namespace ghost::bus
