// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/link_properties.hpp"

#include <gmock/gmock.h>

#include "bus/names.hpp"
#include "bus/requests.hpp"
#include "core/time.hpp"

namespace ghost::bus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

core::Time at(core::Duration d) { return core::Time(d); }

TEST(WallClock, AddsTheDistanceOfTheTwoClocks) {
  WallClock clock;
  EXPECT_FALSE(clock.observe(at(100s), 1'000'000s));
  EXPECT_EQ(clock.usec(at(100s)), 1'000'000'000'000u);
  EXPECT_EQ(clock.usec(at(40s)), 999'940'000'000u);
  EXPECT_EQ(clock.usec(at(-2'000'000s)), 0u);
}

TEST(WallClock, EqualTimesStayEqualUntilTheClockIsSet) {
  WallClock clock;
  clock.observe(at(100s), 1'000'000s);
  EXPECT_FALSE(clock.observe(at(200s), 1'000'100s + 37us));  // jitter of two readings
  EXPECT_EQ(clock.usec(at(100s)), 1'000'000'000'000u);
  EXPECT_TRUE(clock.observe(at(300s), 2'000'000s));  // set
  EXPECT_EQ(clock.usec(at(300s)), 2'000'000'000'000u);
  EXPECT_FALSE(clock.observe(at(301s), 2'000'001s));
}

TEST(Changes, OfEqualsThereAreNone) {
  LinkProperties a;
  a.name = "isp";
  EXPECT_EQ(changes(a, a), Changes{});
}

TEST(Changes, NameWhatDiffersInOrder) {
  LinkProperties a, b;
  b.state = "up";
  b.failures = 2;
  b.local_addresses = {"10.0.0.1"};
  b.buffered_packets = 1;
  EXPECT_EQ(changes(a, b), (Changes{{"State", "LocalAddresses", "BufferedPackets", "Failures"}, true}));
  EXPECT_EQ(changes(b, a), changes(a, b));
}

TEST(Changes, OfCountersAloneMayWait) {
  LinkProperties a, b;
  b.buffered_packets = 1;
  b.buffered_bytes = 2;
  b.replayed_packets = 3;
  b.dropped_packets = 4;
  b.drops = {{"age", 4}};
  b.stopped = {{"noise", 5}};
  b.coalesced_packets = 5;
  b.malformed_packets = 6;
  b.idle_deadline = 7;
  EXPECT_FALSE(changes(a, b).at_once);
  EXPECT_EQ(changes(a, b).names.size(), 9u);
  b.calls = 1;
  EXPECT_TRUE(changes(a, b).at_once);
}

TEST(ToProperties, AbsentIsEmptyOrZero) {
  WallClock clock;
  clock.observe(at(0s), 1000s);
  core::LinkStatus s;
  s.name = "isp";
  s.since = at(5s);
  s.redial_deadline = at(10s);
  LinkProperties expected;
  expected.name = "isp";
  expected.since = 1'005'000'000;
  expected.redial_deadline = 1'010'000'000;
  expected.appearance = "none";
  EXPECT_EQ(to_properties(s, clock), expected);
}

TEST(ToProperties, OneAddressIsTheFirstOfTheList) {
  core::LinkStatus s;
  s.local_addresses = {*IpAddress::parse("10.0.0.1"), *IpAddress::parse("2001:db8::1")};
  const auto shown = to_properties(s, WallClock());
  EXPECT_EQ(shown.local_address, "10.0.0.1");
  EXPECT_THAT(shown.local_addresses, ElementsAre("10.0.0.1", "2001:db8::1"));
  s.local_addresses.erase(s.local_addresses.begin());
  EXPECT_EQ(to_properties(s, WallClock()).local_address, "2001:db8::1");
  s.local_addresses.clear();
  EXPECT_EQ(to_properties(s, WallClock()).local_address, "");
}

TEST(ToProperties, OfAnAppearance) {
  const auto at_second = [](std::int64_t s) { return core::WallTime(std::chrono::seconds(s)); };
  core::LinkStatus s;
  s.appearance = {
      .state = "announcing",
      .asked = 3,
      .last = at_second(5),
      .next = at_second(7),
      .until = at_second(6),
      .sequence = 9,
      .carrier_nat = true,
      .addresses = {*IpAddress::parse("203.0.113.9")},
      .notices = {
          {.name = "mail", .result = core::NoticeResult::Refused, .detail = "550 no\x1b", .at = at_second(8), .attempts = 2},
          {.name = "dns", .result = {}, .detail = {}, .at = {}, .attempts = 1}}};
  LinkProperties expected;
  expected.appearance = "announcing";
  expected.appearances = 3;
  expected.last_appearance = 5'000'000;
  expected.next_appearance = 7'000'000;
  expected.appear_until = 6'000'000;
  expected.sequence = 9;
  expected.carrier_nat = true;
  expected.addresses = {"203.0.113.9"};
  expected.notices = {{"mail", "Refused", "550 no ", 8'000'000, 2}, {"dns", "pending", "", 0, 1}};
  EXPECT_EQ(to_properties(s, WallClock()), expected);
}

TEST(Usec, ThereAndBack) {
  EXPECT_EQ(to_usec(std::nullopt), 0u);
  EXPECT_EQ(to_usec(core::WallTime(-1us)), 0u);
  EXPECT_EQ(to_usec(core::WallTime(1'800'000'000s)), 1'800'000'000'000'000u);
  EXPECT_EQ(from_usec(1'800'000'000'000'000u), core::WallTime(1'800'000'000s));
  EXPECT_EQ(from_usec(0), std::nullopt);
  EXPECT_EQ(from_usec(UINT64_MAX), std::nullopt);
}

TEST(ErrorName, OfEachKind) {
  using Kind = RequestError::Kind;
  EXPECT_STREQ(error_name(Kind::NoSuchLink), "org.ghostd1.Error.NoSuchLink");
  EXPECT_STREQ(error_name(Kind::Blocked), "org.ghostd1.Error.Blocked");
  EXPECT_STREQ(error_name(Kind::ConfigInvalid), "org.ghostd1.Error.ConfigInvalid");
  EXPECT_STREQ(error_name(Kind::InvalidArgument), "org.ghostd1.Error.InvalidArgument");
  EXPECT_STREQ(error_name(Kind::Failed), "org.ghostd1.Error.Failed");
}

}  // namespace
}  // namespace ghost::bus
