// SPDX-License-Identifier: GPL-2.0-or-later
// Every state meets every event once, and docs/link.md is what follows. A difference is a change of what ghostd does: if it is
// meant, GHOSTD_WRITE_GOLDEN=1 writes the table anew; read the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr Duration kNow = 100s;

struct State {
  std::string name, meaning;
  std::function<LinkMachine()> made;
};

// Packets of both families wait where any can.
const Row kCalls{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"};
const Row kCarries{10s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"};
const Row kSettled{11s, queue(1, true), {}, "up (trigger)"};

// Everything else comes to its end before the packets that wait do.
LinkConfig patient() {
  auto config = isp();
  config.buffer.age = 2h;
  config.call.idle_timeout = 1h;
  config.call.redial_delay = config.call.redial_delay_max = 10min;
  return config;
}

std::vector<State> states() {
  const auto up = [] { return play(patient(), {kCalls, kCarries, kSettled}); };
  return {
      {"down", "no call", [] { return machine(); }},
      {"down, blocked", "no call, and none is made",
       [] { return play(isp(), {{0s, block, {"block"}, "down (block), blocked"}}); }},
      {"dialing", "pppd runs, no address yet", [] { return play(patient(), {kCalls}); }},
      {"up, settling", "the call carries; what was replayed may still be in its queue",
       [] { return play(patient(), {kCalls, kCarries}); }},
      {"up", "the call carries", up},
      {"up, leaving", "the call carries until a good-bye is said",
       [up] {
         auto link = up();
         play(link,
              {{12s, farewell_wanted(10min), {}, "up (trigger)"}, {13s, disconnect, {"farewell? disconnect"}, "up (trigger)"}});
         return link;
       }},
      {"hanging-up, draining", "the route is back, the call's queue runs dry",
       [up] {
         auto link = up();
         play(link, {{95s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
                     {96s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"}});
         return link;
       }},
      {"hanging-up, ending", "pppd has been told to end",
       [up] {
         auto link = up();
         play(link, {{95s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"},
                     {96s, packet("b"), {}, "hanging-up (disconnect), 1 waiting"},
                     {97s, drained(1, true), {"end 1"}, "hanging-up (disconnect), 1 waiting"}});
         return link;
       }},
      {"waiting", "the last call failed or dropped; not before a time",
       [] { return play(patient(), {kCalls, {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"}}); }},
  };
}

struct Meeting {
  std::string name;
  Event event;
  std::optional<Event> before{};
};

// Of call 1, as it is in each of the states.
std::vector<Meeting> meetings() {
  const auto changed = [] {
    auto config = dual();
    config.call.idle_timeout = 2h;
    return config;
  };
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
      {"a good-bye will have to be said", farewell_wanted(10s)},
      {"the good-bye is said", farewell_said},
      {"the table is gone from the kernel", Impaired{true}},
      {"the table is back", Impaired{false}, Impaired{true}},
      {"a better default route stands", StandsBehind{true}},
      {"it stands no more", StandsBehind{false}, StandsBehind{true}},
      {"a reload", reconfigured(changed())},
      {"the supervisor: a call that nobody knows lives", started(7)},
      {"the supervisor: what was agreed upon", agreed(1, "10.0.0.1", "10.0.0.2")},
      {"the supervisor: one address at both ends", agreed(1, "10.0.0.1", "10.0.0.1")},
      {"the supervisor: the call is over, as asked", gone(1, CallEnd::HungUp)},
      {"the supervisor: the line dropped", gone(1, CallEnd::NoCarrier)},
      {"the supervisor: the password is wrong", gone(1, CallEnd::AuthFailed)},
      {"the supervisor is gone", supervisor_gone},
      {"ppp-<link> exists", interface},
      {"an address on ppp-<link>", address("10.0.0.1")},
      {"another address", address("10.0.0.9")},
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
  };
}

std::string both(std::string_view to, const LinkMachine& link) {
  std::string out(to);
  if (const auto* up = std::get_if<Up>(&link.state()); up && !up->settling.done()) out += ", settling";
  if (std::holds_alternative<Leaving>(link.state())) out += ", leaving";
  if (std::holds_alternative<Draining>(link.state())) out += ", draining";
  if (std::holds_alternative<Ending>(link.state())) out += ", ending";
  if (link.blocked()) out += out == "down" ? ", blocked" : " (blocked)";
  return out;
}

// What follows, as the end of a row; nothing if the event means nothing.
std::string outcome(LinkMachine link, const std::string& state, Event what, Time now) {
  (void)link.step(SentOn{}, now);  // so that nothing but the event makes a difference
  const auto before = link;
  const auto step = link.step(std::move(what), now);
  if (link == before && step == Step{}) return {};
  std::string effects;
  for (const auto& e : step.effects) effects += (effects.empty() ? "" : "; ") + words(e);
  const auto next = both(to_string(shown(link.state())), link);
  const auto reason = step.transitions.empty() ? "" : " (" + step.transitions.back().reason + ")";
  return (effects.empty() ? "–" : effects) + " | " + (next == state && step.transitions.empty() ? "–" : next + reason);
}

using Outcomes = std::vector<std::pair<std::string, std::string>>;  // of states

// States with one outcome share a row.
void add_rows(std::ostream& out, const std::string& event, const Outcomes& outcomes) {
  std::vector<std::string> done{""};
  for (const auto& [state, what] : outcomes) {
    if (std::find(done.begin(), done.end(), what) != done.end()) continue;
    done.push_back(what);
    std::string in;
    bool all = true;
    for (const auto& [other, same] : outcomes) {
      all = all && same == what;
      if (same == what) in += (in.empty() ? "" : " / ") + other;
    }
    out << "| " << event << " | " << (all ? "any" : in) << " | " << what << " |\n";
  }
}

std::string table() {
  std::ostringstream out;
  out << "# A link's call, state by state\n\n"
         "Printed by tests/scenario/link_table_test.cpp; CI fails when it is stale. It is the table of `core::LinkMachine`\n"
         "(src/core/link_machine.hpp): a link with one IPv4 address meets each event once in each state. Where a state is missing, the event\n"
         "means nothing in it. States are separated by \" / \". An effect of \"–\" with a row of its own: it is only remembered (a hold, a wish, a counter, a packet that waits).\n"
         "Numbers are calls' serials.\n\n"
         "| state | is |\n|---|---|\n";
  for (const auto& s : states()) out << "| " << s.name << " | " << s.meaning << " |\n";
  out << "\n| event | in state | effects, in order | then |\n|---|---|---|---|\n";
  for (const auto& m : meetings()) {
    Outcomes outcomes;
    for (const auto& s : states()) {
      auto link = s.made();
      if (m.before) (void)link.step(*m.before, Time{} + kNow);
      outcomes.emplace_back(s.name, outcome(std::move(link), s.name, m.event, Time{} + kNow));
    }
    const auto means_something = [](const auto& o) { return !o.second.empty(); };
    EXPECT_TRUE(std::any_of(outcomes.begin(), outcomes.end(), means_something))
        << m.name << " means nothing in any state: what is it for?";
    add_rows(out, m.name, outcomes);
  }
  Outcomes deadlines;
  for (const auto& s : states()) {
    const auto link = s.made();
    if (const auto at = link.deadline()) deadlines.emplace_back(s.name, outcome(link, s.name, due, *at));
  }
  add_rows(out, "its deadline", deadlines);
  return out.str();
}

}  // namespace

TEST(LinkTable, IsWhatTheDocumentSays) {
  const auto now = table();
  if (std::getenv("GHOSTD_WRITE_GOLDEN") != nullptr) std::ofstream(LINK_TABLE) << now;
  std::ifstream file(LINK_TABLE);
  const std::string written((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(now, written) << "docs/link.md is stale: GHOSTD_WRITE_GOLDEN=1 writes it";
}

TEST(LinkTable, KnowsEveryEvent) {
  std::set<std::size_t> met;
  for (const auto& m : meetings()) met.insert(m.event.index());
  met.insert(Event(due).index());
  EXPECT_EQ(met.size(), std::variant_size_v<Event>);
}
