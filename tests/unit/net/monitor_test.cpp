// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/rtnetlink_monitor.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "../addresses.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {

// For the messages of failed expectations.
inline void PrintTo(const InterfaceAppeared& one, std::ostream* out) { *out << one.ifname << " appeared"; }
inline void PrintTo(const InterfaceGone& one, std::ostream* out) { *out << one.ifname << " gone"; }
inline void PrintTo(const AddressUp& one, std::ostream* out) {
  *out << one.ifname << " has " << one.local.str() << " to " << one.peer.str();
}
inline void PrintTo(const LinkLocalUp& one, std::ostream* out) {
  *out << one.ifname << " (" << one.index << ") talks as " << one.local.str();
}
inline void PrintTo(const AddressGone& one, std::ostream* out) { *out << one.ifname << " lost " << one.local.str(); }

namespace {

using test::sh;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

unsigned index_of(const char* ifname) { return ::if_nametoindex(ifname); }

class Monitor : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    auto monitor = RtnetlinkMonitor::open();
    ASSERT_TRUE(monitor) << monitor.error().what;
    monitor_.emplace(std::move(*monitor));
  }
  // The kernel queues its news before the command that caused them ends, so nothing has to be waited for, unless so many are told
  // later.
  std::vector<Change> after(const std::string& command, std::size_t expected = 0) {
    sh(command);
    std::vector<Change> all;
    do {
      auto changes = monitor_->read();
      EXPECT_TRUE(changes);
      for (auto& change : changes.value_or(std::vector<Change>{})) all.push_back(std::move(change));
      pollfd more{.fd = monitor_->fd(), .events = POLLIN, .revents = 0};
      if (all.size() < expected && ::poll(&more, 1, 5000) != 1) break;
    } while (all.size() < expected);
    return all;
  }
  // A stand-in for a PPP interface: point-to-point, with a carrier as long as it is held.
  void make(const char* name) {
    auto tun = make_tun(name);
    ASSERT_TRUE(tun) << tun.error().what;
    held_.push_back(std::move(*tun));
    sh("sysctl -qw net.ipv6.conf." + std::string(name) + ".addr_gen_mode=1");
  }
  std::optional<RtnetlinkMonitor> monitor_;
  std::vector<UniqueFd> held_;
};

TEST_F(Monitor, TellsWhatIsThereAndThenWhatChanges) {
  // ::1 and 127.0.0.1 are of host scope.
  EXPECT_THAT(after("true"), ElementsAre(InterfaceAppeared{"lo"}));
  // As pppd does: an interface, renamed, an address with a peer, up.
  make("ppp0");
  EXPECT_THAT(after("true"), ElementsAre(InterfaceAppeared{"ppp0"}));
  EXPECT_THAT(after("ip link set ppp0 name ppp-isp"), ElementsAre(InterfaceGone{"ppp0"}, InterfaceAppeared{"ppp-isp"}));
  EXPECT_THAT(after("ip addr add 100.64.7.7 peer 10.64.64.1 dev ppp-isp"), IsEmpty());
  EXPECT_THAT(after("ip link set ppp-isp up"), ElementsAre(AddressUp{"ppp-isp", ip("100.64.7.7"), ip("10.64.64.1")}));
  EXPECT_THAT(after("ip link set ppp-isp down"), ElementsAre(AddressGone{"ppp-isp", ip("100.64.7.7")}));
  EXPECT_THAT(after("ip link set ppp-isp up"), ElementsAre(AddressUp{"ppp-isp", ip("100.64.7.7"), ip("10.64.64.1")}));
  // An IPv6 address is usable when a worker of the kernel's has been at it.
  EXPECT_THAT(after("ip -6 addr add 2001:db8:77::2/128 dev ppp-isp nodad; ip -6 addr add fe80::5/64 dev ppp-isp nodad", 2),
              ElementsAre(AddressUp{"ppp-isp", ip("2001:db8:77::2"), ip("2001:db8:77::2")},
                          LinkLocalUp{"ppp-isp", index_of("ppp-isp"), ip("fe80::5")}));
  const auto end = after("ip link del ppp-isp");
  EXPECT_THAT(end, testing::UnorderedElementsAre(AddressGone{"ppp-isp", ip("100.64.7.7")},
                                                 AddressGone{"ppp-isp", ip("2001:db8:77::2")}, InterfaceGone{"ppp-isp"}));
  ASSERT_FALSE(end.empty());
  EXPECT_EQ(end.back(), Change(InterfaceGone{"ppp-isp"}));
}

TEST_F(Monitor, AnotherPeerIsAnotherAddress) {
  make("ppp-isp");
  sh("ip link set ppp-isp up;"
     "ip addr add 100.64.7.7 peer 10.64.64.1 dev ppp-isp");
  EXPECT_THAT(after("true"), ElementsAre(InterfaceAppeared{"lo"}, InterfaceAppeared{"ppp-isp"},
                                         AddressUp{"ppp-isp", ip("100.64.7.7"), ip("10.64.64.1")}));
  EXPECT_THAT(after("ip addr del 100.64.7.7 peer 10.64.64.1 dev ppp-isp; ip addr add 100.64.7.7 peer "
                    "10.64.64.9 dev ppp-isp"),
              ElementsAre(AddressGone{"ppp-isp", ip("100.64.7.7")}, AddressUp{"ppp-isp", ip("100.64.7.7"), ip("10.64.64.9")}));
}

TEST_F(Monitor, AfterAnOverrunTheDumpTellsTheDifference) {
  make("ppp-a");
  make("ppp-b");
  sh("ip addr add 10.0.0.1/32 dev ppp-a; ip link set ppp-a up");
  EXPECT_EQ(after("true").size(), 4U);
  const int small = 1;  // the kernel makes it its least
  ASSERT_EQ(::setsockopt(monitor_->fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
  const auto changes = after(
      "ip addr flush dev ppp-a; for i in 1 2 3 4 5 6 7 8 9; do ip link set ppp-b mtu 140$i; done;"
      "ip link del ppp-b; ip addr add 10.0.0.2/32 dev ppp-a");
  // Messages queued before the overrun come first; the total is the effect of the commands.
  EXPECT_THAT(changes, testing::UnorderedElementsAre(AddressGone{"ppp-a", ip("10.0.0.1")}, InterfaceGone{"ppp-b"},
                                                     AddressUp{"ppp-a", ip("10.0.0.2"), ip("10.0.0.2")}));
}

}  // namespace
}  // namespace ghost::net
