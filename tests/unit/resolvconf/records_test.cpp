// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolvconf/records.hpp"
#include "../addresses.hpp"

#include <gmock/gmock.h>

using namespace ghost;
using namespace ghost::resolvconf;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {
const Records kA{{"ppp-a.ghostd", {ip("192.0.2.1")}}};
}  // namespace

TEST(Records, HaveNamesThatAreOurs) {
  EXPECT_EQ(demand_record("isp"), "gd-isp.ghostd");
  EXPECT_EQ(call_record("isp"), "ppp-isp.ghostd");
  for (const auto* ours : {"gd-isp.ghostd", "ppp-isp.ghostd", "ppp-a_b-c.ghostd"}) EXPECT_TRUE(is_ours(ours)) << ours;
  for (const auto* not_ours :
       {"ppp-isp", "ppp-isp.pppd", "eth0.ghostd", "gd-.ghostd", "gd-a b.ghostd", "gd-twelve-bytes.ghostd", ".ghostd", ""})
    EXPECT_FALSE(is_ours(not_ours)) << not_ours;
  EXPECT_TRUE(is_ours_of_a_call("ppp-isp.ghostd"));
  EXPECT_FALSE(is_ours_of_a_call("gd-isp.ghostd"));
  EXPECT_TRUE(is_of_pppds_scripts("ppp-isp", "isp"));
  EXPECT_TRUE(is_of_pppds_scripts("ppp-isp.pppd", "isp"));
  EXPECT_FALSE(is_of_pppds_scripts("ppp-isp.ghostd", "isp"));
  EXPECT_FALSE(is_of_pppds_scripts("ppp0", "isp"));
}

TEST(Records, HoldNothingButServers) {
  EXPECT_EQ(text_of({ip("192.0.2.1"), ip("2001:db8::1")}), "nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
}

TEST(Changes, TellWhatIsNew) {
  EXPECT_EQ(changes(kA, {}, {}, {}), (Changes{{}, kA}));
  EXPECT_EQ(changes(kA, {}, {"ppp-a.ghostd"}, {"ppp-a.ghostd"}), (Changes{{}, kA}))
      << "of an earlier call, with who knows what in it";
  EXPECT_EQ(changes(kA, kA, {"ppp-a.ghostd", "eth0.inet"}, {"ppp-a.ghostd"}), Changes{});
  EXPECT_EQ(changes(kA, {{"ppp-a.ghostd", {ip("192.0.2.9")}}}, {"ppp-a.ghostd"}, {}), (Changes{{}, kA}));
  EXPECT_EQ(changes(kA, kA, {}, {}), (Changes{{}, kA})) << "somebody has removed it";
}

TEST(Changes, RemoveWhatIsStale) {
  EXPECT_EQ(changes({}, kA, {"eth0.inet", "ppp-a.ghostd", "ppp-b.ghostd"}, {"ppp-a.ghostd", "ppp-b.ghostd"}),
            (Changes{{"ppp-a.ghostd", "ppp-b.ghostd"}, {}}));
  EXPECT_EQ(changes({}, {}, {"eth0.inet"}, {}), Changes{});
}
