// SPDX-License-Identifier: GPL-2.0-or-later
// What ghost-tun asks of systemd. ghost-appear's questions are in appear_tick_test.cpp.
#include <gmock/gmock.h>

#include <cstdlib>

#include "fake_systemd.hpp"
#include "private_bus.hpp"
#include "systemd/manager.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using systemd::Manager;
using ::testing::ElementsAre;

constexpr const char* kUnit = "ghostd.service";

class Systemd : public ::testing::Test {
 protected:
  Systemd() { ::setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_.address().c_str(), 1); }
  PrivateBus bus_;
};

TEST_F(Systemd, TellsTheJobThatWaits) {
  FakeSystemd fake(bus_.address());
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->job_type(kUnit).value(), std::nullopt);
  fake.set(kUnit, {.job = "stop"});
  EXPECT_EQ(manager->job_type(kUnit).value(), "stop");
  fake.set(kUnit, {.job = "restart"});
  EXPECT_EQ(manager->job_type(kUnit).value(), "restart");
  fake.set(kUnit, {.job = "gone"});  // it has ended between the two questions
  EXPECT_EQ(manager->job_type(kUnit).value(), std::nullopt);
}

TEST_F(Systemd, TellsWhetherAServiceRuns) {
  FakeSystemd fake(bus_.address());
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->is_running(kUnit), false);
  fake.set(kUnit, {.pid = 4711});
  EXPECT_EQ(manager->is_running(kUnit), true);
}

TEST_F(Systemd, WaitsForTheEndOfItsOwnJob) {
  FakeSystemd fake(bus_.address());
  fake.set(kUnit, {});
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  const auto stopped = manager->stop_and_wait(kUnit, 60s);
  EXPECT_TRUE(stopped) << stopped.error();
  EXPECT_TRUE(manager->stop_and_wait(kUnit, 60s)) << "a missing unit counts as stopped";
  EXPECT_THAT(fake.take_record(), ElementsAre("stop ghostd.service", "stop ghostd.service"));
}

// The end of another job is not the end of this one.
TEST_F(Systemd, DoesNotWaitForEver) {
  FakeSystemd fake(bus_.address());
  fake.set(kUnit, {});
  fake.hold_stops();
  auto manager = Manager::open(5s);
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_EQ(manager->stop_and_wait(kUnit, 1s).error(), "systemd: ghostd.service has not stopped");
}

TEST_F(Systemd, SaysWhyItCannotAnswer) {
  auto manager = Manager::open(5s);  // a bus without systemd
  ASSERT_TRUE(manager) << manager.error();
  EXPECT_FALSE(manager->job_type(kUnit));
  EXPECT_FALSE(manager->is_running(kUnit));
  EXPECT_FALSE(manager->stop_and_wait(kUnit, 60s));
  bus_.stop();
  EXPECT_FALSE(Manager::open(5s));
}

}  // namespace
}  // namespace ghost::test
