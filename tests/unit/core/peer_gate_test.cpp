// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/peer_gate.hpp"

#include <gmock/gmock.h>

using namespace ghost;
using namespace ghost::core;
using namespace std::chrono_literals;
using testing::ElementsAre;

namespace {

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }
const std::vector<IpAddress> kPeer{ip("10.0.0.2")};
Time at(Duration t) { return Time{} + t; }

PeerGateStep ask(std::vector<IpAddress> targets) { return AskPeers{std::move(targets)}; }
PeerGateStep open(bool in_vain) { return GateOpens{in_vain}; }

TEST(PeerGate, AsksAgainAfterAPauseThatDoublesUntilItsPatienceEnds) {
  PeerGate gate(ip("10.0.0.1"), 250ms, at(1s));
  std::vector<Duration> rounds;
  for (auto now = gate.deadline(); gate.round(kPeer, now) == ask(kPeer); now = gate.deadline()) rounds.push_back(now - at(1s));
  EXPECT_THAT(rounds, ElementsAre(0ms, 20ms, 60ms, 140ms));
  EXPECT_EQ(gate.deadline(), at(1250ms));  // and not after the whole pause
  EXPECT_EQ(gate.round(kPeer, gate.deadline()), open(true));
}

TEST(PeerGate, AsksNobodyWithoutPatience) {
  PeerGate gate(ip("10.0.0.1"), 0ms, at(1s));
  EXPECT_EQ(gate.round(kPeer, at(1s)), open(false));
}

// pppd tells the name servers some milliseconds after the kernel has shown the address.
TEST(PeerGate, AsksWhoBecomesKnownLater) {
  PeerGate gate(ip("10.0.0.1"), 2s, at(0s));
  EXPECT_EQ(gate.round({}, at(0s)), ask({}));
  EXPECT_EQ(gate.round(kPeer, at(20ms)), ask(kPeer));
  EXPECT_EQ(gate.round({ip("9.9.9.9"), ip("10.0.0.2")}, at(60ms)), ask({ip("9.9.9.9"), ip("10.0.0.2")}));
}

TEST(PeerGate, AsksNobodyOfTheOtherFamily) {
  PeerGate gate(ip("10.0.0.1"), 2s, at(0s));
  EXPECT_EQ(gate.round({ip("2001:db8::53"), ip("10.0.0.2")}, at(0s)), ask(kPeer));
  PeerGate other(ip("2001:db8::1"), 2s, at(0s));
  EXPECT_EQ(other.round({ip("2001:db8::53"), ip("10.0.0.2")}, at(0s)), ask({ip("2001:db8::53")}));
}

// A loop that was held up does not ask once more when it is too late, and asks no faster afterwards.
TEST(PeerGate, CountsFromTheRoundThatTookPlace) {
  PeerGate gate(ip("10.0.0.1"), 2s, at(0s));
  EXPECT_EQ(gate.round(kPeer, at(0s)), ask(kPeer));
  EXPECT_EQ(gate.round(kPeer, at(500ms)), ask(kPeer));
  EXPECT_EQ(gate.deadline(), at(540ms));
  EXPECT_EQ(gate.round(kPeer, at(5s)), open(true));
}

}  // namespace
