// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/one_processor.hpp"

#include <gtest/gtest.h>

#include <string>

namespace ghost::net {
namespace {

TEST(SoftnetBacklog, IsTheProcessorsOwn) {
  const std::string zeros = "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ";
  const std::string text = "00008cee " + zeros + "00000003 00000000\n" + "00012384 " + zeros + "0000001f 00000002 00000000 00000000\n";
  EXPECT_EQ(softnet_backlog(text, 0), 3U);
  EXPECT_EQ(softnet_backlog(text, 2), 31U);
  EXPECT_EQ(softnet_backlog(text, 1), std::nullopt);
  EXPECT_EQ(softnet_backlog("", 0), std::nullopt);
  EXPECT_EQ(softnet_backlog("00008cee 00000000\n", 0), std::nullopt) << "an older kernel";
}

TEST(OneProcessor, StaysAndMayMoveAgain) {
  cpu_set_t before, within, after;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  {
    const OneProcessor here;
    ASSERT_EQ(::sched_getaffinity(0, sizeof within, &within), 0);
    EXPECT_EQ(CPU_COUNT(&within), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(::sched_getcpu()), &within));
  }
  ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

}  // namespace
}  // namespace ghost::net
