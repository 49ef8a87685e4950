// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/peer_probe.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;

class PeerProbeTest : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    sh("ip link set lo up");
  }
  static PeerProbe probe() {
    auto made = PeerProbe::open("lo", *IpAddress::parse("127.0.0.1"), *IpAddress::parse("127.0.0.2"));
    if (!made) throw std::runtime_error(made.error().what);
    return std::move(*made);
  }
  static bool readable(const PeerProbe& p, int milliseconds) {
    pollfd poll{.fd = p.fd(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, milliseconds) == 1;
  }
};

// 127.0.0.2, port 53.
UniqueFd name_server() {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(53);
  ::inet_pton(AF_INET, "127.0.0.2", &at.sin_addr);
  EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  return fd;
}

TEST_F(PeerProbeTest, PortUnreachableIsAnAnswer) {
  auto p = probe();
  EXPECT_FALSE(p.answered());
  p.ask();
  ASSERT_TRUE(readable(p, 5000));
  EXPECT_TRUE(p.answered());
  EXPECT_FALSE(p.answered()) << "one answer is one answer";
}

TEST_F(PeerProbeTest, ANameServerIsAskedADnsQuestionAndHeard) {
  const auto server = name_server();
  auto p = probe();
  p.ask();
  std::array<std::uint8_t, 512> question{};
  sockaddr_in from{};
  socklen_t length = sizeof from;
  const auto n = ::recvfrom(server.get(), question.data(), question.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
  ASSERT_EQ(n, 17);
  EXPECT_EQ(question[5], 1) << "one question";
  EXPECT_EQ(question[2] & 0xf8, 0) << "a standard query";
  EXPECT_FALSE(p.answered()) << "asking is not yet being answered";
  question[2] |= 0x80;
  ASSERT_EQ(::sendto(server.get(), question.data(), 17, 0, reinterpret_cast<sockaddr*>(&from), length), 17);
  ASSERT_TRUE(readable(p, 5000));
  EXPECT_TRUE(p.answered());
}

// The interface's queue holds back packets that wait for the handover, but not the question.
TEST_F(PeerProbeTest, GoesInTheFirstBand) {
  auto p = probe();
  std::uint32_t priority = 0;
  socklen_t length = sizeof priority;
  ASSERT_EQ(::getsockopt(p.fd(), SOL_SOCKET, SO_PRIORITY, &priority, &length), 0);
  EXPECT_EQ(priority, 0x00010001U);  // tc-prio(8): class 1:1
}

TEST_F(PeerProbeTest, ToldWhatIsWrong) {
  const auto no_such = PeerProbe::open("ppp-none", *IpAddress::parse("127.0.0.1"), *IpAddress::parse("127.0.0.2"));
  ASSERT_FALSE(no_such);
  EXPECT_EQ(no_such.error().errno_value, ENODEV);
  const auto not_ours = PeerProbe::open("lo", *IpAddress::parse("192.0.2.1"), *IpAddress::parse("127.0.0.2"));
  ASSERT_FALSE(not_ours);
  EXPECT_EQ(not_ours.error().errno_value, EADDRNOTAVAIL);
}

}  // namespace
}  // namespace ghost::net
