// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/tun.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>

#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;
class Tun : public test::OwnNetns {};

// IPv4, UDP, 192.0.0.2 to 9.9.9.9, no payload; the checksum is of no interest here.
const std::vector<std::uint8_t> kPacket = {0x45, 0, 0,   28, 0, 1, 0, 0, 64, 17, 0, 0, 9, 9,
                                           9,    9, 192, 0,  0, 2, 0, 9, 0,  9,  0, 8, 0, 0};

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

TEST_F(Tun, WriteOutcomes) {
  const auto fd = make_tun("gd-isp");
  ASSERT_TRUE(fd);
  EXPECT_EQ(write_packet(fd->get(), kPacket), (Written{WriteOutcome::down, EIO}));
  sh("ip link set gd-isp up");
  EXPECT_EQ(write_packet(fd->get(), kPacket), (Written{WriteOutcome::sent, 0}));
  EXPECT_EQ(write_packet(fd->get(), {}), (Written{WriteOutcome::garbage, EINVAL}));
  const std::vector<std::uint8_t> not_ip = {0x15, 1,  2,  3,  4,  5,  6,  7,  8,  9,
                                            10,   11, 12, 13, 14, 15, 16, 17, 18, 19};
  EXPECT_EQ(write_packet(fd->get(), not_ip), (Written{WriteOutcome::garbage, EINVAL}));
}

TEST_F(Tun, ReadsWhatIsRoutedIntoItAndThenNothing) {
  const auto fd = make_tun("gd-isp");
  ASSERT_TRUE(fd);
  sh("sysctl -qw net.ipv6.conf.gd-isp.disable_ipv6=1; ip addr add 192.0.0.2/32 dev gd-isp; ip link set "
     "gd-isp up;"
     "ip route add default dev gd-isp");
  std::vector<std::uint8_t> packet;
  EXPECT_EQ(read_packet(fd->get(), packet).outcome, ReadOutcome::nothing);
  sh("bash -c 'echo -n hello > /dev/udp/9.9.9.9/53'");
  ASSERT_EQ(read_packet(fd->get(), packet).outcome, ReadOutcome::packet);
  ASSERT_EQ(packet.size(), 20U + 8U + 5U);
  EXPECT_EQ(std::string(packet.end() - 5, packet.end()), "hello");
  EXPECT_EQ(read_packet(fd->get(), packet).outcome, ReadOutcome::nothing);
  EXPECT_TRUE(packet.empty());
  sh("ip link del gd-isp");
  EXPECT_EQ(read_packet(fd->get(), packet).outcome, ReadOutcome::gone);
}

}  // namespace
}  // namespace ghost::net
