// SPDX-License-Identifier: GPL-2.0-or-later
// The call's tables: the call itself, a call while ghostd is about to be stopped, and a call of two families.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "link_table.hpp"
#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr Duration kNow = 100s;

struct State {
  std::string name, meaning;
  std::function<LinkMachine()> made;
  Duration now = kNow;  // of what it meets
};

// Packets of both families wait where any can.
const Row kCalls{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"};
const Row kCarries{10s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"};
const Row kSettled{11s, queue(1, true), {}, "up (trigger)"};
// The call has carried something back for long enough.
const Row kSent{20s, received(1, 4), {}, "up (trigger)"};
const Row kGood{70s, received(1, 5), {}, "up (trigger)"};

// Everything else comes to its end before the packets that wait do.
LinkConfig patient() {
  auto config = isp();
  config.buffer.age = 2h;
  config.call.idle_timeout = 1h;
  config.call.redial_delay = config.call.redial_delay_max = 10min;
  return config;
}

LinkConfig another_place() {
  auto config = dual();
  config.call.idle_timeout = 2h;
  return config;
}

std::vector<State> states() {
  const auto up = [] { return play(patient(), {kCalls, kCarries, kSettled, kSent, kGood}); };
  return {
      {"down, not listed", "whether a call of an earlier ghostd lives is not known yet; none is made", [] { return unlisted(); }},
      {"down", "no call", [] { return machine(); }},
      {"down, blocked", "no call, and none is made",
       [] { return play(isp(), {{0s, block, {"block"}, "down (block), blocked"}}); }},
      {"down, before a sleep", "the machine is about to sleep, and no call is made until it has slept; a packet waits",
       [] {
         return play(patient(),
                     {{kNow - 9s, about_to_sleep, {}, "down (start)"}, {kNow - 8s, packet("a"), {}, "down (start), 1 waiting"}});
       }},
      {"dialing", "pppd runs, no address yet", [] { return play(patient(), {kCalls}); }},
      {"up, settling", "the call carries; what was replayed may still be in its queue",
       [] { return play(patient(), {kCalls, kCarries}); }},
      {"up", "the call carries", up},
      {"up, leaving", "the call carries until a good-bye is said",
       [up] {
         auto link = up();
         play(link,
              {{82s, farewell_wanted(10min), {}, "up (trigger)"}, {83s, disconnect, {"farewell? disconnect"}, "up (trigger)"}});
         return link;
       }},
      {"hanging-up, draining", "the route is back, the call's queue runs dry; a packet waits for the next call",
       [up] {
         auto link = up();
         play(link, {{95s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
                     {96s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"}});
         return link;
       }},
      {"hanging-up, ending", "pppd has been told to end; a packet waits for the next call",
       [up] {
         auto link = up();
         play(link, {{95s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
                     {96s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"},
                     {97s, drained(1, true), {"end 1"}, "hanging-up (disconnect), 1 waiting"}});
         return link;
       }},
      {"hanging-up, nothing waits", "the same, and no packet waits",
       [up] {
         auto link = up();
         play(link, {{95s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
                     {97s, drained(1, true), {"end 1"}, "hanging-up (disconnect)"}});
         return link;
       }},
      {"waiting, nothing waits", "the last call failed or dropped, and no packet waits",
       [] {
         return play(patient(),
                     {{0s, connect, {"start 1"}, "dialing (connect)"}, {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy)"}});
       }},
      {"waiting", "the last call failed or dropped; not before a time; a packet waits",
       [] { return play(patient(), {kCalls, {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"}}); }},
      {"waiting, recovering", "the last call failed, and the supervisor takes a step of [Recover] against a wedged modem",
       [] {
         auto config = patient();
         config.recover.reset = {"ATZ"};
         config.recover.after = 1;
         config.recover.timeout = 10min;
         return play(config,
                     {kCalls, {1s, gone(1, CallEnd::NoCarrier), {"recover by reset after 1"}, "waiting (NoCarrier), 1 waiting"}});
       }},
      {"down, moving", "a reload gives it another place; the routes of before are being removed, and no call is made",
       [] { return play(isp(), {{0s, moved(another_place()), {"give up place"}, "down (start)"}}); }},
      {"down, moving again", "the same; the kernel has refused, and is asked again after a pause",
       [] {
         return play(isp(), {{0s, moved(another_place()), {"give up place"}, "down (start)"},
                             {99s, routes_stay("EPERM"), {}, "down (routes-stay)"}});
       }},
      {"down, gone", "a reload has taken it away; ghostd removes it",
       [] {
         return play(isp(), {{0s, taken_away, {"give up place"}, "down (start)"},
                             {0s, place_given_up, {"place changed"}, "down (start)"}});
       }},
  };
}

struct Meeting {
  std::string name;
  Event event;
  std::optional<Event> before{};
};

// Of call 1, as it is in each of the states.
std::vector<Meeting> meetings() {
  const PartAsked elsewhere{another_place()}, nowhere{};
  return {
      {"a packet", packet("c")},
      {"a packet of a family that no call carries", packet6("d")},
      {"Connect", connect},
      {"an appearance wants it", appear(10min)},
      {"an appearance wants it, patiently", appear(10min, true)},
      {"Disconnect", disconnect},
      {"Block", block},
      {"Unblock", unblock},
      {"ghostd is about to be stopped", leave},
      {"the machine is about to sleep", about_to_sleep},
      {"the machine has slept", woke},
      {"a good-bye will have to be said", farewell_wanted(10s)},
      {"the good-bye is said", farewell_said},
      {"the table is gone from the kernel", Impaired{true}},
      {"the table is back", Impaired{false}, Impaired{true}},
      {"a better default route stands", StandsBehind{true}},
      {"it stands no more", StandsBehind{false}, StandsBehind{true}},
      {"a reload", reconfigured(another_place())},
      {"a reload that gives it another place", elsewhere},
      {"a reload that takes it away", nowhere},
      {"a reload that gives it back", elsewhere, nowhere},
      {"the place before is given up", place_given_up},
      {"the kernel refuses to remove the routes", routes_stay("ENOMEM")},
      {"the supervisor: a call that nobody knows lives", started(7)},
      {"the supervisor: these were all calls that live", listed(9)},
      {"the supervisor: what was agreed upon", agreed(1, "10.0.0.1", "10.0.0.2")},
      {"the supervisor: one address at both ends", agreed(1, "10.0.0.1", "10.0.0.1")},
      {"the supervisor: the call is over, as asked", gone(1, CallEnd::HungUp)},
      {"the supervisor: the line dropped", gone(1, CallEnd::NoCarrier)},
      {"the supervisor: the password is wrong", gone(1, CallEnd::AuthFailed)},
      {"the supervisor: a file is wrong", gone(1, CallEnd::ConfigError)},
      {"the supervisor: the device that the last call lacked is there again", device_returned},
      {"the supervisor: the step is over", step_done(1, RecoveryStep::reset)},
      {"the supervisor: the step has failed", step_failed(1, RecoveryStep::reset)},
      {"the supervisor: a step is under way", step_runs(1, RecoveryStep::reset)},
      {"the supervisor is gone", supervisor_gone},
      {"ppp-<link> exists", interface},
      {"an address on ppp-<link>", address("10.0.0.1")},
      {"another address", address("10.0.0.9")},
      {"an address whose far end is to be asked", address("10.0.0.9", "10.0.0.2")},
      {"the far end answers", answered("10.0.0.9"), address("10.0.0.9", "10.0.0.2")},
      {"the address is gone", address_gone("10.0.0.1")},
      {"the address is somebody else's", conflict("eth0 has it")},
      {"packets were sent on", sent_on(1)},
      {"the handover is done", handed_over(1, Family::v4, 1)},
      {"the handover failed", handed_over(1, Family::v4, 0, 0, "no route")},
      {"the replay has left the queue", queue(1, true)},
      {"the replay is still in the queue", queue(1, false)},
      {"the queue is dry", drained(1, true)},
      {"the idle timer has run out", idle(1, 0s)},
      {"the idle timer runs still", idle(1, 60s)},
      {"nobody knows the idle timer", IdleReport{CallSerial{1}, std::nullopt}},
      {"what the far end has sent so far", received(1, 9)},
  };
}

// As the tables call its state.
std::string name_of(const LinkMachine& link) {
  std::string out(to_string(shown(link.state())));
  if (const auto* up = std::get_if<Up>(&link.state()); up && !up->settling.done()) out += ", settling";
  if (std::holds_alternative<Unlisted>(link.state())) out += ", not listed";
  if (std::holds_alternative<Leaving>(link.state())) out += ", leaving";
  if (std::holds_alternative<Draining>(link.state())) out += ", draining";
  if (std::holds_alternative<Ending>(link.state())) out += ", ending";
  if (const auto* moving = std::get_if<Moving>(&link.state())) out += moving->again ? ", moving again" : ", moving";
  if (std::holds_alternative<Gone>(link.state())) out += ", gone";
  if (std::holds_alternative<Recovering>(link.state())) out += ", recovering";
  if (std::holds_alternative<Down>(link.state()) && link.permission().standing(Bar::sleep)) out += ", before a sleep";
  if (link.blocked()) out += out == "down" ? ", blocked" : " (blocked)";
  return out;
}

// What becomes of packets: no effect tells.
void add_packets(std::vector<std::string>& effects, const LinkStatus& before, const LinkStatus& after) {
  const bool dropped = after.drops.total() > before.drops.total();
  if (after.buffered_packets > before.buffered_packets) effects.insert(effects.begin(), "it waits");
  else if (dropped)
    effects.insert(effects.begin(), after.buffered_packets < before.buffered_packets ? "drop what waits" : "drop it");
}

using NameOf = std::string (*)(const LinkMachine&);

// Nothing if the event means nothing.
std::string outcome(LinkMachine link, Event what, Time now, NameOf name) {
  (void)link.step(SentOn{}, now);  // so that nothing but the event makes a difference
  const auto before = link;
  const auto step = link.step(std::move(what), now);
  if (link == before && step == Step{}) return {};
  std::vector<std::string> effects;
  for (const auto& e : step.effects) effects.push_back(words(e));
  add_packets(effects, before.status(), link.status());
  const auto reason = step.transitions.empty() ? "" : " (" + step.transitions.back().reason + ")";
  return what_follows(effects, name(before), name(link) + reason);
}

Outcomes outcomes(const std::vector<State>& states, const Meeting& meeting, NameOf name) {
  Outcomes out;
  for (const auto& s : states) {
    auto link = s.made();
    if (meeting.before) (void)link.step(*meeting.before, Time{} + s.now);
    out.emplace_back(s.name, outcome(std::move(link), meeting.event, Time{} + s.now, name));
  }
  return out;
}

Outcomes deadlines(const std::vector<State>& states, NameOf name) {
  Outcomes out;
  for (const auto& s : states) {
    const auto link = s.made();
    const auto at = link.deadline();
    out.emplace_back(s.name, at ? outcome(link, due, *at, name) : std::string{});
  }
  return out;
}

void add_states(std::ostream& out, const std::vector<State>& states) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const auto& s : states) words.emplace_back(s.name, s.meaning);
  ghost::test::add_states(out, words);
}

// The same states after a LeaveAsked, as far as they last. lifted: an Unblock has lifted its bar again.
std::vector<State> stopping(bool lifted) {
  std::vector<State> out;
  for (auto& s : states()) {
    const auto stopped = [made = s.made, lifted] {
      auto link = made();
      (void)link.step(leave, Time{} + kNow - 2s);
      if (lifted) (void)link.step(unblock, Time{} + kNow - 1s);
      return link;
    };
    const bool lasts = name_of(s.made()) == name_of(stopped());
    if (lasts && !s.made().blocked()) out.push_back({s.name, s.meaning, stopped});
  }
  return out;
}

// Where the bar makes a difference.
Outcomes different(const Outcomes& without, Outcomes with) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    auto& what = with[i].second;
    if (what == without[i].second) what.clear();
    else if (what.empty()) what = "nothing | –";
  }
  return with;
}

// ---- two families

std::string_view word(Carriage carriage) {
  switch (carriage) {
    case Carriage::unused: return "unused";
    case Carriage::pending: return "awaited";
    case Carriage::carried: return "carried";
    case Carriage::given_up: return "refused";
  }
  return {};
}

std::string families_of(const LinkMachine& link) {
  const auto* up = std::get_if<Up>(&link.state());
  if (!up) return name_of(link);
  return "IPv4 " + std::string(word(up->of(Family::v4))) + ", IPv6 " + std::string(word(up->of(Family::v6))) +
         (up->settling.done() ? "" : ", settling");
}

LinkConfig patient_dual() {
  auto config = patient();
  config.stable = dual().stable;
  config.routes = dual().routes;
  return config;
}

std::vector<State> family_states() {
  const auto awaited = [] { return play(patient_dual(), {kCalls, kCarries}); };
  return {
      {"IPv6 awaited", "IPv4 is carried; the call has no IPv6 address yet", awaited, 20s},
      {"IPv6 refused", "the IPv6 address did not come within 15 s of the IPv4 address",
       [awaited] {
         auto link = awaited();
         play(link, {{25s, due, {"refuse IPv6"}, "up (trigger)"}, {26s, queue(1, true), {}, "up (trigger)"}});
         return link;
       }},
      {"both", "both families are carried",
       [awaited] {
         auto link = awaited();
         play(link, {{12s, address("2001:db8:5::1"), {"hand over 1 IPv6: nothing"}, "up (trigger)"},
                     {13s, queue(1, true), {}, "up (trigger)"}});
         return link;
       }},
      {"neither", "the call has lost its address, and awaits another of either family",
       [awaited] {
         auto link = awaited();
         play(link, {{12s, queue(1, true), {}, "up (trigger)"},
                     {13s, address_gone("10.0.0.1"), {"route IPv4 back", "forget 10.0.0.1"}, "up (trigger)"}});
         return link;
       },
       20s},
  };
}

std::vector<Meeting> family_meetings() {
  return {
      {"an IPv4 packet", packet("c")},
      {"an IPv6 packet", packet6("d")},
      {"an IPv4 address on ppp-<link>", address("10.0.0.1")},
      {"an IPv6 address on ppp-<link>", address("2001:db8:5::1")},
      {"the IPv4 address is gone", address_gone("10.0.0.1")},
      {"the IPv6 address is gone", address_gone("2001:db8:5::1")},
  };
}

}  // namespace

void ghost::test::print_call(std::ostream& out) {
  add_heading(
      out, "The call",
      "`core::LinkMachine` (src/core/link_machine.hpp): a link with one IPv4 address.\n\n"
      "While a call carries, packets go through the kernel; ghostd sees those that missed the handover and sends them on (\"reinject\").\n"
      "That is so while a good-bye is said, too (\"up, leaving\"), but no packet keeps the call then. After \"route back\" packets wait\n"
      "for the next call.");
  ::add_states(out, states());
  add_head(out);
  for (const auto& m : meetings()) {
    const auto all = outcomes(states(), m, name_of);
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const auto& o) { return !o.second.empty(); }))
        << m.name << " means nothing in any state: what is it for?";
    add_rows(out, m.name, all);
  }
  add_rows(out, "its deadline", deadlines(states(), name_of));
}

void ghost::test::print_stop(std::ostream& out) {
  add_heading(
      out, "The call, while ghostd is about to be stopped",
      "`core::Permission` (src/core/permission.hpp): a stop is a bar that forbids calls until Unblock, or for one hour. These rows are\n"
      "what the bar changes; \"nothing\" means that the event means nothing while it stands. A block is a bar without an end, and a budget\n"
      "or a window would be a bar too.");
  add_head(out);
  for (const auto& m : meetings())
    add_rows(out, m.name, different(outcomes(stopping(true), m, name_of), outcomes(stopping(false), m, name_of)));
  add_rows(out, "its deadline", different(deadlines(stopping(true), name_of), deadlines(stopping(false), name_of)));
}

void ghost::test::print_second_family(std::ostream& out) {
  add_heading(
      out, "The second family",
      "`core::Families` (src/core/families.hpp): a link with addresses of both families, up since its IPv4 address came. While a family\n"
      "is awaited, the replay's queue is not looked at: it will have the other family's packets too.");
  ::add_states(out, family_states());
  add_head(out);
  for (const auto& m : family_meetings()) add_rows(out, m.name, outcomes(family_states(), m, families_of));
  add_rows(out, "its deadline", deadlines(family_states(), families_of));
}

TEST(LinkTable, KnowsEveryEvent) {
  std::set<std::size_t> met;
  for (const auto& m : meetings()) met.insert(m.event.index());
  met.insert(Event(due).index());
  met.insert(
      Event(AppearanceOver{}).index());  // it takes a wish back, and no state of the table has one: tests/scenario/link_test.cpp
  EXPECT_EQ(met.size(), std::variant_size_v<Event>);
}
