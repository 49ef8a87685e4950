// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/nft_library.hpp"

#include <gmock/gmock.h>

#include <cerrno>

namespace ghost::net {
namespace {

TEST(NftLibrary, OneThatCannotBeLoadedIsAnError) {
  const auto none = NftLibrary::load("libnftables-none.so.1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().errno_value, ELIBACC);
  EXPECT_THAT(none.error().what, testing::HasSubstr("libnftables-none.so.1"));
}

TEST(NftLibrary, OneThatIsAnotherIsAnError) {
  const auto other = NftLibrary::load("libc.so.6");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, testing::HasSubstr("nft_ctx_new"));
}

TEST(NftLibrary, TheOneThatIsNeededIsThere) {
  auto there = NftLibrary::load();
  ASSERT_TRUE(there) << there.error().what;
  auto* const context = there->ctx_new(NFT_CTX_DEFAULT);
  ASSERT_NE(context, nullptr);
  there->ctx_free(context);
}

}  // namespace
}  // namespace ghost::net
