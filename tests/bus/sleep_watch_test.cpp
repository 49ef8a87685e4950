// SPDX-License-Identifier: GPL-2.0-or-later
// SleepWatch against the test's own org.freedesktop.login1 on a private bus. The lab tests the real one, with a real suspend.
#include "bus/sleep_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "turning.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FakeLogind {
 public:
  FakeLogind(loop::EventLoop& loop, const std::string& address)
      : bus_(connect_to(address)), pump_(loop, *bus_, [](const std::string&) {}) {
    object_ = sdbus::createObject(*bus_, sdbus::ObjectPath("/org/freedesktop/login1"));
    bus::Interface(*object_, "org.freedesktop.login1.Manager")
        .method("Inhibit",
                [this](sdbus::Result<sdbus::UnixFd>&& result, const std::string& what, const std::string& who, const std::string&,
                       const std::string& mode) {
                  asked.push_back(what + " " + who + " " + mode);
                  if (!error.empty()) return result.returnError(sdbus::Error(bus::ErrorName(error), "no, thank you"));
                  std::array<int, 2> ends{};
                  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
                  locks.emplace_back(ends[0]);
                  const UniqueFd given(ends[1]);
                  result.returnResults(sdbus::UnixFd(given.get()));
                })
        .signal<bool>("PrepareForSleep")
        .finish();
    bus_->requestName(bus::BusName("org.freedesktop.login1"));
  }
  void prepare(bool begins) {
    object_->emitSignal("PrepareForSleep").onInterface("org.freedesktop.login1.Manager").withArguments(begins);
  }
  // Whether the client holds the last lock that it was given.
  [[nodiscard]] bool held() const {
    if (locks.empty()) return false;
    pollfd end{locks.back().get(), POLLIN, 0};
    return ::poll(&end, 1, 0) == 0;
  }

  std::vector<std::string> asked;
  std::vector<UniqueFd> locks;
  std::string error;

 private:
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus_;
  bus::BusPump pump_;
  std::unique_ptr<sdbus::IObject> object_;
};

struct SleepWatchTest : testing::Test, Turning {
  FakeLogind logind{loop, daemon.address()};
  std::vector<std::string> heard;
  std::unique_ptr<bus::SleepWatch> watch;

  void begin() {
    watch = std::make_unique<bus::SleepWatch>(
        loop, *bus,
        bus::SleepWatch::Callbacks{[this] { heard.emplace_back("sleeps"); }, [this] { heard.emplace_back("woke"); },
                                   [this](const std::string& text) { heard.push_back("refused: " + text); }},
        300ms, 50ms);
  }
};

TEST_F(SleepWatchTest, TheSleepWaitsUntilGhostdIsReady) {
  begin();
  ASSERT_TRUE(turn_until([&] { return logind.held(); }));
  EXPECT_THAT(logind.asked, ElementsAre("sleep ghostd delay"));
  watch->ready();
  settle();
  EXPECT_TRUE(logind.held()) << "no sleep is announced";
  logind.prepare(true);
  ASSERT_TRUE(turn_until([&] { return !heard.empty(); }));
  settle();
  EXPECT_TRUE(logind.held());
  watch->ready();
  ASSERT_TRUE(turn_until([&] { return !logind.held(); }));
  // For the next sleep.
  logind.prepare(false);
  ASSERT_TRUE(turn_until([&] { return logind.locks.size() == 2 && logind.held(); }));
  EXPECT_THAT(heard, ElementsAre("sleeps", "woke"));
}

TEST_F(SleepWatchTest, ARefusalIsSaidOnceAndAskedAgain) {
  logind.error = "org.freedesktop.DBus.Error.AccessDenied";
  begin();
  ASSERT_TRUE(turn_until([&] { return logind.asked.size() >= 3; }));
  EXPECT_THAT(heard, ElementsAre("refused: no, thank you"));
  logind.error.clear();
  EXPECT_TRUE(turn_until([&] { return logind.held(); }));
}

TEST_F(SleepWatchTest, AMachineWithoutLogindIsNotAskedAgain) {
  logind.error = "org.freedesktop.systemd1.UnitMasked";
  begin();
  ASSERT_TRUE(turn_until([&] { return logind.asked.size() == 1; }));
  settle();
  EXPECT_EQ(logind.asked.size(), 1U);
  EXPECT_THAT(heard, IsEmpty());
}

}  // namespace
}  // namespace ghost::test
