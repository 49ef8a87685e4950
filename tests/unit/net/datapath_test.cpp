// SPDX-License-Identifier: GPL-2.0-or-later
// The combined effect of ruleset, routes and sysctls on packets. A demand interface and a stand-in for a PPP
// interface are TUNs that the test holds, with real sockets between them.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <array>

#include "net/conntrack.hpp"
#include "net/demand_interface.hpp"
#include "net/nft.hpp"
#include "net/raw_sender.hpp"
#include "net/raw_socket.hpp"
#include "net/rcu_barrier.hpp"
#include "net/routes.hpp"
#include "net/sysctl.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using namespace std::chrono_literals;
using test::inject;
using test::sh;
using Packet = std::vector<std::uint8_t>;

std::string source(const Packet& p) { return IpAddress::from_bytes(std::span(p).subspan(12, 4))->str(); }
unsigned word(const Packet& p, std::size_t at) { return p.at(at) * 256U + p.at(at + 1); }
unsigned source_port(const Packet& p) { return word(p, 20); }

// A UDP packet with correct IP checksum (and none for UDP, which IPv4 allows).
Packet udp(const char* from, const char* to, unsigned sport, unsigned dport) {
  Packet p = {0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 'p', 'o', 'n', 'g'};
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

// A TCP SYN, or SYN-ACK, that offers an MSS of 1460.
Packet tcp_syn(const char* from, const char* to, unsigned sport, unsigned dport, bool ack) {
  Packet p = udp(from, to, sport, dport);
  p.resize(20 + 24);
  p[3] = 44;
  p[9] = 6;
  std::fill(p.begin() + 24, p.end(), std::uint8_t{0});
  p[27] = 1;            // sequence
  p[31] = ack ? 2 : 0;  // acknowledges sequence 1
  p[32] = 6 << 4;       // header length
  p[33] = ack ? 0x12 : 0x02;
  p[34] = 0xff;
  p[40] = 2, p[41] = 4, p[42] = 0x05, p[43] = 0xb4;
  const auto checksum = [&](std::size_t begin, std::size_t end, unsigned sum) {
    for (std::size_t i = begin; i < end; i += 2) sum += word(p, i);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return ~sum & 0xffff;
  };
  p[10] = p[11] = 0;
  const auto ip = checksum(0, 20, 0);
  p[10] = static_cast<std::uint8_t>(ip >> 8), p[11] = static_cast<std::uint8_t>(ip);
  const auto tcp = checksum(12, 44, 6 + 24);
  p[36] = static_cast<std::uint8_t>(tcp >> 8), p[37] = static_cast<std::uint8_t>(tcp);
  return p;
}

unsigned mss(const Packet& p) { return word(p, 42); }  // the first option of a SYN of Linux, and of ours

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
    ASSERT_TRUE(sysctls.apply(plan_demand_interface("gd-isp", true)));
    ASSERT_TRUE(sysctls.apply(plan_call_interface("ppp-isp", true, sysctls.snapshot())));
    for (auto& write : plan_shared_interface("lan0", Family::v4)) {
      write.record = false;
      ASSERT_TRUE(sysctls.apply({write}));
    }
    sender_.emplace(std::move(open_raw_socket(Family::v4).value()), std::move(open_raw_socket(Family::v6).value()));
    rtnl_.emplace(std::move(Rtnl::open().value()));
    ASSERT_TRUE(set_up(rtnl_->socket(), {"gd-isp", link_.stable, 1500, 4096}));
    for (const auto family : {Family::v4, Family::v6}) ASSERT_TRUE(rtnl_->set_rules(family, rules_for(family, {link_}, {})));
    ASSERT_TRUE(rtnl_->add(demand_routes(link_)));
    const auto loaded = nft::load(ruleset_);
    ASSERT_TRUE(loaded) << loaded.error().what;
    socket_ = UniqueFd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }
  void call_comes_up(const char* address, const char* mtu = "1500") {
    sh(std::string("ip addr add ") + address + " peer 10.64.64.1 dev ppp-isp; ip link set ppp-isp mtu " + mtu + " up");
    ASSERT_TRUE(rtnl_->add(call_routes(link_, {Family::v4})));
  }
  [[nodiscard]] RulesetLink of_call(unsigned mtu, std::optional<IpAddress> fixed = {}) const {
    auto link = ruleset_.links.at(0);
    link.call_mtu = {mtu, mtu};
    link.fixed = fixed;
    return link;
  }
  // As ghostd sends on what waited.
  Taken replay(const Packet& packet) {
    const std::vector<std::span<const std::uint8_t>> packets{packet};
    const auto taken = sender_->send(packets, ::if_nametoindex("ppp-isp"));
    EXPECT_EQ(taken.size(), 1U);
    return taken.at(0);
  }

  static sockaddr_in to(const char* address, std::uint16_t port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &out.sin_addr);
    return out;
  }
  [[nodiscard]] bool send(const char* address, std::uint16_t port = 5000) const {
    const auto where = to(address, port);
    return ::sendto(socket_.get(), "ping", 4, 0, reinterpret_cast<const sockaddr*>(&where), sizeof where) == 4;
  }
  // All packets that wait in a TUN. Packets sent before this are in it, because no device in between has a queue of its
  // own.
  static std::vector<Packet> drain(const UniqueFd& tun) {
    EXPECT_TRUE(wait_for_packets_in_flight());
    std::vector<Packet> out;
    for (auto read = read_packet(tun.get()); read.outcome == ReadOutcome::packet; read = read_packet(tun.get()))
      out.push_back(read.packet);
    return out;
  }
  static Packet only(const UniqueFd& tun) {
    auto all = drain(tun);
    EXPECT_EQ(all.size(), 1U);
    if (all.size() != 1) return Packet(64);
    return all[0];
  }
  static std::uint64_t count(Counter counter) { return nft::counters().value().at(counter_name(counter, "isp")).packets; }
  static std::optional<std::chrono::seconds> live() { return nft::live_remaining("ppp-isp").value(); }

  UniqueFd gd_, ppp_, lan_, socket_;
  std::optional<Rtnl> rtnl_;
  std::optional<RawSender> sender_;
  LinkRouting link_{
      "isp", "ppp-isp", 0, {default_prefix(Family::v4)}, {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("fd00:aa::1")}};
  Ruleset ruleset_{{{"isp", "ppp-isp", link_.stable, {*Prefix::parse("10.10.10.0/24")}, 90s}}, {}, false, {"lan0"}};
};

TEST_F(Datapath, AConversationBegunWhileDownKeepsItsPortOverTheReplay) {
  ASSERT_TRUE(send("9.9.9.9"));
  const auto waiting = only(gd_);
  EXPECT_EQ(source(waiting), "192.0.0.2");
  EXPECT_EQ(live(), std::nullopt);

  call_comes_up("100.64.7.7");
  EXPECT_EQ(replay(waiting), Taken::queued);
  const auto replayed = only(ppp_);
  EXPECT_EQ(source(replayed), "100.64.7.7");
  EXPECT_THAT(live(), testing::Optional(testing::AllOf(testing::Ge(88s), testing::Le(91s))));
  ASSERT_TRUE(send("9.9.9.9"));
  const auto direct = only(ppp_);
  EXPECT_EQ(source(direct), "100.64.7.7");
  EXPECT_EQ(source_port(direct), source_port(replayed));

  // The answer finds the socket.
  const auto answer = udp("9.9.9.9", "100.64.7.7", 5000, source_port(direct));
  ASSERT_TRUE(inject(ppp_.get(), answer));
  pollfd readable{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&readable, 1, 2000), 1);

  // The entries of an address that is not ours any more go, once.
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.9.9")), 0U);
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.7.7")), 1U);
  EXPECT_EQ(forget_conntrack(*IpAddress::parse("100.64.7.7")), 0U);
}

TEST_F(Datapath, ALanBehindItIsTreatedLikeOurselves) {
  const auto packet = udp("10.10.10.2", "9.9.9.9", 4444, 5000);
  ASSERT_TRUE(inject(lan_.get(), packet));
  const auto waiting = only(gd_);
  EXPECT_EQ(source(waiting), "10.10.10.2");
  call_comes_up("100.64.7.7");
  EXPECT_EQ(replay(waiting), Taken::queued);
  const auto replayed = only(ppp_);
  EXPECT_EQ(source(replayed), "100.64.7.7");
  ASSERT_TRUE(inject(lan_.get(), packet));
  EXPECT_EQ(source_port(only(ppp_)), source_port(replayed));
  // An answer is let back, a stranger is not.
  EXPECT_EQ(count(Counter::unasked), 0U);
  ASSERT_TRUE(inject(ppp_.get(), udp("9.9.9.9", "100.64.7.7", 5000, source_port(replayed))));
  EXPECT_EQ(source(only(lan_)), "9.9.9.9");
  ASSERT_TRUE(inject(ppp_.get(), udp("6.6.6.6", "10.10.10.2", 666, 22)));
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
  // The question came in by another interface, so the answer makes no call. A SYN does.
  ASSERT_TRUE(inject(lan_.get(), tcp_syn("10.10.10.2", "9.9.9.9", 80, 4444, true)));
  EXPECT_TRUE(drain(gd_).empty());
  EXPECT_EQ(count(Counter::noise), 4U);
  ASSERT_TRUE(inject(lan_.get(), tcp_syn("10.10.10.2", "9.9.9.9", 4444, 80, false)));
  EXPECT_EQ(drain(gd_).size(), 1U);
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
  ASSERT_TRUE(rtnl_->remove(call_routes(link_, {Family::v4})));
  std::ignore = send("9.9.9.9");
  EXPECT_EQ(count(Counter::refused), 1U);
}

TEST_F(Datapath, WhatNobodyAskedForDoesNotKeepItUp) {
  call_comes_up("100.64.7.7");
  ASSERT_TRUE(inject(ppp_.get(), udp("6.6.6.6", "100.64.7.7", 666, 9)));
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
  EXPECT_EQ(mss(syn), 1460U);
  call_comes_up("100.64.7.7", "1280");
  EXPECT_EQ(replay(syn), Taken::queued);
  EXPECT_EQ(mss(only(ppp_)), 1240U);
}

TEST_F(Datapath, TheFarEndsSynFitsTheCallToo) {
  call_comes_up("100.64.7.7", "1280");
  ASSERT_TRUE(nft::set_call(of_call(1280)));
  ASSERT_TRUE(inject(lan_.get(), tcp_syn("10.10.10.2", "9.9.9.9", 4444, 80, false)));
  const auto syn = only(ppp_);
  EXPECT_EQ(mss(syn), 1240U);
  ASSERT_TRUE(inject(ppp_.get(), tcp_syn("9.9.9.9", "100.64.7.7", 80, source_port(syn), true)));
  EXPECT_EQ(mss(only(lan_)), 1240U);
  // The next call has room again.
  ASSERT_TRUE(nft::set_call(of_call(1500)));
  ASSERT_TRUE(inject(ppp_.get(), tcp_syn("9.9.9.9", "100.64.7.7", 80, source_port(syn), true)));
  EXPECT_EQ(mss(only(lan_)), 1460U);
}

// The provider always gives the link's own address. Both interfaces have it then, and the kernel's local table names the demand
// interface first.
TEST_F(Datapath, ACallWithTheLinksOwnAddressCarries) {
  call_comes_up("192.0.0.2");
  ASSERT_TRUE(nft::set_call(of_call(1500, link_.stable.at(0))));
  ASSERT_TRUE(send("9.9.9.9"));
  const auto out = only(ppp_);
  EXPECT_EQ(source(out), "192.0.0.2");
  ASSERT_TRUE(inject(lan_.get(), udp("10.10.10.2", "9.9.9.9", 1, 2)));
  EXPECT_EQ(source(only(ppp_)), "192.0.0.2");
  EXPECT_EQ(count(Counter::escaped), 0U);
  // A stranger's packet to it is as any other to the call's address.
  ASSERT_TRUE(inject(ppp_.get(), udp("6.6.6.6", "192.0.0.2", 666, 9)));
  EXPECT_EQ(drain(ppp_).size(), 1U) << "our own \"port unreachable\"";
  EXPECT_EQ(count(Counter::unasked), 0U);
}

TEST_F(Datapath, WhoHasChosenAnotherAddressAsksForNoCall) {
  const auto other = to("10.10.99.1", 0);
  sh("ip addr add 10.10.99.1/24 dev lan0");
  ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&other), sizeof other), 0);
  EXPECT_FALSE(send("9.9.9.9"));
  EXPECT_TRUE(drain(gd_).empty());
  EXPECT_EQ(count(Counter::foreign), 1U);
}

TEST_F(Datapath, OnlyFromItsOwnPrefixAndFromWhereThatIs) {
  ASSERT_TRUE(inject(lan_.get(), udp("172.20.0.2", "9.9.9.9", 1, 2)));
  EXPECT_TRUE(drain(gd_).empty()) << "lan0 forwards because of 10.10.10.0/24 alone";
  EXPECT_EQ(count(Counter::foreign), 1U);
  // Somebody else has the host forward what comes by eth9.
  const UniqueFd eth9 = std::move(make_tun("eth9").value());
  sh("sysctl -qw net.ipv6.conf.eth9.disable_ipv6=1; ip addr add 172.20.0.1/24 dev eth9; ip link set eth9 up; sysctl -qw net.ipv4.conf.eth9.forwarding=1 net.ipv4.conf.eth9.rp_filter=0");
  ASSERT_TRUE(inject(eth9.get(), udp("10.10.10.2", "9.9.9.9", 1, 2)));
  EXPECT_TRUE(drain(gd_).empty()) << "from within From=, but not from there";
  EXPECT_EQ(count(Counter::foreign), 2U);
  ASSERT_TRUE(inject(eth9.get(), udp("172.20.0.2", "9.9.9.9", 1, 2)));
  EXPECT_EQ(source(only(gd_)), "172.20.0.2") << "his rules decide";
  EXPECT_EQ(count(Counter::foreign), 2U);
  // The same while the link is up: it would leave with the call's address, at the cost of whoever pays.
  call_comes_up("100.64.7.7");
  ASSERT_TRUE(inject(eth9.get(), udp("10.10.10.2", "9.9.9.9", 1, 2)));
  EXPECT_TRUE(drain(ppp_).empty()) << "from within From=, but not from there";
  EXPECT_EQ(count(Counter::foreign), 3U);
  EXPECT_EQ(live(), std::nullopt);
  ASSERT_TRUE(inject(lan_.get(), udp("10.10.10.2", "9.9.9.9", 1, 2)));
  EXPECT_EQ(source(only(ppp_)), "100.64.7.7");
}

TEST_F(Datapath, AForeignMasqueradeHasItsSayOnceAndNothingLeavesWithoutOne) {
  const UniqueFd docker0 = std::move(make_tun("docker0").value());
  sh("sysctl -qw net.ipv6.conf.docker0.disable_ipv6=1; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up; sysctl -qw net.ipv4.conf.docker0.forwarding=1;"
     "nft 'add table ip other; add chain ip other post { type nat hook postrouting priority 100; };"
     "add rule ip other post ip saddr 172.17.0.2 oifname != docker0 masquerade'");
  ASSERT_TRUE(inject(docker0.get(), udp("172.17.0.2", "9.9.9.9", 4444, 5000)));
  ASSERT_TRUE(inject(docker0.get(), udp("172.17.0.3", "9.9.9.9", 4444, 5000)));
  const auto waiting = drain(gd_);
  ASSERT_EQ(waiting.size(), 2U);
  EXPECT_EQ(source(waiting[0]), "172.17.0.2") << "not masqueraded yet";
  call_comes_up("100.64.7.7");
  EXPECT_EQ(replay(waiting[0]), Taken::queued);
  const auto replayed = only(ppp_);
  EXPECT_EQ(source(replayed), "100.64.7.7");
  ASSERT_TRUE(inject(ppp_.get(), udp("9.9.9.9", "100.64.7.7", 5000, source_port(replayed))));
  EXPECT_EQ(source(only(docker0)), "9.9.9.9") << "the answer comes to the container, not to us";

  EXPECT_EQ(replay(waiting[1]), Taken::refused) << "nobody masquerades this one";
  ASSERT_TRUE(inject(docker0.get(), udp("172.17.0.3", "9.9.9.9", 4444, 5001)));
  EXPECT_TRUE(drain(ppp_).empty());
  EXPECT_EQ(count(Counter::escaped), 2U);
}

TEST_F(Datapath, AConversationOfAnotherUplinkDoesNotMoveToTheCall) {
  const UniqueFd eth9 = std::move(make_tun("eth9").value());
  sh("sysctl -qw net.ipv6.conf.eth9.disable_ipv6=1 net.ipv4.conf.eth9.rp_filter=0; ip addr add 198.51.100.9/24 dev eth9; ip link set eth9 up;"
     "ip route add 9.9.9.9 dev eth9");
  const auto here = to("198.51.100.9", 4444);
  ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
  ASSERT_TRUE(send("9.9.9.9"));
  EXPECT_EQ(source(only(eth9)), "198.51.100.9");
  ASSERT_TRUE(inject(eth9.get(), udp("9.9.9.9", "198.51.100.9", 5000, 4444)));
  call_comes_up("100.64.7.7");
  sh("ip route del 9.9.9.9 dev eth9");
  std::ignore = send("9.9.9.9");
  EXPECT_TRUE(drain(ppp_).empty()) << "the far end would see eth9's address";
  EXPECT_EQ(count(Counter::escaped), 1U);
  EXPECT_EQ(live(), std::nullopt) << "and the call is not kept up by it";
}

// While the table was gone, conntrack took the LAN's conversation for one without NAT, and would for as long as it goes on.
TEST_F(Datapath, WhatBeganWithoutTheTableIsTranslatedOnceItIsForgotten) {
  sh("nft 'add table ip other; add chain ip other post { type filter hook postrouting priority 0; };"
     "add rule ip other post ct state new counter'");  // somebody else keeps conntrack going
  call_comes_up("100.64.7.7");
  ASSERT_TRUE(nft::delete_table());
  const auto packet = udp("10.10.10.2", "9.9.9.9", 4444, 5000);
  ASSERT_TRUE(inject(lan_.get(), packet));
  EXPECT_EQ(source(only(ppp_)), "10.10.10.2");
  ASSERT_TRUE(inject(lan_.get(), udp("10.10.10.2", "10.10.10.1", 4444, 6000)));  // within the prefix: no call's business

  ASSERT_TRUE(nft::load(ruleset_));
  ASSERT_TRUE(inject(lan_.get(), packet));
  EXPECT_TRUE(drain(ppp_).empty()) << "it must not leave like that";
  const auto lan = *Prefix::parse("10.10.10.0/24");
  EXPECT_EQ(forget_untranslated(*Prefix::parse("10.11.0.0/16")), 0U);
  EXPECT_EQ(forget_untranslated(lan), 1U);
  ASSERT_TRUE(inject(lan_.get(), packet));
  EXPECT_EQ(source(only(ppp_)), "100.64.7.7");
  EXPECT_EQ(forget_untranslated(lan), 0U) << "what is translated is left alone";
  ASSERT_TRUE(inject(lan_.get(), packet));
  EXPECT_EQ(source(only(ppp_)), "100.64.7.7");
}

TEST_F(Datapath, TheFarEndSpeaksToTheCallsAddressAndWithNoneOfOurs) {
  call_comes_up("100.64.7.7");
  const UniqueFd listener(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto any = to("0.0.0.0", 7777);
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any), 0);
  const auto heard = [&] {
    std::array<char, 64> text{};
    return ::recv(listener.get(), text.data(), text.size(), 0) > 0;
  };
  for (const char* source : {"10.10.10.7", "192.0.0.2"}) {
    ASSERT_TRUE(inject(ppp_.get(), udp(source, "100.64.7.7", 1, 7777)));
    EXPECT_FALSE(heard()) << source;
  }
  for (const char* destination : {"192.0.0.2", "10.10.10.1"}) {
    ASSERT_TRUE(inject(ppp_.get(), udp("9.9.9.9", destination, 1, 7777)));
    EXPECT_FALSE(heard()) << destination;
  }
  EXPECT_EQ(count(Counter::unasked), 4U);
  ASSERT_TRUE(inject(ppp_.get(), udp("9.9.9.9", "100.64.7.7", 1, 7777)));
  EXPECT_TRUE(heard());
  // Not in the name of somebody here whose conversation stands, either: conntrack knows no interfaces.
  const auto back = to("10.10.10.2", 123);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(inject(lan_.get(), udp("10.10.10.2", "10.10.10.1", 123, 7777)));
    EXPECT_TRUE(heard());
    ASSERT_EQ(::sendto(listener.get(), "pong", 4, 0, reinterpret_cast<const sockaddr*>(&back), sizeof back), 4);
  }
  const auto before = live();
  ASSERT_TRUE(inject(ppp_.get(), udp("10.10.10.2", "10.10.10.1", 123, 7777)));
  EXPECT_FALSE(heard()) << "an assured conversation of the LAN's";
  EXPECT_EQ(live(), before);
  EXPECT_EQ(count(Counter::unasked), 5U);
}

}  // namespace
}  // namespace ghost::net
