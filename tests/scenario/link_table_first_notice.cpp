// SPDX-License-Identifier: GPL-2.0-or-later
// The table of what a first notice waits for: the supervisor, the call, the timer's service, the disk.
#include <functional>
#include <optional>

#include "link_table.hpp"
#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

const WallTime kMorning{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 7h + 30min};

LinkConfig hut() {
  auto config = dual();
  config.appear.name = "hut";
  AnnounceConfig mail;
  mail.name = "mail";
  mail.url = "https://example.net/mail";
  config.announces.push_back(std::move(mail));
  return config;
}

// A link, and when and what it was last asked to save.
struct Story {
  Link link;
  Time now{};
  std::uint64_t saved = 0;

  LinkStep at(Duration when, LinkEvent event) {
    now = Time{} + when;
    auto step = link.step(std::move(event), {now, kMorning + when});
    for (const auto& e : step.effects)
      if (const auto* save = std::get_if<Save>(&e)) saved = save->generation;
    return step;
  }
};

Story fresh(LinkMemory memory = {}) {
  return {Link(hut(), std::move(memory), {[](WallTime) { return 0s; }, [](std::uint64_t) { return 0; }}, {Time{}, kMorning})};
}

// Call 1 carries IPv4 at `when`, and pppd has said what was agreed.
void carries(Story& s, Duration when) {
  s.at(when, Event(agreed(1, "192.0.2.7", "192.0.2.1")));
  s.at(when, Event(address("192.0.2.7")));
}
void carries6(Story& s, Duration when) {
  s.at(when, Event(agreed(1, "2001:db8:5::7", "fe80::1")));
  s.at(when, Event(address("2001:db8:5::7")));
}

struct State {
  std::string name, meaning;
  std::function<Story()> made;
};

std::vector<State> states() {
  const auto asked = [] {
    auto s = fresh();
    s.at(0s, Listed{CallSerial::none});
    s.at(1s, AppearAsked{});
    return s;
  };
  const auto unwritten = [asked] {
    auto s = asked();
    s.at(2s, Written{s.saved});
    carries(s, 5s);
    carries6(s, 5s);
    s.at(5s, Event(queue(1, true)));
    return s;
  };
  return {
      {"unlisted", "ghost-supervisor has not told which calls live; an appearance was asked for",
       [] {
         auto s = fresh();
         s.at(1s, AppearAsked{});
         return s;
       }},
      {"incomplete", "the call carries IPv4; its IPv6 address is still awaited",
       [asked] {
         auto s = asked();
         carries(s, 5s);
         return s;
       }},
      {"next unknown", "the call is complete; the timer's service has not told the appearance after this one",
       [] {
         LinkMemory memory;
         memory.promise = memory.timer_next = kMorning + 10s;
         auto s = fresh(std::move(memory));
         s.at(0s, Listed{CallSerial::none});
         s.at(10s, Event(due));
         s.at(10s, TimerIsActive{TimerQuestion::keep_promise});
         carries(s, 12s);
         carries6(s, 12s);
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

struct Meeting {
  std::string name;
  std::function<LinkEvent(const Story&)> event;
  std::optional<LinkEvent> before{};
};

std::vector<Meeting> meetings() {
  const auto is = [](LinkEvent event) { return [event](const Story&) { return event; }; };
  return {
      {"the supervisor has told of all calls", is(Listed{CallSerial::none})},
      {"the IPv6 address comes", is(Event(address("2001:db8:5::7"))), Event(agreed(1, "2001:db8:5::7", "fe80::1"))},
      {"the timer's service asks, and tells the next", is(TickAsked{TickKind::calendar, kMorning + 24h})},
      {"all that was to be saved is on disk", [](const Story& s) { return LinkEvent(Written{s.saved}); }},
      {"the line drops", is(Event(gone(1, CallEnd::NoCarrier)))},
  };
}

std::string name_of(const Link& link) {
  return std::string(to_string(shown(link.call().state()))) + ", " + link.status(kMorning).appearance.state;
}

std::string outcome(Story s, LinkEvent event, Duration when) {
  const auto before = name_of(s.link);
  const auto step = s.at(when, std::move(event));
  std::vector<std::string> effects;
  for (const auto& e : step.effects) effects.push_back(std::holds_alternative<Save>(e) ? "save" : words(e));
  const auto then = name_of(s.link);
  if (effects.empty() && then == before) return {};
  return what_follows(effects, before, then);
}

}  // namespace

void ghost::test::print_first_notice(std::ostream& out) {
  add_heading(
      out, "What a first notice waits for",
      "`core::Link` with both machines (src/core/link.hpp, appearances.hpp): a link with both families and one notifier, mail. The\n"
      "call waits for no disk. A notice leaves when its content is on disk, or 2 s after it was made: a disk that hangs delays it and\n"
      "never keeps it back.");
  std::vector<std::pair<std::string, std::string>> names;
  for (const auto& s : states()) names.emplace_back(s.name, s.meaning);
  add_states(out, names);
  add_head(out);
  for (const auto& m : meetings()) {
    Outcomes outcomes;
    for (const auto& s : states()) {
      auto story = s.made();
      if (m.before) story.at(story.now.time_since_epoch() + 1s, *m.before);
      outcomes.emplace_back(s.name, outcome(story, m.event(story), story.now.time_since_epoch() + 1s));
    }
    add_rows(out, m.name, outcomes);
  }
  for (const auto& s : states()) {
    const auto story = s.made();
    const auto at = story.link.deadline().value();
    const auto wait = std::chrono::duration_cast<std::chrono::seconds>(at - story.now).count();
    out << "| its deadline, after " << wait << " s | " << s.name << " | " << outcome(story, Event(due), at.time_since_epoch())
        << " |\n";
  }
}
