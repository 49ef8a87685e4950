// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/replay_buffer.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <functional>
#include <random>

#include "packets.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace ghost::test;

namespace ghost::core {
void PrintTo(const ReplayBuffer::Pushed& p, std::ostream* out) {
  *out << p.dropped << " dropped" << (p.coalesced ? ", coalesced" : "");
}
}  // namespace ghost::core

namespace {

constexpr BufferBudget kAmple{.packets = 100, .bytes = 100'000, .age = 120s};

Time at(Duration d) { return Time{} + d; }

// Packets are told apart by their source port: n.
Packet v4(std::uint16_t n, std::size_t payload = 0) { return ipv4("192.0.0.2", "9.9.9.9", {}, udp(n, 53, Packet(payload))); }
Packet v6(std::uint16_t n) { return ipv6("2001:db8::1", "2001:db8::2", 17, udp(n, 53)); }
Packet syn(std::uint32_t sequence, std::uint16_t port = 40000, std::string_view to = "9.9.9.9", std::uint16_t to_port = 443) {
  return ipv4("192.0.0.2", to, {.protocol = 6}, tcp(port, to_port, kSyn, sequence));
}

ReplayBuffer::Pushed push(ReplayBuffer& buffer, const Packet& packet, Duration when = 0s) {
  return buffer.push(packet, *describe_packet(packet), at(when));
}

// What it takes of the budget.
std::size_t memory_of(const Packet& packet) {
  ReplayBuffer buffer(kAmple);
  (void)push(buffer, packet);
  return buffer.memory();
}

constexpr ReplayBuffer::Pushed kKept{}, kCoalesced{.dropped = 0, .coalesced = true};
constexpr ReplayBuffer::Pushed dropped(std::size_t n) { return {.dropped = n, .coalesced = false}; }

std::vector<std::uint16_t> ports(const std::vector<PacketBytes>& packets) {
  std::vector<std::uint16_t> out;
  for (const auto& p : packets) out.push_back(*describe_packet(p)->source_port);
  return out;
}
using Ports = std::vector<std::uint16_t>;

}  // namespace

TEST(ReplayBuffer, GivesBackWhatItWasGivenInOrder) {
  ReplayBuffer buffer(kAmple);
  const std::vector<PacketBytes> packets{v4(1, 10), v4(2), v4(3, 300)};
  std::size_t bytes = 0;
  for (const auto& p : packets) {
    EXPECT_EQ(push(buffer, p), kKept);
    bytes += p.size();
  }
  EXPECT_EQ(buffer.packets(), 3u);
  EXPECT_EQ(buffer.bytes(), bytes);
  EXPECT_EQ(buffer.take(Family::v4), packets);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.bytes(), 0u);
}

TEST(ReplayBuffer, PacketBudgetDropsExactlyTheOldest) {
  ReplayBuffer buffer({.packets = 3, .bytes = 100'000, .age = 120s});
  std::size_t lost = 0;
  for (std::uint16_t n = 1; n <= 10; ++n) lost += push(buffer, v4(n)).dropped;
  EXPECT_EQ(lost, 7u);
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{8, 9, 10}));
}

TEST(ReplayBuffer, ByteBudgetDropsExactlyTheOldestThatAreInTheWay) {
  // Three of 100 bytes fill it to the last byte of memory.
  ReplayBuffer buffer({.packets = 100, .bytes = 3 * memory_of(v4(1, 72)), .age = 120s});
  for (std::uint16_t n = 1; n <= 3; ++n) EXPECT_EQ(push(buffer, v4(n, 72)), kKept);
  EXPECT_EQ(buffer.bytes(), 300u);
  EXPECT_EQ(push(buffer, v4(4, 1)), dropped(1));
  EXPECT_EQ(push(buffer, v4(5, 200)), dropped(2)) << "228 bytes push out two of 100";
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{4, 5}));
}

TEST(ReplayBuffer, APacketThatNoEmptyingMakesRoomForGoesItself) {
  ReplayBuffer buffer({.packets = 100, .bytes = 100, .age = 120s});
  EXPECT_EQ(push(buffer, v4(1, 20)), kKept);
  EXPECT_EQ(push(buffer, v4(2, 73)), dropped(1));
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{1})) << "the others did not suffer for it";
  EXPECT_EQ(push(buffer, v4(3, 72)), kKept) << "100 bytes are within 100";
}

// Whatever waits, the allocator has given no more than was counted, a few per cent aside.
TEST(ReplayBuffer, CountsWhatPacketsTakeOfMemory) {
  const auto taken = [](const std::function<Packet(std::uint32_t)>& packet) {
    const auto before = ::mallinfo2();
    ReplayBuffer buffer({.packets = 1'000'000, .bytes = 8 << 20, .age = 120s});
    std::uint32_t n = 0;
    while (push(buffer, packet(n)) == kKept) ++n;
    const auto after = ::mallinfo2();
    EXPECT_LE(buffer.memory(), 8U << 20);
    const auto real = static_cast<double>(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd);
    return real / static_cast<double>(buffer.memory());
  };
  EXPECT_NEAR(taken([](std::uint32_t n) { return v4(static_cast<std::uint16_t>(n)); }), 1.0, 0.05) << "empty datagrams";
  EXPECT_NEAR(taken([](std::uint32_t n) { return v4(static_cast<std::uint16_t>(n), 1400); }), 1.0, 0.05) << "full ones";
  EXPECT_NEAR(taken([](std::uint32_t n) { return syn(n); }), 1.0, 0.05) << "SYNs, which are remembered";
}

TEST(ReplayBuffer, APacketOfTheWholeBudgetWaitsAlone) {
  const auto large = v4(1, 1472);
  ReplayBuffer buffer({.packets = 100, .bytes = large.size(), .age = 120s});
  EXPECT_EQ(push(buffer, large), kKept);
  EXPECT_EQ(push(buffer, v4(2, 1472)), dropped(1));
  EXPECT_EQ(buffer.packets(), 1u);
  EXPECT_EQ(buffer.set_budget({.packets = 100, .bytes = large.size() - 1, .age = 120s}), 1u);
  EXPECT_EQ(buffer.memory(), 0u);
}

TEST(ReplayBuffer, NoRoomAtAll) {
  ReplayBuffer buffer({.packets = 0, .bytes = 100'000, .age = 120s});
  EXPECT_EQ(push(buffer, v4(1)), dropped(1));
  EXPECT_EQ(push(buffer, syn(1)), dropped(1));
  EXPECT_EQ(push(buffer, syn(1)), dropped(1)) << "what was not kept coalesces nothing";
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.bytes(), 0u);
}

TEST(ReplayBuffer, AgeDropsExactlyTheOldest) {
  ReplayBuffer buffer({.packets = 100, .bytes = 100'000, .age = 10s});
  EXPECT_EQ(buffer.next_expiry(), std::nullopt);
  EXPECT_EQ(buffer.oldest(), std::nullopt);
  push(buffer, v4(1), 0s);
  push(buffer, v4(2), 4s);
  push(buffer, v4(3), 4s);
  push(buffer, v4(4), 5s);
  EXPECT_EQ(buffer.oldest(), at(0s));
  EXPECT_EQ(buffer.next_expiry(), at(10s));
  EXPECT_EQ(buffer.expire(at(10s - 1us)), 0u);
  EXPECT_EQ(buffer.expire(at(10s)), 1u);
  EXPECT_EQ(buffer.next_expiry(), at(14s));
  EXPECT_EQ(buffer.expire(at(14s)), 2u);
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{4}));
  EXPECT_EQ(buffer.expire(at(1000s)), 0u);
}

// Whoever waits until next_expiry() finds something to do then: no busy loop.
TEST(ReplayBuffer, AtNextExpirySomethingExpires) {
  ReplayBuffer buffer({.packets = 100, .bytes = 100'000, .age = 7s});
  for (std::uint16_t n = 0; n < 20; ++n) push(buffer, v4(n), n * 300ms);
  int rounds = 0;
  while (const auto when = buffer.next_expiry()) {
    ASSERT_GT(buffer.expire(*when), 0u);
    ++rounds;
  }
  EXPECT_EQ(rounds, 20);
}

TEST(ReplayBuffer, ASynIsKeptOnce) {
  ReplayBuffer buffer(kAmple);
  EXPECT_EQ(push(buffer, syn(7), 0s), kKept);
  EXPECT_EQ(push(buffer, syn(7), 1s), kCoalesced);
  EXPECT_EQ(push(buffer, syn(7), 3s), kCoalesced);
  EXPECT_EQ(buffer.packets(), 1u);
  EXPECT_EQ(buffer.oldest(), at(0s)) << "it keeps its place in the queue";
  EXPECT_EQ(push(buffer, syn(8)), kKept) << "another initial sequence number is another connection";
  EXPECT_EQ(push(buffer, syn(7, 40001)), kKept) << "another source port";
  EXPECT_EQ(push(buffer, syn(7, 40000, "9.9.9.10")), kKept) << "another destination";
  EXPECT_EQ(push(buffer, syn(7, 40000, "9.9.9.9", 80)), kKept) << "another destination port";
  EXPECT_EQ(push(buffer, ipv4("192.0.0.2", "9.9.9.9", {.protocol = 6}, tcp(40000, 443, kAck, 7))), kKept) << "no SYN";
  EXPECT_EQ(buffer.packets(), 6u);
}

TEST(ReplayBuffer, TwoEqualPacketsThatAreNoSynAreTwo) {
  ReplayBuffer buffer(kAmple);
  EXPECT_EQ(push(buffer, v4(1)), kKept);
  EXPECT_EQ(push(buffer, v4(1)), kKept);
  EXPECT_EQ(buffer.take(Family::v4).size(), 2u);
}

// A SYN that has left must not swallow its own retransmit.
TEST(ReplayBuffer, ASynThatLeftIsNotRemembered) {
  ReplayBuffer buffer({.packets = 2, .bytes = 100'000, .age = 10s});
  push(buffer, syn(7));
  EXPECT_EQ(buffer.take(Family::v4).size(), 1u);
  EXPECT_EQ(push(buffer, syn(7)), kKept) << "after take";
  EXPECT_EQ(buffer.clear(), 1u);
  EXPECT_EQ(push(buffer, syn(7), 0s), kKept) << "after clear";
  EXPECT_EQ(buffer.expire(at(10s)), 1u);
  EXPECT_EQ(push(buffer, syn(7), 11s), kKept) << "after expire";
  push(buffer, v4(1), 11s);
  EXPECT_EQ(push(buffer, v4(2), 11s), dropped(1));
  EXPECT_EQ(push(buffer, syn(7), 11s), dropped(1)) << "after its place was taken, it is kept anew";
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{2, 40000}));
}

TEST(ReplayBuffer, TakeByFamilyKeepsTheOrderOfBoth) {
  ReplayBuffer buffer(kAmple);
  push(buffer, v4(1), 0s);
  push(buffer, v6(2), 1s);
  push(buffer, v4(3), 2s);
  push(buffer, v6(4), 3s);
  push(buffer, syn(9, 5), 4s);
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{1, 3, 5}));
  EXPECT_EQ(buffer.packets(), 2u);
  EXPECT_EQ(buffer.bytes(), 2 * v6(2).size());
  EXPECT_EQ(buffer.oldest(), at(1s));
  EXPECT_EQ(push(buffer, v6(6), 5s), kKept);
  EXPECT_EQ(buffer.take(Family::v4), std::vector<PacketBytes>{});
  EXPECT_EQ(ports(buffer.take(Family::v6)), (Ports{2, 4, 6}));
  EXPECT_TRUE(buffer.empty());
}

TEST(ReplayBuffer, ASmallerBudgetDropsTheOldestAtOnce) {
  ReplayBuffer buffer(kAmple);
  for (std::uint16_t n = 1; n <= 5; ++n) push(buffer, v4(n, 72), n * 1s);
  EXPECT_EQ(buffer.set_budget({.packets = 4, .bytes = 100'000, .age = 120s}), 1u);
  const auto two = 5 * memory_of(v4(1, 72)) / 2;
  EXPECT_EQ(buffer.set_budget({.packets = 4, .bytes = two, .age = 120s}), 2u);
  EXPECT_EQ(buffer.packets(), 2u);
  EXPECT_EQ(buffer.set_budget({.packets = 4, .bytes = two, .age = 3s}), 0u) << "age is expire()'s";
  EXPECT_EQ(buffer.next_expiry(), at(7s));
  EXPECT_EQ(buffer.set_budget(kAmple), 0u);
  EXPECT_EQ(ports(buffer.take(Family::v4)), (Ports{4, 5}));
}

TEST(ReplayBuffer, FrontDescribesTheOldest) {
  ReplayBuffer buffer(kAmple);
  EXPECT_EQ(buffer.front(), std::nullopt);
  push(buffer, v6(2));
  push(buffer, v4(1));
  EXPECT_EQ(buffer.front()->str(), "udp [2001:db8::1]:2 -> [2001:db8::2]:53");
}

// Whatever is done in whatever order: nothing is lost uncounted, nothing is over budget, order holds.
TEST(ReplayBuffer, EveryPacketIsAccountedFor) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&random](unsigned n) { return std::uniform_int_distribution<unsigned>(0, n - 1)(random); };
    BufferBudget budget{.packets = 1 + pick(20), .bytes = 100 + pick(3000), .age = 1s * (1 + pick(5))};
    ReplayBuffer buffer(budget);
    std::size_t in = 0, out = 0, lost = 0, coalesced = 0;
    Duration now{};
    std::uint16_t serial = 0;
    int last_taken[2] = {-1, -1};
    const auto take = [&](Family family) {
      for (const auto port : ports(buffer.take(family))) {
        ++out;
        auto& last = last_taken[static_cast<std::size_t>(family)];
        ASSERT_GT(static_cast<int>(port), last) << "seed " << seed;
        last = port;
      }
    };
    for (int step = 0; step < 300; ++step) {
      now += 50ms * pick(10);
      switch (pick(12)) {
        case 0: take(Family::v4); break;
        case 1: take(Family::v6); break;
        case 2: lost += buffer.expire(at(now)); break;
        case 3:
          budget = {.packets = 1 + pick(20), .bytes = 100 + pick(3000), .age = 1s * (1 + pick(5))};
          lost += buffer.set_budget(budget);
          break;
        default: {
          ++serial;
          const auto packet = pick(3) == 0 ? v6(serial) : pick(2) ? v4(serial, pick(200)) : syn(1, serial);
          for (unsigned copies = 1 + pick(2); copies-- > 0;) {
            if (copies > 0 && !describe_packet(packet)->syn) continue;
            const auto pushed = push(buffer, packet, now);
            ++in;
            lost += pushed.dropped;
            coalesced += pushed.coalesced ? 1 : 0;
          }
        }
      }
      ASSERT_LE(buffer.packets(), budget.packets) << "seed " << seed;
      ASSERT_LE(buffer.bytes(), budget.bytes) << "seed " << seed;
      ASSERT_TRUE(buffer.packets() <= 1 || buffer.memory() <= budget.bytes) << "seed " << seed;
      ASSERT_TRUE(!buffer.empty() || buffer.memory() == 0u) << "seed " << seed;
      ASSERT_EQ(in, buffer.packets() + out + lost + coalesced) << "seed " << seed;
    }
  }
}
