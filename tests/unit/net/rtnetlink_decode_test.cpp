// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_decode.hpp"

#include <gmock/gmock.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <cstring>
#include <memory>

#include "../addresses.hpp"
#include "made_message.hpp"

namespace ghost::net {
namespace {

using test::Message;
using Bytes = std::vector<std::uint8_t>;

Message link(int type, unsigned flags) {
  ifinfomsg body{};
  body.ifi_index = 7;
  body.ifi_flags = flags;
  return Message(type, body)
      .attribute(IFLA_MTU, Bytes{0xdc, 5, 0, 0})
      .attribute(IFLA_TXQLEN, Bytes{0, 16, 0, 0})
      .attribute(IFLA_IFNAME, "ppp-isp");
}

Message address(int type, int family, std::uint8_t length, std::uint8_t scope) {
  ifaddrmsg body{};
  body.ifa_family = static_cast<std::uint8_t>(family);
  body.ifa_prefixlen = length;
  body.ifa_scope = scope;
  body.ifa_index = 7;
  return Message(type, body);
}

const Bytes kLocal4 = {100, 64, 7, 7};
const Bytes kPeer4 = {10, 64, 64, 1};
const Bytes kLocal6 = {0x20, 1, 0xd, 0xb8, 0, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};

RtnetlinkNews decode(const Bytes& bytes) { return decode_rtnetlink(bytes).news; }

TEST(RtnetlinkDecode, Links) {
  EXPECT_EQ(decode(link(RTM_NEWLINK, IFF_UP | IFF_RUNNING).bytes()),
            RtnetlinkNews(LinkSeen{7, "ppp-isp", true, true, false, 1500, 4096}));
  EXPECT_EQ(decode(link(RTM_NEWLINK, IFF_NOARP).bytes()), RtnetlinkNews(LinkSeen{7, "ppp-isp", false, false, false, 1500, 4096}));
  EXPECT_EQ(decode(link(RTM_DELLINK, IFF_UP).bytes()), RtnetlinkNews(LinkSeen{7, "ppp-isp", true, false, true, 1500, 4096}));
}

TEST(RtnetlinkDecode, ABridgePortIsNoLink) {
  ifinfomsg body{};
  body.ifi_family = AF_BRIDGE;
  body.ifi_index = 7;
  EXPECT_EQ(decode(Message(RTM_DELLINK, body).attribute(IFLA_IFNAME, "eth0").bytes()), RtnetlinkNews(Nothing{}));
}

TEST(RtnetlinkDecode, Addresses) {
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_INET, 32, RT_SCOPE_UNIVERSE)
                       .attribute(IFA_ADDRESS, kPeer4)
                       .attribute(IFA_LOCAL, kLocal4)
                       .attribute(IFA_LABEL, "ppp-isp")
                       .bytes()),
            RtnetlinkNews(AddressSeen{7, ip("100.64.7.7"), ip("10.64.64.1"), 32, true, false, false, false}));
  EXPECT_EQ(decode(address(RTM_DELADDR, AF_INET6, 64, RT_SCOPE_UNIVERSE).attribute(IFA_ADDRESS, kLocal6).bytes()),
            RtnetlinkNews(AddressSeen{7, ip("2001:db8:77::2"), ip("2001:db8:77::2"), 64, true, false, false, true}));
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_INET6, 64, RT_SCOPE_LINK).attribute(IFA_ADDRESS, kLocal6).bytes()),
            RtnetlinkNews(AddressSeen{7, ip("2001:db8:77::2"), ip("2001:db8:77::2"), 64, false, true, false, false}));
}

TEST(RtnetlinkDecode, TentativeIsInTheWideFlags) {
  const auto with = [](std::uint32_t flags) {
    Bytes wide(4);
    std::memcpy(wide.data(), &flags, 4);
    const auto news = decode(
        address(RTM_NEWADDR, AF_INET6, 64, RT_SCOPE_UNIVERSE).attribute(IFA_ADDRESS, kLocal6).attribute(IFA_FLAGS, wide).bytes());
    return std::get<AddressSeen>(news).tentative;
  };
  EXPECT_TRUE(with(IFA_F_TENTATIVE));
  EXPECT_TRUE(with(IFA_F_TENTATIVE | IFA_F_DADFAILED));
  EXPECT_FALSE(with(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC));
  EXPECT_FALSE(with(IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE));
}

TEST(RtnetlinkDecode, DumpsAndErrors) {
  EXPECT_EQ(decode_rtnetlink(Message(NLMSG_DONE, std::int32_t{0}, NLM_F_DUMP_INTR).bytes()),
            (Decoded{.news = DumpDone{}, .consumed = 20, .dump_interrupted = true}));
  EXPECT_EQ(decode_rtnetlink(Message(NLMSG_ERROR, nlmsgerr{.error = -EPERM, .msg = {}}).bytes()),
            (Decoded{.news = Nothing{}, .consumed = 36, .error = EPERM}));
  EXPECT_EQ(decode(Message(RTM_NEWROUTE, rtmsg{}).bytes()), RtnetlinkNews(Nothing{}));
}

TEST(RtnetlinkDecode, Contradictions) {
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_INET, 32, 0).bytes()), RtnetlinkNews(Malformed{}));  // no address
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_INET, 33, 0).attribute(IFA_LOCAL, kLocal4).bytes()), RtnetlinkNews(Malformed{}));
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_INET6, 64, 0).attribute(IFA_LOCAL, kLocal4).bytes()), RtnetlinkNews(Malformed{}));
  EXPECT_EQ(decode(address(RTM_NEWADDR, AF_PACKET, 0, 0).bytes()), RtnetlinkNews(Nothing{}));
  EXPECT_EQ(decode(Message(RTM_NEWLINK, ifinfomsg{}).bytes()), RtnetlinkNews(Malformed{}));  // neither index nor name
  EXPECT_EQ(decode(link(RTM_NEWLINK, 0).attribute(IFLA_IFNAME, "sixteen-and-more").bytes()), RtnetlinkNews(Malformed{}));
  auto long_head = link(RTM_NEWLINK, 0).bytes();
  long_head[0] = static_cast<std::uint8_t>(long_head[0] + 1);
  EXPECT_EQ(decode_rtnetlink(long_head), (Decoded{.news = Malformed{}, .consumed = long_head.size()}));
}

TEST(RtnetlinkDecode, OneMessageAfterTheOther) {
  auto two = link(RTM_NEWLINK, IFF_UP).bytes();
  const auto first = two.size();
  const auto second = Message(NLMSG_DONE, std::int32_t{0}).bytes();
  two.insert(two.end(), second.begin(), second.end());
  EXPECT_EQ(decode_rtnetlink(two).consumed, first);
  EXPECT_EQ(decode_rtnetlink(std::span(two).subspan(first)).news, RtnetlinkNews(DumpDone{}));
}

// Cut at every byte, with and without a length that admits it, and with every byte replaced: an answer, never
// a read past the end. Each piece lies in a block of just its size, so that a sanitizer or valgrind sees the
// first byte too far.
TEST(RtnetlinkDecode, IsTotal) {
  const std::vector<Bytes> whole = {
      link(RTM_NEWLINK, IFF_UP).bytes(),
      address(RTM_NEWADDR, AF_INET, 32, 0).attribute(IFA_ADDRESS, kPeer4).attribute(IFA_LOCAL, kLocal4).bytes(),
      address(RTM_NEWADDR, AF_INET6, 64, 0).attribute(IFA_ADDRESS, kLocal6).attribute(IFA_FLAGS, Bytes{0, 0, 0, 0}).bytes(),
      Message(NLMSG_ERROR, nlmsgerr{}).bytes()};
  const auto try_it = [](const Bytes& bytes, std::size_t length) {
    const auto piece = std::make_unique<std::uint8_t[]>(length);
    std::memcpy(piece.get(), bytes.data(), length);
    const auto decoded = decode_rtnetlink({piece.get(), length});
    EXPECT_GT(decoded.consumed, 0U);
    EXPECT_LE(decoded.consumed, length);
    return decoded.news;
  };
  for (const auto& bytes : whole) {
    for (std::size_t length = 1; length < bytes.size(); ++length) {
      EXPECT_EQ(try_it(bytes, length), RtnetlinkNews(Malformed{})) << length;
      Bytes honest = bytes;
      honest[0] = static_cast<std::uint8_t>(length);
      try_it(honest, length);
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (const int value : {0, 1, 3, 4, 5, 127, 128, 255}) {
        Bytes bent = bytes;
        bent[at] = static_cast<std::uint8_t>(value);
        try_it(bent, bent.size());
      }
    }
  }
}

}  // namespace
}  // namespace ghost::net
