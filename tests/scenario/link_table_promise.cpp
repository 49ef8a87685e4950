// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of the promise, and of what an earlier ghostd left.
#include "story.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr Duration kPromised = 20min;

LinkEvent answers(TimerQuestion question) { return TimerIsActive{question}; }

// ---- the promise -----------------------------------------------------------------------------------------------------

// Without a window, the promise is the timer's own elapse. In one, it is the chain's.
LinkConfig without_window() {
  auto config = hut(isp());
  config.appear.window.reset();
  return config;
}
LinkConfig in_a_window() {
  auto config = hut(isp());
  config.appear.window = Window{0x7f, 0h, 24h};
  return config;
}

Story promised(LinkConfig config, Duration in = kPromised) {
  LinkMemory memory;
  memory.promise = kStoryMorning + in;
  if (!config.appear.window) memory.timer_next = memory.promise;
  return story(std::move(config), std::move(memory));
}

// Its time has come, and systemd has been asked.
Story asked(LinkConfig config, bool up = false) {
  auto s = promised(std::move(config));
  s.at(0s, Listed{CallSerial::none});
  s.at(1s, TimerSeen{true});
  if (up) {
    s.at(19min, Event(connect));
    carries(s, 1, 19min);
    s.at(19min, Event(queue(1, true)));
  }
  s.at(kPromised, Event(due));
  return s;
}

std::vector<StoryState> promise_states() {
  const auto stopped = [] {
    auto s = promised(without_window());
    s.at(0s, Listed{CallSerial::none});
    return s;
  };
  const auto kept = [] {
    auto s = asked(without_window());
    s.at(kPromised, answers(TimerQuestion::keep_promise));
    return s;
  };
  return {
      {"unlisted", "ghost-supervisor has not told which calls live", [] { return promised(without_window()); }},
      {"none", "nothing is promised; the timer is active",
       [] {
         auto s = story(without_window());
         s.at(0s, Listed{CallSerial::none});
         s.at(1s, TimerSeen{true});
         return s;
       }},
      {"ahead, stopped", "the promise is ahead; its timer is not known to be active", stopped},
      {"ahead", "the promise is ahead; the timer is active",
       [stopped] {
         auto s = stopped();
         s.at(1s, TimerSeen{true});
         return s;
       }},
      {"ahead, dialing", "as \"ahead, stopped\", and a person has asked for an appearance",
       [stopped] {
         auto s = stopped();
         s.at(1s, AppearAsked{});
         return s;
       }},
      {"asked", "its time has come; systemd is asked whether the timer is active", [] { return asked(without_window()); }},
      {"asked, up", "the same, and the link is up by Connect", [] { return asked(without_window(), true); }},
      {"asked, up, window", "the same in a window: the promise is the chain's, not the timer's own",
       [] { return asked(in_a_window(), true); }},
      {"kept", "ghostd has kept it and dials; the timer's service has not told the next", kept},
      {"kept, up", "that call is complete, and the first notice waits for the timer's service",
       [kept] {
         auto s = kept();
         carries(s, 1, kPromised + 1s);
         s.at(kPromised + 1s, Event(queue(1, true)));
         return s;
       }},
  };
}

std::vector<StoryMeeting> promise_meetings() {
  return {
      {"the supervisor has told of all calls", always(Listed{CallSerial::none}), {"unlisted"}},
      {"the clock is put back by 10 min",
       [](Story& s) {
         s.set_by = -10min;
         return LinkEvent(ClockSet{});
       }},
      {"systemd signals: the timer is active", always(TimerSeen{true})},
      {"systemd signals: the timer is stopped", always(TimerSeen{false})},
      {"systemd answers: it is active, keep the promise", always(answers(TimerQuestion::keep_promise))},
      {"systemd answers: it is active, tell the next", always(answers(TimerQuestion::tell_next))},
      {"the timer's service asks, and tells the next", always(TickAsked{TickKind::calendar, kStoryMorning + 24h})},
      {"ghost-appear asks at boot, and tells the next", always(TickAsked{TickKind::resume, kStoryMorning + 24h})},
      {"a person asks for an appearance", always(AppearAsked{})},
  };
}

// "alarm set, shown; down, none"
std::string promise_and_call(const Story& s) {
  const auto shown = s.link.status(s.wall()).appearance.next;
  std::string out = s.link.wall_deadline() ? "alarm set" : s.link.memory().promise ? "no alarm" : "no promise";
  if (s.link.wall_deadline() && s.link.wall_deadline() != s.link.memory().promise) out = "alarm for another time";
  return out + (shown ? ", shown; " : "; ") + call_and_appearance(s);
}

// ---- what an earlier ghostd left -------------------------------------------------------------------------------------

// Begun 5 min ago.
Story under_way(std::optional<Duration> until) {
  LinkMemory memory;
  AppearanceRecord record;
  record.begun = kStoryMorning - 5min;
  record.outcome = "present";
  memory.past.push_back(record);
  memory.told["mail"] = {{*IpAddress::parse("192.0.2.7")}, 0};
  if (until) memory.until = kStoryMorning + *until;
  auto config = without_window();
  config.announces[0].vanish = true;
  return story(std::move(config), std::move(memory));
}

std::vector<StoryState> restart_states() {
  return {
      {"lasts", "receivers were told that it lasts for 5 min more", [] { return under_way(5min); }},
      {"over", "the time that receivers were told is over", [] { return under_way(-1min); }},
      {"untold", "it still dialed, and no receiver was told a time", [] { return under_way(std::nullopt); }},
      {"lasts, hung up", "as \"lasts\", and a person has hung up since ghostd started",
       [] {
         auto s = under_way(5min);
         s.at(0s, Event(disconnect));
         return s;
       }},
      {"end owed", "over, the calls are listed, and its call lives but has no address yet",
       [] {
         auto s = under_way(-1min);
         s.at(0s, Event(started(9)));
         s.at(0s, listed(100));
         return s;
       }},
      {"decided", "lasts, the calls are listed, and it was taken up",
       [] {
         auto s = under_way(5min);
         s.at(0s, Event(started(9)));
         s.at(0s, listed(100));
         return s;
       }},
  };
}

std::vector<StoryMeeting> restart_meetings() {
  const auto lives = [](Story& s) {
    if (s.link.call().serial() == CallSerial::none) s.then(Event(started(9)));
  };
  return {
      {"the calls are listed: none lives", always(listed(100))},
      {"the calls are listed: its call lives",
       [lives](Story& s) {
         lives(s);
         return LinkEvent(listed(100));
       }},
      {"its call has its address",
       [lives](Story& s) {
         lives(s);
         s.then(Event(agreed(9, "192.0.2.7", "192.0.2.1")));
         return LinkEvent(Event(address("192.0.2.7")));
       }},
      {"its call is over",
       [lives](Story& s) {
         lives(s);
         return LinkEvent(Event(gone(9, CallEnd::NoCarrier)));
       }},
  };
}

}  // namespace

void ghost::test::print_promise(std::ostream& out) {
  add_heading(
      out, "The promise, and who keeps it",
      "`core::PromiseKeeper` (src/core/promise_keeper.hpp) within `core::Link`: a link with one notifier, mail, and without a window,\n"
      "so that the promise is the timer's own next elapse. The alarm is `wall_deadline()`, by CLOCK_REALTIME. \"shown\": people see the\n"
      "promise as NextAppearance. ghostd shows and keeps no promise unless systemd has said that the timer is active. \"ahead, stopped\" is\n"
      "also what a person makes of \"ahead\" by stopping the timer.");
  add_states_of(out, promise_states());
  add_head(out);
  add_meetings(out, promise_states(), promise_meetings(), promise_and_call);
  Outcomes alarms;
  for (const auto& s : promise_states()) {
    const auto made = s.made();
    const auto at = made.link.wall_deadline();
    alarms.emplace_back(s.name, at ? outcome(made, Event(due), *at - kStoryMorning, promise_and_call) : std::string{});
  }
  add_rows(out, "the alarm", alarms);
}

void ghost::test::print_restart(std::ostream& out) {
  add_heading(
      out, "What an earlier ghostd left",
      "`core::AfterRestart` (src/core/after_restart.hpp) within `core::Link`: ghostd starts, and an appearance is saved as under way since\n"
      "5 min ago. mail was told the address and is to be told the end. Call 9 is the earlier ghostd's; \"start 101\" is a new call.");
  add_states_of(out, restart_states());
  add_head(out);
  add_meetings(out, restart_states(), restart_meetings(), call_and_appearance);
}
