// SPDX-License-Identifier: GPL-2.0-or-later
// The handover, seen by packets, in a network namespace of each test's own. The demand interface and the call's are TUNs that the test
// holds; sockets, routes and the table are real.
#include "ghostd/call_path.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <tuple>

#include "ghostd/interface_queue.hpp"
#include "ghostd/link_netfilter.hpp"
#include "net/raw_socket.hpp"
#include "net/rcu_barrier.hpp"
#include "net/tun.hpp"
#include "own_netns.hpp"

using namespace ghost;
using namespace std::chrono_literals;
using net::test::sh;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

using Packets = std::vector<core::PacketBytes>;
constexpr CallSerial kCall{1};

class CallPathTest : public net::test::OwnNetns {
 protected:
  void SetUp() override {
    OwnNetns::SetUp();
    std::string name = std::filesystem::temp_directory_path() / "ghostd-path-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    config_.name = "isp";
    config_.stable = {*IpAddress::parse("192.0.0.2"), *IpAddress::parse("2001:db8::2")};
    config_.routes = {default_prefix(Family::v4), default_prefix(Family::v6)};
    demand_ = std::move(net::make_tun("gd-isp").value());
    call_ = std::move(net::make_tun("ppp-isp").value());
    host_.emplace(directory_, net::RawSender(std::move(net::open_raw_socket(Family::v4).value()),
                                             std::move(net::open_raw_socket(Family::v6).value())));
    const auto where = [this] { return placed(); };
    path_.emplace(*host_, demand_.get(), where, [this](Packets p) { kept_.insert(kept_.end(), p.begin(), p.end()); });
    queue_.emplace(*host_, where);
    netfilter_.emplace(where);
    ASSERT_TRUE(host_->load_ruleset({placed()}, {}));
    ASSERT_TRUE(host_->prepare({placed()}));
    ASSERT_TRUE(host_->take_over({placed()}));
    std::ignore = queue_->prepare();  // a kernel without sch_prio and sch_plug hands over all the same
    sh("ip addr add 10.64.0.1 peer 10.64.64.1 dev ppp-isp; ip link set ppp-isp up");
    v4_.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    v6_.reset(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] daemon::Placed placed() const { return {config_, 0, {}, {}, {}, "ppp-isp"}; }

  // One packet of this name, by whatever way the routes lead.
  bool send(const std::string& name) const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(5000);
    ::inet_pton(AF_INET, "9.9.9.9", &to.sin_addr);
    return ::sendto(v4_.get(), name.data(), name.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) > 0;
  }
  bool send6(const std::string& name) const {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(5000);
    ::inet_pton(AF_INET6, "2001:db8:9::9", &to.sin6_addr);
    return ::sendto(v6_.get(), name.data(), name.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) > 0;
  }
  static Packets read(const UniqueFd& tun) {
    EXPECT_TRUE(net::wait_for_packets_in_flight());
    Packets out;
    for (auto read = net::read_packet(tun.get()); read.outcome == net::ReadOutcome::packet; read = net::read_packet(tun.get()))
      out.push_back(std::move(read.packet));
    return out;
  }
  // Their names, in order.
  static std::vector<std::string> names(const Packets& packets) {
    std::vector<std::string> out;
    for (const auto& p : packets) out.emplace_back(p.begin() + (p[0] >> 4 == 6 ? 48 : 28), p.end());
    return out;
  }

  std::string directory_;
  core::LinkConfig config_;
  UniqueFd demand_, call_, v4_, v6_;
  std::optional<daemon::Host> host_;
  std::optional<daemon::CallPath> path_;
  std::optional<daemon::InterfaceQueue> queue_;
  std::optional<daemon::LinkNetfilter> netfilter_;
  Packets kept_;
};

// The buffer, what the TUN holds, what comes afterwards: all by the call, in this order, and with its address.
TEST_F(CallPathTest, HandsOverInOrder) {
  ASSERT_TRUE(send("a") && send("b"));
  auto buffer = read(demand_);
  ASSERT_THAT(names(buffer), ElementsAre("a", "b"));
  ASSERT_TRUE(send("c"));
  const auto outcome = path_->hand_over(kCall, Family::v4, buffer);
  EXPECT_EQ(outcome.error, std::nullopt);
  EXPECT_EQ(outcome.serial, kCall);
  EXPECT_EQ(outcome.sent.replayed, 3U);
  EXPECT_EQ(outcome.sent.drops.total(), 0U);
  ASSERT_TRUE(send("d"));
  const auto carried = read(call_);
  EXPECT_THAT(names(carried), ElementsAre("a", "b", "c", "d"));
  for (const auto& p : carried) EXPECT_EQ(IpAddress::from_bytes(std::span(p).subspan(12, 4))->str(), "10.64.0.1");
  EXPECT_THAT(read(demand_), IsEmpty());
  EXPECT_THAT(kept_, IsEmpty());
}

// A call that nobody has used yet is not idle.
TEST_F(CallPathTest, StartsTheIdleTimer) {
  EXPECT_EQ(netfilter_->idle_left().value(), 0s);
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  EXPECT_GT(netfilter_->idle_left().value(), config_.call.idle_timeout - 10s);
}

TEST_F(CallPathTest, KeepsWhatTheCallDoesNotCarry) {
  ASSERT_TRUE(send6("six") && send("four"));
  const auto outcome = path_->hand_over(kCall, Family::v4, {});
  EXPECT_EQ(outcome.sent.replayed, 1U);
  EXPECT_THAT(names(kept_), ElementsAre("six"));
  EXPECT_THAT(names(read(call_)), ElementsAre("four"));
}

// TCP repeats its SYN just before the handover: the buffer has the first one, the TUN still has the second.
TEST_F(CallPathTest, SendsOneSynOfAConnection) {
  const UniqueFd tcp(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(80);
  ::inet_pton(AF_INET, "9.9.9.9", &to.sin_addr);
  ASSERT_EQ(::connect(tcp.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), -1);
  const auto first = read(demand_);
  ASSERT_THAT(first, SizeIs(1));
  pollfd repeated{.fd = demand_.get(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&repeated, 1, 10'000), 1) << "TCP has not repeated it";
  const auto outcome = path_->hand_over(kCall, Family::v4, first);
  EXPECT_EQ(outcome.error, std::nullopt);
  EXPECT_EQ(outcome.sent.replayed, 1U);
  EXPECT_EQ(outcome.sent.coalesced, 1U);
  EXPECT_THAT(read(call_), SizeIs(1));
}

TEST_F(CallPathTest, SendsOnWhatMissedTheHandover) {
  ASSERT_TRUE(send("late"));
  const auto late = read(demand_);
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  const auto outcome = path_->send_on(late);
  EXPECT_EQ(outcome.replayed, 1U);
  EXPECT_THAT(names(read(call_)), ElementsAre("late"));
}

TEST_F(CallPathTest, GivesTheTrafficBack) {
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  ASSERT_TRUE(send("a"));
  ASSERT_TRUE(path_->route_back({}));
  ASSERT_TRUE(send("b"));
  EXPECT_THAT(names(read(call_)), ElementsAre("a"));
  EXPECT_THAT(names(read(demand_)), ElementsAre("b"));
  ASSERT_TRUE(path_->route_back({}));  // what is gone already is not an error
}

// The call's IPv6 address is withdrawn. Its packets wait in the demand interface, and a later handover of IPv4 leaves them there.
TEST_F(CallPathTest, GivesOneFamilyBack) {
  sh("sysctl -qw net.ipv6.conf.ppp-isp.disable_ipv6=0; ip addr add 2001:db8:7::1/64 dev ppp-isp nodad");
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  ASSERT_EQ(path_->hand_over(kCall, Family::v6, {}).error, std::nullopt);
  ASSERT_TRUE(send6("a") && send("b"));
  ASSERT_TRUE(path_->route_back(Family::v6));
  ASSERT_TRUE(send6("c") && send("d"));
  auto carried = names(read(call_));
  std::erase_if(carried, [](const std::string& name) { return name.size() != 1; });  // the kernel's own, such as MLD
  EXPECT_THAT(carried, ElementsAre("a", "b", "d"));
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  EXPECT_THAT(names(kept_), ElementsAre("c"));
}

TEST_F(CallPathTest, RefusesAFamilyAndAdmitsItAgain) {
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  ASSERT_TRUE(path_->refuse(Family::v6, true));
  EXPECT_FALSE(send6("a"));
  EXPECT_TRUE(send("b"));
  ASSERT_TRUE(path_->refuse(Family::v6, false));
  EXPECT_TRUE(send6("c"));
  EXPECT_THAT(names(read(demand_)), ElementsAre("c"));
  EXPECT_THAT(names(read(call_)), ElementsAre("b"));
}

// Nothing was tried: all of it waits for the next call, and no route leads into this one.
TEST_F(CallPathTest, KeepsEverythingWhereTheInterfaceHasGone) {
  ASSERT_TRUE(send("a"));
  auto buffer = read(demand_);
  call_.reset();
  const auto outcome = path_->hand_over(kCall, Family::v4, buffer);
  EXPECT_NE(outcome.error, std::nullopt);
  EXPECT_THAT(names(outcome.kept), ElementsAre("a"));
  EXPECT_EQ(outcome.sent.replayed, 0U);
  EXPECT_TRUE(queue_->drained());
  EXPECT_TRUE(queue_->settle(true));
  ASSERT_TRUE(send("b"));
  EXPECT_THAT(names(read(demand_)), ElementsAre("b"));
}

TEST_F(CallPathTest, HandsNothingOverWithoutATable) {
  host_->on_handover([] { return net::failure(ENOENT, "the table"); });
  ASSERT_TRUE(send("a"));
  const auto outcome = path_->hand_over(kCall, Family::v4, read(demand_));
  EXPECT_THAT(outcome.error.value_or(""), testing::StartsWith("the table"));
  EXPECT_THAT(names(outcome.kept), ElementsAre("a"));
  ASSERT_TRUE(send("b"));
  EXPECT_THAT(names(read(demand_)), ElementsAre("b"));
  EXPECT_THAT(read(call_), IsEmpty());
}

// What came while it was handed over again (a second family, a ghostd that was started anew) is behind what waited.
TEST_F(CallPathTest, HandsOverTheSecondFamilyOfACallThatCarries) {
  ASSERT_EQ(path_->hand_over(kCall, Family::v4, {}).error, std::nullopt);
  sh("ip addr add 2001:db8:64::1/128 dev ppp-isp nodad");
  ASSERT_TRUE(send6("a"));
  const auto outcome = path_->hand_over(kCall, Family::v6, read(demand_));
  EXPECT_EQ(outcome.error, std::nullopt);
  ASSERT_TRUE(send6("b") && send("c"));
  EXPECT_THAT(names(read(call_)), ElementsAre("a", "b", "c"));
}

}  // namespace
