// SPDX-License-Identifier: GPL-2.0-or-later
// D-Bus structs as plain ones. A row names its columns once, in the order on the wire. wire.hpp (for sdbus-c++) and ghostctl
// (for JSON) read these names. Rows may hold arrays of rows. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "core/appearance_status.hpp"
#include "core/drops.hpp"
#include "core/link_status.hpp"

namespace ghost::bus {

template <class Row, class T>
struct Column {
  const char* json;  // ghostctl --json
  T Row::* member;
};

template <class T>
concept IsRow = requires { T::columns(); };

// Calls visit(column) for each of Row's columns.
template <IsRow Row, class Visit>
constexpr void for_each_column(Visit&& visit) {
  std::apply([&](const auto&... column) { (visit(column), ...); }, Row::columns());
}

// (st): of Drops and Stopped.
struct DropRow {
  std::string why;  // of core::to_string(Drop); "noise", "unasked", "escaped"
  std::uint64_t packets = 0;
  bool operator==(const DropRow&) const = default;
  static constexpr auto columns() { return std::tuple{Column{"why", &DropRow::why}, Column{"packets", &DropRow::packets}}; }
};

// (ss): of Peers.
struct PeerRow {
  std::string name;
  std::string out;  // of core::to_string(CallEnd); empty: it takes its turns
  bool operator==(const PeerRow&) const = default;
  static constexpr auto columns() { return std::tuple{Column{"name", &PeerRow::name}, Column{"out", &PeerRow::out}}; }
};

// (ssstu): of Notices and ListAppearances().
struct NoticeRow {
  std::string name;
  std::string result;  // of core::to_string(NoticeResult), or "pending"
  std::string detail;
  std::uint64_t at = 0;  // microseconds since 1970; 0 for none
  std::uint32_t attempts = 0;
  bool operator==(const NoticeRow&) const = default;
  static constexpr auto columns() {
    return std::tuple{Column{"name", &NoticeRow::name}, Column{"result", &NoticeRow::result},
                      Column{"detail", &NoticeRow::detail}, Column{"at", &NoticeRow::at},
                      Column{"attempts", &NoticeRow::attempts}};
  }
};

// (ttssasta(ssstu)): of ListAppearances().
struct AppearanceRow {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;  // 0: under way
  std::string kind;
  std::string outcome;
  std::vector<std::string> addresses;
  std::uint64_t next = 0;
  std::vector<NoticeRow> notices;
  bool operator==(const AppearanceRow&) const = default;
  static constexpr auto columns() {
    return std::tuple{Column{"begun", &AppearanceRow::begun},         Column{"ended", &AppearanceRow::ended},
                      Column{"kind", &AppearanceRow::kind},           Column{"outcome", &AppearanceRow::outcome},
                      Column{"addresses", &AppearanceRow::addresses}, Column{"next", &AppearanceRow::next},
                      Column{"notices", &AppearanceRow::notices}};
  }
};

// Microseconds since 1970; 0 for none, and for earlier times.
std::uint64_t to_usec(const std::optional<core::WallTime>& time);
// And back: 0, and values that no WallTime can hold (such as systemd's "infinity"), are none.
std::optional<core::WallTime> from_usec(std::uint64_t usec);

std::vector<std::string> to_strings(const std::vector<IpAddress>& addresses);
// The kinds that have happened.
std::vector<DropRow> to_rows(const core::Drops& drops);
std::vector<DropRow> to_rows(const core::Stopped& stopped);
std::vector<PeerRow> to_rows(const std::vector<core::PeerStatus>& peers);
std::vector<NoticeRow> to_rows(const std::vector<core::NoticeStatus>& notices);
std::vector<AppearanceRow> to_rows(const std::vector<core::AppearanceRecord>& records);

}  // namespace ghost::bus
