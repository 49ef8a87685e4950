// SPDX-License-Identifier: GPL-2.0-or-later
// A scenario is a table. Each row says when, what happens, everything the link wants done about it, and how it stands
// afterwards:
//
//     play(isp(), {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
//                  {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"}});
//
// A row whose event is `due` also says that its time is the very one the link asked to be woken at. It is that of
// the row before, if the link asked to be woken at once.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/link.hpp"

namespace ghost::test {

using namespace std::chrono_literals;
using core::CallEnd;
using core::Duration;
using core::Time;

struct Row {
  // NOLINTNEXTLINE: rows are written as bare braces
  Row(Duration when, core::Event what, std::vector<std::string> wants, std::string is, const char* in = __builtin_FILE(),
      int on = __builtin_LINE())
      : at(when), event(std::move(what)), effects(std::move(wants)), state(std::move(is)), file(in), line(on) {}
  Duration at;
  core::Event event;
  std::vector<std::string> effects;  // all of them, in order
  std::string state;                 // "up (trigger), blocked, 2 waiting"
  const char* file;
  int line;
};

// Links: one that carries IPv4, one that carries both. Calls get serials from 1.
core::LinkConfig isp();
core::LinkConfig dual();
// One that may call by two peers, "first" and "second".
core::LinkConfig two_ways();
core::LinkMachine machine(core::LinkConfig config = isp());
// The same before the supervisor has told which calls live; perhaps with an earlier ghostd's block.
core::LinkMachine unlisted(core::LinkConfig config = isp(), std::optional<core::Block> blocked = std::nullopt,
                           const core::Ways& ways = {}, core::FailuresInARow row = {});
// One way, whose far end has made this of us so far.
inline core::Ways one_way(core::Acceptance far_end) { return core::Ways::saved({{.peer = {}, .acceptance = far_end}}, {}); }

// Plays the rows; each difference is a failure at its row.
void play(core::LinkMachine& machine, std::vector<Row> rows);
core::LinkMachine play(core::LinkConfig config, std::vector<Row> rows);

std::string words(const core::Event& event);
std::string words(const core::LinkEvent& event);
std::string words(const core::Effect& effect);
std::string words(const core::LinkEffect& effect);
std::string words(const core::LinkMachine& machine);

// Packets have names, so that a table can tell them apart.
core::PacketBytes udp4(std::string_view name);
core::PacketBytes udp6(std::string_view name);
core::PacketBytes syn4(std::string_view name);  // the same name: the same SYN, sent again

// ---- events ----------------------------------------------------------------------------------------------------------

inline core::Event packet(std::string_view name) { return core::PacketsArrived{{udp4(name)}}; }
inline core::Event packet6(std::string_view name) { return core::PacketsArrived{{udp6(name)}}; }
inline core::Event syn(std::string_view name) { return core::PacketsArrived{{syn4(name)}}; }
inline const core::Event malformed = core::PacketsArrived{{{0x45, 0, 0}}};

inline const core::Event connect = core::ConnectAsked{};
inline const core::Event disconnect = core::DisconnectAsked{};
inline const core::Event block = core::BlockAsked{};
inline const core::Event unblock = core::UnblockAsked{};
inline const core::Event leave = core::LeaveAsked{};
inline const core::Event about_to_sleep = core::SleepAsked{};
inline const core::Event woke = core::Woke{};
inline const core::Event no_sleep = core::Woke{false};
inline core::Event appear(core::Duration hold, bool patient = false) {
  return core::ConnectAsked{"appear", hold, patient, false};
}
inline core::Event farewell_wanted(core::Duration patience) { return core::FarewellWanted{true, patience}; }
inline const core::Event farewell_said = core::FarewellSaid{};
inline core::Event reconfigured(core::LinkConfig config) { return core::Reconfigured{std::move(config)}; }

inline core::Event moved(core::LinkConfig config) { return core::PartAsked{std::move(config)}; }
inline const core::Event taken_away = core::PartAsked{};
inline const core::Event place_given_up = core::PlaceGivenUp{};
inline core::Event routes_stay(std::string error) { return core::PlaceGivenUp{std::move(error)}; }

inline core::Event started(unsigned call, std::string peer = {}) {
  return core::CallReport{CallSerial{call}, core::CallStarted{.pid = 4711, .peer = std::move(peer)}};
}
core::Event agreed(unsigned call, std::string_view local, std::string_view remote);
inline core::Event gone(unsigned call, CallEnd reason, std::string detail = {},
                        core::CallStage stage = core::CallStage::unknown) {
  return core::CallReport{CallSerial{call}, core::CallGone{reason, std::move(detail), stage}};
}
inline core::Event listed(unsigned newest = 0) { return core::Listed{CallSerial{newest}}; }
inline const core::Event device_returned = core::DeviceReturned{};
inline core::Event step_runs(unsigned call, core::RecoveryStep step) { return core::RecoveryReport{CallSerial{call}, step}; }
inline core::Event step_done(unsigned call, core::RecoveryStep step) {
  return core::RecoveryReport{CallSerial{call}, step, core::RecoveryReport::End{true}};
}
inline core::Event step_failed(unsigned call, core::RecoveryStep step, std::string why = "why") {
  return core::RecoveryReport{CallSerial{call}, step, core::RecoveryReport::End{false, std::move(why)}};
}
inline const core::Event supervisor_gone = core::SupervisorGone{};

inline const core::Event interface = core::InterfaceAppeared{};
core::Event address(std::string_view local);
core::Event address_gone(std::string_view local);
// Its far end is to be asked; it answers.
core::Event address(std::string_view local, std::string_view peer);
core::Event answered(std::string_view local);
inline core::Event conflict(std::string detail) { return core::AddressConflicts{std::move(detail)}; }

inline core::Event handed_over(unsigned call, Family family, std::size_t replayed, std::size_t lost = 0,
                               std::optional<std::string> error = {}) {
  core::HandedOver event{CallSerial{call}, family, {.replayed = replayed, .drops = {}}, std::move(error), {}};
  event.sent.drops[core::Drop::refused] = lost;
  return event;
}
inline core::Event sent_on(std::size_t replayed, core::Drops drops = {}) { return core::SentOn{replayed, drops}; }
inline core::Event queue(unsigned call, bool normal) { return core::QueueReport{CallSerial{call}, normal}; }
inline core::Event drained(unsigned call, bool empty) { return core::DrainReport{CallSerial{call}, empty}; }
inline core::Event idle(unsigned call, Duration remaining) { return core::IdleReport{CallSerial{call}, remaining}; }
inline core::Event received(unsigned call, std::optional<std::uint32_t> packets) {
  return core::ReceivedReport{CallSerial{call}, packets};
}
inline const core::Event due = core::DeadlinePassed{};

}  // namespace ghost::test
