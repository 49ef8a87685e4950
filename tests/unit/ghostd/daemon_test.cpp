// SPDX-License-Identifier: GPL-2.0-or-later
// All of ghostd but its bus, in a network namespace of each test's own. The test is the supervisor. Who may call when ghostd starts, and
// whose calls are taken over? What becomes of them when the supervisor goes, and when a reload takes their links away?
#include "ghostd/daemon.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "await.hpp"
#include "base/metrics.hpp"
#include "fake_supervisor.hpp"
#include "net/numbers.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

using namespace ghost;
using net::test::sh;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::StartsWith;

namespace {

class DaemonTest : public net::test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    std::string name = std::filesystem::temp_directory_path() / "ghostd-whole-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", ("unix:path=" + directory_ + "/no-bus").c_str(), 1);
    // What ghostd tells systemd is how the links are.
    const auto path = directory_ + "/notify";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    notify_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ASSERT_EQ(::bind(notify_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    configure("isp", stable(), "default", isp());
    before_ghostd();
    const config::Roots roots{{directory_}, {}, {}};
    daemon_.emplace(loop_, config::load(roots).value().config,
                    daemon::Paths{directory_, supervisor_.path(), {directory_, directory_ + "/announce"}, roots});
    ASSERT_TRUE(supervisor_.accept());
    ASSERT_EQ(supervisor_.heard(), "list");
  }
  void TearDown() override {
    EXPECT_EQ(loop_.failure(), "");
    daemon_.reset();
    ::unsetenv("NOTIFY_SOCKET");
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  [[nodiscard]] virtual std::string peer_wait() const { return "0"; }
  // The link's first settings.
  [[nodiscard]] virtual std::string stable() const { return "192.0.0.2"; }
  [[nodiscard]] virtual std::string isp() const { return {}; }
  // What is there when ghostd starts.
  virtual void before_ghostd() {}
  void configure(const std::string& link, const std::string& address, const std::string& routes,
                 const std::string& more = {}) const {
    std::ofstream(directory_ + "/" + link + ".conf") << "[Link]\nPeer=none\nAddress=" << address << "\nRoutes=" << routes << "\n"
                                                     << more << "[Call]\nPeerWait=" << peer_wait() << "\n";
  }
  // The demand interfaces' routes, as the kernel has them.
  static std::string routes() { return sh("ip -o route show table all proto 103"); }

  static void send() {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(5000);
    ::inet_pton(AF_INET, "9.9.9.9", &to.sin_addr);
    EXPECT_EQ(::sendto(socket.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
  }
  // What ghostd says next to its supervisor.
  std::string next() {
    std::string heard;
    test::await(loop_, [&] { return !(heard = supervisor_.heard()).empty(); });
    return heard;
  }
  // The same, once ghostd has connected anew: without a call it keeps no supervisor.
  std::string next_call() {
    EXPECT_TRUE(test::await(loop_, [&] { return supervisor_.accept(); }));
    return next();
  }
  // All that is ready is done.
  void settle() {
    bool idle = false;
    loop::DeferSource last(loop_, [&] { idle = true; });
    last.set_priority(loop::kPriorityIdle);
    last.run_soon();
    test::await(loop_, [&] { return idle; });
  }
  // What ghostd has told systemd. An fd that it stores is closed here: nobody keeps it.
  void read_notifications() {
    std::array<char, 4096> text{};
    for (ssize_t n = 0; (n = ::recv(notify_.get(), text.data(), text.size(), MSG_DONTWAIT)) > 0;) {
      const std::string message(text.data(), static_cast<std::size_t>(n));
      if (message.starts_with("STATUS=")) status_ = message.substr(7);
      else told_.push_back(message);
    }
  }
  // Turns until STATUS= is this; the last one that came.
  std::string await_status(const std::string& wanted) {
    test::await(loop_, [&] {
      read_notifications();
      return status_ == wanted;
    });
    return status_;
  }
  // A call's interface appears and gets its address, as pppd does it.
  void interface_comes_up() {
    call_ = std::move(net::make_tun("ppp-isp").value());
    settle();
    sh("ip link set ppp-isp up; ip addr add 10.9.0.1 peer 10.9.0.2 dev ppp-isp");
  }
  // "dial isp 12": 12.
  static std::string serial(const std::string& request) { return request.substr(request.rfind(' ') + 1); }

  std::string directory_, status_;
  std::vector<std::string> told_;  // to systemd, beside STATUS=
  UniqueFd notify_, call_;
  test::FakeSupervisor supervisor_;
  loop::EventLoop loop_;
  std::optional<daemon::Daemon> daemon_;
};

// A second call would cost twice.
TEST_F(DaemonTest, CallsForNobodyBeforeItKnowsWhichCallsLive) {
  send();
  settle();
  EXPECT_EQ(supervisor_.heard(), "");
  supervisor_.say("listed");
  EXPECT_THAT(next_call(), StartsWith("dial isp "));
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
}

// An earlier ghostd was killed while its call carried one family alone, and the call ended before this ghostd came.
TEST_F(DaemonTest, WhatADeadCallRefusedMayCallAgain) {
  const auto refused = [] { return sh("ip route show table all type unreachable"); };
  sh("ip route add unreachable default table " + std::to_string(net::kDefaultTable) + " metric " +
     std::to_string(call_metric(0)) + " proto " + std::to_string(net::kProtocol));
  ASSERT_NE(refused(), "");
  supervisor_.say("listed");
  settle();
  EXPECT_EQ(refused(), "");
}

TEST_F(DaemonTest, TakesOverACallThatLives) {
  interface_comes_up();
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("address isp 77 local=10.9.0.1 remote=10.9.0.2");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: up 10.9.0.1"), "isp: up 10.9.0.1");
  send();
  settle();
  EXPECT_EQ(supervisor_.heard(), "");
  EXPECT_EQ(net::read_packet(call_.get()).outcome, net::ReadOutcome::packet);
}

TEST_F(DaemonTest, HangsUpCallsThatBelongToNothing) {
  supervisor_.say("started gone 5 pid=42");
  EXPECT_EQ(next(), "hangup gone 5");
  supervisor_.say("started isp 6 pid=42");
  supervisor_.say("started isp 7 pid=43");  // a second one of the same link
  EXPECT_EQ(next(), "hangup isp 7");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
}

TEST_F(DaemonTest, CarriesACallFromItsPacketToItsEnd) {
  supervisor_.say("listed");
  settle();  // nobody has a call: the line to the supervisor is closed
  send();
  const auto dial = next_call();
  ASSERT_THAT(dial, StartsWith("dial isp "));
  supervisor_.say("started isp " + serial(dial) + " pid=42");
  interface_comes_up();
  EXPECT_EQ(await_status("isp: up 10.9.0.1"), "isp: up 10.9.0.1");
  EXPECT_EQ(net::read_packet(call_.get()).outcome, net::ReadOutcome::packet);  // what waited
  supervisor_.say("gone isp " + serial(dial) + " NoCarrier");
  EXPECT_EQ(await_status("isp: waiting"), "isp: waiting");
  EXPECT_THAT(sh("ip route show table all"), testing::Not(HasSubstr("default dev ppp-isp")));
}

// It may live after all: what it still runs is hung up, because the link counts on nothing from before.
TEST_F(DaemonTest, AsksAgainAfterASupervisorThatWent) {
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
  supervisor_.close();
  EXPECT_EQ(next_call(), "list");
  EXPECT_EQ(await_status("isp: waiting"), "isp: waiting");
  supervisor_.say("started isp 77 pid=42");
  EXPECT_EQ(next(), "hangup isp 77");
  supervisor_.say("listed");
  EXPECT_EQ(next(), "EOF");  // it may leave: nobody has a call
}

TEST_F(DaemonTest, CountsARefusalAsACallThatFailed) {
  supervisor_.say("listed");
  settle();
  send();
  const auto dial = next_call();
  supervisor_.say("refused isp " + serial(dial) + " no such link");
  EXPECT_EQ(await_status("isp: waiting"), "isp: waiting");
}

TEST_F(DaemonTest, ReloadsLinksThatComeAndGo) {
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
  configure("far", "192.0.0.3", "198.51.100.0/24");
  EXPECT_TRUE(daemon_->reload());
  EXPECT_EQ(await_status("far: down | isp: dialing"), "far: down | isp: dialing");
  EXPECT_THAT(routes(), AllOf(HasSubstr("dev gd-isp"), HasSubstr("198.51.100.0/24 dev gd-far")));
  std::filesystem::remove(directory_ + "/isp.conf");
  EXPECT_TRUE(daemon_->reload());
  EXPECT_EQ(next(), "hangup isp 77");
  EXPECT_EQ(await_status("far: down | isp: hanging-up"), "far: down | isp: hanging-up");
  supervisor_.say("gone isp 77 HungUp");
  EXPECT_EQ(await_status("far: down"), "far: down");
  EXPECT_THAT(routes(), AllOf(testing::Not(HasSubstr("gd-isp")), HasSubstr("198.51.100.0/24 dev gd-far")));
}

// A link of the same name would dial a second time beside it.
TEST_F(DaemonTest, MakesNoSecondCallBesideTheLastOneOfALinkThatCameBack) {
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
  configure("far", "192.0.0.3", "198.51.100.0/24");
  std::filesystem::remove(directory_ + "/isp.conf");
  ASSERT_TRUE(daemon_->reload());
  EXPECT_EQ(next(), "hangup isp 77");
  configure("isp", "192.0.0.2", "default");
  ASSERT_TRUE(daemon_->reload());
  send();
  // Packets gather for a moment before ghostd reads them.
  EXPECT_TRUE(test::await(loop_, [&] { return sh("ip -s -o link show gd-isp").find("TX:") != std::string::npos; }));
  settle();
  EXPECT_EQ(supervisor_.heard(), "");
  supervisor_.say("gone isp 77 HungUp");
  EXPECT_THAT(next(), StartsWith("dial isp "));
}

// What an earlier ghostd's call uses is not taken from under it.
TEST_F(DaemonTest, KeepsALinkThatIsTakenAwayUntilItKnowsWhichCallsLive) {
  configure("far", "192.0.0.3", "198.51.100.0/24");
  std::filesystem::remove(directory_ + "/isp.conf");
  ASSERT_TRUE(daemon_->reload());
  settle();
  EXPECT_THAT(routes(), HasSubstr("default dev gd-isp"));
  supervisor_.say("started isp 77 pid=42");
  EXPECT_EQ(next(), "hangup isp 77");
  supervisor_.say("listed");
  supervisor_.say("gone isp 77 HungUp");
  EXPECT_EQ(await_status("far: down"), "far: down");
  EXPECT_THAT(routes(), testing::Not(HasSubstr("gd-isp")));
}

// Its conversations cannot outlive their address.
TEST_F(DaemonTest, HangsUpALinkThatAReloadGivesAnotherAddress) {
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: dialing"), "isp: dialing");
  configure("isp", "192.0.0.9", "default");
  EXPECT_TRUE(daemon_->reload());
  EXPECT_EQ(next(), "hangup isp 77");
  EXPECT_EQ(await_status("isp: hanging-up"), "isp: hanging-up");
  EXPECT_THAT(routes(), AllOf(testing::Not(HasSubstr("192.0.0.9")), HasSubstr("src 192.0.0.2")));
  supervisor_.say("gone isp 77 HungUp");
  EXPECT_EQ(await_status("isp: down"), "isp: down");
  EXPECT_THAT(routes(), AllOf(testing::Not(HasSubstr("192.0.0.2")), HasSubstr("src 192.0.0.9")));
}

// A standby link that cannot call has made room; as a first one, it must have its route again.
TEST_F(DaemonTest, GivesItsRouteBackToALinkThatStandsByNoMore) {
  const UniqueFd eth9 = std::move(net::make_tun("eth9").value());
  sh("ip link set eth9 up; ip addr add 203.0.113.1/24 dev eth9; ip route add default dev eth9 metric 1024");
  supervisor_.say("listed");
  settle();
  configure("isp", "192.0.0.2", "default", "Metric=200\n");
  ASSERT_TRUE(daemon_->reload());
  settle();
  send();
  const auto dial = next_call();
  ASSERT_THAT(dial, StartsWith("dial isp "));
  supervisor_.say("gone isp " + serial(dial) + " Busy");
  EXPECT_EQ(await_status("isp: waiting"), "isp: waiting");
  const auto has_route = [] { return routes().find("default dev gd-isp") != std::string::npos; };
  ASSERT_TRUE(test::await(loop_, [&] { return !has_route(); })) << routes();
  configure("isp", "192.0.0.2", "default");
  EXPECT_TRUE(daemon_->reload());
  EXPECT_TRUE(test::await(loop_, has_route)) << routes();
}

TEST_F(DaemonTest, ChangesNothingForAConfigurationWithAFault) {
  supervisor_.say("listed");
  const auto before = routes();
  configure("isp", "192.0.0.9", "nowhere");
  const auto answer = daemon_->reload();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, bus::RequestError::Kind::ConfigInvalid);
  EXPECT_THAT(answer.error().message, HasSubstr("isp.conf:"));
  EXPECT_EQ(routes(), before);
}

// Somebody else has an interface of the second link's name.
TEST_F(DaemonTest, LeavesNoInterfaceOfAReloadThatFailsInTheMiddle) {
  supervisor_.say("listed");
  settle();
  sh("ip tuntap add gd-z mode tap");
  configure("a", "192.0.0.3", "198.51.100.0/24");
  configure("z", "192.0.0.4", "203.0.113.0/24");
  const auto answer = daemon_->reload();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, bus::RequestError::Kind::Failed);
  read_notifications();
  EXPECT_THAT(told_, IsSupersetOf({"FDSTORE=1\nFDNAME=tun-a\nFDPOLL=0", "FDSTOREREMOVE=1\nFDNAME=tun-a"}));
  EXPECT_THAT(told_, testing::Not(testing::Contains("FDSTOREREMOVE=1\nFDNAME=tun-isp")));
  EXPECT_THAT(sh("ip -o link"), AllOf(HasSubstr("gd-isp"), testing::Not(HasSubstr("gd-a"))));
  sh("ip link del gd-z");
  EXPECT_TRUE(daemon_->reload());
  EXPECT_EQ(await_status("a: down | isp: down | z: down"), "a: down | isp: down | z: down");
}

// The connection breaks before the list has come. ghostd asks again, because a call may live that nobody has told of, but no link waits.
TEST_F(DaemonTest, CallsWithoutASupervisorThatListsNothing) {
  send();
  supervisor_.close();
  EXPECT_EQ(next_call(), "list");
  EXPECT_THAT(next_call(), StartsWith("dial isp "));
}

class PatientTest : public DaemonTest {
  [[nodiscard]] std::string peer_wait() const override { return "1min"; }
};

// A far end that has just opened IPCP may still drop what it is sent.
TEST_F(PatientTest, SendsNothingBeforeTheFarEndAnswers) {
  supervisor_.say("listed");
  settle();
  send();
  supervisor_.say("started isp " + serial(next_call()) + " pid=42");
  interface_comes_up();
  core::PacketBytes question;
  ASSERT_TRUE(test::await(loop_, [&] {
    question = net::read_packet(call_.get()).packet;
    return !question.empty() && question[0] >> 4 == 4;
  }));
  EXPECT_EQ(core::describe_packet(question)->str(),
            "udp 10.9.0.1:" + std::to_string(question[20] << 8 | question[21]) + " -> 10.9.0.2:53");
  settle();
  EXPECT_THAT(routes(), testing::Not(HasSubstr("default dev ppp-isp")));
  // Sums do not change when the addresses and the ports change places.
  std::swap_ranges(question.begin() + 12, question.begin() + 16, question.begin() + 16);
  std::swap_ranges(question.begin() + 20, question.begin() + 22, question.begin() + 22);
  ASSERT_EQ(::write(call_.get(), question.data(), question.size()), static_cast<ssize_t>(question.size()));
  EXPECT_EQ(await_status("isp: up 10.9.0.1"), "isp: up 10.9.0.1");
  EXPECT_THAT(routes(), HasSubstr("default dev ppp-isp"));
}

// ---- default routes of other programs ---------------------------------------------------------------------------------------

// A link with both families, and another uplink, eth9.
class BesideTest : public DaemonTest {
 protected:
  void before_ghostd() override {
    eth_ = std::move(net::make_tun("eth9").value());
    sh("sysctl -qw net.ipv6.conf.eth9.addr_gen_mode=1; ip link set eth9 up; ip addr add 203.0.113.1/24 dev eth9");
  }
  void SetUp() override {
    DaemonTest::SetUp();
    supervisor_.say("listed");
    settle();
  }
  [[nodiscard]] std::string stable() const override { return "192.0.0.2 fd00:aa::1"; }
  // The interface that a packet from there goes by; empty: none.
  static std::string way(const std::string& to, const std::string& from = {}) {
    const auto route = sh("ip -o route get " + to + (from.empty() ? "" : " from " + from) + " || true");
    const auto at = route.find(" dev ");
    return at == std::string::npos ? std::string() : route.substr(at + 5, route.find(' ', at + 5) - at - 5);
  }
  // Turns until packets go this way.
  std::string await_way(const std::string& wanted, const std::string& to, const std::string& from = {}) {
    test::await(loop_, [&] { return way(to, from) == wanted; });
    return way(to, from);
  }
  void ask(const bus::LinkAct& act) {
    EXPECT_TRUE(static_cast<bus::Requests&>(*daemon_).ask("isp", act));
    settle();
  }
  UniqueFd eth_;
};
constexpr const char* kFar4 = "9.9.9.9";
constexpr const char* kFar6 = "2001:db8::9";

class StandbyTest : public BesideTest {
  [[nodiscard]] std::string isp() const override { return "Metric=1023\n"; }
};

// Nobody else can carry IPv6, which must not keep IPv4 from the uplink that can.
TEST_F(StandbyTest, ThatIsBlockedLeavesEachFamilyToWhoCanCarryIt) {
  sh("ip route add default dev eth9 metric 2000");
  ASSERT_EQ(await_way("gd-isp", kFar4), "gd-isp");
  ask(bus::act::Block{});
  EXPECT_EQ(await_way("eth9", kFar4), "eth9");
  EXPECT_EQ(way(kFar6), "gd-isp");
  ask(bus::act::Unblock{});
  EXPECT_EQ(await_way("gd-isp", kFar4), "gd-isp");
  EXPECT_EQ(way(kFar6), "gd-isp");
}

// The route into the demand interface has the metric 1024, as networkd's routes and those of router advertisements have.
TEST_F(StandbyTest, MakesRoomForAnotherRouteOfItsMetric) {
  for (const std::string ip : {"ip -4 route ", "ip -6 route "})
    for (const std::string verb : {"append", "replace"}) {
      const auto* far = ip == "ip -4 route " ? kFar4 : kFar6;
      ASSERT_EQ(await_way("gd-isp", far), "gd-isp");
      sh(ip + verb + " default dev eth9 metric 1024");
      EXPECT_EQ(await_way("eth9", far), "eth9") << sh(ip);
      settle();
      EXPECT_EQ(sh(ip + "show default dev gd-isp"), "");
      sh(ip + "del default dev eth9");
      EXPECT_EQ(await_way("gd-isp", far), "gd-isp") << sh(ip);
    }
}

// So does the call's route. What already goes by the call stays there.
TEST_F(StandbyTest, ItsCallMakesRoomToo) {
  ask(bus::act::Connect{});
  supervisor_.say("started isp " + serial(next_call()) + " pid=42");
  interface_comes_up();
  ASSERT_EQ(await_status("isp: up 10.9.0.1"), "isp: up 10.9.0.1");
  for (const std::string metric : {"1023", "1024"}) {
    ASSERT_EQ(await_way("ppp-isp", kFar4), "ppp-isp");
    sh("ip route append default dev eth9 metric " + metric);
    EXPECT_EQ(await_way("eth9", kFar4), "eth9") << sh("ip route");
    EXPECT_EQ(way(kFar4, "192.0.0.2"), "ppp-isp");
    sh("ip route del default dev eth9");
    EXPECT_EQ(await_way("ppp-isp", kFar4), "ppp-isp") << sh("ip route");
  }
}

// The call of an earlier ghostd, in which the link had another rank.
class RankedStandbyTest : public DaemonTest {
  [[nodiscard]] std::string isp() const override { return "Metric=1023\n"; }
  void before_ghostd() override {
    interface_comes_up();
    for (const auto table : {net::kMainTable, net::linger_table(3)})
      sh("ip route add default dev ppp-isp metric 1023 proto 103 table " + std::to_string(table));
  }
};

TEST_F(RankedStandbyTest, KeepsTheTableOfItsConversations) {
  supervisor_.say("started isp 77 pid=42");
  supervisor_.say("address isp 77 local=10.9.0.1 remote=10.9.0.2");
  supervisor_.say("listed");
  EXPECT_EQ(await_status("isp: up 10.9.0.1"), "isp: up 10.9.0.1");
  const auto rule = "from 192.0.0.2 lookup " + std::to_string(net::linger_table(3));
  EXPECT_TRUE(test::await(loop_, [&] { return sh("ip -N rule").find(rule) != std::string::npos; })) << sh("ip -N rule");
}

// Somebody comes in by eth9, to an address that is not eth9's own.
TEST_F(BesideTest, AnswersFromEachAddressOfTheHostGoAsMainSays) {
  sh("ip addr add 198.51.100.5/32 dev lo; ip addr add 2001:db8:5::5/128 dev lo;"
     "ip route add default via 203.0.113.254; ip -6 route add default dev eth9");
  EXPECT_EQ(await_way("eth9", kFar4, "198.51.100.5"), "eth9");
  EXPECT_EQ(await_way("eth9", kFar6, "2001:db8:5::5"), "eth9");
  sh("ip addr add 198.51.100.6/32 dev lo");
  EXPECT_EQ(await_way("eth9", kFar4, "198.51.100.6"), "eth9") << "an address that comes later";
  EXPECT_EQ(way(kFar4), "gd-isp");
  EXPECT_EQ(way(kFar4, "192.0.0.2"), "gd-isp");
}

class SharingBesideTest : public BesideTest {
  [[nodiscard]] std::string isp() const override { return "[Share]\nFrom=192.168.7.0/24\n"; }
};

// The link carries what has an address inside From=, also the router's own.
TEST_F(SharingBesideTest, TheLansAddressUsesTheLink) {
  sh("ip addr add 192.168.7.1/32 dev lo; ip addr add 198.51.100.5/32 dev lo; ip route add default via 203.0.113.254");
  EXPECT_EQ(await_way("eth9", kFar4, "198.51.100.5"), "eth9");
  EXPECT_EQ(way(kFar4, "192.168.7.1"), "gd-isp");
}

// ---- a reload that waits for a good-bye -------------------------------------------------------------------------------------

// Somebody was told where the link is, and is to be told its end: by a shell script in place of ghost-announce. It ends a good-bye when
// the test says so.
class PartingTest : public DaemonTest {
 protected:
  void SetUp() override {
    DaemonTest::SetUp();
    write("announce", R"(#!/bin/sh
dir=$(dirname "$0")
job=$(cat)
case "$job" in *'"event":"vanish"'*) touch "$dir/asked"; until [ -e "$dir/said" ]; do sleep 0.02; done ;; esac
echo '{"result":"Ok","detail":"","elapsed_usec":1,"text":""}'
)");
    ::chmod((directory_ + "/announce").c_str(), 0755);
    configure("far", "192.0.0.3", "198.51.100.0/24");
    supervisor_.say("listed");
    settle();
    ASSERT_TRUE(daemon_->reload());
    ASSERT_TRUE(requests().ask("isp", bus::act::Appear{}));
    call_serial_ = serial(next_call());
    supervisor_.say("started isp " + call_serial_ + " pid=42");
    supervisor_.say("address isp " + call_serial_ + " local=10.9.0.1 remote=10.9.0.2");
    interface_comes_up();
    ASSERT_EQ(await_status("far: down | isp: up 10.9.0.1"), "far: down | isp: up 10.9.0.1");
    ASSERT_TRUE(test::await(loop_, [&] {
      const auto past = requests().appearances("isp").value();
      return !past.empty() && !past.back().notices.empty() && past.back().notices[0].result == core::NoticeResult::Ok;
    }));
  }
  [[nodiscard]] std::string isp() const override { return appear("10s"); }
  static std::string appear(const std::string& patience) {
    return "[Appear]\nName=hut\nVanishTimeout=" + patience + "\n[Announce there]\nUrl=file:///nowhere/notice\nVanish=yes\n";
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(directory_ + "/" + name) << text; }
  bus::Requests& requests() { return *daemon_; }
  // A reload that takes the link away, and its good-bye has begun: the call still carries.
  void take_away() {
    std::filesystem::remove(directory_ + "/isp.conf");
    ASSERT_TRUE(daemon_->reload());
    says_good_bye();
  }
  void says_good_bye() {
    EXPECT_TRUE(test::await(loop_, [&] { return std::filesystem::exists(directory_ + "/asked"); }));
    settle();
    EXPECT_EQ(supervisor_.heard(), "");
    EXPECT_THAT(routes(), HasSubstr("default dev ppp-isp"));
  }
  void good_bye_is_said() const { write("said", ""); }
  std::string hangup() const { return "hangup isp " + call_serial_; }
  // ghostd has told pppd to end. Until pppd has, the link stays where it is.
  void pppd_exits() {
    EXPECT_EQ(await_status("far: down | isp: hanging-up"), "far: down | isp: hanging-up");
    EXPECT_TRUE(has("default dev gd-isp")) << routes();
    EXPECT_FALSE(has("src 192.0.0.9")) << routes();
    supervisor_.say("gone isp " + call_serial_ + " HungUp");
  }
  static bool has(const std::string& text) { return routes().find(text) != std::string::npos; }
  // Nothing of it is left.
  void is_taken_away() {
    EXPECT_EQ(await_status("far: down"), "far: down");
    EXPECT_THAT(routes(), AllOf(testing::Not(HasSubstr("-isp")), HasSubstr("198.51.100.0/24 dev gd-far")));
    EXPECT_THAT(told_, testing::Contains("FDSTOREREMOVE=1\nFDNAME=tun-isp"));
  }

  std::string call_serial_;
};

TEST_F(PartingTest, ALinkThatIsTakenAwaySaysGoodByeBeforeItsRouteIsBack) {
  take_away();
  EXPECT_EQ(status_, "far: down | isp: up 10.9.0.1");
  EXPECT_EQ(requests().ask("isp", bus::act::Connect{}).error().kind, bus::RequestError::Kind::Failed);
  good_bye_is_said();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  is_taken_away();
}

TEST_F(PartingTest, AReloadMovesTheLinkBehindItsGoodBye) {
  configure("isp", "192.0.0.9", "default", isp());
  ASSERT_TRUE(daemon_->reload());
  says_good_bye();
  EXPECT_FALSE(has("src 192.0.0.9"));
  good_bye_is_said();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  EXPECT_TRUE(test::await(loop_, [] { return has("src 192.0.0.9"); })) << routes();
  EXPECT_FALSE(has("src 192.0.0.2")) << routes();
  EXPECT_THAT(next(), StartsWith("dial isp ")) << "its appearance goes on there";
}

TEST_F(PartingTest, ASecondReloadReplacesWhatTheFirstWaitsFor) {
  configure("isp", "192.0.0.9", "default", isp());
  ASSERT_TRUE(daemon_->reload());
  take_away();
  good_bye_is_said();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  is_taken_away();
}

TEST_F(PartingTest, AReloadGivesTheNameBackMeanwhile) {
  take_away();
  configure("isp", "192.0.0.9", "default", isp());
  ASSERT_TRUE(daemon_->reload());
  says_good_bye();
  good_bye_is_said();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  EXPECT_TRUE(test::await(loop_, [] { return has("src 192.0.0.9"); })) << routes();
  EXPECT_EQ(await_status("far: down | isp: down"), "far: down | isp: down");
  send();
  EXPECT_THAT(next_call(), StartsWith("dial isp "));
}

TEST_F(PartingTest, AStopMeanwhileWaitsForItsEndAndNoLonger) {
  take_away();
  EXPECT_TRUE(requests().leave().value());  // who stops us waits for a call's end
  good_bye_is_said();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  is_taken_away();
  EXPECT_FALSE(requests().leave().value());
}

class ShortPartingTest : public PartingTest {
  [[nodiscard]] std::string isp() const override { return appear("1s"); }
};

TEST_F(ShortPartingTest, AGoodByeThatHangsIsNotWaitedForLonger) {
  take_away();
  EXPECT_EQ(next(), hangup());
  pppd_exits();
  is_taken_away();
}

}  // namespace
