// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "core/time.hpp"
#include "sample.hpp"

using namespace ghost;
using namespace ghost::appear_state;
using namespace ghost::test;
using namespace std::chrono_literals;

TEST(StateJson, KeepsEverything) {
  const auto text = to_json(sample());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.back(), '\n');
  const auto back = from_json(text);
  ASSERT_TRUE(back.has_value()) << back.error();
  EXPECT_EQ(*back, sample());
  EXPECT_EQ(*from_json(to_json(core::LinkMemory{})), core::LinkMemory{});
}

TEST(StateJson, KeepsEveryResult) {
  for (unsigned i = 0;; ++i) {
    const auto result = static_cast<core::NoticeResult>(i);
    if (core::to_string(result).empty()) break;
    auto state = sample();
    state.past[0].notices[0].result = result;
    EXPECT_EQ(from_json(to_json(state)), state) << core::to_string(result);
  }
}

TEST(StateJson, ATextThatIsNotUtf8CostsNothingElse) {
  auto state = sample();
  state.past[1].notices[0].detail = "caf\xe9";
  auto back = from_json(to_json(state));
  ASSERT_TRUE(back.has_value()) << back.error();
  EXPECT_EQ(back->past[1].notices[0].detail, "caf\uFFFD");
  back->past[1].notices[0].detail = state.past[1].notices[0].detail;
  EXPECT_EQ(*back, state);
}

TEST(StateJson, KeysOfALaterVersionArePassedOver) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json["colour"] = "red";
  json["past"][0]["weather"] = 3;
  EXPECT_EQ(from_json(json.dump()), sample());
}

TEST(StateJson, AnEarlierVersionsFileIsRead) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json.erase("receivers");
  json.erase("blocked");
  auto expected = sample();
  for (auto& [name, told] : expected.told) told.receiver = 0;
  expected.blocked.reset();
  EXPECT_EQ(from_json(json.dump()), expected);
}

TEST(StateJson, OneFaultAndItIsRefused) {
  using nlohmann::json;
  const json good = json::parse(to_json(sample()));
  const std::pair<const char*, std::function<void(json&)>> faults[] = {
      {"another version", [](json& j) { j["version"] = 2; }},
      {"no version", [](json& j) { j.erase("version"); }},
      {"no promise", [](json& j) { j.erase("promise"); }},
      {"a promise in words", [](json& j) { j["promise"] = "tomorrow"; }},
      {"a promise in part", [](json& j) { j["promise"] = 1.5; }},
      {"a time before time", [](json& j) { j["promise"] = -1; }},
      {"a time without end", [](json& j) { j["granted"] = 9'223'372'036'854'775'807; }},
      {"a time beyond all", [](json& j) { j["until"] = 18'446'744'073'709'551'615U; }},
      {"a negative number", [](json& j) { j["sequence"] = -1; }},
      {"no address", [](json& j) { j["told"]["mail"][0] = "desk"; }},
      {"one address", [](json& j) { j["told"]["mail"] = "192.0.2.1"; }},
      {"an unknown result", [](json& j) { j["past"][0]["notices"][0]["result"] = "Fine"; }},
      {"a past that did not begin", [](json& j) { j["past"][0]["begun"] = nullptr; }},
      {"more attempts than can be", [](json& j) { j["past"][0]["notices"][0]["attempts"] = 4'294'967'296; }},
      {"a receiver in words", [](json& j) { j["receivers"]["mail"] = "me"; }},
      {"a block without a reason", [](json& j) { j["blocked"].erase("reason"); }},
      {"a way without a peer", [](json& j) { j["ways"]["all"][0].erase("peer"); }},
      {"ways in one word", [](json& j) { j["ways"] = "isp"; }},
      {"a list", [](json& j) { j = json::array({1}); }},
  };
  for (const auto& [what, spoil] : faults) {
    auto bad = good;
    spoil(bad);
    EXPECT_FALSE(from_json(bad.dump()).has_value()) << what;
  }
  EXPECT_FALSE(from_json("").has_value());
  EXPECT_FALSE(from_json(to_json(sample()).substr(0, 100)).has_value());
}

TEST(StateJson, GarbageIsAStateOrARefusal) {
  std::mt19937 random(11);  // NOLINT
  const auto good = to_json(sample());
  int states = 0;
  for (int i = 0; i < 20000; ++i) {
    auto text = good;
    for (auto n = random() % 3 + 1; n > 0; --n) {
      const auto at = random() % text.size();
      if (random() % 2 == 0) text[at] = static_cast<char>(random());
      else text.erase(at, random() % 4);
    }
    const auto state = from_json(text);
    if (!state) continue;
    ++states;
    ASSERT_EQ(from_json(to_json(*state)), *state) << text;
  }
  EXPECT_GT(states, 100);
}

TEST(Past, KeepsTheLast) {
  core::LinkMemory state;
  for (int i = 0; i < 60; ++i) {
    core::AppearanceRecord record;
    record.begun = at(i);
    remember(state, record);
    ASSERT_EQ(std::ssize(state.past), std::min<std::ptrdiff_t>(i + 1, core::kPastMax));
  }
  EXPECT_EQ(state.past.front().begun, at(10));
  EXPECT_EQ(state.past.back().begun, at(59));
}

TEST(Past, ManyNoticesAreFewerAppearances) {
  core::LinkMemory state;
  const auto add = [&](int begun, std::size_t notices) {
    core::AppearanceRecord record;
    record.begun = at(begun);
    record.notices.resize(notices);
    remember(state, record);
  };
  for (int i = 0; i < 10; ++i) add(i, core::kPastNoticesMax / 4);
  ASSERT_EQ(state.past.size(), 4u);
  EXPECT_EQ(state.past.front().begun, at(6));
  add(10, 1);
  EXPECT_EQ(state.past.size(), 4u);
  add(11, core::kPastNoticesMax * 3);  // the last is kept, whatever it takes
  ASSERT_EQ(state.past.size(), 1u);
  EXPECT_EQ(state.past.front().begun, at(11));
}

// ghostd 0.1 wrote the reason alone, which tells whether a mended file can end the block.
TEST(StateJson, KnowsWhatABlockOfAnEarlierVersionIsFor) {
  auto json = nlohmann::json::parse(to_json(sample()));
  json["blocked"].erase("failure");
  json.erase("acceptance");
  json.erase("ways");
  const auto back = from_json(json.dump());
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(back->blocked->failure, core::CallEnd::AuthFailed);
  EXPECT_EQ(back->ways.next().acceptance.ever,
            std::any_of(back->past.begin(), back->past.end(), [](auto& r) { return !r.addresses.empty(); }));
  EXPECT_GE(back->ways.next().acceptance.refused, core::CallConfig{}.refused_attempts)
      << "a reload gives one more try, not three";
  auto never = json;
  for (auto& record : never.at("past")) record["addresses"] = nlohmann::json::array();
  EXPECT_FALSE(from_json(never.dump())->ways.next().acceptance.ever);
  json["blocked"]["reason"] = "block";
  EXPECT_EQ(from_json(json.dump())->blocked->failure, std::nullopt) << "a person's";
  json["blocked"]["failure"] = "AWordOfALaterVersion";
  const auto later = from_json(json.dump());
  ASSERT_TRUE(later) << later.error();
  ASSERT_TRUE(later->blocked);
  EXPECT_EQ(later->blocked->failure, std::nullopt) << "only a person lifts it";
}

// An earlier version knew one way, and not its name. It reads what is written for it now.
TEST(StateJson, HasTheWays) {
  auto json = nlohmann::json::parse(to_json(sample()));
  EXPECT_EQ(json["acceptance"], nlohmann::json::parse(R"({"ever":true,"refused":3})"));
  json.erase("ways");
  const auto earlier = from_json(json.dump());
  ASSERT_TRUE(earlier) << earlier.error();
  EXPECT_EQ(earlier->ways, core::Ways::saved({{"", {true, 3}}}, ""));
  auto later = nlohmann::json::parse(to_json(sample()));
  later["ways"]["all"][0]["out"] = "AWordOfALaterVersion";
  EXPECT_EQ(from_json(later.dump())->ways.all()[0].out, core::CallEnd::Failed) << "it is out all the same";
  later["ways"]["all"] = nlohmann::json::array();
  EXPECT_EQ(from_json(later.dump())->ways, core::Ways());
}

TEST(StateJson, HasTheFailuresInARow) {
  auto state = sample();
  state.row = {.failed = 7, .devices = 2, .timed = 5, .drops = 4, .returns = 3, .cost_a_call = true};
  state.not_before = at(1'800'000'000);
  EXPECT_EQ(from_json(to_json(state)), state);
  auto json = nlohmann::json::parse(to_json(state));
  json["row"].erase("returns");
  EXPECT_EQ(from_json(json.dump())->row.drops, 4U) << "each is read by itself";
  for (const auto* since : {"drops", "cost_a_call"}) json["row"].erase(since);
  EXPECT_EQ(from_json(json.dump())->row, (core::FailureCounts{.failed = 7, .devices = 2, .timed = 5}));
  json.erase("row");
  const auto earlier = from_json(json.dump());
  ASSERT_TRUE(earlier) << earlier.error();
  EXPECT_EQ(earlier->row, core::FailureCounts{});
}

TEST(StateJson, HasTheStepsAgainstAWedgedModem) {
  auto state = sample();
  state.ladder = {.failed = 2, .last = core::RecoveryStep::usb, .taken = {at(1'799'990'000), at(1'800'000'000)}};
  EXPECT_EQ(from_json(to_json(state)), state);
  auto json = nlohmann::json::parse(to_json(state));
  json["ladder"]["last"] = "a step of a later version";
  EXPECT_EQ(from_json(json.dump())->ladder.last, std::nullopt);
  json.erase("ladder");
  EXPECT_EQ(from_json(json.dump())->ladder, core::LadderMemory{});
}

// ghostd 0.1 wrote the word alone.
TEST(Past, AnOlderFileSaysItByTheWord) {
  auto state = sample();
  close_interrupted(state, at(1'800'000'000));
  auto json = nlohmann::json::parse(to_json(state));
  for (auto& record : json.at("past")) record.erase("interrupted");
  EXPECT_EQ(from_json(json.dump()), state);
}

TEST(Past, WhatNobodyEndedWasInterrupted) {
  auto state = sample();
  EXPECT_TRUE(close_interrupted(state, at(1'800'000'000)));
  EXPECT_EQ(state.past.back().ended, at(1'800'000'000));
  EXPECT_EQ(state.past.back().outcome, core::kInterrupted);
  EXPECT_TRUE(state.past.back().interrupted);
  auto again = state;
  EXPECT_FALSE(close_interrupted(again, at(1'900'000'000)));
  EXPECT_EQ(again, state);

  auto put_back = sample();  // the clock: nothing ends before it begins
  EXPECT_TRUE(close_interrupted(put_back, at(5)));
  EXPECT_EQ(put_back.past.back().ended, put_back.past.back().begun);
  core::LinkMemory empty;
  EXPECT_FALSE(close_interrupted(empty, at(5)));
}

TEST(Standing, NamesAnAppearanceThatWasCutShort) {
  const auto begun = at(1'799'999'000);
  const auto before_until = at(1'799'999'500);
  const auto after_until = at(1'799'999'700);
  auto state = sample();
  const auto cut = [&](core::WallTime now) { return standing(state, false, now).cut_short; };
  EXPECT_EQ(cut(after_until), begun);  // nobody was told
  EXPECT_EQ(standing(state, true, after_until).cut_short, std::nullopt);
  close_interrupted(state, after_until);
  EXPECT_EQ(cut(after_until), begun);
  state.past.back().notices[1].result = core::NoticeResult::Ok;
  EXPECT_EQ(cut(after_until), std::nullopt);
  EXPECT_EQ(cut(before_until), begun);  // but told until when
  state.past.back().interrupted = false;
  EXPECT_EQ(cut(before_until), std::nullopt);
  EXPECT_EQ(standing(core::LinkMemory{}, false, begun).cut_short, std::nullopt);

  const auto whole = standing(sample(), true, after_until);
  EXPECT_EQ(whole.promise, sample().promise);
  EXPECT_EQ(whole.granted, sample().granted);
  EXPECT_EQ(whole.elapse, sample().timer_next);
  EXPECT_TRUE(whole.present);
}
