// SPDX-License-Identifier: GPL-2.0-or-later
// The appearance's table.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "appearance.hpp"
#include "base/overloaded.hpp"
#include "link_table.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr Duration kNow = 100s;

// Told by one notifier, which is told the end as well.
AppearReconfigured told_by(std::string url) {
  AppearReconfigured out{{}, {notifier("dns", true)}, "hut"};
  out.announces[0].url = std::move(url);
  out.announces[0].retry = 10min;
  out.appear.echo = "https://echo.example.net/";
  out.appear.vanish_timeout = 60s;
  return out;
}
AppearReconfigured one() { return told_by("https://example.net/dns"); }

struct State {
  std::string name, meaning;
  std::function<AppearanceMachine()> made;
  std::uint64_t notice = 0, echo = 0;  // the number of what is on its way
};

AppearanceMachine after(AppearanceMachine machine, std::vector<std::pair<Duration, AppearEvent>> events) {
  for (auto& [when, event] : events) (void)machine.step(std::move(event), {Time{} + when, at(when)});
  return machine;
}

std::vector<State> states() {
  const auto from = [](std::vector<std::pair<Duration, AppearEvent>> events) {
    return [events] { return after(appearance(one()), events); };
  };
  return {
      {"none", "no appearance", from({})},
      {"connecting", "the link is asked for", from({{0s, by_timer()}})},
      {"connecting again", "the line dropped before the time that was told",
       from({{0s, by_timer()}, {20s, link_up()}, {21s, answer(1)}, {90s, link_down("NoCarrier", true)}})},
      {"asking", "the link carries; the echo service is asked for the address first",
       from({{0s, by_timer()}, {20s, link_up({"100.64.0.7"})}}), 0, 1},
      {"announcing", "a notice is on its way", from({{0s, by_timer()}, {20s, link_up()}}), 1},
      {"announcing, later", "an attempt failed, and the notifier waits before the next",
       from({{0s, by_timer()}, {20s, link_up()}, {21s, answer(1, NoticeResult::Later)}})},
      {"present", "each notifier has been told, or was tried often enough",
       from({{0s, by_timer()}, {20s, link_up()}, {21s, answer(1)}})},
      {"vanishing", "the end is being told, and the link waits for it",
       from({{0s, by_timer()}, {20s, link_up()}, {21s, answer(1)}, {90s, leaving()}}), 2},
      {"vanishing, told", "the link hangs up",
       from({{0s, by_timer()}, {20s, link_up()}, {21s, answer(1)}, {90s, leaving()}, {91s, answer(2)}})},
  };
}

struct Meeting {
  std::string name;
  std::function<AppearEvent(const State&)> event;
};

std::vector<Meeting> meetings() {
  const auto is = [](AppearEvent event) { return [event](const State&) { return event; }; };
  const auto notice = [](NoticeResult result) { return [result](const State& s) { return answer(s.notice, result); }; };
  auto nobody = one(), other_patience = one();
  nobody.announces.clear();
  other_patience.appear.vanish_timeout = 5s;
  return {
      {"a person asks", is(asked())},
      {"a timer asks", is(by_timer())},
      {"the next appearance is known", is(NextKnown{at(1800s)})},
      {"the link carries", is(link_up())},
      {"the link carries, with another address", is(link_up({"192.0.2.8"}))},
      {"the link is down, a call is being made", is(link_down("NoCarrier", true))},
      {"the link is down, and nothing calls", is(link_down("NoCarrier"))},
      {"the link is down, a person hung up", is(link_down("disconnect"))},
      {"the link is blocked", is(link_down("block"))},
      {"the link is about to hang up", is(leaving())},
      {"the receiver confirms", notice(NoticeResult::Ok)},
      {"the receiver says: later", notice(NoticeResult::Later)},
      {"the receiver refuses", notice(NoticeResult::Refused)},
      {"the echo service answers", [](const State& s) { return answer(s.echo, NoticeResult::Ok, "198.51.100.9"); }},
      {"the echo service does not answer", [](const State& s) { return answer(s.echo, NoticeResult::TimedOut); }},
      {"a reload: another receiver", is(told_by("https://example.org/dns"))},
      {"a reload: the section is gone", is(nobody)},
      {"a reload: another VanishTimeout=", is(other_patience)},
  };
}

std::string brief(const AppearEffect& effect) {
  return std::visit(Overloaded{
                        [](const SendNotice& e) {
                          if (e.notice.kind == NoticeKind::vanish) return e.announce.name + " " + std::to_string(e.id) + ": gone";
                          return e.announce.name + " " + std::to_string(e.id) + ": " + e.notice.addresses.front().str();
                        },
                        [](const WantLink& e) { return std::string(e.patient ? "hold, patiently" : "hold"); },
                        [](const WantNoLink&) { return std::string("no hold"); },
                        [](const WantFarewell& e) { return std::string(e.wanted ? "farewell wanted" : "no farewell"); },
                        [](const FarewellDone&) { return std::string("farewell said"); },
                        [](const TellAppeared&) { return std::string("appeared"); },
                        [](const Remember&) { return std::string("save"); },
                        [](const auto& e) { return words(AppearEffect(e)); },
                    },
                    effect);
}

// Nothing if the event means nothing.
std::string outcome(AppearanceMachine machine, const AppearEvent& event, Clocks clocks) {
  (void)machine.step(NextKnown{machine.status().next}, clocks);  // so that nothing but the event makes a difference
  const auto before = machine;
  const auto step = machine.step(event, clocks);
  if (machine == before && step.empty()) return {};
  std::vector<std::string> effects;
  for (const auto& e : step) effects.push_back(brief(e));
  return what_follows(effects, before.status().state, machine.status().state);
}

}  // namespace

void ghost::test::print_appearance(std::ostream& out) {
  add_heading(
      out, "The appearance",
      "`core::AppearanceMachine` (src/core/appearance_machine.hpp), with one notifier, dns, that is told the end as well. \"hold\" asks the\n"
      "call's machine for a call and keeps it; \"farewell wanted\" makes it ask before it hangs up; \"dns 1: …\" is notice 1 to dns.\n"
      "Under \"then\" is the state that people are shown: asking is shown as announcing.");
  add_states_of(out, states());
  add_head(out);
  for (const auto& m : meetings()) {
    Outcomes outcomes;
    for (const auto& s : states()) outcomes.emplace_back(s.name, outcome(s.made(), m.event(s), {Time{} + kNow, at(kNow)}));
    EXPECT_TRUE(std::any_of(outcomes.begin(), outcomes.end(), [](const auto& o) { return !o.second.empty(); }))
        << m.name << " means nothing in any state: what is it for?";
    add_rows(out, m.name, outcomes);
  }
  Outcomes deadlines;
  for (const auto& s : states()) {
    const auto machine = s.made();
    const auto due = machine.deadline();
    deadlines.emplace_back(s.name, due ? outcome(machine, time_passed(), {*due, at(due->time_since_epoch())}) : std::string{});
  }
  add_rows(out, "its deadline", deadlines);
}

TEST(AppearanceTable, KnowsEveryEvent) {
  std::set<std::size_t> met{time_passed().index()};
  for (const auto& m : meetings()) met.insert(m.event({}).index());
  EXPECT_EQ(met.size(), std::variant_size_v<AppearEvent>);
}
