// SPDX-License-Identifier: GPL-2.0-or-later
// A client of the right user that does its worst: docs/security.md has the table.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

#include "ghost-supervisor/closer.hpp"
#include "ghost-supervisor/mailbox.hpp"
#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

constexpr int kLinger = 60;   // seconds: far more than any deadline here
constexpr auto kAtOnce = 5s;  // a wait for SO_LINGER would be longer

// A TCP connection that nobody reads, so that its buffers are full. The last close(2) of `full` waits for kLinger.
struct Stuck {
  UniqueFd reader, full;
};

Stuck make_stuck() {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener.get(), generic, length) < 0 || ::listen(listener.get(), 1) < 0 ||
      ::getsockname(listener.get(), generic, &length) < 0)
    throw std::runtime_error("cannot listen");
  Stuck out{{}, UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  if (::connect(out.full.get(), generic, length) < 0) throw std::runtime_error("cannot connect");
  out.reader = UniqueFd(::accept(listener.get(), nullptr, nullptr));
  const std::array<char, 65536> bytes{};
  while (::send(out.full.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) {
  }
  const linger wait{1, kLinger};
  ::setsockopt(out.full.get(), SOL_SOCKET, SO_LINGER, &wait, sizeof wait);
  return out;
}

// The message then has the only reference to the descriptor.
void give(const UniqueFd& to, const std::string& text, UniqueFd descriptor) {
  iovec part{const_cast<char*>(text.data()), text.size()};  // NOLINT: sendmsg(2) does not write
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = beside.data();
  message.msg_controllen = beside.size();
  auto* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int raw = descriptor.get();
  std::memcpy(CMSG_DATA(header), &raw, sizeof raw);
  if (::sendmsg(to.get(), &message, MSG_NOSIGNAL) < 0) throw std::runtime_error("sendmsg");
}

// Both ends of a connection.
std::array<UniqueFd, 2> pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) < 0)
    throw std::runtime_error("socketpair");
  prepare_to_look(ends[0]);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// A client whose messages were not all received may see an error first.
std::string refusal(Rig& rig, const UniqueFd& client) {
  const auto text = rig.next(client);
  return text == "EOF" ? rig.next(client) : text;
}

class Watch {
 public:
  [[nodiscard]] bool at_once() const { return loop::now() - begun_ < kAtOnce; }

 private:
  core::Time begun_ = loop::now();
};

}  // namespace

TEST(Mailbox, TellsWhatWaitsAndLeavesItThere) {
  auto [ours, theirs] = pair();
  EXPECT_EQ(look(ours.get()), Waiting::nothing);
  send_text(theirs, "list");
  EXPECT_EQ(look(ours.get()), Waiting::message);
  EXPECT_EQ(receive(ours), "list");
  ASSERT_EQ(::send(theirs.get(), "", 0, 0), 0);  // an empty message is not the end
  EXPECT_EQ(look(ours.get()), Waiting::message);
  theirs.reset();
  EXPECT_EQ(look(ours.get()), Waiting::message);
  EXPECT_EQ(receive(ours), "EOF");
  EXPECT_EQ(look(ours.get()), Waiting::end);
}

TEST(Mailbox, SeesDescriptorsAndDoesNotTakeThem) {
  auto stuck = make_stuck();
  auto [ours, theirs] = pair();
  give(theirs, "", std::move(stuck.full));
  const int lowest = UniqueFd(::dup(0)).get();
  EXPECT_EQ(look(ours.get()), Waiting::descriptors);
  EXPECT_EQ(UniqueFd(::dup(0)).get(), lowest);
  Closer::close_or_leave(std::move(ours));
}

// The kernel tells such an error before the messages that came earlier.
TEST(Mailbox, AnErrorOfTheConnectionHidesNothing) {
  auto stuck = make_stuck();
  auto [ours, theirs] = pair();
  send_text(ours, "never read");
  give(theirs, "list", std::move(stuck.full));
  theirs.reset();
  EXPECT_EQ(look(ours.get()), Waiting::descriptors);
  Closer::close_or_leave(std::move(ours));
}

TEST(TakenOver, ADescriptorThatHangsInCloseHoldsNobody) {
  for (const auto* text : {"list", "dial isp 1", "\x01", ""}) {
    Rig rig;
    rig.scenario("isp", "obey");
    const auto good = rig.connect();
    auto stuck = make_stuck();
    const auto bad = rig.connect();
    give(bad, text, std::move(stuck.full));
    const Watch watch;
    EXPECT_EQ(refusal(rig, bad), "refused - 0 file descriptors were sent");
    send_text(good, "list");
    EXPECT_EQ(rig.next(good), "listed");
    EXPECT_TRUE(watch.at_once()) << text;
    EXPECT_EQ(rig.noted("file descriptors were sent"), 1u);
  }
}

TEST(TakenOver, NorOneThatWaitsBehindARefusal) {
  Rig rig;
  const auto good = rig.connect();
  auto stuck = make_stuck(), second = make_stuck();
  const auto bad = rig.connect();
  send_text(bad, "garbage");
  give(bad, "", std::move(stuck.full));
  const auto last = rig.connect();
  give(last, "list", std::move(second.full));
  const Watch watch;
  EXPECT_THAT(refusal(rig, bad), StartsWith("refused"));
  rig.supervisor.reset();  // an exit with a connection that was not looked at
  EXPECT_TRUE(watch.at_once());
}

TEST(TakenOver, NorMoreConnectionsThanAreServed) {
  Rig rig;
  const auto good = rig.connect();
  send_text(good, "list");
  EXPECT_EQ(rig.next(good), "listed");
  const Watch watch;
  std::vector<Stuck> stuck;
  std::vector<UniqueFd> bad;
  for (int i = 0; i < 12; ++i) {
    stuck.push_back(make_stuck());
    bad.push_back(rig.connect());
    give(bad.back(), "", std::move(stuck.back().full));
    rig.loop.turn(0ms);
  }
  for (const auto& connection : bad) EXPECT_THAT(refusal(rig, connection), StartsWith("refused"));
  send_text(good, "list");
  EXPECT_EQ(rig.next(good), "listed");
  EXPECT_TRUE(watch.at_once());
}

TEST(Closer, ClosesAnEmptyConnectionItself) {
  loop::EventLoop loop;
  Closer closer(loop, [] {});
  auto [ours, theirs] = pair();
  closer.close(std::move(ours));
  EXPECT_EQ(closer.children(), 0u);
  EXPECT_EQ(receive(theirs), "EOF");
}

TEST(Closer, HasFewChildrenAtOnceAndClosesAll) {
  loop::EventLoop loop;
  unsigned changes = 0;
  Closer closer(loop, [&] { ++changes; });
  std::vector<UniqueFd> clients;
  std::vector<Stuck> stuck;
  for (int i = 0; i < 20; ++i) {
    auto [ours, theirs] = pair();
    stuck.push_back(make_stuck());
    give(theirs, "", std::move(stuck.back().full));
    closer.close(std::move(ours));
    EXPECT_LE(closer.children(), Closer::kChildren);
    EXPECT_THROW(send_text(theirs, "more"), std::runtime_error);
    clients.push_back(std::move(theirs));
  }
  const Watch watch;
  while (closer.children() > 0 && watch.at_once()) loop.turn(20ms);
  EXPECT_EQ(closer.children(), 0u);
  EXPECT_FALSE(closer.full());
  EXPECT_GE(changes, 20u);
  // The descriptor is closed indeed: its reader gets to the end of what the buffers held.
  for (const auto& one : stuck) {
    std::array<char, 65536> bytes;
    ssize_t n = 1;
    while (n > 0) n = ::recv(one.reader.get(), bytes.data(), bytes.size(), 0);
    EXPECT_EQ(n, 0);
  }
}

TEST(TakenOver, AFloodOfRefusalsIsAFewLines) {
  Rig rig;
  rig.scenario("isp", "obey");
  const auto client = rig.connect();
  for (int i = 0; i < 500; ++i) {
    send_text(client, i % 2 == 0 ? fmt::format("dial gone{} {}", i, i + 1) : fmt::format("hangup isp {}", i));
    EXPECT_NE(rig.next(client), "nothing came");
  }
  EXPECT_LE(rig.notes.size(), 30u);
  EXPECT_GE(rig.notes.size(), 20u);
  send_text(client, "dial isp 900");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 900"));
  EXPECT_EQ(rig.noted("started isp 900"), 1u);
}

TEST(TakenOver, AFloodOfNamesReadsTheFilesOnceASecond) {
  Rig rig;
  const auto client = rig.connect();
  const auto begun = loop::now();
  for (int i = 0; i < 200; ++i) {
    send_text(client, "names");
    send_text(client, "list");
    EXPECT_EQ(rig.next(client), "listed");
  }
  const auto seconds = static_cast<unsigned>((loop::now() - begun) / 1s);
  EXPECT_GE(rig.reads, 1u);
  EXPECT_LE(rig.reads, seconds + 2);
  // The last request is not forgotten.
  const auto before = rig.reads;
  EXPECT_TRUE(rig.await([&] { return rig.reads > before; }));
}
