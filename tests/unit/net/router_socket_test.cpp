// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/router_socket.hpp"

#include <gmock/gmock.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/filter.h>  // behind net/if.h, whose names they say again
#include <linux/if_arp.h>
#include <linux/if_tun.h>

#include "../addresses.hpp"
#include "core/router_advertisement.hpp"
#include "net/numbers.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

namespace ghost::net {
namespace {

using test::sh;
using Bytes = std::vector<std::uint8_t>;

// RFC 8200 §8.1: the sum over a pseudo header, and over the message.
std::uint16_t checksum(const Bytes& source, const Bytes& destination, const Bytes& message) {
  Bytes all = source;
  all.insert(all.end(), destination.begin(), destination.end());
  all.insert(all.end(), {0, 0, 0, static_cast<std::uint8_t>(message.size()), 0, 0, 0, 58});
  all.insert(all.end(), message.begin(), message.end());
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i + 1 < all.size(); i += 2) sum += all[i] * 256U + all[i + 1];
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

Bytes bytes(const IpAddress& a) { return {a.bytes().begin(), a.bytes().end()}; }

// An ICMPv6 packet to all nodes, as it comes off a line.
Bytes packet(const char* source, std::uint8_t hop_limit, Bytes message) {
  const auto from = bytes(ip(source)), to = bytes(ip("ff02::1"));
  const auto sum = checksum(from, to, message);
  message[2] = static_cast<std::uint8_t>(sum >> 8);
  message[3] = static_cast<std::uint8_t>(sum);
  Bytes out = {0x60, 0, 0, 0, 0, static_cast<std::uint8_t>(message.size()), 58, hop_limit};
  out.insert(out.end(), from.begin(), from.end());
  out.insert(out.end(), to.begin(), to.end());
  out.insert(out.end(), message.begin(), message.end());
  return out;
}

Bytes advertisement(std::uint8_t type = 134) { return {type, 0, 0, 0, 64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0}; }

class RouterSocketTest : public test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    line_ = make("ppp-isp", ARPHRD_PPP);
    auto made = open_router_socket();
    ASSERT_TRUE(made) << made.error().what;
    socket_.emplace(std::move(*made));
  }
  // A TUN that passes for an interface of that kind, with a link-local address.
  static UniqueFd make(const std::string& name, int kind) {
    auto tun = make_tun(name);
    if (!tun || ::ioctl(tun->get(), TUNSETLINK, kind) < 0) throw std::runtime_error("no TUN of that kind");
    // As pppd does it: up first, then the address.
    sh("sysctl -qw net.ipv6.conf." + name + ".addr_gen_mode=1 net.ipv6.conf." + name + ".accept_ra=0; ip link set " + name +
       " up; ip addr add fe80::5/64 dev " + name + " nodad; while ip -6 addr show dev " + name +
       " | grep -q tentative; do :; done");
    return std::move(*tun);
  }
  static void comes_in(const UniqueFd& line, const Bytes& what) {
    ASSERT_EQ(::write(line.get(), what.data(), what.size()), static_cast<ssize_t>(what.size()));
  }
  UniqueFd line_;
  std::optional<RouterSocket> socket_;
};

TEST_F(RouterSocketTest, HearsAnAdvertisementAndWhereItCameIn) {
  comes_in(line_, packet("fe80::1", 255, advertisement()));
  const auto heard = socket_->read();
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->interface_index, ::if_nametoindex("ppp-isp"));
  EXPECT_EQ(heard->source, ip("fe80::1"));
  EXPECT_EQ(heard->hop_limit, 255);
  EXPECT_EQ(heard->bytes.size(), 16U);
  EXPECT_TRUE(core::decode_router_advertisement({heard->source, heard->hop_limit, heard->bytes}));
  EXPECT_FALSE(socket_->read());
}

TEST_F(RouterSocketTest, HearsNothingElse) {
  const auto lan = make("lan0", ARPHRD_NONE);
  comes_in(lan, packet("fe80::1", 255, advertisement()));
  comes_in(line_, packet("fe80::1", 254, advertisement()));
  comes_in(line_, packet("fe80::1", 255, advertisement(136)));
  EXPECT_FALSE(socket_->read());
  comes_in(line_, packet("fe80::1", 255, advertisement()));
  EXPECT_TRUE(socket_->read()) << "they did come in";
}

TEST_F(RouterSocketTest, WhoHasItCannotHearMore) {
  const sock_filter all = BPF_STMT(BPF_RET | BPF_K, 65535);
  const sock_fprog filter{.len = 1, .filter = const_cast<sock_filter*>(&all)};
  EXPECT_NE(::setsockopt(socket_->fd(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
  EXPECT_EQ(errno, EPERM);
  EXPECT_NE(::setsockopt(socket_->fd(), SOL_SOCKET, SO_DETACH_FILTER, nullptr, 0), 0);
}

// RFC 4861 §4.1.
TEST_F(RouterSocketTest, SolicitsAllRoutersOfThatLink) {
  while (read_packet(line_.get()).outcome == ReadOutcome::packet) {
    // Messages of the kernel itself when an interface comes up.
  }
  const auto solicited = socket_->solicit(::if_nametoindex("ppp-isp"));
  ASSERT_TRUE(solicited) << solicited.error().what;
  const auto sent = read_packet(line_.get()).packet;
  ASSERT_EQ(sent.size(), 48U);
  EXPECT_EQ(sent[7], 255) << "hop limit";
  EXPECT_EQ(Bytes(sent.begin() + 8, sent.begin() + 24), bytes(ip("fe80::5")));
  EXPECT_EQ(Bytes(sent.begin() + 24, sent.begin() + 40), bytes(ip("ff02::2")));
  EXPECT_EQ(sent[40], 133);
  std::uint32_t priority = 0;
  socklen_t length = sizeof priority;
  ASSERT_EQ(::getsockopt(socket_->fd(), SOL_SOCKET, SO_PRIORITY, &priority, &length), 0);
  EXPECT_EQ(priority, kReplayPriority) << "ahead of what waits for the handover";
}

TEST_F(RouterSocketTest, AnInterfaceThatIsGoneIsAnError) { EXPECT_FALSE(socket_->solicit(4711)); }

}  // namespace
}  // namespace ghost::net
