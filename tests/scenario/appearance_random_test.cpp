// SPDX-License-Identifier: GPL-2.0-or-later
// The promises of appearance_machine.hpp, over many lives that nobody wrote down: a link that comes, goes, changes its address
// and wants to hang up, notifiers that answer anything or nothing, people, timers, reloads. A failure names its seed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "appearance.hpp"
#include "base/overloaded.hpp"
#include "core/receiver.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

bool surely_not_heard(NoticeResult result) {
  for (const auto r : {NoticeResult::BadConfig, NoticeResult::NoSuchHost, NoticeResult::TlsFailed, NoticeResult::AuthFailed})
    if (r == result) return true;
  return false;
}

class Life {
 public:
  Life(unsigned seed, std::map<std::string, unsigned>& seen)
      : random_(seed), seen_(seen), config_(some_config()), machine_(appearance(config_)) {}

  std::string live(int steps) {
    for (int i = 0; i < steps && broken_.empty(); ++i) next();
    return broken_;
  }

 private:
  struct OnItsWay {
    std::string name;
    Notice notice;
    std::vector<IpAddress> knew;  // what was confirmed before it
    bool by_link = true;
  };

  unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(random_); }
  bool chance(unsigned percent) { return pick(100) < percent; }
  void promise(bool kept, const std::string& what) {
    if (kept || !broken_.empty()) return;
    broken_ = what;
    for (const auto& line : history_) broken_ += "\n  " + line;
  }

  AppearReconfigured some_config() {
    AppearReconfigured out{{}, {}, "hut"};
    out.appear.hold = 1s * (1 + pick(600));
    out.appear.vanish_timeout = 1s * (1 + pick(10));
    if (chance(30)) out.appear.echo = "https://echo.example.net/";
    for (const auto* name : {"mail", "dns", "web", "file"}) {
      if (chance(20)) continue;
      auto n = notifier(name, chance(50));
      if (n.name == "file") n.url = "file:///srv/notice.json";
      n.repeat = chance(20);
      n.attempts = 1 + pick(4);
      out.announces.push_back(n);
    }
    return out;
  }
  std::vector<std::string> some_addresses() {
    std::vector<std::string> out;
    if (chance(80)) out.push_back((chance(70) ? "192.0.2." : "100.64.0.") + std::to_string(1 + pick(3)));
    if (out.empty() || chance(20)) out.push_back("2001:db8::" + std::to_string(1 + pick(2)));
    return out;
  }

  void next() {
    const auto wake = machine_.deadline();
    auto when = now_ + (chance(60) ? std::chrono::milliseconds(pick(1500)) : std::chrono::milliseconds(pick(200'000)));
    if (wake && *wake <= when) {
      at_once_ = *wake <= now_ ? at_once_ + 1 : 0;
      promise(at_once_ < 10, "it asks to be woken at once, again and again");
      now_ = std::max(now_, *wake);
      return feed(AppearDeadlinePassed{}, "due");
    }
    now_ = when;
    switch (pick(12)) {
      case 0: return feed(asked(chance(50) ? 0s : 1s * pick(300)), "asked");
      case 1: return feed(by_timer(at(now_ - Time{} + 900s)), "timer");
      case 2: case 3:
        if (left_) return;
        if (!leaving_) up_ = some_addresses();
        return see("link up");
      case 4:
        up_.clear();
        leaving_.reset();
        left_ = false;
        return see("link down");
      case 5:
        if (up_.empty() || leaving_ || left_) return;
        leaving_ = now_;
        return feed(leaving(), "leaving");
      case 6:
        if (!chance(15)) return;
        config_ = some_config();
        return feed(config_, "reload");
      default:
        if (way_.empty() || chance(20)) return;
        auto at = std::next(way_.begin(), pick(static_cast<unsigned>(way_.size())));
        const auto result = chance(50) ? NoticeResult::Ok : static_cast<NoticeResult>(pick(12));
        const auto [id, what] = *at;
        way_.erase(at);
        if (result == NoticeResult::Ok && what.notice.kind == NoticeKind::appear && what.name != "echo") confirmed_[what.name] = what.notice.addresses;
        if (surely_not_heard(result) && !what.knew.empty()) confirmed_[what.name] = what.knew;
        return feed(answer(id, result, chance(80) ? "203.0.113.9" : "nonsense"), "answer " + std::to_string(id) + " " + std::string(to_string(result)));
    }
  }

  void see(const std::string& what) {
    feed(up_.empty() ? link_down("HungUp", chance(50)) : link_up(up_), what);
  }

  void feed(AppearEvent event, const std::string& what) {
    history_.push_back(std::to_string((now_ - Time{}).count()) + " us " + machine_.status().state + ": " + what);
    if (history_.size() > 20) history_.erase(history_.begin());
    if (std::holds_alternative<AppearRequested>(event) && std::get<AppearRequested>(event).kind == "asked") asked_since_ = true;
    const bool reload = std::holds_alternative<AppearReconfigured>(event);
    unsettled_.clear();
    for (const auto& n : machine_.status().notices)
      if (!n.result) unsettled_.insert(n.name);
    const auto effects = machine_.step(std::move(event), {now_, at(now_ - Time{})});
    if (reload)
      std::erase_if(confirmed_, [&](const auto& c) {
        return std::none_of(config_.announces.begin(), config_.announces.end(), [&](const auto& a) { return a.name == c.first; });
      });
    for (const auto& e : effects) {
      history_.back() += " > " + words(e);
      judge(e);
    }
    promise(!leaving_ || now_ - *leaving_ <= 10s, "a farewell that nobody answers");
    const auto state = machine_.status().state;
    if (state == "none" || state == "failed" || state == "connecting") 
      promise(std::none_of(way_.begin(), way_.end(), [](const auto& w) { return w.second.by_link; }), "a notice outlives its link");
  }

  void judge(const AppearEffect& effect) {
    std::visit(Overloaded{
                   [&](const WantLink&) {},
                   [&](const WantFarewell& e) { seen_["farewells"] += e.wanted; },
                   [&](const FarewellDone&) {
                     promise(leaving_.has_value(), "a farewell nobody asked for");
                     leaving_.reset();
                     left_ = true;
                   },
                   [&](const AskEcho& e) {
                     ++seen_["echoes"];
                     promise(!up_.empty(), "an echo without a link");
                     way_[e.id] = {"echo", {}, {}};
                   },
                   [&](const SendNotice& e) {
                     ++seen_[e.notice.kind == NoticeKind::appear ? "notices" : "vanish notices"];
                     promise(!up_.empty() || !needs_link(e.announce), "a notice is sent without a link");
                     for (const auto& [id, other] : way_) promise(other.name != e.announce.name, "two notices for one notifier");
                     auto& last = sequences_[e.announce.name];
                     promise(e.notice.sequence >= last, "a number goes back");
                     last = e.notice.sequence;
                     const auto told = confirmed_.find(e.announce.name);
                     const bool again = told != confirmed_.end() && told->second == e.notice.addresses;
                     promise(e.notice.kind == NoticeKind::vanish || !again || e.announce.repeat || asked_since_ || unsettled_.contains(e.announce.name),
                             "an address is told twice");
                     way_[e.id] = {e.announce.name, e.notice, told == confirmed_.end() ? std::vector<IpAddress>{} : told->second, needs_link(e.announce)};
                     confirmed_.erase(e.announce.name);  // until it is answered
                   },
                   [&](const Abandon& e) { promise(way_.erase(e.id) == 1, "something is abandoned that is not on its way"); },
                   [&](const TellAppeared& e) {
                     ++seen_["appearances"];
                     promise(!e.addresses.empty(), "it appears nowhere");
                     for (const auto& a : config_.announces) {
                       const auto told = confirmed_.find(a.name);
                       const bool knows = told != confirmed_.end() && told->second == e.addresses;
                       const bool coming = std::any_of(way_.begin(), way_.end(), [&](const auto& w) {
                         return w.second.name == a.name && w.second.notice.addresses == e.addresses;
                       });
                       promise(knows || coming, a.name + " is not told");
                     }
                     asked_since_ = false;
                   },
                   [&](const TellVanished&) { ++seen_["vanishings"]; },
                   [&](const Remember&) {},
               },
               effect);
  }

  std::mt19937 random_;
  std::map<std::string, unsigned>& seen_;
  AppearReconfigured config_;
  AppearanceMachine machine_;
  Time now_{};
  std::vector<std::string> up_;
  std::optional<Time> leaving_;
  bool left_ = false, asked_since_ = false;
  std::map<std::uint64_t, OnItsWay> way_;
  std::map<std::string, std::vector<IpAddress>> confirmed_;
  std::set<std::string> unsettled_;  // before the step: who is being told, or is to be tried again
  std::map<std::string, std::uint64_t> sequences_;  // by notifier
  int at_once_ = 0;
  std::vector<std::string> history_;
  std::string broken_;
};

}  // namespace

TEST(AppearanceRandom, EveryLifeKeepsThePromises) {
  std::map<std::string, unsigned> seen;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    const auto broken = Life(seed, seen).live(400);
    ASSERT_TRUE(broken.empty()) << "seed " << seed << ": " << broken;
  }
  for (const auto* what : {"notices", "vanish notices", "echoes", "appearances", "vanishings", "farewells"})
    EXPECT_GE(seen[what], 500u) << "\"" << what << "\" was hardly put to the test";
}
