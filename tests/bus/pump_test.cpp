// SPDX-License-Identifier: GPL-2.0-or-later
// BusPump: an sdbus-c++ connection under another loop goes wrong in three ways when its poll data is not read
// again before every poll. And the loss of the bus.
#include <gmock/gmock.h>
#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <thread>

#include "bus/bus_pump.hpp"
#include "bus/sdbus_seam.hpp"
#include "private_bus.hpp"
#include "relay.hpp"
#include "test_server.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kInterface = "org.example.Echo";

// A service on a pumped connection in a thread of its own. "Shout" sends `n` signals and answers after them; "Mute" is
// never answered.
class Echo {
 public:
  explicit Echo(const std::string& address) {
    thread_ = std::thread([this, address] {
      loop::EventLoop loop;
      const auto bus = connect_to(address);
      const bus::BusPump pump(loop, *bus, [](const std::string&) {});
      std::vector<sdbus::Result<>> unanswered;  // each holds on to the connection
      auto object = sdbus::createObject(*bus, sdbus::ObjectPath("/echo"));
      bus::Interface(*object, kInterface)
          .method("Say", [](const std::string& s) { return s; })
          .method("Mute", [&unanswered](sdbus::Result<>&& r) { unanswered.push_back(std::move(r)); })
          .method("Shout",
                  [&object](const std::uint32_t& n) {
                    for (std::uint32_t i = 0; i < n; ++i) object->emitSignal("Heard").onInterface(kInterface).withArguments(i);
                  })
          .signal<std::uint32_t>("Heard")
          .finish();
      bus->requestName(bus::BusName("org.example.Echo"));
      ready_ = true;
      while (!stop_) loop.turn(20ms);
    });
    if (!eventually([this] { return ready_.load(); })) throw std::runtime_error("the echo service did not start");
  }
  ~Echo() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> ready_ = false, stop_ = false;
  std::thread thread_;
};

struct PumpTest : testing::Test {
  PrivateBus daemon;
  Echo echo{daemon.address()};
  loop::EventLoop loop;
  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus = connect_to(daemon.address());
  bus::BusPump pump{loop, *bus, [](const std::string&) {}};
  std::unique_ptr<sdbus::IProxy> proxy = sdbus::createProxy(*bus, bus::BusName("org.example.Echo"), sdbus::ObjectPath("/echo"));

  // Turns the loop until `done`; false after five seconds.
  bool turn_until(const std::function<bool()>& done) {
    const auto end = Clock::now() + 5s;
    while (!done()) {
      if (Clock::now() > end) return false;
      loop.turn(100ms);
    }
    return true;
  }
};

// Both ends under the pump: the service's side of each of these is the first symptom, "a method is never served".
TEST_F(PumpTest, ServesAMethod) {
  bus::subscribe(*proxy);
  for (int i = 0; i < 100; ++i) {
    std::string said;
    proxy->callMethod("Say").onInterface(kInterface).withArguments(std::to_string(i)).withTimeout(5s).storeResultsTo(said);
    EXPECT_EQ(said, std::to_string(i));
  }
}

TEST_F(PumpTest, SurfacesATimeoutOnTime) {
  bus::subscribe(*proxy);
  for (int i = 0; i < 5; ++i) loop.turn(10ms);  // at rest: what it polls for knows of no time-out yet
  const auto start = Clock::now();
  std::string error;
  proxy->callMethodAsync("Mute").onInterface(kInterface).withTimeout(150ms).uponReplyInvoke([&](bus::AsyncError e) {
    error = e ? std::string(e->getName()) : "an answer";
  });
  // Nothing else wakes this loop: one turn is one poll.
  while (error.empty() && Clock::now() - start < 5s) loop.turn(5s);
  EXPECT_THAT(error, testing::AnyOf("org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout",
                                    "System.Error.ETIMEDOUT"));
  EXPECT_GE(Clock::now() - start, 150ms);
  EXPECT_LT(Clock::now() - start, 1s);
}

TEST_F(PumpTest, DeliversSignalsThatASynchronousCallLeftInTheQueue) {
  std::vector<std::uint32_t> heard;
  proxy->uponSignal("Heard").onInterface(kInterface).call([&](const std::uint32_t& i) { heard.push_back(i); });
  bus::subscribe(*proxy);
  // The signals come before the answer, so the synchronous call reads them off the socket and queues them: from then on
  // the socket is silent.
  proxy->callMethod("Shout").onInterface(kInterface).withArguments(std::uint32_t{5}).withTimeout(5s);
  ASSERT_THAT(heard, testing::IsEmpty());
  EXPECT_TRUE(turn_until([&] { return heard.size() == 5; }));
  EXPECT_THAT(heard, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(BusPump, TellsOnceThatTheBusIsGone) {
  PrivateBus daemon;
  loop::EventLoop loop;
  const auto bus = connect_to(daemon.address());
  std::vector<std::string> lost;
  const bus::BusPump pump(loop, *bus, [&](const std::string& why) { lost.push_back(why); });
  loop.turn(0ms);
  daemon.stop();
  const auto end = Clock::now() + 5s;
  while (lost.empty() && Clock::now() < end) loop.turn(100ms);
  for (int i = 0; i < 10; ++i) loop.turn(1ms);
  ASSERT_THAT(lost, testing::SizeIs(1));
  EXPECT_FALSE(lost[0].empty());
}

TEST(BusPump, ABusThatBreaksTheProtocolIsGone) {
  PrivateBus daemon;
  Relay relay(daemon);
  loop::EventLoop loop;
  const auto bus = connect_to(relay.address());
  std::vector<std::string> lost;
  const bus::BusPump pump(loop, *bus, [&](const std::string& why) { lost.push_back(why); });
  loop.turn(0ms);
  relay.send_garbage();
  const auto end = Clock::now() + 5s;
  while (lost.empty() && Clock::now() < end) loop.turn(100ms);
  for (int i = 0; i < 10; ++i) loop.turn(1ms);
  ASSERT_THAT(lost, testing::SizeIs(1));
  EXPECT_FALSE(lost[0].empty());
  EXPECT_EQ(loop.failure(), "");
}

TEST(BusPump, MayBeDestroyedByWhoeverIsTold) {
  PrivateBus daemon;
  loop::EventLoop loop;
  auto bus = connect_to(daemon.address());
  std::unique_ptr<bus::BusPump> pump;
  pump = std::make_unique<bus::BusPump>(loop, *bus, [&](const std::string&) {
    pump.reset();
    bus.reset();
  });
  daemon.stop();
  const auto end = Clock::now() + 5s;
  while (bus && Clock::now() < end) loop.turn(100ms);
  EXPECT_FALSE(bus);
}

}  // namespace
}  // namespace ghost::test
