// SPDX-License-Identifier: GPL-2.0-or-later
// ClockQuestion against the test's own org.freedesktop.timedate1 on a private bus.
#include "bus/clock_question.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <optional>
#include <vector>

#include "turning.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

// The property, or no answer at all.
class FakeTimedated {
 public:
  FakeTimedated(loop::EventLoop& loop, const std::string& address)
      : bus_(connect_to(address)), pump_(loop, *bus_, [](const std::string&) {}) {
    object_ = sdbus::createObject(*bus_, sdbus::ObjectPath("/org/freedesktop/timedate1"));
    bus::Interface(*object_, "org.freedesktop.timedate1")
        .property("NTPSynchronized",
                  [this] {
                    ++asked;
                    return synchronized;
                  })
        .finish();
    bus_->requestName(bus::BusName("org.freedesktop.timedate1"));
  }

  bool synchronized = false;
  int asked = 0;

 private:
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus_;
  bus::BusPump pump_;
  std::unique_ptr<sdbus::IObject> object_;
};

struct ClockQuestionTest : testing::Test, Turning {
  std::optional<FakeTimedated> timedated{std::in_place, loop, daemon.address()};
  std::optional<bus::ClockQuestion> question{std::in_place, loop, *bus, 300ms};
  std::vector<bool> answers;

  void ask() {
    question->ask([this](bool set) { answers.push_back(set); });
  }
};

TEST_F(ClockQuestionTest, IsAnsweredAsTheKernelSays) {
  ask();
  ASSERT_TRUE(turn_until([&] { return answers.size() == 1; }));
  timedated->synchronized = true;
  ask();
  ASSERT_TRUE(turn_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(answers, ElementsAre(false, true));
}

TEST_F(ClockQuestionTest, TwoWhoAskAtOnceAreOneQuestion) {
  ask();
  ask();
  ASSERT_TRUE(turn_until([&] { return answers.size() == 2; }));
  EXPECT_THAT(answers, ElementsAre(false, false));
  EXPECT_EQ(timedated->asked, 1);
}

TEST_F(ClockQuestionTest, WithoutAnAnswerTheClockCountsAsSet) {
  timedated.reset();
  ask();
  ASSERT_TRUE(turn_until([&] { return !answers.empty(); }));
  EXPECT_THAT(answers, ElementsAre(true));
}

TEST_F(ClockQuestionTest, NobodyWaitsForABusThatIsGone) {
  ask();
  question->give_up();
  EXPECT_THAT(answers, ElementsAre(true));
  question.reset();
  settle();
  EXPECT_THAT(answers, ElementsAre(true));
}

}  // namespace
}  // namespace ghost::test
