// SPDX-License-Identifier: GPL-2.0-or-later
// The machine sleeps: a call is hung up in order before it, and one that stands afterwards is not believed.
#include <gtest/gtest.h>

#include "scenario.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using core::CallEnd;

// clang-format off

core::LinkMachine a_call(core::LinkConfig config) {
  return play(std::move(config), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, agreed(1, "10.0.0.1", "10.0.0.9"), {}, "dialing (trigger), 1 waiting"},
      {2s, address("10.0.0.1"), {"hand over 1 IPv4: a"}, "up (trigger)"},
      {3s, queue(1, true), {}, "up (trigger)"},
  });
}

core::LinkConfig keeping() {
  auto config = isp();
  config.call.on_sleep = core::OnSleep::keep;
  return config;
}

TEST(Sleep, ACallIsHungUpAndPacketsWaitForTheMorning) {
  auto config = isp();
  config.buffer.age = 24h;
  auto link = a_call(config);
  play(link, {
      {10s, about_to_sleep, {"route back", "drained? 1"}, "hanging-up (sleep)"},
      {10s, packet("b"), {}, "hanging-up (sleep), 1 waiting"},
      {10s, drained(1, true), {"end 1"}, "hanging-up (sleep), 1 waiting"},
      {11s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (sleep), 1 waiting"},
      {11s, packet("c"), {}, "down (sleep), 2 waiting"},
      {8h, woke, {"start 2"}, "dialing (trigger), 2 waiting"},
  });
}

TEST(Sleep, ThatIsCalledOffOrNeverComesEndsTheBar) {
  auto off = a_call(isp());
  play(off, {
      {10s, about_to_sleep, {"route back", "drained? 1"}, "hanging-up (sleep)"},
      {10s, drained(1, true), {"end 1"}, "hanging-up (sleep)"},
      {11s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (sleep)"},
      {12s, no_sleep, {}, "down (sleep)"},
      {13s, packet("b"), {"start 2"}, "dialing (trigger), 1 waiting"},
  });
  auto never = play(isp(), {
      {0s, about_to_sleep, {}, "down (start)"},
      {59s, packet("a"), {}, "down (start), 1 waiting"},
      {60s, due, {"start 1"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Sleep, AConnectThatIsUnderWayIsEnded) {
  play(isp(), {
      {0s, packet("a"), {"start 1"}, "dialing (trigger), 1 waiting"},
      {1s, about_to_sleep, {"end 1"}, "hanging-up (sleep), 1 waiting"},
      {2s, gone(1, CallEnd::HungUp), {}, "down (sleep), 1 waiting"},
      {3s, woke, {"start 2"}, "dialing (trigger), 1 waiting"},
  });
}

// Nobody announced the sleep. The provider has ended the call meanwhile, or will not.
TEST(Sleep, ACallThatSleptIsHungUpAtOnce) {
  auto link = a_call(isp());
  play(link, {
      {8h, woke, {"route back", "drained? 1"}, "hanging-up (sleep)"},
      {8h, drained(1, true), {"end 1"}, "hanging-up (sleep)"},
      {8h, packet("b"), {}, "hanging-up (sleep), 1 waiting"},
      {8h, gone(1, CallEnd::HungUp), {"forget 10.0.0.1", "start 2"}, "dialing (trigger), 1 waiting"},
  });
}

TEST(Sleep, AKeptCallStaysIfItsFarEndAnswers) {
  auto link = a_call(keeping());
  play(link, {
      {10s, about_to_sleep, {}, "up (trigger)"},
      {30s, woke, {"ask 10.0.0.9 9.9.9.10 from 10.0.0.1"}, "up (trigger)"},
      {30s, answered("10.0.0.1"), {"stop asking"}, "up (trigger)"},
      {40s, no_sleep, {}, "up (trigger)"},
  });
}

TEST(Sleep, AKeptCallEndsWithinSecondsIfItsFarEndIsSilent) {
  auto link = a_call(keeping());
  EXPECT_NE(link.step(woke, Time{} + 30s).effects.size(), 0U);
  auto now = Time{} + 30s;
  while (core::shown(link.state()) == core::Shown::up && now < Time{} + 60s) {
    now = *link.deadline();
    (void)link.step(due, now);
  }
  EXPECT_EQ(core::shown(link.state()), core::Shown::hanging_up);
  EXPECT_EQ(now, Time{} + 35s);
  play(link, {
      {35s, drained(1, true), {"end 1"}, "hanging-up (sleep)"},
      {36s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "waiting (sleep)"},
  });
}

// Another program's damage to the table is healed while the machine is about to sleep.
TEST(Sleep, ATableThatIsBackCallsNobodyBeforeTheMorning) {
  play(isp(), {
      {1s, about_to_sleep, {}, "down (start)"},
      {2s, packet("a"), {}, "down (start), 1 waiting"},
      {3s, core::Impaired{true}, {}, "down (start), 1 waiting"},
      {4s, core::Impaired{false}, {}, "down (start), 1 waiting"},
      {5s, woke, {"start 1"}, "dialing (trigger), 1 waiting"},
  });
}

// A provider that has refused must not see another call because the machine has slept for a moment.
TEST(Sleep, DoesNotEndThePauseAfterAFailure) {
  auto link = a_call(isp());
  play(link, {
      {10s, about_to_sleep, {"route back", "drained? 1"}, "hanging-up (sleep)"},
      {11s, no_sleep, {}, "hanging-up (sleep)"},
      {12s, gone(1, CallEnd::HungUp), {"forget 10.0.0.1"}, "down (sleep)"},
      {13s, packet("b"), {"start 2"}, "dialing (trigger), 1 waiting"},
      {14s, about_to_sleep, {"end 2"}, "hanging-up (sleep), 1 waiting"},
      {15s, woke, {}, "hanging-up (sleep), 1 waiting"},
  });
  auto farewell = a_call(isp());
  play(farewell, {
      {10s, farewell_wanted(10s), {}, "up (trigger)"},
      {11s, about_to_sleep, {"farewell? sleep"}, "up (trigger)"},
      {12s, gone(1, CallEnd::AuthFailed), {"route back", "forget 10.0.0.1"}, "waiting (AuthFailed)"},
      {13s, packet("b"), {}, "waiting (AuthFailed), 1 waiting"},
      {14s, woke, {}, "waiting (AuthFailed), 1 waiting"},
  });
  EXPECT_GT(farewell.waits_until(), Time{} + 4min);
}

// A reload has the kernel tell everything again. The address is not news, and proves nothing.
TEST(Sleep, AnAddressThatIsToldAgainProvesNothing) {
  auto link = a_call(keeping());
  play(link, {
      {30s, woke, {"ask 10.0.0.9 9.9.9.10 from 10.0.0.1"}, "up (trigger)"},
      {31s, address("10.0.0.1"), {}, "up (trigger)"},
      {32s, answered("10.0.0.1"), {"stop asking"}, "up (trigger)"},
  });
}

// clang-format on

// A link and a supervisor that obeys, over many nights.
struct Nights {
  core::LinkMachine link;
  Time now{};
  unsigned calls = 0;

  void at(Duration when, core::Event event) {
    now = Time{} + when;
    for (auto& effect : link.step(std::move(event), now).effects) {
      if (std::holds_alternative<core::StartCall>(effect)) ++calls;
      if (const auto* check = std::get_if<core::CheckDrained>(&effect)) at(when, drained(number(check->serial), true));
      if (const auto* end = std::get_if<core::EndCall>(&effect)) at(when, gone(number(end->serial), CallEnd::HungUp));
    }
  }
  [[nodiscard]] static unsigned number(CallSerial serial) { return static_cast<unsigned>(ghost::number(serial)); }
  [[nodiscard]] unsigned call() const { return number(link.serial()); }
  void comes_up(Duration when) {
    at(when, packet("evening"));
    at(when, agreed(call(), "10.0.0.1", "10.0.0.9"));
    at(when, address("10.0.0.1"));
    at(when, queue(call(), true));
  }
};

// In whatever state the sleep finds the link: no call in the night, one in the morning, and no packet of the night is lost.
TEST(Sleep, AThousandNights) {
  auto config = isp();
  config.buffer.age = 24h;
  config.call.idle_timeout = 24h;
  Nights life{machine(config)};
  for (int night = 0; night < 1000; ++night) {
    const auto evening = night * 24h;
    switch (night % 4) {
      case 0: break;                                       // down
      case 1: life.at(evening, packet("evening")); break;  // dialing
      case 2: life.comes_up(evening); break;               // up
      default:                                             // waiting
        life.at(evening, packet("evening"));
        life.at(evening, gone(life.call(), CallEnd::Busy));
    }
    life.at(evening + 1min, about_to_sleep);
    life.calls = 0;
    life.at(evening + 1min, packet("night"));
    ASSERT_EQ(life.calls, 0U) << "a call in the night, " << night;
    const auto waiting = life.link.status().buffered_packets;
    ASSERT_GE(waiting, 1U) << night;
    // Of the pause after a failure, too: by the clock that goes on in the sleep it is over.
    life.at(evening + 9h, woke);
    if (life.link.deadline() && *life.link.deadline() <= life.now) life.at(evening + 9h, due);
    ASSERT_EQ(life.calls, 1U) << "not one call in the morning, " << night;
    const auto before = life.link.status().replayed_packets;
    life.at(evening + 9h, agreed(life.call(), "10.0.0.1", "10.0.0.9"));
    life.at(evening + 9h, address("10.0.0.1"));
    life.at(evening + 9h, handed_over(life.call(), Family::v4, waiting));
    life.at(evening + 9h, queue(life.call(), true));
    ASSERT_EQ(life.link.status().replayed_packets, before + waiting) << night;
    life.at(evening + 10h, disconnect);
    ASSERT_EQ(to_string(shown(life.link.state())), "down") << night;
  }
}

}  // namespace
}  // namespace ghost::test
