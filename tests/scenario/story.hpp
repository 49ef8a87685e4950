// SPDX-License-Identifier: GPL-2.0-or-later
// A whole link and its clocks, for the tables of docs/link.md that both machines are in.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "link_table.hpp"
#include "scenario.hpp"

namespace ghost::test {

// Real time at 0 s of a story.
inline const core::WallTime kStoryMorning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 7h + 30min};

// A link of one appearance with one notifier, mail.
core::LinkConfig hut(core::LinkConfig config);

struct Story {
  core::Link link;
  Time now{};
  Duration set_by{};        // the real-time clock
  std::uint64_t saved = 0;  // what it was last asked to save

  core::LinkStep at(Duration when, core::LinkEvent event);
  // A second later.
  core::LinkStep then(core::LinkEvent event) { return at(now.time_since_epoch() + 1s, std::move(event)); }
  [[nodiscard]] core::WallTime wall() const { return kStoryMorning + now.time_since_epoch() + set_by; }
};
Story story(core::LinkConfig config, core::LinkMemory memory = {});

// A call carries IPv4 at `when`, or IPv6, and pppd has said what was agreed.
void carries(Story& story, unsigned call, Duration when);
void carries6(Story& story, unsigned call, Duration when);

struct StoryState {
  std::string name, meaning;
  std::function<Story()> made;
};
struct StoryMeeting {
  std::string name;
  std::function<core::LinkEvent(Story&)> event;  // what has to come before it, happens in here
  std::vector<std::string> in{};                 // the states in which it can happen; none: any
};
inline std::function<core::LinkEvent(Story&)> always(core::LinkEvent event) {
  return [event](Story&) { return event; };
}

// How a story stands, in words: all that an event can change of what the table is about.
using InWords = std::function<std::string(const Story&)>;
// "up, announcing"
std::string call_and_appearance(const Story& story);

// Nothing if the event changes nothing.
std::string outcome(Story story, const core::LinkEvent& event, Duration when, const InWords& stands);
// Each event meets each state, a second after what came before.
void add_meetings(std::ostream& out, const std::vector<StoryState>& states, const std::vector<StoryMeeting>& meetings,
                  const InWords& stands);

}  // namespace ghost::test
