// SPDX-License-Identifier: GPL-2.0-or-later
// All of ghostd but its bus, in a network namespace of each test's own. The test is the supervisor. Who may call when ghostd starts,
// whose calls are taken over, and what becomes of them when the supervisor goes?
#include "ghostd/daemon.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "await.hpp"
#include "fake_supervisor.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

using namespace ghost;
using net::test::sh;
using testing::HasSubstr;
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
    configure("isp", "192.0.0.2", "default");
    const config::Roots roots{{directory_}, {}, {}};
    daemon_.emplace(loop_, config::load(roots).value().config,
                    daemon::Paths{directory_, supervisor_.path(), {directory_, directory_ + "/no-announce"}, roots});
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

  void configure(const std::string& link, const std::string& address, const std::string& routes,
                 const std::string& more = {}) const {
    std::ofstream(directory_ + "/" + link + ".conf") << "[Link]\nPeer=none\nAddress=" << address << "\nRoutes=" << routes << "\n"
                                                     << more << "[Call]\nPeerWait=0\n";
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
  // Turns until STATUS= is this; the last one that came.
  std::string await_status(const std::string& wanted) {
    test::await(loop_, [&] {
      std::array<char, 4096> text{};
      for (ssize_t n = 0; (n = ::recv(notify_.get(), text.data(), text.size(), MSG_DONTWAIT)) > 0;) {
        const std::string message(text.data(), static_cast<std::size_t>(n));
        if (message.starts_with("STATUS=")) status_ = message.substr(7);
      }
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
  EXPECT_EQ(await_status("far: down"), "far: down");
  EXPECT_THAT(routes(), AllOf(testing::Not(HasSubstr("gd-isp")), HasSubstr("198.51.100.0/24 dev gd-far")));
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

// Nobody answers. It is waited for so long and no longer; here it is seen to be gone at once.
TEST_F(DaemonTest, CallsWithoutASupervisorThatListsNothing) {
  send();
  supervisor_.close();
  EXPECT_THAT(next_call(), StartsWith("dial isp "));
}

}  // namespace
