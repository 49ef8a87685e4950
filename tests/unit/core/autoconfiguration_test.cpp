// SPDX-License-Identifier: GPL-2.0-or-later
// Tables: when, what is heard or that the deadline has come, what is to be done, and when it wants to be woken next.
#include "core/autoconfiguration.hpp"

#include <gmock/gmock.h>

#include "base/overloaded.hpp"

namespace ghost::core {
namespace {

using namespace std::chrono_literals;

IpAddress ip(const char* text) { return *IpAddress::parse(text); }

AdvertisedPrefix offer(const char* prefix, std::uint32_t valid, std::uint32_t preferred) {
  return {*Prefix::parse(prefix), valid, preferred};
}
RouterAdvertisement says(std::vector<AdvertisedPrefix> prefixes, std::optional<std::uint32_t> mtu = {}) {
  return {std::move(prefixes), mtu};
}
const std::optional<RouterAdvertisement> due;

std::string words(const AutoconfigurationStep& step) {
  const auto seconds = [](std::uint32_t s) { return s == kForever ? "ever" : std::to_string(s); };
  return std::visit(
      Overloaded{[](const Solicit&) { return std::string("solicit"); },
                 [&](const GiveAddress& g) { return g.address.str() + " for " + seconds(g.preferred) + "/" + seconds(g.valid); },
                 [](const TakeAddress& t) { return t.address.str() + " no more"; },
                 [](const SetMtu& m) { return "mtu " + std::to_string(m.mtu); }},
      step);
}

constexpr Time kStart = Time(1000s);
constexpr Duration kNever = Duration::max();

struct Row {
  Duration at;
  std::optional<RouterAdvertisement> heard;  // nullopt: due
  std::vector<std::string> steps;
  Duration next;  // the deadline, from the start
  int line = __builtin_LINE();
};

Autoconfiguration play(const std::vector<Row>& rows) {
  Autoconfiguration one(ip("fe80::a:b:c:d"), kStart);
  EXPECT_EQ(one.deadline(), kStart) << "a solicitation is due at once";
  for (const auto& row : rows) {
    const testing::ScopedTrace trace(__FILE__, row.line, "this row");
    const Time now = kStart + row.at;
    std::vector<std::string> steps;
    for (const auto& step : row.heard ? one.heard(*row.heard, now) : one.due(now)) steps.push_back(words(step));
    EXPECT_EQ(steps, row.steps);
    EXPECT_EQ(one.deadline(), row.next == kNever ? Time::max() : kStart + row.next);
  }
  return one;
}

TEST(Autoconfiguration, AsksUntilItIsTold) {
  play({
      {0s, due, {"solicit"}, 4s},
      {3s, due, {}, 4s},  // nothing is due yet
      {4s, due, {"solicit"}, 12s},
      {12s, due, {"solicit"}, 28s},
      {13s, says({offer("2001:db8:1::/64", 3600, 1800)}), {"2001:db8:1:0:a:b:c:d for 1800/3600"}, 13s + 1350s},
  });
}

TEST(Autoconfiguration, NeverMoreSeldomThanOnceAnHour) {
  std::vector<Row> rows;
  Duration at = 0s, pause = 4s;
  for (int i = 0; i < 15; ++i, pause = std::min<Duration>(pause * 2, 3600s)) {
    rows.push_back({at, due, {"solicit"}, at + pause});
    at += pause;
  }
  EXPECT_EQ(rows.back().next - rows.back().at, 3600s);
  play(rows);
}

TEST(Autoconfiguration, WhatIsRepeatedIsRenewedAndNotAskedFor) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", 3600, 1800)}), {"2001:db8:1:0:a:b:c:d for 1800/3600"}, 1351s},
      {1500ms, says({offer("2001:db8:1::/64", 3600, 1800)}), {}, 1351s},  // the same in the same second
      {600s, says({offer("2001:db8:1::/64", 3600, 1800)}), {"2001:db8:1:0:a:b:c:d for 1800/3600"}, 1950s},
      // Silence: asked again before the address is of no use for new conversations, with the pauses of the beginning.
      {1950s, due, {"solicit"}, 1954s},
      {1954s, due, {"solicit"}, 1962s},
      {1955s, says({offer("2001:db8:1::/64", 3600, 1800)}), {"2001:db8:1:0:a:b:c:d for 1800/3600"}, 1955s + 1350s},
      {3305s, due, {"solicit"}, 3309s},
  });
}

TEST(Autoconfiguration, ForEverIsForEver) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", kForever, kForever)}), {"2001:db8:1:0:a:b:c:d for ever/ever"}, kNever},
      {600s, says({offer("2001:db8:1::/64", kForever, kForever)}), {}, kNever},
  });
}

TEST(Autoconfiguration, AShortLifetimeIsNoBusyLoop) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", 2, 1)}), {"2001:db8:1:0:a:b:c:d for 1/2"}, 4s},
      {4s, due, {"solicit"}, 8s},
      {4s, says({offer("2001:db8:1::/64", 2, 1)}), {"2001:db8:1:0:a:b:c:d for 1/2"}, 8s},
      {8s, due, {"solicit"}, 12s},
  });
}

// RFC 4862 §5.5.3 c, d and §5.5.4, and what no host may have.
TEST(Autoconfiguration, WhatMakesNoAddress) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", 1800, 3600)}), {}, 4s},  // preferred longer than valid
      {1s, says({offer("2001:db8::/48", 3600, 1800), offer("2000::/3", 3600, 1800)}), {}, 4s},
      {1s, says({offer("fe80::/64", 3600, 1800), offer("ff02::/64", 3600, 1800), offer("::/64", 3600, 1800)}), {}, 4s},
      {1s, says({}), {}, 4s},  // a router without a prefix is still asked
  });
}

TEST(Autoconfiguration, AWithdrawnPrefixTakesItsAddressAtOnce) {
  const auto one = play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", 3600, 1800)}), {"2001:db8:1:0:a:b:c:d for 1800/3600"}, 1351s},
      // Kept for what it has, while a new one comes.
      {60s,
       says({offer("2001:db8:1::/64", 600, 0), offer("2001:db8:2::/64", 3600, 1800)}),
       {"2001:db8:1:0:a:b:c:d for 0/600", "2001:db8:2:0:a:b:c:d for 1800/3600"},
       60s + 1350s},
      {90s, says({offer("2001:db8:1::/64", 0, 0)}), {"2001:db8:1:0:a:b:c:d no more"}, 60s + 1350s},
      // The last one gone: ask, but not more often than before.
      {91s, says({offer("2001:db8:2::/64", 0, 0)}), {"2001:db8:2:0:a:b:c:d no more"}, 4s},
      {91s, due, {"solicit"}, 95s},
      {95s, due, {"solicit"}, 103s},
      // An earlier ghostd's, maybe.
      {96s, says({offer("2001:db8:3::/64", 0, 0)}), {"2001:db8:3:0:a:b:c:d no more"}, 103s},
  });
  EXPECT_TRUE(one.addresses(kStart + 100s).empty());
}

TEST(Autoconfiguration, OneThatIsOnlyDeprecatedIsNoneForNewConversations) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({offer("2001:db8:1::/64", 600, 0)}), {"2001:db8:1:0:a:b:c:d for 0/600"}, 4s},
      {4s, due, {"solicit"}, 12s},
  });
}

TEST(Autoconfiguration, HasFourAddressesAtMost) {
  const auto one = play({
      {0s, due, {"solicit"}, 4s},
      {1s,
       says({offer("2001:db8:1::/64", 100, 100), offer("2001:db8:2::/64", 3600, 3600), offer("2001:db8:3::/64", 3600, 3600),
             offer("2001:db8:4::/64", 3600, 3600), offer("2001:db8:5::/64", 3600, 3600)}),
       {"2001:db8:1:0:a:b:c:d for 100/100", "2001:db8:2:0:a:b:c:d for 3600/3600", "2001:db8:3:0:a:b:c:d for 3600/3600",
        "2001:db8:4:0:a:b:c:d for 3600/3600"},
       76s},
      // The first is over: there is room again.
      {101s, says({offer("2001:db8:5::/64", 3600, 3600)}), {"2001:db8:5:0:a:b:c:d for 3600/3600"}, 2701s},
  });
  EXPECT_EQ(one.addresses(kStart + 102s).size(), 4U);
  EXPECT_EQ(one.addresses(kStart + 3650s).size(), 1U) << "what is over is not told";
}

TEST(Autoconfiguration, TheMtuIsSetOnceAndNeverBelowIpv6sLeast) {
  play({
      {0s, due, {"solicit"}, 4s},
      {1s, says({}, 1279), {}, 4s},
      {1s, says({}, 1280), {"mtu 1280"}, 4s},
      {2s, says({}, 1280), {}, 4s},
      {3s, says({}, 1492), {"mtu 1492"}, 4s},
  });
}

}  // namespace
}  // namespace ghost::core
