// SPDX-License-Identifier: GPL-2.0-or-later
// The table of what a first notice waits for: the supervisor, the call, the timer's service, the disk.
#include "story.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

std::vector<StoryState> states() {
  const auto asked = [] {
    auto s = story(hut(dual()));
    s.at(0s, Listed{CallSerial::none});
    s.at(1s, AppearAsked{});
    return s;
  };
  const auto unwritten = [asked] {
    auto s = asked();
    s.at(2s, Written{s.saved});
    carries(s, 1, 5s);
    carries6(s, 1, 5s);
    s.at(5s, Event(queue(1, true)));
    return s;
  };
  return {
      {"unlisted", "ghost-supervisor has not told which calls live; an appearance was asked for",
       [] {
         auto s = story(hut(dual()));
         s.at(1s, AppearAsked{});
         return s;
       }},
      {"incomplete", "the call carries IPv4; its IPv6 address is still awaited",
       [asked] {
         auto s = asked();
         carries(s, 1, 5s);
         return s;
       }},
      {"next unknown", "the call is complete; the timer's service has not told the appearance after this one",
       [] {
         LinkMemory memory;
         memory.promise = memory.timer_next = kStoryMorning + 10s;
         auto s = story(hut(dual()), std::move(memory));
         s.at(0s, Listed{CallSerial::none});
         s.at(10s, Event(due));
         s.at(10s, TimerIsActive{TimerQuestion::keep_promise});
         carries(s, 1, 12s);
         carries6(s, 1, 12s);
         s.at(12s, Event(queue(1, true)));
         return s;
       }},
      {"unwritten", "the notice is made; the disk does not have its content yet", unwritten},
      {"told", "the notice has been given to ghost-announce",
       [unwritten] {
         auto s = unwritten();
         s.at(5s, Written{s.saved});
         s.at(5s, Event(queue(1, true)));
         return s;
       }},
  };
}

std::vector<StoryMeeting> meetings() {
  return {
      {"the supervisor has told of all calls", always(Listed{CallSerial::none})},
      {"the IPv6 address comes",
       [](Story& s) {
         s.then(Event(agreed(1, "2001:db8:5::7", "fe80::1")));
         return LinkEvent(Event(address("2001:db8:5::7")));
       }},
      {"the timer's service asks, and tells the next", always(TickAsked{TickKind::calendar, kStoryMorning + 24h})},
      {"all that was to be saved is on disk", [](Story& s) { return LinkEvent(Written{s.saved}); }},
      {"the line drops", always(Event(gone(1, CallEnd::NoCarrier)))},
  };
}

}  // namespace

void ghost::test::print_first_notice(std::ostream& out) {
  add_heading(
      out, "What a first notice waits for",
      "`core::Link` with both machines (src/core/link.hpp, appearances.hpp): a link with both families and one notifier, mail. The\n"
      "call waits for no disk. A notice leaves when its content is on disk, or 2 s after it was made: a disk that hangs delays it and\n"
      "never keeps it back. The two waits are `core::FirstNotice` and `core::DiskGate` (src/core/first_notice.hpp, disk_gate.hpp).");
  add_states_of(out, states());
  add_head(out);
  add_meetings(out, states(), meetings(), call_and_appearance);
  for (const auto& s : states()) {
    const auto story = s.made();
    const auto at = story.link.deadline().value();
    const auto wait = std::chrono::duration_cast<std::chrono::seconds>(at - story.now).count();
    out << "| its deadline, after " << wait << " s | " << s.name << " | "
        << outcome(story, Event(due), at.time_since_epoch(), call_and_appearance) << " |\n";
  }
}
