// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "channel.hpp"
#include "control.hpp"
#include "modem.hpp"

namespace ghost::lab {
namespace {

TEST(Modem, EchoesAndAnswersCommands) {
  Modem modem;
  EXPECT_EQ(modem.command("ATZ\r"), (ModemReply{"ATZ\r\r\nOK\r\n", Wish::None, ""}));
  EXPECT_EQ(modem.command("ATE0\r"), (ModemReply{"ATE0\r\r\nOK\r\n", Wish::None, ""}));
  EXPECT_EQ(modem.command("AT+CPIN=1234\r"), (ModemReply{"\r\nOK\r\n", Wish::None, ""}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(modem.command("AT+CPIN=1111\r"), (ModemReply{"\r\n+CME ERROR: 16\r\n", Wish::None, ""}));
  EXPECT_EQ(modem.command("AT+CPIN=1234\r"), (ModemReply{"\r\n+CME ERROR: 12\r\n", Wish::None, ""})) << "the PUK is wanted";
  EXPECT_EQ(modem.command("AT&F\r"), (ModemReply{"\r\nOK\r\n", Wish::None, ""}));
}

TEST(Modem, TakesANumberInPieces) {
  Modem modem;
  EXPECT_EQ(modem.command("ate0\r").wish, Wish::None);
  EXPECT_EQ(modem.command("atdt 0171 "), (ModemReply{"", Wish::None, ""}));
  EXPECT_EQ(modem.command("555\rATZ\r"), (ModemReply{"", Wish::Dial, "0171555"}));
}

TEST(Modem, IgnoresWhatIsNoCommand) {
  Modem modem;
  modem.command("ATE0\r");
  EXPECT_EQ(modem.command("\r\n~noise\r"), (ModemReply{"", Wish::None, ""}));
  EXPECT_EQ(modem.command("+++ATH0\r"), (ModemReply{"\r\nOK\r\n", Wish::HangUp, ""}));
}

TEST(Control, ReadsFaultsAndOrders) {
  Faults f;
  EXPECT_EQ(read_order("outcome no-dialtone", f), Order::ChangeFaults);
  EXPECT_EQ(read_order("noise 0.01", f), Order::ChangeFaults);
  EXPECT_EQ(read_order("freeze on", f), Order::ChangeFaults);
  EXPECT_EQ(read_order("rate 3600", f), Order::ChangeFaults);
  Faults want;
  want.outcome = Outcome::NoDialtone;
  want.noise = 0.01;
  want.freeze = true;
  want.rate = 3600;
  EXPECT_EQ(f, want);
  EXPECT_EQ(read_order("drop", f), Order::Drop);
  EXPECT_EQ(f, want);
}

TEST(Control, RefusesTheRestAndChangesNothing) {
  Faults f;
  for (const auto* bad :
       {"", "outcome", "outcome maybe", "noise 2", "noise x", "freeze", "rate -1", "rate nan", "drop it", "boo 1"})
    EXPECT_FALSE(read_order(bad, f)) << bad;
  EXPECT_EQ(f, Faults{});
}

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe(ends.data()), 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::string read() {
    std::array<char, 65536> b{};
    const auto n = ::read(ends[0], b.data(), b.size());
    return {b.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }
  std::array<int, 2> ends{};
};

TEST(Channel, PassesBytesWhole) {
  Pipe pipe;
  Channel c;
  c.push(std::string("hello"), {}, {});
  c.pump(pipe.ends[1], {});
  EXPECT_EQ(pipe.read(), "hello");
  EXPECT_TRUE(c.empty());
}

TEST(Channel, KeepsToItsRate) {
  Pipe pipe;
  Channel c;
  Faults slow;
  slow.rate = 1000;
  const Clock::time_point t0{std::chrono::seconds(100)};
  c.push(std::string(1000, 'x'), slow, t0);
  c.pump(pipe.ends[1], t0 + std::chrono::milliseconds(515));
  EXPECT_EQ(c.passed(), 512u);
  c.pump(pipe.ends[1], t0 + std::chrono::milliseconds(1001));
  EXPECT_EQ(c.passed(), 1000u);
}

TEST(Channel, DamagesAboutAsMuchAsAsked) {
  Pipe pipe;
  Channel c;
  Faults noisy;
  noisy.noise = 0.1;
  c.push(std::string(10000, 'x'), noisy, {});
  c.pump(pipe.ends[1], {});
  const auto out = pipe.read();
  const auto bad = out.size() - static_cast<std::size_t>(std::count(out.begin(), out.end(), 'x'));
  EXPECT_EQ(out.size(), 10000u);
  EXPECT_GT(bad, 700u);
  EXPECT_LT(bad, 1300u);
}

TEST(Channel, SwallowsWhenFrozen) {
  Channel c;
  Faults frozen;
  frozen.freeze = true;
  c.push(std::string("hello"), frozen, {});
  EXPECT_TRUE(c.empty());
}

}  // namespace
}  // namespace ghost::lab
