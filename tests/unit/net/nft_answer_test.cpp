// SPDX-License-Identifier: GPL-2.0-or-later
// What nft lists, as values.
#include <gmock/gmock.h>

#include "net/nft.hpp"

namespace ghost::net {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

auto live(const std::string& elements) {
  return nft::live_in(
      nlohmann::json::parse(R"({"nftables": [{"metainfo": {}}, {"set": {"name": "live", "elem": )" + elements + "}}]}"));
}

TEST(NftAnswer, NamesTheCallsThatPacketsKeepUp) {
  EXPECT_THAT(live(R"([{"elem": {"val": "ppp-isp", "timeout": 60, "expires": 41}}, {"elem": {"val": "ppp-two", "expires": 0}}])"),
              ElementsAre(Pair("ppp-isp", seconds(41)), Pair("ppp-two", seconds(0))));
  EXPECT_THAT(live(R"([{"elem": {"val": 7, "expires": 41}}, {"elem": {"val": "ppp-isp"}}, "ppp-isp"])"), IsEmpty());
  EXPECT_THAT(nft::live_in(nlohmann::json()), IsEmpty());
}

TEST(NftAnswer, TakesNoTimeThatIsNone) {
  for (const auto* expires : {"1e300", "-1e300", "1.5", "-1", "4294967296", "18446744073709551615", "null", "\"9\"", "[9]"})
    EXPECT_THAT(live(std::string(R"([{"elem": {"val": "ppp-isp", "expires": )") + expires + "}}]"), IsEmpty()) << expires;
  for (const auto* elements : {"7", "[[7]]", R"([{"elem": 7}])", R"({"a": {"elem": null}})"})
    EXPECT_THAT(live(elements), IsEmpty()) << elements;
}

}  // namespace
}  // namespace ghost::net
