// SPDX-License-Identifier: GPL-2.0-or-later
#include "appearance.hpp"

#include <algorithm>

#include "base/overloaded.hpp"

namespace ghost::test {

using namespace core;

namespace {

std::string seconds(Duration d) { return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(d).count()) + " s"; }
std::string since_morning(WallTime t) { return seconds(t - kMorning); }
std::string list(const std::vector<IpAddress>& addresses) {
  std::string out;
  for (const auto& a : addresses) out += (out.empty() ? "" : " ") + a.str();
  return out;
}

}  // namespace

AnnounceConfig notifier(std::string name, bool vanish) {
  AnnounceConfig out;
  out.url = "https://example.net/" + name;
  out.name = std::move(name);
  out.vanish = vanish;
  out.attempts = 3;
  return out;
}

AppearReconfigured mail_and_dns() { return {{}, {notifier("mail"), notifier("dns", true)}, "hut"}; }

AppearanceMachine appearance(AppearReconfigured config, Remembered remembered) {
  return {"isp", std::move(config), std::move(remembered)};
}

AppearEvent asked(Duration hold) { return AppearRequested{AppearKind::asked, hold, {}}; }
AppearEvent by_timer(std::optional<WallTime> next) { return AppearRequested{AppearKind::calendar, {}, next}; }
AppearEvent link_up(std::vector<std::string> addresses) {
  LinkSeen out{.up = true, .trying = true, .addresses = {}, .reason = "appear"};
  for (const auto& a : addresses) out.addresses.push_back(*IpAddress::parse(a));
  return out;
}
AppearEvent link_down(std::string reason, bool trying) {
  const bool blocked = reason == "block", refused = blocked || reason == "disconnect";
  const bool failed = !reason.empty() && reason.front() >= 'A' && reason.front() <= 'Z';  // a CallEnd's name
  LinkSeen out{.blocked = blocked, .trying = trying, .addresses = {}, .reason = std::move(reason), .refused = refused};
  if (failed) out.failure = out.reason;
  return out;
}
AppearEvent answer(std::uint64_t id, NoticeResult result, std::string text) {
  return NoticeAnswered{id, result, "said so", std::move(text)};
}

std::string words(const AppearEffect& effect) {
  return std::visit(
      Overloaded{
          [](const WantLink& e) {
            return (e.patient ? "want the link, patiently, for " : "want the link for ") + seconds(e.hold);
          },
          [](const WantNoLink&) { return std::string("want no link"); },
          [](const WantFarewell& e) { return std::string(e.wanted ? "want a farewell" : "no farewell"); },
          [](const FarewellDone&) { return std::string("farewell done"); },
          [](const AskEcho& e) { return "echo " + std::to_string(e.id); },
          [](const SendNotice& e) {
            const auto& n = e.notice;
            auto out = std::to_string(e.id) + ": " + e.announce.name + " #" + std::to_string(n.sequence) +
                       (n.kind == NoticeKind::appear ? " at " : " gone from ") + list(n.addresses);
            if (n.kind == NoticeKind::appear) out += " until " + since_morning(n.until);
            if (n.next) out += ", next " + since_morning(*n.next);
            if (n.carrier_nat) out += ", carrier NAT";
            if (!n.reason.empty()) out += " (" + n.reason + ")";
            return out;
          },
          [](const Abandon& e) { return "abandon " + std::to_string(e.id); },
          [](const TellAppeared& e) { return "appeared at " + list(e.addresses) + " until " + since_morning(e.until); },
          [](const TellVanished& e) { return "vanished (" + e.reason + ")"; },
          [](const Remember&) { return std::string("remember"); },
      },
      effect);
}

void play(AppearanceMachine& machine, std::vector<AppearRow> rows) {
  for (auto& row : rows) {
    const auto now = Time{} + row.at;
    if (std::holds_alternative<AppearDeadlinePassed>(row.event) && machine.deadline() != now)
      ADD_FAILURE_AT(row.file, row.line) << "it is not to be woken then";
    std::vector<std::string> effects;
    for (const auto& e : machine.step(std::move(row.event), {now, at(row.at)}))
      if (auto text = words(e); text != "remember") effects.push_back(std::move(text));
    if (effects != row.effects)
      ADD_FAILURE_AT(row.file, row.line) << "wanted:   " << testing::PrintToString(row.effects)
                                         << "\nbut asked: " << testing::PrintToString(effects);
    if (const auto status = machine.status(); status.state != row.state)
      ADD_FAILURE_AT(row.file, row.line) << "wanted: " << row.state << "\nbut is: " << status.state;
  }
}

}  // namespace ghost::test
