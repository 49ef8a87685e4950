// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/families.hpp"

#include <gmock/gmock.h>

using namespace ghost;
using namespace ghost::core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

constexpr Time at(Duration t) { return Time{} + t; }
IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
const IpAddress kFour = ip("10.0.0.1"), kSix = ip("2001:db8:5::1");

Families both() { return Families({ip("192.0.0.2"), ip("2001:db8::2")}); }

}  // namespace

TEST(Families, AFamilyWithoutAStableAddressIsNotWaitedFor) {
  Families families({ip("192.0.0.2")});
  EXPECT_EQ(families.of(Family::v6), Carriage::unused);
  EXPECT_EQ(families.carry(kFour, at(0s)), Carriage::pending);
  EXPECT_EQ(families.of(Family::v4), Carriage::carried);
  EXPECT_EQ(families.deadline(), std::nullopt);
  EXPECT_THAT(families.give_up(), IsEmpty());
}

TEST(Families, TheSecondHasFifteenSecondsFromTheFirst) {
  auto families = both();
  EXPECT_EQ(families.deadline(), std::nullopt) << "dialing has a deadline of its own";
  families.carry(kFour, at(10s));
  EXPECT_EQ(families.deadline(), at(25s));
  EXPECT_THAT(families.give_up(), ElementsAre(Family::v6));
  EXPECT_EQ(families.of(Family::v6), Carriage::given_up);
  EXPECT_EQ(families.of(Family::v4), Carriage::carried);
  EXPECT_EQ(families.deadline(), std::nullopt);
  EXPECT_THAT(families.give_up(), IsEmpty()) << "once";
  EXPECT_EQ(families.carry(kSix, at(60s)), Carriage::given_up) << "it comes late: whoever refuses it must stop";
  EXPECT_EQ(families.of(Family::v6), Carriage::carried);
}

TEST(Families, BothCarriedWaitForNothing) {
  auto families = both();
  families.carry(kSix, at(0s));
  families.carry(kFour, at(1s));
  EXPECT_EQ(families.deadline(), std::nullopt);
  EXPECT_FALSE(families.any(Carriage::pending));
  EXPECT_THAT(families.addresses(), ElementsAre(kFour, kSix)) << "IPv4 first, whichever came first";
}

TEST(Families, ALostAddressIsWaitedForAnew) {
  auto families = both();
  families.carry(kFour, at(0s));
  families.carry(kSix, at(1s));
  EXPECT_FALSE(families.lose(ip("10.0.0.9"), at(50s))) << "never had it";
  EXPECT_EQ(families.deadline(), std::nullopt);
  EXPECT_TRUE(families.lose(kFour, at(50s)));
  EXPECT_FALSE(families.lose(kFour, at(51s))) << "once";
  EXPECT_EQ(families.of(Family::v4), Carriage::pending);
  EXPECT_EQ(families.deadline(), at(65s));
  EXPECT_THAT(families.addresses(), ElementsAre(kSix));
  EXPECT_EQ(families.carry(ip("10.0.0.2"), at(60s)), Carriage::pending);
  EXPECT_EQ(families.deadline(), std::nullopt);
}
