// SPDX-License-Identifier: GPL-2.0-or-later
// What ruleset, routes and sysctls do together, seen by packets: a demand interface and a stand-in for a PPP
// interface, both TUNs held by the test, and real sockets between them.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "net/conntrack.hpp"
#include "net/nft.hpp"
#include "net/rcu_barrier.hpp"
#include "net/routes.hpp"
#include "net/sysctl.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using namespace std::chrono_literals;
using test::sh;
using Packet = std::vector<std::uint8_t>;

std::string source(const Packet& p) { return IpAddress::from_bytes(std::span(p).subspan(12, 4))->str(); }
unsigned word(const Packet& p, std::size_t at) { return p.at(at) * 256U + p.at(at + 1); }
unsigned source_port(const Packet& p) { return word(p, 20); }

// A UDP packet with correct IP checksum (and none for UDP, which IPv4 allows).
Packet udp(const char* from, const char* to, unsigned sport, unsigned dport) {
  Packet p = {0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 0,   0,   0,   0,
              0,    0, 0, 0,  0, 0, 0, 0, 0,  12, 0, 0, 'p', 'o', 'n', 'g'};
  ::inet_pton(AF_INET, from, &p[12]);
  ::inet_pton(AF_INET, to, &p[16]);
  p[20] = static_cast<std::uint8_t>(sport >> 8);
  p[21] = static_cast<std::uint8_t>(sport);
  p[22] = static_cast<std::uint8_t>(dport >> 8);
  p[23] = static_cast<std::uint8_t>(dport);
  unsigned sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += word(p, i);
  sum = (sum & 0xffff) + (sum >> 16);
  p[10] = static_cast<std::uint8_t>(~sum >> 8);
  p[11] = static_cast<std::uint8_t>(~sum);
  return p;
}

class Datapath : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    gd_ = std::move(make_tun("gd-isp").value());
    ppp_ = std::move(make_tun("ppp-isp").value());
    lan_ = std::move(make_tun("lan0").value());
    sh("sysctl -qw net.ipv6.conf.ppp-isp.disable_ipv6=1 net.ipv6.conf.lan0.disable_ipv6=1;"
       "ip addr add 10.10.10.1/24 dev lan0; ip link set lan0 up");
    auto sysctls = Sysctls::open("/proc/sys", "/tmp/ghostd-datapath-test.json");
    ASSERT_TRUE(sysctls);
    ASSERT_TRUE(sysctls->apply(plan_demand_interface("isp", true)));
    ASSERT_TRUE(sysctls->apply(plan_call_interface("isp", sysctls->snapshot())));
    for (auto& write : plan_shared_interface("lan0", Family::v4)) {
      write.record = false;
      ASSERT_TRUE(sysctls->apply({write}));
    }
    rtnl_.emplace(std::move(Rtnl::open().value()));
    ASSERT_TRUE(rtnl_->set_up({"isp", link_.stable, 1500, 4096}));
    ASSERT_TRUE(rtnl_->add(rules_for({link_})));
    ASSERT_TRUE(rtnl_->add(demand_routes(link_)));
    const auto loaded = nft::load(ruleset_);
    ASSERT_TRUE(loaded) << loaded.error().what;
    socket_ = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }
  void call_comes_up(const char* address, const char* mtu = "1500") {
    sh(std::string("ip addr add ") + address + " peer 10.64.64.1 dev ppp-isp; ip link set ppp-isp mtu " +
       mtu + " up");
    ASSERT_TRUE(rtnl_->add(replay_routes(link_, {Family::v4})));
  }
  void switch_routes() { ASSERT_TRUE(rtnl_->add(call_routes(link_, {Family::v4}))); }

  static sockaddr_in to(const char* address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &out.sin_addr);
    return out;
  }
  [[nodiscard]] bool send(const char* address, std::uint16_t port = 5000) const {
    const auto where = to(address, port);
    return ::sendto(socket_.get(), "ping", 4, 0, reinterpret_cast<const sockaddr*>(&where), sizeof where) ==
           4;
  }
  // All packets that wait in a TUN. What was sent before is there: no device in between has a queue of its
  // own.
  static std::vector<Packet> drain(const UniqueFd& tun) {
    EXPECT_TRUE(wait_for_packets_in_flight());
    std::vector<Packet> out;
    for (Packet p; read_packet(tun.get(), p).outcome == ReadOutcome::packet;) out.push_back(p);
    return out;
  }
  static Packet only(const UniqueFd& tun) {
    auto all = drain(tun);
    EXPECT_EQ(all.size(), 1U);
    if (all.size() != 1) return Packet(64);
    return all[0];
  }
  static std::uint64_t count(Counter counter) {
    return nft::counters().value().at(counter_name(counter, "isp")).packets;
  }
  static std::optional<std::chrono::seconds> live() { return nft::live_remaining("ppp-isp").value(); }

  UniqueFd gd_, ppp_, lan_, socket_;
  std::optional<Rtnl> rtnl_;
  LinkRouting link_{"isp",
                    0,
                    {default_prefix(Family::v4)},
                    {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("fd00:aa::1")}};
  Ruleset ruleset_{{{"isp", link_.stable, {*Prefix::parse("10.10.10.0/24")}, 90s}}, {}, false, {"lan0"}};
};

TEST_F(Datapath, AConversationBegunWhileDownKeepsItsPortOverTheReplay) {
  ASSERT_TRUE(send("9.9.9.9"));
  const auto waiting = only(gd_);
  EXPECT_EQ(source(waiting), "192.0.0.2");
  EXPECT_EQ(live(), std::nullopt);

  call_comes_up("100.64.7.7");
  ASSERT_EQ(write_packet(gd_.get(), waiting), (Written{WriteOutcome::sent, 0}));
  const auto replayed = only(ppp_);
  EXPECT_EQ(source(replayed), "100.64.7.7");
  EXPECT_THAT(live(), testing::Optional(testing::AllOf(testing::Ge(88s), testing::Le(91s))));
  switch_routes();
  ASSERT_TRUE(send("9.9.9.9"));
  const auto direct = only(ppp_);
  EXPECT_EQ(source(direct), "100.64.7.7");
  EXPECT_EQ(source_port(direct), source_port(replayed));

  // The answer finds the socket.
  const auto answer = udp("9.9.9.9", "100.64.7.7", 5000, source_port(direct));
  ASSERT_EQ(write_packet(ppp_.get(), answer), (Written{WriteOutcome::sent, 0}));
  pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&readable, 1, 2000), 1);

  // The entries of an address that is not ours any more go, once.
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.9.9")), 0U);
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.7.7")), 1U);
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.7.7")), 0U);
}

TEST_F(Datapath, ALanBehindItIsTreatedLikeOurselves) {
  const auto packet = udp("10.10.10.2", "9.9.9.9", 4444, 5000);
  ASSERT_EQ(write_packet(lan_.get(), packet), (Written{WriteOutcome::sent, 0}));
  const auto waiting = only(gd_);
  EXPECT_EQ(source(waiting), "10.10.10.2");
  call_comes_up("100.64.7.7");
  ASSERT_EQ(write_packet(gd_.get(), waiting), (Written{WriteOutcome::sent, 0}));
  const auto replayed = only(ppp_);
  EXPECT_EQ(source(replayed), "100.64.7.7");
  switch_routes();
  ASSERT_EQ(write_packet(lan_.get(), packet), (Written{WriteOutcome::sent, 0}));
  EXPECT_EQ(source_port(only(ppp_)), source_port(replayed));
  // An answer is let back, a stranger is not.
  EXPECT_EQ(count(Counter::unasked), 0U);
  ASSERT_EQ(write_packet(ppp_.get(), udp("9.9.9.9", "100.64.7.7", 5000, source_port(replayed))),
            (Written{WriteOutcome::sent, 0}));
  EXPECT_EQ(source(only(lan_)), "9.9.9.9");
  ASSERT_EQ(write_packet(ppp_.get(), udp("6.6.6.6", "10.10.10.2", 666, 22)),
            (Written{WriteOutcome::sent, 0}));
  EXPECT_TRUE(drain(lan_).empty());
  EXPECT_EQ(count(Counter::unasked), 1U);
}

TEST_F(Datapath, NoiseDeservesNoCall) {
  const int on = 1;
  ASSERT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
  ASSERT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_BINDTODEVICE, "gd-isp", 7), 0);
  for (const char* address : {"224.0.0.251", "255.255.255.255", "169.254.1.1"}) std::ignore = send(address);
  EXPECT_TRUE(drain(gd_).empty());
  EXPECT_EQ(count(Counter::noise), 3U);
  EXPECT_EQ(count(Counter::wanted), 0U);
  ASSERT_TRUE(send("9.9.9.9"));
  EXPECT_EQ(drain(gd_).size(), 1U);
  EXPECT_EQ(count(Counter::wanted), 1U);
}

TEST_F(Datapath, ABlockedLinkRefusesAndAReloadForgetsNothing) {
  ASSERT_TRUE(nft::set_blocked("isp", true));
  std::ignore = send("9.9.9.9");
  EXPECT_TRUE(drain(gd_).empty());
  EXPECT_EQ(count(Counter::refused), 1U);
  ASSERT_TRUE(nft::set_blocked("isp", false));
  ASSERT_TRUE(nft::set_blocked("isp", false));

  call_comes_up("100.64.7.7");
  ASSERT_TRUE(nft::keep_live("ppp-isp", 40s));
  ruleset_.blocked = {"isp"};
  ASSERT_TRUE(nft::load(ruleset_));
  EXPECT_THAT(live(), testing::Optional(testing::AllOf(testing::Ge(38s), testing::Le(41s))));
  std::ignore = send("9.9.9.9");
  EXPECT_EQ(count(Counter::refused), 1U);
}

TEST_F(Datapath, WhatNobodyAskedForDoesNotKeepItUp) {
  call_comes_up("100.64.7.7");
  switch_routes();
  ASSERT_EQ(write_packet(ppp_.get(), udp("6.6.6.6", "100.64.7.7", 666, 9)), (Written{WriteOutcome::sent, 0}));
  EXPECT_EQ(drain(ppp_).size(), 1U);  // "port unreachable", our answer
  EXPECT_EQ(live(), std::nullopt);
  ASSERT_EQ(::setsockopt(socket_.get(), SOL_SOCKET, SO_BINDTODEVICE, "ppp-isp", 8), 0);
  ASSERT_TRUE(send("224.0.0.251"));
  EXPECT_EQ(live(), std::nullopt);
  ASSERT_TRUE(send("9.9.9.9"));
  EXPECT_NE(live(), std::nullopt);
}

TEST_F(Datapath, AReplayedSynFitsTheCall) {
  const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto where = to("9.9.9.9", 80);
  std::ignore = ::connect(tcp.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
  const auto syn = only(gd_);
  const auto mss = [](const Packet& p) { return word(p, 42); };  // the first option of a Linux SYN
  EXPECT_EQ(mss(syn), 1460U);
  call_comes_up("100.64.7.7", "1280");
  ASSERT_EQ(write_packet(gd_.get(), syn), (Written{WriteOutcome::sent, 0}));
  EXPECT_EQ(mss(only(ppp_)), 1240U);
}

}  // namespace
}  // namespace ghost::net
