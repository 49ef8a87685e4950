// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/netlink_message.hpp"

#include <gtest/gtest.h>

#include "made_message.hpp"

namespace ghost::net {
namespace {

using test::Message;
using Made = std::vector<std::uint8_t>;

// Two messages; the first has an attribute with padding behind it.
Made two_messages() {
  Made out = Message(RTM_NEWQDISC, tcmsg{}).attribute(TCA_KIND, "prio").bytes();
  const Made second = Message(NLMSG_DONE, std::int32_t{0}).bytes();
  out.insert(out.end(), second.begin(), second.end());
  return out;
}

void set_length(Made& datagram, std::uint32_t length) { std::memcpy(datagram.data(), &length, sizeof length); }

TEST(NetlinkMessage, OneAfterTheOther) {
  const auto datagram = two_messages();
  Bytes left(datagram);
  const auto first = take_message(left);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->head.nlmsg_type, RTM_NEWQDISC);
  EXPECT_EQ(first->body.size(), first->head.nlmsg_len - sizeof(nlmsghdr));
  const auto second = take_message(left);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->head.nlmsg_type, NLMSG_DONE);
  EXPECT_TRUE(left.empty());
  EXPECT_FALSE(take_message(left));
}

TEST(NetlinkMessage, ALengthThatContradictsTheDataIsNoMessage) {
  const auto whole = Message(NLMSG_DONE, std::int32_t{0}).bytes();
  for (const std::uint32_t length : {0U, 15U, static_cast<std::uint32_t>(whole.size() + 1), ~0U}) {
    auto datagram = whole;
    set_length(datagram, length);
    Bytes left(datagram);
    EXPECT_FALSE(take_message(left)) << length;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Bytes left = Bytes(whole).first(size);
    EXPECT_FALSE(take_message(left)) << size;
  }
}

// The last message's padding may be missing.
TEST(NetlinkMessage, EndsWithoutPadding) {
  auto datagram = Message(NLMSG_DONE, std::int32_t{0}).bytes();
  datagram.pop_back();
  set_length(datagram, static_cast<std::uint32_t>(datagram.size()));
  Bytes left(datagram);
  const auto message = take_message(left);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->body.size(), 3U);
  EXPECT_TRUE(left.empty());
}

TEST(NetlinkMessage, PartsNeedTheWholeHeader) {
  const auto datagram = two_messages();
  Bytes left(datagram);
  const auto message = take_message(left);
  ASSERT_TRUE(message);
  const auto parts = parts_of<tcmsg>(message->body);
  ASSERT_TRUE(parts);
  EXPECT_EQ(text(find_attribute(parts->attributes, TCA_KIND).value_or(Bytes())), "prio");
  EXPECT_FALSE(parts_of<tcmsg>(message->body.first(sizeof(tcmsg) - 1)));
}

TEST(NetlinkMessage, AttributesAreFoundByTheirTypeAlone) {
  const auto datagram = Message(RTM_NEWQDISC, tcmsg{})
                            .attribute(TCA_OPTIONS | NLA_F_NESTED, Made{1, 2, 3})
                            .attribute(TCA_KIND, Made{4})
                            .attribute(TCA_KIND, Made{5})
                            .bytes();
  Bytes left(datagram);
  const auto parts = parts_of<tcmsg>(take_message(left).value().body);
  ASSERT_TRUE(parts);
  const auto found = [&](int type) {
    const auto value = find_attribute(parts->attributes, type);
    return value ? std::optional(Made(value->begin(), value->end())) : std::nullopt;
  };
  EXPECT_EQ(found(TCA_OPTIONS), (Made{1, 2, 3}));
  EXPECT_EQ(found(TCA_KIND), (Made{4})) << "the first";
  EXPECT_EQ(found(TCA_STATS2), std::nullopt);
  // A list that breaks off has the attributes before the break.
  const Bytes broken = parts->attributes.first(parts->attributes.size() - 5);
  EXPECT_TRUE(find_attribute(broken, TCA_KIND));
  EXPECT_FALSE(find_attribute(broken.first(7), TCA_KIND));
  EXPECT_FALSE(find_attribute(broken.first(6), TCA_OPTIONS));
}

}  // namespace
}  // namespace ghost::net
