// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/tun.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <unistd.h>

#include <array>

#include "net/interface.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;
class Tun : public test::OwnNetns {};

TEST_F(Tun, HasTheNameItWasGivenAndIsNotInherited) {
  const auto fd = make_tun("gd-isp");
  ASSERT_TRUE(fd) << fd.error().what;
  EXPECT_EQ(interface_of(fd->get()), "gd-isp");
  EXPECT_NE(::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC, 0);
  EXPECT_NE(::fcntl(fd->get(), F_GETFL) & O_NONBLOCK, 0);
  pollfd quiet{.fd = fd->get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&quiet, 1, 0), 0);  // an fd before TUNSETIFF would say POLLERR
}

TEST_F(Tun, RefusesWhatCannotBe) {
  const auto held = make_tun("gd-isp");
  ASSERT_TRUE(held);
  EXPECT_EQ(make_tun("gd-isp").error().errno_value, EBUSY);
  EXPECT_EQ(make_tun("gd-aNameOfSixteen").error().errno_value, ENAMETOOLONG);
  EXPECT_EQ(make_tun("").error().errno_value, ENAMETOOLONG);
}

TEST_F(Tun, InterfaceOfTellsForeignFdsApart) {
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(interface_of(null.get()).error().errno_value, ENOTTY);
  const UniqueFd unattached(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(interface_of(unattached.get()).error().errno_value, EBADFD);
}

TEST_F(Tun, ReadsWhatIsRoutedIntoItAndThenNothing) {
  const auto fd = make_tun("gd-isp");
  ASSERT_TRUE(fd);
  sh("sysctl -qw net.ipv6.conf.gd-isp.disable_ipv6=1; ip addr add 192.0.0.2/32 dev gd-isp; ip link set "
     "gd-isp up;"
     "ip route add default dev gd-isp");
  EXPECT_EQ(read_packet(fd->get()).outcome, ReadOutcome::nothing);
  sh("bash -c 'echo -n hello > /dev/udp/9.9.9.9/53'");
  const auto read = read_packet(fd->get());
  ASSERT_EQ(read.outcome, ReadOutcome::packet);
  ASSERT_EQ(read.packet.size(), 20U + 8U + 5U);
  EXPECT_EQ(std::string(read.packet.end() - 5, read.packet.end()), "hello");
  const auto none = read_packet(fd->get());
  EXPECT_EQ(none.outcome, ReadOutcome::nothing);
  EXPECT_TRUE(none.packet.empty());
  sh("ip link del gd-isp");
  EXPECT_EQ(read_packet(fd->get()).outcome, ReadOutcome::gone);
}

// As a PPP interface, it has no hardware address. With one alone, the count is missed.
TEST_F(Tun, SaysHowManyPacketsHaveComeByIt) {
  const auto fd = make_tun("gd-isp");
  ASSERT_TRUE(fd);
  EXPECT_EQ(received_by("gd-isp"), 0U);
  EXPECT_EQ(received_by("gd-none"), std::nullopt);
  sh("ip link set gd-isp up");
  const std::array<unsigned char, 28> packet{0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17};
  ASSERT_EQ(::write(fd->get(), packet.data(), packet.size()), static_cast<ssize_t>(packet.size())) << "from the far end";
  EXPECT_EQ(received_by("gd-isp"), 1U);
}

}  // namespace
}  // namespace ghost::net
