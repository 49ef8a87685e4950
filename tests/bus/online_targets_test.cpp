// SPDX-License-Identifier: GPL-2.0-or-later
// OnlineTargets against the test's own org.freedesktop.systemd1 on a private bus: it starts, refuses, is silent. The lab tests the
// real one, with polkit.
#include "bus/online_targets.hpp"

#include <gmock/gmock.h>

#include <chrono>

#include "turning.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Outcome = bus::OnlineTargets::Outcome;
using Row = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string, sdbus::ObjectPath,
                          std::uint32_t, std::string, sdbus::ObjectPath>;

class FakeManager {
 public:
  FakeManager(loop::EventLoop& loop, const std::string& address)
      : bus_(connect_to(address)), pump_(loop, *bus_, [](const std::string&) {}) {
    object_ = sdbus::createObject(*bus_, sdbus::ObjectPath("/org/freedesktop/systemd1"));
    bus::Interface(*object_, "org.freedesktop.systemd1.Manager")
        .method("ListUnitsByPatterns",
                [this](sdbus::Result<std::vector<Row>>&& result, const std::vector<std::string>& states,
                       const std::vector<std::string>& patterns) {
                  record.push_back("list " + states.at(0) + " " + patterns.at(0));
                  std::vector<Row> rows;
                  for (const auto& unit : active)
                    rows.emplace_back(unit, "", "loaded", "active", "active", "", sdbus::ObjectPath("/"), 0, "",
                                      sdbus::ObjectPath("/"));
                  result.returnResults(rows);
                })
        .method("StartUnit", [this](sdbus::Result<sdbus::ObjectPath>&& result, const std::string& unit,
                                    const std::string& mode) { asked(std::move(result), "start " + unit + " " + mode); })
        .method("StopUnit", [this](sdbus::Result<sdbus::ObjectPath>&& result, const std::string& unit,
                                   const std::string& mode) { asked(std::move(result), "stop " + unit + " " + mode); })
        .finish();
    bus_->requestName(bus::BusName("org.freedesktop.systemd1"));
  }

  std::vector<std::string> record;
  std::vector<std::string> active;  // before the test begins
  std::string error;                // the answer; empty: success
  bool silent = false;

 private:
  void asked(sdbus::Result<sdbus::ObjectPath>&& result, std::string line) {
    record.push_back(std::move(line));
    if (silent) return unanswered_.push_back(std::move(result));
    if (error.empty()) return result.returnResults(sdbus::ObjectPath("/org/freedesktop/systemd1/job/1"));
    result.returnError(sdbus::Error(bus::ErrorName(error), "no, thank you"));
  }
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus_;
  bus::BusPump pump_;
  std::unique_ptr<sdbus::IObject> object_;
  std::vector<sdbus::Result<sdbus::ObjectPath>> unanswered_;
};

struct OnlineTargetsTest : testing::Test, Turning {
  FakeManager fake{loop, daemon.address()};
  std::vector<std::pair<Outcome, std::string>> said;
  std::unique_ptr<bus::OnlineTargets> targets;

  void begin() {
    targets = std::make_unique<bus::OnlineTargets>(
        loop, *bus,
        [this](Outcome o, const std::string& target, const std::string& text) { said.emplace_back(o, target + ": " + text); },
        300ms, 50ms);
  }
  // All that was asked once this was, and half a second more.
  std::vector<std::string> record_with(const std::string& last) {
    EXPECT_TRUE(turn_until([&] { return std::find(fake.record.begin(), fake.record.end(), last) != fake.record.end(); })) << last;
    settle();
    return std::exchange(fake.record, {});
  }
};

constexpr const char* kList = "list active ghost-online@*.target";
constexpr const char* kStart = "start ghost-online@isp.target replace";
constexpr const char* kStop = "stop ghost-online@isp.target replace";

TEST_F(OnlineTargetsTest, ATargetFollowsItsLink) {
  begin();
  targets->want("isp", false);
  EXPECT_THAT(record_with(kList), ElementsAre(kList)) << "it is inactive already";
  targets->want("isp", true);
  targets->want("isp", true);
  EXPECT_THAT(record_with(kStart), ElementsAre(kStart));
  targets->want("isp", false);
  EXPECT_THAT(record_with(kStop), ElementsAre(kStop));
  EXPECT_THAT(said, IsEmpty());
}

// A restart of ghostd during a call: the target's units must not end and begin again.
TEST_F(OnlineTargetsTest, WhatAnEarlierGhostdStartedGoesOn) {
  fake.active = {"ghost-online@isp.target"};
  begin();
  targets->want("isp", std::nullopt);
  EXPECT_THAT(record_with(kList), ElementsAre(kList));
  targets->want("isp", true);
  settle();
  EXPECT_THAT(fake.record, IsEmpty());
}

TEST_F(OnlineTargetsTest, WhatAnEarlierGhostdLeftOfAnEndedCallIsStopped) {
  fake.active = {"ghost-online@isp.target"};
  begin();
  targets->want("isp", false);
  EXPECT_THAT(record_with(kStop), ElementsAre(kList, kStop));
}

TEST_F(OnlineTargetsTest, TheTargetOfALinkThatIsNoLongerConfiguredIsStopped) {
  fake.active = {"ghost-online@old.target", "ghost-online@isp.target"};
  begin();
  targets->want("isp", true);
  EXPECT_THAT(record_with("stop ghost-online@old.target replace"), ElementsAre(kList, "stop ghost-online@old.target replace"));
}

TEST_F(OnlineTargetsTest, ARefusalIsSaidOnceAndAskedAgain) {
  fake.error = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
  begin();
  targets->want("isp", true);
  ASSERT_TRUE(turn_until([&] { return std::count(fake.record.begin(), fake.record.end(), kStart) >= 3; }));
  EXPECT_THAT(said, ElementsAre(std::pair(Outcome::refused, std::string("ghost-online@isp.target: no, thank you"))));
  fake.error.clear();
  ASSERT_TRUE(turn_until([&] { return said.size() == 2; }));
  EXPECT_EQ(said.back().first, Outcome::done);
}

TEST_F(OnlineTargetsTest, WhatIsNoLongerWantedIsNotAskedAgain) {
  fake.error = "org.freedesktop.systemd1.NoSuchUnit";
  begin();
  targets->want("isp", true);
  ASSERT_TRUE(turn_until([&] { return !said.empty(); }));
  EXPECT_EQ(said.front().first, Outcome::failed);
  targets->want("isp", false);
  settle();
  fake.record.clear();
  settle();
  EXPECT_THAT(fake.record, IsEmpty()) << "it is inactive, as it should be";
}

TEST_F(OnlineTargetsTest, ASystemdThatHangsIsNotWaitedForAndHearsTheLatest) {
  fake.silent = true;
  begin();
  targets->want("isp", true);
  ASSERT_TRUE(turn_until([&] { return fake.record.size() == 2; }));
  for (int i = 0; i < 100; ++i) targets->want("isp", i % 2 == 0);
  EXPECT_THAT(fake.record, ElementsAre(kList, kStart)) << "one question at a time";
  fake.silent = false;
  ASSERT_TRUE(turn_until([&] { return !said.empty(); }));
  settle();
  EXPECT_THAT(fake.record, ElementsAre(kList, kStart)) << "inactive is what is wanted by now";
}

TEST_F(OnlineTargetsTest, MayGoWhileItIsNotAnswered) {
  fake.silent = true;
  begin();
  targets->want("isp", true);
  ASSERT_TRUE(turn_until([&] { return fake.record.size() == 2; }));
  targets.reset();
  settle();
}

}  // namespace
}  // namespace ghost::test
