// SPDX-License-Identifier: GPL-2.0-or-later
// A simulated day of each bad provider: how many calls it costs, and how soon the link is up once the fault has healed. Programs send
// a packet every 5 s all day.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace {

constexpr unsigned kMost = 30;  // calls per day that an ever-failing provider may cost

// What a provider does with one call.
struct Fate {
  CallEnd end = CallEnd::HungUp;  // HungUp: it goes well
  Duration after{};               // from the start of pppd to the end
  CallStage stage = CallStage::unknown;
  std::optional<Duration> up_after = std::nullopt;  // it carried from then until the end
  Duration sends_for{};                             // once up, the far end sends for so long
};

struct Provider {
  const char* name;
  Fate fate;
  Duration heals = Duration::max();  // from then on, calls go well
  bool costs = true;                 // a try is a call
};

const Fate kWell{.up_after = 20s, .sends_for = 48h};

struct Day {
  unsigned calls = 0;
  Duration up{}, paid{};  // paid: from the start of pppd on
  bool blocked = false;
  std::optional<Duration> healed;  // from the healing until it is up for good
};

// A link, its provider, its programs and its clock.
class Simulation {
 public:
  Simulation(Provider provider, std::uint64_t seed, LinkConfig config = isp())
      : provider_(provider), link_(unlisted(std::move(config), std::nullopt, {}, FailuresInARow(Jitter(seed)))) {
    feed(Listed{CallSerial::none});
  }

  // returns: so long after each call the device is there again.
  Day live(Duration length, bool until_up = false, std::optional<Duration> returns_after = std::nullopt) {
    while (now_ < Time{} + length && !(until_up && day_.healed)) {
      const auto crashed = returns_after && gone_ ? *gone_ + *returns_after : Time::max();
      const auto returns = fate_.end == CallEnd::DeviceMissing ? Time{} + provider_.heals : Time::max();
      const auto next = std::min({returns, crashed, next_packet_, *sooner(link_.deadline(), Time::max()),
                                  *sooner(comes_up_, Time::max()), *sooner(ends_, Time::max())});
      now_ = std::max(now_, next);
      if (crashed == next) {
        gone_.reset();
        feed(device_returned);
      } else if (returns == next) {
        fate_ = kWell;
        feed(device_returned);  // the supervisor watches it
      } else if (ends_ == next) {
        comes_up_.reset();
        ends_.reset();
        day_.paid += now_ - dialled_;
        gone_ = now_;
        if (fate_.up_after) day_.up += now_ - up_;
        feed(CallReport{serial_, CallGone{fate_.end, {}, fate_.stage}});
      } else if (comes_up_ == next) {
        comes_up_.reset();
        up_ = now_;
        if (well()) day_.healed = now_ - (Time{} + provider_.heals);
        feed(address("10.0.0.1"));
      } else if (next_packet_ == next) {
        next_packet_ += 5s;
        feed(packet(std::to_string(++packets_)));
      } else {
        feed(due);
      }
    }
    day_.blocked = link_.blocked();
    return day_;
  }

 private:
  [[nodiscard]] bool well() const { return fate_.end == CallEnd::HungUp; }

  void feed(Event event) {
    for (const auto& effect : link_.step(std::move(event), now_).effects) {
      if (const auto* start = std::get_if<StartCall>(&effect)) dial(start->serial);
      if (const auto* end = std::get_if<EndCall>(&effect)) feed(CallReport{end->serial, CallGone{CallEnd::HungUp, {}}});
      if (const auto* over = std::get_if<Handover>(&effect))
        feed(handed_over(static_cast<unsigned>(number(over->serial)), over->family, over->packets.size()));
      if (const auto* ask = std::get_if<SettleQueue>(&effect)) feed(QueueReport{ask->serial, true});
      if (const auto* ask = std::get_if<CheckDrained>(&effect)) feed(DrainReport{ask->serial, true});
      if (const auto* ask = std::get_if<AskIdle>(&effect)) feed(IdleReport{ask->serial, 5min});
      if (const auto* ask = std::get_if<AskReceived>(&effect)) feed(ReceivedReport{ask->serial, sent_so_far()});
    }
  }

  void dial(CallSerial serial) {
    serial_ = serial;
    dialled_ = now_;
    day_.calls += 1;
    fate_ = now_ >= Time{} + provider_.heals ? kWell : provider_.fate;
    if (fate_.up_after) comes_up_ = now_ + *fate_.up_after;
    if (!well()) ends_ = now_ + fate_.after;
  }

  [[nodiscard]] std::uint32_t sent_so_far() const {
    return static_cast<std::uint32_t>(std::min(now_ - up_, fate_.sends_for) / 1s);
  }

  Provider provider_;
  LinkMachine link_;
  Time now_{}, next_packet_{}, up_{}, dialled_{};
  std::optional<Time> comes_up_, ends_, gone_;
  CallSerial serial_ = CallSerial::none;
  Fate fate_;
  unsigned packets_ = 0;
  Day day_;
};

const Fate kBusy{CallEnd::Busy, 15s, CallStage::connecting};
const Fate kNoCarrier{CallEnd::NoCarrier, 40s, CallStage::connecting};
const Fate kRefuses{CallEnd::AuthFailed, 20s, CallStage::authenticating};
const Fate kTerminates{CallEnd::NegotiationFailed, 6s, CallStage::authenticating};
const Fate kSwallowsEchoes{CallEnd::PeerDead, 92s, CallStage::running, 12s, 5s};
const Fate kDropsSoon{CallEnd::CarrierLost, 25s, CallStage::running, 20s, 5s};
const Fate kDeadAfterAMinute{CallEnd::PeerDead, 141s, CallStage::running, 20s, 61s};
const Fate kNoAddress{CallEnd::NegotiationFailed, 14s, CallStage::addressing};
const Fate kSimLocked{CallEnd::SimRefused, 6s, CallStage::connecting};
const Fate kNoDevice{CallEnd::DeviceMissing, 0s, CallStage::connecting};

std::vector<Duration> waits(const Provider& provider, unsigned lives) {
  std::vector<Duration> out;
  for (unsigned seed = 1; seed <= lives; ++seed)
    if (const auto day = Simulation(provider, seed).live(24h, true); day.healed) out.push_back(*day.healed);
  std::sort(out.begin(), out.end());
  return out;
}

std::string seconds(Duration d) { return std::to_string(d / 1s) + " s"; }

}  // namespace

TEST(BadDay, AnEverFailingProviderCostsFewCalls) {
  std::printf("%-34s %6s %7s %7s\n", "ever failing, 24 h", "calls", "min up", "paid");
  for (const auto& provider : std::vector<Provider>{{"busy", kBusy},
                                                    {"no carrier", kNoCarrier},
                                                    {"refuses", kRefuses},
                                                    {"terminates after the challenge", kTerminates},
                                                    {"swallows echoes, dead after 5 s", kSwallowsEchoes},
                                                    {"drops after 5 s", kDropsSoon},
                                                    {"dead after 61 s", kDeadAfterAMinute},
                                                    {"no address, or the same one twice", kNoAddress},
                                                    {"the SIM is locked", kSimLocked}}) {
    unsigned most = 0;
    Duration up{}, paid{};
    bool blocked = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const auto day = Simulation(provider, seed).live(24h);
      most = std::max(most, day.calls);
      up = std::max(up, day.up);
      paid = std::max(paid, day.paid);
      blocked = day.blocked;
    }
    EXPECT_LE(most, kMost) << provider.name;
    const bool refused = provider.fate.stage == CallStage::authenticating;
    const bool sim = provider.fate.end == CallEnd::SimRefused;
    EXPECT_EQ(blocked, refused || sim) << provider.name;
    EXPECT_TRUE(!refused || most == 3) << provider.name;
    EXPECT_TRUE(!sim || most == 1) << provider.name;
    std::printf("%-34s %6u %7.1f %7.1f  %s\n", provider.name, most, static_cast<double>(up / 1s) / 60,
                static_cast<double>(paid / 1s) / 60, blocked ? "blocked: a person is needed" : "");
  }
}

TEST(BadDay, TwoWaysCostNoMoreCallsThanOne) {
  for (const auto& fate : {kBusy, kNoCarrier, kSwallowsEchoes, kDropsSoon}) {
    const Provider provider{"", fate};
    EXPECT_EQ(Simulation(provider, 1, two_ways()).live(24h).calls, Simulation(provider, 1).live(24h).calls);
  }
}

TEST(BadDay, WhatHealsIsUpSoonAfterwards) {
  std::printf("%-34s %8s %8s  (200 lives)\n", "from the healing until it is up", "median", "longest");
  for (const auto& [provider, most] :
       std::vector<std::pair<Provider, Duration>>{{{"busy for 1 min", kBusy, 1min}, 2min},
                                                  {{"busy for 5 min", kBusy, 5min}, 6min},
                                                  {{"no carrier for 10 min", kNoCarrier, 10min}, 12min},
                                                  {{"drops after 5 s, for 5 min", kDropsSoon, 5min}, 7min},
                                                  {{"swallows echoes for 5 min", kSwallowsEchoes, 5min}, 7min},
                                                  {{"refuses once", kRefuses, 20s}, 7min},
                                                  {{"refuses for 5 min", kRefuses, 5min}, 7min},
                                                  {{"device gone for 20 min", kNoDevice, 20min}, 20s}}) {
    const auto all = waits(provider, 200);
    ASSERT_EQ(all.size(), 200U) << provider.name << ": it is not up on every such day";
    EXPECT_LE(all.back(), most) << provider.name;
    std::printf("%-34s %8s %8s\n", provider.name, seconds(all[all.size() / 2]).c_str(), seconds(all.back()).c_str());
  }
}

// Of all faults that last from 10 s to 10 min.
TEST(BadDay, WhereTimeHealsItIsUpWithinTwoMinutesInTheMedian) {
  std::vector<Duration> all;
  for (Duration lasts = 10s; lasts <= 10min; lasts += 10s)
    for (const auto& fate : {kBusy, kDropsSoon, kSwallowsEchoes})
      for (const auto one : waits({"", fate, lasts}, 5)) all.push_back(one);
  std::sort(all.begin(), all.end());
  std::printf("faults of 10 s to 10 min: up after %s in the median\n", seconds(all[all.size() / 2]).c_str());
  EXPECT_LE(all[all.size() / 2], 2min);
}

// A modem that leaves the bus with each call, and returns 3 s later: its return may not end each pause.
TEST(BadDay, AModemThatCrashesWithEachCallIsNotCalledAgainAndAgain) {
  Simulation day({"", {CallEnd::CarrierLost, 10s, CallStage::connecting}}, 1);
  EXPECT_LE(day.live(24h, false, 3s).calls, kMost);
}

// Forty links of one machine, or one link of forty machines, lose their provider at the same moment.
TEST(BadDay, FortyLinksDoNotRedialInTheSameSecond) {
  std::vector<Duration> up;
  for (std::uint64_t machine = 1; machine <= 40; ++machine)
    up.push_back(*Simulation({"", kBusy, 5min}, machine * 7919).live(24h, true).healed);
  std::sort(up.begin(), up.end());
  unsigned most = 0;
  for (const auto one : up)
    most = std::max(most,
                    static_cast<unsigned>(std::count_if(up.begin(), up.end(), [&](auto t) { return t >= one && t < one + 1s; })));
  EXPECT_LE(most, 8U) << "a fifth";
  EXPECT_GE(up.back() - up.front(), 45s);
}
