// SPDX-License-Identifier: GPL-2.0-or-later
// Resolved against the test's own org.freedesktop.resolve1 on a private bus: it accepts, refuses, is silent, comes and
// goes. "lo" stands for our interface, because it is everywhere. The lab tests the real one.
#include "bus/resolved.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <sys/socket.h>

#include <chrono>

#include "turning.hpp"

namespace ghost::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Clock = std::chrono::steady_clock;
using Outcome = bus::Resolved::Outcome;
using Server = sdbus::Struct<std::int32_t, std::vector<std::uint8_t>>;
using ServerOf = sdbus::Struct<std::int32_t, std::int32_t, std::vector<std::uint8_t>>;
using Domain = sdbus::Struct<std::string, bool>;

constexpr const char* kManager = "org.freedesktop.resolve1.Manager";

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

std::string text_of(const std::vector<std::uint8_t>& bytes) {
  const auto address = IpAddress::from_bytes(bytes);
  return address ? address->str() : "?";
}

// The calls that it got, one line per call.
class FakeResolved {
 public:
  FakeResolved(loop::EventLoop& loop, const std::string& address)
      : bus_(connect_to(address)), pump_(loop, *bus_, [](const std::string&) {}) {
    object_ = sdbus::createObject(*bus_, sdbus::ObjectPath("/org/freedesktop/resolve1"));
    bus::Interface(*object_, kManager)
        .method("SetLinkDNS",
                [this](sdbus::Result<>&& result, const std::int32_t& index, const std::vector<Server>& servers) {
                  std::string line = "dns " + std::to_string(index);
                  for (const auto& s : servers) line += " " + std::to_string(std::get<0>(s)) + ":" + text_of(std::get<1>(s));
                  asked(std::move(result), line);
                })
        .method("SetLinkDomains",
                [this](sdbus::Result<>&& result, const std::int32_t& index, const std::vector<Domain>& domains) {
                  std::string line = "domains " + std::to_string(index);
                  for (const auto& d : domains) line += std::string(" ") + (std::get<1>(d) ? "~" : "") + std::get<0>(d);
                  asked(std::move(result), line);
                })
        .method("SetLinkDefaultRoute",
                [this](sdbus::Result<>&& result, const std::int32_t& index, const bool& is) {
                  asked(std::move(result), "default " + std::to_string(index) + (is ? " yes" : " no"));
                })
        .property("DNS", [this] { return known; })
        .finish();
  }
  void take_name() { bus_->requestName(bus::BusName("org.freedesktop.resolve1")); }
  void leave_name() { bus_->releaseName(bus::BusName("org.freedesktop.resolve1")); }
  std::vector<std::string> take_record() { return std::exchange(record, {}); }

  std::vector<std::string> record;
  std::vector<ServerOf> known;  // its property DNS
  std::string error;            // what it answers; empty: success
  bool silent = false;

 private:
  void asked(sdbus::Result<>&& result, std::string line) {
    record.push_back(std::move(line));
    if (silent) return unanswered_.push_back(std::move(result));
    if (error.empty()) return result.returnResults();
    result.returnError(sdbus::Error(bus::ErrorName(error), "no, thank you"));
  }

  std::unique_ptr<sdbus::IConnection, void (*)(sdbus::IConnection*)> bus_;
  std::vector<sdbus::Result<>> unanswered_;
  std::unique_ptr<sdbus::IObject> object_;
  bus::BusPump pump_;
};

struct ResolvedTest : testing::Test, Turning {
  FakeResolved fake{loop, daemon.address()};
  std::vector<std::pair<Outcome, std::string>> said;
  bus::Resolved resolved{
      loop, *bus,
      [this](Outcome o, const std::string& interface, const std::string& text) { said.emplace_back(o, interface + ": " + text); },
      300ms, 50ms};
  const std::string lo = std::to_string(::if_nametoindex("lo"));
  const core::Names asked{{"lo", {{ip("192.0.2.1"), ip("2001:db8::1")}, true}}};
  const core::Names unasked{{"lo", {{ip("192.0.2.1")}, false}}};

  // All that was asked once something was, and half a second more has brought nothing.
  std::vector<std::string> record() {
    turn_until([&] { return !fake.record.empty(); });
    settle();
    return fake.take_record();
  }
};

TEST_F(ResolvedTest, WhoIsAskedHasItsServersFirst) {
  fake.take_name();
  resolved.want(asked, {"lo"});
  EXPECT_THAT(record(),
              ElementsAre("dns " + lo + " 2:192.0.2.1 10:2001:db8::1", "default " + lo + " yes", "domains " + lo + " ~."));
  EXPECT_THAT(said, IsEmpty());
}

TEST_F(ResolvedTest, WhoIsAskedNoMoreLosesItsServersLast) {
  fake.take_name();
  resolved.want(unasked, {"lo"});
  EXPECT_THAT(record(), ElementsAre("default " + lo + " no", "domains " + lo, "dns " + lo + " 2:192.0.2.1"));
}

TEST_F(ResolvedTest, WhatIsThereIsNotToldAgain) {
  fake.take_name();
  resolved.want(asked, {"lo"});
  EXPECT_THAT(record(), testing::SizeIs(3));
  resolved.want(asked, {"lo", "gd-other"});
  settle();
  EXPECT_THAT(fake.take_record(), IsEmpty());
  resolved.want(unasked, {"lo"});
  EXPECT_THAT(record(), testing::SizeIs(3));
}

TEST_F(ResolvedTest, WhatNobodyWantsIsTakenBack) {
  fake.take_name();
  resolved.want(asked, {"lo"});
  EXPECT_THAT(record(), testing::SizeIs(3));
  resolved.want({}, {"lo"});
  EXPECT_THAT(record(), ElementsAre("default " + lo + " no", "domains " + lo, "dns " + lo));
}

TEST_F(ResolvedTest, WhatAnEarlierGhostdToldIsTakenBack) {
  fake.known = {ServerOf(0, AF_INET, {1, 1, 1, 1}), ServerOf(std::stoi(lo), AF_INET, {192, 0, 2, 1}),
                ServerOf(999, AF_INET, {1, 1, 1, 1})};
  resolved.want({}, {"lo"});
  fake.take_name();
  EXPECT_THAT(record(), ElementsAre("default " + lo + " no", "domains " + lo, "dns " + lo));
}

TEST_F(ResolvedTest, WhatOthersToldStays) {
  fake.known = {ServerOf(std::stoi(lo), AF_INET, {192, 0, 2, 1})};
  resolved.want({}, {"gd-isp", "ppp-isp"});
  fake.take_name();
  settle();
  EXPECT_THAT(fake.take_record(), IsEmpty());
}

TEST_F(ResolvedTest, OneThatComesLaterIsTold) {
  resolved.want(asked, {"lo"});
  settle();
  EXPECT_THAT(fake.take_record(), IsEmpty()) << "nobody has the name, and nobody is started for it";
  fake.take_name();
  EXPECT_THAT(record(), testing::SizeIs(3));
}

TEST_F(ResolvedTest, OneThatStartsAgainIsToldAgain) {
  fake.take_name();
  resolved.want(asked, {"lo"});
  EXPECT_THAT(record(), testing::SizeIs(3));
  fake.leave_name();
  settle();
  fake.take_name();
  EXPECT_THAT(record(), testing::SizeIs(3));
}

TEST_F(ResolvedTest, ARefusalIsSaidOnceAndAskedAgain) {
  fake.error = "org.freedesktop.DBus.Error.AccessDenied";
  fake.take_name();
  resolved.want(asked, {"lo"});
  ASSERT_TRUE(turn_until([&] { return fake.record.size() >= 9; })) << "asked again, and again";
  EXPECT_THAT(said, ElementsAre(std::pair(Outcome::refused, std::string("lo: no, thank you"))));
  fake.error.clear();
  ASSERT_TRUE(turn_until([&] { return said.size() == 2; }));
  EXPECT_EQ(said.back().first, Outcome::taken);
  fake.take_record();
  settle();
  EXPECT_THAT(fake.take_record(), IsEmpty());
}

TEST_F(ResolvedTest, TheEndlessQuestionOfAPolkitThatIsNotThereIsARefusal) {
  fake.error = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
  fake.take_name();
  resolved.want(asked, {"lo"});
  ASSERT_TRUE(turn_until([&] { return !said.empty(); }));
  EXPECT_EQ(said.front().first, Outcome::refused);
}

TEST_F(ResolvedTest, AnInterfaceManagedByAnotherIsAFailure) {
  fake.error = "org.freedesktop.resolve1.LinkBusy";
  fake.take_name();
  resolved.want(asked, {"lo"});
  ASSERT_TRUE(turn_until([&] { return !said.empty(); }));
  EXPECT_EQ(said.front().first, Outcome::failed);
}

TEST_F(ResolvedTest, OneThatHangsIsNotWaitedForAndHearsTheLatest) {
  fake.silent = true;
  fake.take_name();
  resolved.want(asked, {"lo"});
  ASSERT_TRUE(turn_until([&] { return fake.record.size() == 3; }));
  for (int i = 0; i < 100; ++i) resolved.want(i % 2 == 0 ? unasked : asked, {"lo"});
  resolved.want(unasked, {"lo"});
  EXPECT_THAT(fake.record, testing::SizeIs(3)) << "one telling at a time";
  ASSERT_TRUE(turn_until([&] { return !said.empty(); }));
  EXPECT_EQ(said.front().first, Outcome::silent);
  fake.take_record();
  fake.silent = false;
  EXPECT_THAT(record(), ElementsAre("default " + lo + " no", "domains " + lo, "dns " + lo + " 2:192.0.2.1"));
  EXPECT_EQ(said.back().first, Outcome::taken);
}

TEST_F(ResolvedTest, AnInterfaceThatIsNotThereIsPassedOver) {
  fake.take_name();
  resolved.want({{"gd-none", {{ip("192.0.2.1")}, true}}}, {"gd-none"});
  settle();
  EXPECT_THAT(fake.take_record(), IsEmpty());
  EXPECT_THAT(said, IsEmpty());
}

TEST(Resolved, MayGoWhileItIsNotAnswered) {
  PrivateBus daemon;
  loop::EventLoop loop;
  FakeResolved fake(loop, daemon.address());
  fake.silent = true;
  fake.take_name();
  const auto bus = connect_to(daemon.address());
  const bus::BusPump pump(loop, *bus, [](const std::string&) {});
  auto resolved = std::make_unique<bus::Resolved>(
      loop, *bus, [](Outcome, const std::string&, const std::string&) {}, 100ms, 10ms);
  resolved->want({{"lo", {{ip("192.0.2.1")}, true}}}, {"lo"});
  const auto end = Clock::now() + 10s;
  while (fake.record.empty() && Clock::now() < end) loop.turn(20ms);
  resolved.reset();
  const auto later = Clock::now() + 300ms;
  while (Clock::now() < later) loop.turn(20ms);
}

}  // namespace
}  // namespace ghost::test
