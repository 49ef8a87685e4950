// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/packet.hpp"

#include <gtest/gtest.h>

#include <random>

#include "packets.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace ghost::core {
void PrintTo(const PacketInfo& info, std::ostream* out) { *out << info.str() << (info.syn ? " (SYN)" : ""); }
}  // namespace ghost::core

namespace {

constexpr auto kA = "192.0.0.2", kB = "9.9.9.9", kA6 = "2001:db8::1", kB6 = "2001:db8::2";

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

PacketInfo between(std::string_view source, std::string_view destination, std::uint8_t protocol) {
  PacketInfo info;
  info.source = ip(source);
  info.destination = ip(destination);
  info.protocol = protocol;
  return info;
}

PacketInfo with_ports(PacketInfo info, std::uint16_t from, std::uint16_t to) {
  info.source_port = from;
  info.destination_port = to;
  return info;
}

PacketInfo with_icmp(PacketInfo info, std::uint8_t type) {
  info.icmp_type = type;
  return info;
}

PacketInfo with_syn(PacketInfo info, std::uint32_t sequence) {
  info.syn = SynKey{info.source, info.destination, *info.source_port, *info.destination_port, sequence};
  return info;
}

Packet first(const Packet& packet, std::size_t size) {
  return {packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)};
}

// Every shorter form of a sound packet is refused, whatever it is cut in.
void expect_refused_when_cut(const Packet& packet) {
  ASSERT_TRUE(describe_packet(packet));
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_EQ(describe_packet(first(packet, size)), std::nullopt) << size << " of " << packet.size() << " bytes";
}

}  // namespace

// ---- IPv4 ------------------------------------------------------------------------------------------------------------

TEST(Packet, V4Udp) {
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {}, udp(5353, 53, {1, 2, 3}))), with_ports(between(kA, kB, 17), 5353, 53));
}

TEST(Packet, V4TcpSynHasItsKey) {
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 6}, tcp(40000, 443, kSyn, 0xdeadbeef))),
            with_syn(with_ports(between(kA, kB, 6), 40000, 443), 0xdeadbeef));
}

TEST(Packet, OnlyALoneSynIsASyn) {
  const auto plain = with_ports(between(kA, kB, 6), 40000, 443);
  for (unsigned flags = 0; flags < 256; ++flags) {
    const auto packet = ipv4(kA, kB, {.protocol = 6}, tcp(40000, 443, static_cast<std::uint8_t>(flags), 7));
    const bool syn = (flags & kSyn) && !(flags & kAck);
    EXPECT_EQ(describe_packet(packet), syn ? with_syn(plain, 7) : plain) << flags;
  }
}

TEST(Packet, V4SctpAndDccpHavePorts) {
  for (const auto protocol : {std::uint8_t{132}, std::uint8_t{33}})
    EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = protocol}, {0x12, 0x34, 0x56, 0x78})),
              with_ports(between(kA, kB, protocol), 0x1234, 0x5678));
}

TEST(Packet, V4IcmpHasItsType) {
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 1}, icmp(8))), with_icmp(between(kA, kB, 1), 8));
}

TEST(Packet, OtherProtocolsHaveNoPorts) {
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 47}, udp(1, 2))), between(kA, kB, 47));
}

TEST(Packet, V4OptionsAreStepped) {
  const Packet options{7, 7, 4, 0, 0, 0, 0, 0};  // record route, padded
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.options = options}, udp(1, 2))), with_ports(between(kA, kB, 17), 1, 2));
}

TEST(Packet, V4FragmentsTellPortsInTheFirstOnly) {
  const auto info = with_ports(between(kA, kB, 17), 1000, 2000);
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.fragment = 0x2000}, udp(1000, 2000))), info) << "more fragments, offset 0";
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.fragment = 0x4000}, udp(1000, 2000))), info) << "do not fragment";
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.fragment = 0x2001}, udp(1000, 2000))), between(kA, kB, 17)) << "offset 8";
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.fragment = 0x1fff}, udp(1000, 2000))), between(kA, kB, 17)) << "the last";
}

TEST(Packet, AShortTransportHeaderIsStillAPacket) {
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {}, {0, 53, 0})), between(kA, kB, 17)) << "three bytes hold no two ports";
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {}, {0, 53, 0, 54})), with_ports(between(kA, kB, 17), 53, 54));
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 1}, {})), between(kA, kB, 1));
  const auto syn = tcp(1, 2, kSyn, 3);
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 6}, first(syn, 13))), with_ports(between(kA, kB, 6), 1, 2))
      << "the flags are cut off";
  EXPECT_EQ(describe_packet(ipv4(kA, kB, {.protocol = 6}, first(syn, 14))), with_syn(with_ports(between(kA, kB, 6), 1, 2), 3));
}

TEST(Packet, V4TruncatedAtEveryByte) {
  expect_refused_when_cut(ipv4(kA, kB, {.protocol = 6}, tcp(40000, 443, kSyn, 1)));
  expect_refused_when_cut(ipv4(kA, kB, {.options = {1, 1, 1, 0}}, udp(1, 2, {9})));
}

TEST(Packet, V4LengthsThatContradictEachOther) {
  auto packet = ipv4(kA, kB, {}, udp(1, 2));
  packet[2] = packet[3] = 0;
  EXPECT_EQ(describe_packet(packet), std::nullopt) << "total length 0";
  packet[3] = 19;
  EXPECT_EQ(describe_packet(packet), std::nullopt) << "shorter than its header";
  packet = ipv4(kA, kB, {}, udp(1, 2));
  packet[0] = 0x44;
  EXPECT_EQ(describe_packet(packet), std::nullopt) << "a header of 16 bytes";
  packet[0] = 0x4f;
  EXPECT_EQ(describe_packet(packet), std::nullopt) << "a header beyond the end";
}

TEST(Packet, BytesBehindTheEndAreNotRead) {
  const auto packet = ipv4(kA, kB, {}, {0, 53});
  EXPECT_EQ(describe_packet(packet + Packet{0, 99, 1, 2, 3}), between(kA, kB, 17));
  const auto six = ipv6(kA6, kB6, 17, {0, 53});
  EXPECT_EQ(describe_packet(six + Packet{0, 99, 1, 2, 3}), between(kA6, kB6, 17));
}

// ---- IPv6 ------------------------------------------------------------------------------------------------------------

TEST(Packet, V6UdpTcpIcmp) {
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 17, udp(5353, 53))), with_ports(between(kA6, kB6, 17), 5353, 53));
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 6, tcp(40000, 443, kSyn, 0x01020304))),
            with_syn(with_ports(between(kA6, kB6, 6), 40000, 443), 0x01020304));
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 58, icmp(128))), with_icmp(between(kA6, kB6, 58), 128));
}

TEST(Packet, V6ExtensionHeadersAreStepped) {
  const Packet hop_by_hop{60, 0, 5, 2, 0, 0, 1, 0};                                    // next: destination options
  const Packet destination_options{43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // 16 bytes; next: routing
  const Packet routing{44, 0, 4, 0, 0, 0, 0, 0};                                       // next: fragment
  const Packet fragment{6, 0, 0, 1, 0, 0, 0, 9};                                       // offset 0, more to come; next: TCP
  const auto packet = ipv6(kA6, kB6, 0, hop_by_hop + destination_options + routing + fragment + tcp(1, 2, kSyn, 3));
  EXPECT_EQ(describe_packet(packet), with_syn(with_ports(between(kA6, kB6, 6), 1, 2), 3));
  expect_refused_when_cut(packet);
}

TEST(Packet, V6LaterFragmentsTellNoPorts) {
  const Packet later{17, 0, 0, 8, 0, 0, 0, 9};
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 44, later + udp(1, 2))), between(kA6, kB6, 17));
}

TEST(Packet, V6ExtensionHeadersThatEndTooEarly) {
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 0, {})), between(kA6, kB6, 0));
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 0, {17, 0, 0, 0, 0, 0, 0})), between(kA6, kB6, 0)) << "7 of its 8 bytes";
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 0, {17, 1, 0, 0, 0, 0, 0, 0})), between(kA6, kB6, 0)) << "8 of its 16 bytes";
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 0, {17, 0, 0, 0, 0, 0, 0, 0})), between(kA6, kB6, 17));
}

// 65535 bytes of 8-byte headers, each naming the next: the longest walk there is.
TEST(Packet, V6LongestChainOfExtensionHeadersEnds) {
  Packet chain;
  while (chain.size() + 8 <= 65535) chain = std::move(chain) + Packet{0, 0, 1, 4, 0, 0, 0, 0};
  EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 0, chain)), between(kA6, kB6, 0));
}

TEST(Packet, V6NoNextHeader) { EXPECT_EQ(describe_packet(ipv6(kA6, kB6, 59, {})), between(kA6, kB6, 59)); }

TEST(Packet, V6TruncatedAtEveryByte) { expect_refused_when_cut(ipv6(kA6, kB6, 17, udp(1, 2, {3, 4}))); }

// ---- what is not a packet --------------------------------------------------------------------------------------------

TEST(Packet, NothingIsNoPacket) { EXPECT_EQ(describe_packet({}), std::nullopt); }

TEST(Packet, OnlyVersions4And6AreIp) {
  for (unsigned version = 0; version < 16; ++version) {
    if (version == 4 || version == 6) continue;
    auto packet = ipv6(kA6, kB6, 17, udp(1, 2));
    packet[0] = static_cast<std::uint8_t>(version << 4 | 5);
    EXPECT_EQ(describe_packet(packet), std::nullopt) << version;
  }
}

// Any bytes: no crash (the sanitizers of CI look on), and what is accepted has been read from these bytes.
TEST(Packet, Garbage) {
  std::mt19937 random(791);
  std::uniform_int_distribution<int> byte(0, 255), length(0, 120);
  int accepted = 0;
  for (int run = 0; run < 300'000; ++run) {
    Packet packet(static_cast<std::size_t>(length(random)));
    for (auto& b : packet) b = static_cast<std::uint8_t>(byte(random));
    if (packet.size() > 5 && run % 4 != 0) {  // most of them get as far as the transport header
      packet[0] = run % 4 == 1 ? static_cast<std::uint8_t>(0x45 + run % 3) : 0x60;
      packet[run % 4 == 1 ? 2 : 4] = 0;
    }
    const auto info = describe_packet(packet);
    if (!info) continue;
    ++accepted;
    const bool v6 = packet[0] >> 4 == 6;
    const std::span<const std::uint8_t> bytes(packet);
    ASSERT_EQ(info->source, IpAddress::from_bytes(bytes.subspan(v6 ? 8 : 12, v6 ? 16 : 4)));
    ASSERT_EQ(info->destination, IpAddress::from_bytes(bytes.subspan(v6 ? 24 : 16, v6 ? 16 : 4)));
    ASSERT_EQ(info->source_port.has_value(), info->destination_port.has_value());
    ASSERT_FALSE(info->icmp_type && info->source_port);
    if (info->syn) {
      ASSERT_EQ(*info->syn,
                (SynKey{info->source, info->destination, *info->source_port, *info->destination_port, info->syn->sequence}));
    }
    ASSERT_FALSE(info->str().empty());
  }
  EXPECT_GT(accepted, 10'000) << "the garbage is refused at the door; nothing was tested";
}

// ---- as people read it -----------------------------------------------------------------------------------------------

TEST(Packet, Words) {
  const auto words = [](const Packet& packet) { return describe_packet(packet)->str(); };
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 6}, tcp(40000, 443, kSyn, 1))), "tcp 192.0.0.2:40000 -> 9.9.9.9:443");
  EXPECT_EQ(words(ipv6(kA6, kB6, 17, udp(5353, 53))), "udp [2001:db8::1]:5353 -> [2001:db8::2]:53");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 132}, {0, 1, 0, 2})), "sctp 192.0.0.2:1 -> 9.9.9.9:2");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 33}, {0, 1, 0, 2})), "dccp 192.0.0.2:1 -> 9.9.9.9:2");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 1}, icmp(8))), "icmp 192.0.0.2 -> 9.9.9.9 echo-request");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 1}, icmp(0))), "icmp 192.0.0.2 -> 9.9.9.9 echo-reply");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 1}, icmp(128))), "icmp 192.0.0.2 -> 9.9.9.9 type 128");
  EXPECT_EQ(words(ipv6(kA6, kB6, 58, icmp(128))), "icmpv6 2001:db8::1 -> 2001:db8::2 echo-request");
  EXPECT_EQ(words(ipv6(kA6, kB6, 58, icmp(129))), "icmpv6 2001:db8::1 -> 2001:db8::2 echo-reply");
  EXPECT_EQ(words(ipv6(kA6, kB6, 58, icmp(8))), "icmpv6 2001:db8::1 -> 2001:db8::2 type 8");
  EXPECT_EQ(words(ipv4(kA, kB, {.protocol = 47}, {})), "proto 47 192.0.0.2 -> 9.9.9.9");
  EXPECT_EQ(words(ipv4(kA, kB, {.fragment = 1}, udp(1, 2))), "udp 192.0.0.2 -> 9.9.9.9");
}
