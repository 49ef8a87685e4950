// SPDX-License-Identifier: GPL-2.0-or-later
// A link on the wire: org.ghostd1.Link's properties as one value. ghostd makes it from core::LinkStatus,
// ghostctl reads it back. PropertiesChanged carries the difference of two of them. Pure: no sdbus, no clock.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bus/rows.hpp"
#include "core/link_status.hpp"

namespace ghost::bus {

// The distance from CLOCK_BOOTTIME (core::Time) to CLOCK_REALTIME, kept constant. The two clocks are never read at the same
// instant, so a new measurement for each status would make equal times look different. The distance changes only when the
// wall clock was set, which means that it differs by more than kStep.
class WallClock {
 public:
  static constexpr core::Duration kStep = std::chrono::milliseconds(100);
  // Both clocks, read one after the other. True: the wall clock was set, and all times must be shown again.
  bool observe(core::Time boot, std::chrono::microseconds real);
  [[nodiscard]] std::uint64_t usec(core::Time t) const;  // since 1970; 0 for earlier times

 private:
  std::chrono::microseconds distance_{};
  bool known_ = false;
};

// Field by field org.ghostd1.Link.xml; units are there.
struct LinkProperties {
  std::string name;
  std::string description;
  std::string state;
  bool blocked = false;
  std::uint64_t since = 0;
  std::string reason;
  std::string detail;
  std::string trigger;
  std::string peer;
  std::vector<PeerRow> peers;
  std::string interface;
  std::string demand_interface;
  std::vector<std::string> stable_addresses;
  std::string local_address;
  std::vector<std::string> local_addresses;
  std::string remote_address;
  std::vector<std::string> dns;
  std::uint64_t calls = 0;
  std::uint64_t buffered_packets = 0;
  std::uint64_t buffered_bytes = 0;
  std::uint64_t replayed_packets = 0;
  std::uint64_t dropped_packets = 0;
  std::vector<DropRow> drops;
  std::vector<DropRow> stopped;
  std::uint64_t coalesced_packets = 0;
  std::uint64_t malformed_packets = 0;
  std::uint64_t idle_deadline = 0;
  std::uint64_t redial_deadline = 0;
  std::uint32_t failures = 0;
  std::string recovery_step;
  std::string recovery_result;
  std::string recovery_detail;
  std::uint32_t recovery_steps = 0;
  std::string front;
  std::string degraded;
  std::string appearance;
  std::uint64_t appearances = 0;
  std::uint64_t last_appearance = 0;
  std::uint64_t next_appearance = 0;
  std::uint64_t appear_until = 0;
  std::uint64_t sequence = 0;
  bool carrier_nat = false;
  std::vector<std::string> addresses;
  std::vector<NoticeRow> notices;
  bool operator==(const LinkProperties&) const = default;
};

template <class T>
struct Field {
  const char* dbus;  // the property
  const char* json;  // ghostctl --json
  T LinkProperties::* member;
  bool counter = false;  // its changes may wait a little: see Changes
};

// Every property, in the order of the XML.
inline constexpr auto kFields = std::tuple{
    Field{"Name", "name", &LinkProperties::name},
    Field{"Description", "description", &LinkProperties::description},
    Field{"State", "state", &LinkProperties::state},
    Field{"Blocked", "blocked", &LinkProperties::blocked},
    Field{"Since", "since", &LinkProperties::since},
    Field{"Reason", "reason", &LinkProperties::reason},
    Field{"Detail", "detail", &LinkProperties::detail},
    Field{"Trigger", "trigger", &LinkProperties::trigger},
    Field{"Peer", "peer", &LinkProperties::peer},
    Field{"Peers", "peers", &LinkProperties::peers},
    Field{"Interface", "interface", &LinkProperties::interface},
    Field{"DemandInterface", "demand_interface", &LinkProperties::demand_interface},
    Field{"StableAddresses", "stable_addresses", &LinkProperties::stable_addresses},
    Field{"LocalAddress", "local_address", &LinkProperties::local_address},
    Field{"LocalAddresses", "local_addresses", &LinkProperties::local_addresses},
    Field{"RemoteAddress", "remote_address", &LinkProperties::remote_address},
    Field{"DNS", "dns", &LinkProperties::dns},
    Field{"Calls", "calls", &LinkProperties::calls},
    Field{"BufferedPackets", "buffered_packets", &LinkProperties::buffered_packets, true},
    Field{"BufferedBytes", "buffered_bytes", &LinkProperties::buffered_bytes, true},
    Field{"ReplayedPackets", "replayed_packets", &LinkProperties::replayed_packets, true},
    Field{"DroppedPackets", "dropped_packets", &LinkProperties::dropped_packets, true},
    Field{"Drops", "drops", &LinkProperties::drops, true},
    Field{"Stopped", "stopped", &LinkProperties::stopped, true},
    Field{"CoalescedPackets", "coalesced_packets", &LinkProperties::coalesced_packets, true},
    Field{"MalformedPackets", "malformed_packets", &LinkProperties::malformed_packets, true},
    Field{"IdleDeadline", "idle_deadline", &LinkProperties::idle_deadline, true},
    Field{"RedialDeadline", "redial_deadline", &LinkProperties::redial_deadline},
    Field{"Failures", "failures", &LinkProperties::failures},
    Field{"RecoveryStep", "recovery_step", &LinkProperties::recovery_step},
    Field{"RecoveryResult", "recovery_result", &LinkProperties::recovery_result},
    Field{"RecoveryDetail", "recovery_detail", &LinkProperties::recovery_detail},
    Field{"RecoverySteps", "recovery_steps", &LinkProperties::recovery_steps},
    Field{"Front", "front", &LinkProperties::front},
    Field{"Degraded", "degraded", &LinkProperties::degraded},
    Field{"Appearance", "appearance", &LinkProperties::appearance},
    Field{"Appearances", "appearances", &LinkProperties::appearances},
    Field{"LastAppearance", "last_appearance", &LinkProperties::last_appearance},
    Field{"NextAppearance", "next_appearance", &LinkProperties::next_appearance},
    Field{"AppearUntil", "appear_until", &LinkProperties::appear_until},
    Field{"Sequence", "sequence", &LinkProperties::sequence},
    Field{"CarrierNat", "carrier_nat", &LinkProperties::carrier_nat},
    Field{"Addresses", "addresses", &LinkProperties::addresses},
    Field{"Notices", "notices", &LinkProperties::notices},
};

// Calls visit(field) for each of kFields.
template <class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, kFields);
}

LinkProperties to_properties(const core::LinkStatus& status, const WallClock& clock);

struct Changes {
  std::vector<std::string> names;  // properties whose value differs, in the order of the XML
  bool at_once = false;            // one of them is not a counter
  bool operator==(const Changes&) const = default;
};

Changes changes(const LinkProperties& before, const LinkProperties& after);

}  // namespace ghost::bus
