// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/state.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ghost::appear_state {
namespace {

using core::AppearanceRecord;
using core::LinkMemory;
using core::NoticeStatus;
using core::WallTime;
using nlohmann::json;  // not ordered_json: ghostd holds one set of its templates

constexpr int kVersion = 1;
constexpr std::size_t kStepsMax = 1000;                    // as PerDay=
constexpr std::uint64_t kFailuresMax = 1'000'000;          // as RefusedAttempts=
constexpr std::int64_t kLatest = 253'402'300'800'000'000;  // the end of the year 9999: no sum with it overflows

json usec(const std::optional<WallTime>& time) {
  if (!time) return nullptr;
  return time->time_since_epoch().count();
}

json texts(const std::vector<IpAddress>& addresses) {
  auto out = json::array();
  for (const auto& a : addresses) out.push_back(a.str());
  return out;
}

json object(const NoticeStatus& n) {
  json out{{"name", n.name}, {"result", nullptr}, {"detail", n.detail}, {"at", usec(n.at)}, {"attempts", n.attempts}};
  if (n.result) out["result"] = core::to_string(*n.result);
  return out;
}

json object(const AppearanceRecord& r) {
  auto notices = json::array();
  for (const auto& n : r.notices) notices.push_back(object(n));
  return {{"begun", usec(r.begun)},       {"ended", usec(r.ended)},          {"kind", r.kind},
          {"outcome", r.outcome},         {"addresses", texts(r.addresses)}, {"next", usec(r.next)},
          {"interrupted", r.interrupted}, {"notices", std::move(notices)}};
}

// Faults below are exceptions, this one or nlohmann's, and end in from_json.
struct Fault {
  std::string what;
};

std::uint64_t count(const json& value) {
  if (!value.is_number_unsigned()) throw Fault{"not a number"};
  return value.get<std::uint64_t>();
}

std::optional<WallTime> time(const json& value) {
  if (value.is_null()) return std::nullopt;
  if (!value.is_number_integer()) throw Fault{"not a time"};
  const auto n = value.get<std::int64_t>();
  if (n < 0 || n > kLatest) throw Fault{"a time out of range"};
  return WallTime(std::chrono::microseconds(n));
}

std::vector<IpAddress> addresses(const json& list) {
  if (!list.is_array()) throw Fault{"the addresses are not a list"};
  std::vector<IpAddress> out;
  for (const auto& item : list) {
    const auto parsed = IpAddress::parse(item.get<std::string>());
    if (!parsed) throw Fault{"an invalid address"};
    out.push_back(*parsed);
  }
  return out;
}

std::optional<core::NoticeResult> result(const json& value) {
  if (value.is_null()) return std::nullopt;
  const auto known = core::notice_result(value.get<std::string>());
  if (!known) throw Fault{"an unknown result"};
  return known;
}

NoticeStatus notice(const json& n) {
  const auto attempts = count(n.at("attempts"));
  if (attempts > ~0U) throw Fault{"not a number"};
  return {n.at("name").get<std::string>(), result(n.at("result")), n.at("detail").get<std::string>(), time(n.at("at")),
          static_cast<unsigned>(attempts)};
}

AppearanceRecord record(const json& r) {
  const auto begun = time(r.at("begun"));
  if (!begun) throw Fault{"an appearance without a beginning"};
  AppearanceRecord out{*begun,
                       time(r.at("ended")),
                       r.at("kind").get<std::string>(),
                       r.at("outcome").get<std::string>(),
                       addresses(r.at("addresses")),
                       time(r.at("next")),
                       {},
                       false};
  for (const auto& n : r.at("notices")) out.notices.push_back(notice(n));
  // Files of 0.1 have the word alone.
  out.interrupted = r.contains("interrupted") ? r.at("interrupted").get<bool>() : out.outcome == core::kInterrupted;
  return out;
}

core::Block block(const json& b) {
  core::Block out{b.at("reason").get<std::string>(), b.at("detail").get<std::string>(), std::nullopt};
  // Files of 0.1 have the reason alone.
  if (!b.contains("failure")) out.failure = core::call_end_from_string(out.reason);
  else if (const auto& name = b.at("failure"); !name.is_null()) {
    // A later version's word: a block that only a person lifts.
    out.failure = core::call_end_from_string(name.get<std::string>());
  }
  return out;
}

// A number of failed calls.
unsigned small(const json& number) { return static_cast<unsigned>(std::min<std::uint64_t>(count(number), kFailuresMax)); }

// Files of 0.1 do not have it. An appearance with an address was a call that the far end accepted, and 0.1 blocked a link at the
// first refusal.
core::Acceptance acceptance_of(const LinkMemory& memory) {
  const bool ever = std::any_of(memory.past.begin(), memory.past.end(), [](const auto& r) { return !r.addresses.empty(); });
  const bool refused = memory.blocked && memory.blocked->failure == core::CallEnd::AuthFailed;
  return {ever, refused ? static_cast<unsigned>(kFailuresMax) : 0};
}

json object(const core::Way& way) {
  json out{{"peer", way.peer}, {"ever", way.acceptance.ever}, {"refused", way.acceptance.refused}, {"out", nullptr}};
  if (way.out) out["out"] = core::to_string(*way.out);
  return out;
}

core::Way way(const json& w) {
  core::Way out{w.at("peer").get<std::string>(), {w.at("ever").get<bool>(), small(w.at("refused"))}};
  // A later version's word counts, too.
  if (const auto& name = w.at("out"); !name.is_null())
    out.out = core::call_end_from_string(name.get<std::string>()).value_or(core::CallEnd::Failed);
  return out;
}

core::Ways ways_of(const json& s, const LinkMemory& memory) {
  if (const auto ways = s.find("ways"); ways != s.end()) {
    std::vector<core::Way> all;
    for (const auto& w : ways->at("all")) all.push_back(way(w));
    return core::Ways::saved(std::move(all), ways->at("next").get<std::string>());
  }
  // Files of earlier versions have one way, and not its name.
  const auto a = s.find("acceptance");
  const auto acceptance = a == s.end() ? acceptance_of(memory)
                                       : core::Acceptance{a->at("ever").get<bool>(), small(a->at("refused"))};
  return core::Ways::saved({core::Way{{}, acceptance}}, {});
}

core::LadderMemory ladder(const json& l) {
  core::LadderMemory out;
  out.failed = small(l.at("failed"));
  // A later version's step: the ladder begins again.
  if (const auto& last = l.at("last"); !last.is_null()) out.last = core::recovery_step_from_string(last.get<std::string>());
  for (const auto& taken : l.at("taken"))
    if (const auto at = time(taken); at && out.taken.size() < kStepsMax) out.taken.push_back(*at);
  return out;
}

json object(const core::LadderMemory& ladder) {
  json out{{"failed", ladder.failed}, {"last", nullptr}, {"taken", json::array()}};
  if (ladder.last) out["last"] = core::to_string(*ladder.last);
  for (const auto& taken : ladder.taken) out["taken"].push_back(usec(taken));
  return out;
}

LinkMemory state_of(const json& s) {
  if (s.at("version") != kVersion) throw Fault{"an unsupported version"};
  LinkMemory out;
  out.sequence = count(s.at("sequence"));
  out.promise = time(s.at("promise"));
  out.granted = time(s.at("granted"));
  out.timer_next = time(s.at("timer_next"));
  out.until = time(s.at("until"));
  for (const auto& r : s.at("past")) remember(out, record(r));
  for (const auto& [name, list] : s.at("told").items()) out.told.emplace(name, core::Told{addresses(list), 0});
  // Files of earlier versions do not have these.
  if (const auto all = s.find("receivers"); all != s.end())
    for (const auto& [name, number] : all->items())
      if (const auto told = out.told.find(name); told != out.told.end()) told->second.receiver = count(number);
  if (const auto b = s.find("blocked"); b != s.end() && !b->is_null()) out.blocked = block(*b);
  out.ways = ways_of(s, out);
  if (const auto r = s.find("row"); r != s.end()) {
    out.row = {small(r->at("failed")), small(r->at("devices")), small(r->at("timed"))};
    if (const auto drops = r->find("drops"); drops != r->end()) out.row.drops = small(*drops);
    if (const auto returns = r->find("returns"); returns != r->end()) out.row.returns = small(*returns);
    if (const auto cost = r->find("cost_a_call"); cost != r->end()) out.row.cost_a_call = cost->get<bool>();
    out.not_before = time(r->at("not_before"));
  }
  if (const auto l = s.find("ladder"); l != s.end()) out.ladder = ladder(*l);
  return out;
}

}  // namespace

std::string to_json(const LinkMemory& state) {
  auto past = json::array();
  for (const auto& r : state.past) past.push_back(object(r));
  auto told = json::object();
  auto receivers = json::object();
  for (const auto& [name, what] : state.told) {
    told[name] = texts(what.addresses);
    if (what.receiver != 0) receivers[name] = what.receiver;
  }
  json blocked;
  if (state.blocked) {
    blocked = {{"reason", state.blocked->reason}, {"detail", state.blocked->detail}, {"failure", nullptr}};
    if (state.blocked->failure) blocked["failure"] = core::to_string(*state.blocked->failure);
  }
  auto ways = json::array();
  for (const auto& w : state.ways.all()) ways.push_back(object(w));
  const auto& acceptance = state.ways.next().acceptance;
  const json out{{"version", kVersion},
                 {"sequence", state.sequence},
                 {"promise", usec(state.promise)},
                 {"granted", usec(state.granted)},
                 {"timer_next", usec(state.timer_next)},
                 {"until", usec(state.until)},
                 {"told", std::move(told)},
                 {"receivers", std::move(receivers)},
                 {"blocked", std::move(blocked)},
                 {"ways", {{"next", state.ways.next().peer}, {"all", std::move(ways)}}},
                 // For an earlier version, which knows one way.
                 {"acceptance", {{"ever", acceptance.ever}, {"refused", acceptance.refused}}},
                 {"row",
                  {{"failed", state.row.failed},
                   {"devices", state.row.devices},
                   {"timed", state.row.timed},
                   {"drops", state.row.drops},
                   {"returns", state.row.returns},
                   {"cost_a_call", state.row.cost_a_call},
                   {"not_before", usec(state.not_before)}}},
                 {"ladder", object(state.ladder)},
                 {"past", std::move(past)}};
  // A detail that is not UTF-8 must not lose the promise.
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

tl::expected<LinkMemory, std::string> from_json(std::string_view text) {
  try {
    return state_of(json::parse(text));
  } catch (const Fault& fault) {
    return tl::unexpected(fault.what);
  } catch (const json::exception& e) {
    return tl::unexpected("not the expected JSON (" + std::to_string(e.id) + ")");
  }
}

}  // namespace ghost::appear_state
