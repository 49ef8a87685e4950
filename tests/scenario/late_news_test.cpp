// SPDX-License-Identifier: GPL-2.0-or-later
// News of dead calls, answers to questions nobody asks any more, news in the wrong state: nothing moves.
#include <gtest/gtest.h>

#include "scenario.hpp"

using namespace ghost;
using namespace ghost::test;

// The rows are tables: when, what happens, what the machine wants done, its state then.
// clang-format off

namespace {

// Everything that speaks of call 1, and everything that only means something in another state.
std::vector<core::Event> news_of_call_1() {
  return {started(1),
          agreed(1, "10.9.9.9", "10.9.9.8"),
          gone(1, CallEnd::AuthFailed),
          queue(1, false),
          queue(1, true),
          drained(1, true),
          drained(1, false),
          idle(1, 0s),
          idle(1, 1h),
          handed_over(1, Family::v4, 0, 0, "no route")};
}

void expect_deaf(core::LinkMachine& link, std::vector<core::Event> events, Duration at, const std::string& state) {
  const auto deadline = link.deadline();
  const auto before = link.status();
  for (auto& event : events) play(link, {{at, std::move(event), {}, state}});
  EXPECT_EQ(link.status(), before);
  EXPECT_EQ(link.deadline(), deadline);
}

}  // namespace

TEST(LateNews, OfADeadCallMovesNoState) {
  auto link = machine();
  play(link, {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
              {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"}});
  expect_deaf(link, news_of_call_1(), 1s, "waiting (Busy), 1 waiting");
  play(link, {{6s, due, {"start 2"}, "dialing (trigger), 1 waiting"}});
  expect_deaf(link, news_of_call_1(), 6s, "dialing (trigger), 1 waiting");
  play(link, {{7s, address("10.0.0.1"), {"hand over 2 IPv4: a"}, "up (trigger)"}});
  expect_deaf(link, news_of_call_1(), 7s, "up (trigger)");
  play(link, {{8s, disconnect, {"route back", "drained? 2"}, "hanging-up (disconnect)"}});
  expect_deaf(link, news_of_call_1(), 8s, "hanging-up (disconnect)");
  play(link, {{9s, gone(2, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (disconnect)"}});
  expect_deaf(link, news_of_call_1(), 9s, "down (disconnect)");
}

TEST(LateNews, OfNoCallAtAll) {
  auto link = machine();
  const std::vector<core::Event> nobodys{started(0), gone(0, CallEnd::AuthFailed), queue(0, true), drained(0, true),
                                         idle(0, 0s), handed_over(0, Family::v4, 0, 0, "no route")};
  expect_deaf(link, nobodys, 0s, "down (start)");
  play(link, {{0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
              {1s, gone(1, CallEnd::Busy), {}, "waiting (Busy), 1 waiting"}});
  expect_deaf(link, nobodys, 1s, "waiting (Busy), 1 waiting");
}

TEST(LateNews, FromTheKernelInTheWrongState) {
  const std::vector<core::Event> kernel{interface, address("10.0.0.1"), address_gone("10.0.0.1")};
  auto link = machine();
  expect_deaf(link, kernel, 0s, "down (start)");
  play(link, {{0s, connect, {"start 1"}, "dialing (connect)"}});
  expect_deaf(link, {address_gone("10.0.0.1")}, 0s, "dialing (connect)");
  play(link, {{1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"}});
  expect_deaf(link, {interface, address("10.0.0.1"), address("10.0.0.2")}, 1s, "up (connect)");
  play(link, {{2s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"}});
  expect_deaf(link, kernel, 2s, "hanging-up (disconnect)");
  play(link, {{2s, drained(1, true), {"end 1"}, "hanging-up (disconnect)"}});
  expect_deaf(link, kernel, 2s, "hanging-up (disconnect)");
}

// Dialing: answers that belong to a call that is up.
TEST(LateNews, AnswersBeforeTheQuestion) {
  auto link = machine();
  play(link, {{0s, connect, {"start 1"}, "dialing (connect)"}});
  expect_deaf(link, {queue(1, true), drained(1, true), idle(1, 0s)}, 0s, "dialing (connect)");
}

TEST(LateNews, ATimerThatFiresEarlyDoesNothing) {
  auto link = machine();
  const auto early = [&link](Duration at) {
    const auto before = link.status();
    const auto deadline = link.deadline();
    EXPECT_TRUE(link.step(core::DeadlinePassed{}, Time{} + at).effects.empty()) << words(link);
    EXPECT_EQ(link.status(), before);
    EXPECT_EQ(link.deadline(), deadline);
  };
  early(0s);
  play(link, {{0s, connect, {"start 1"}, "dialing (connect)"}});
  early(194s);
  play(link, {{195s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"}});
  early(195100ms);
  play(link, {{196s, disconnect, {"route back", "drained? 1"}, "hanging-up (disconnect)"}});
  early(196040ms);
  play(link, {{197s, drained(1, true), {"end 1"}, "hanging-up (disconnect)"}});
  early(241s);
  play(link, {{242s, due, {"forget 10.0.0.1"}, "down (disconnect)"}});
  early(300s);
}

// The call is dead, its packets still went somewhere.
TEST(LateNews, OfAHandoverIsCountedAllTheSame) {
  const auto link = play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, packet("b"), {}, "dialing (trigger), 2 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a b"}, "up (trigger)"},
      {2s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {2s, handed_over(1, Family::v4, 1, 1, "no such device"), {}, "waiting (CarrierLost)"},
  });
  EXPECT_EQ(link.status().replayed_packets, 1u);
  EXPECT_EQ(link.status().drops.total(), 1u);
}

// What was agreed on for one call is not shown for the next.
TEST(LateNews, OfAnAddressIsForgottenWithItsCall) {
  auto link = play(isp(), {
      {0s, connect, {"start 1"}, "dialing (connect)"},
      {1s, agreed(1, "10.0.0.1", "10.0.0.254"), {}, "dialing (connect)"},
      {1s, address("10.0.0.1"), {"hand over 1 IPv4: nothing"}, "up (connect)"},
  });
  EXPECT_EQ(link.status().remote_address, IpAddress::parse("10.0.0.254"));
  play(link, {
      {2s, gone(1, CallEnd::CarrierLost), {"route back", "forget 10.0.0.1"}, "waiting (CarrierLost)"},
      {7s, due, {"start 2"}, "dialing (resume)"},
      {8s, address("10.0.0.2"), {"hand over 2 IPv4: nothing"}, "up (resume)"},
  });
  EXPECT_EQ(link.status().remote_address, std::nullopt);
  EXPECT_EQ(link.status().dns, std::vector<IpAddress>{});
}
