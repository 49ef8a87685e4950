// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/protocol.hpp"
#include "../addresses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace ghost;
using namespace ghost::ppp;
using core::CallAddress;
using core::CallEnd;
using core::CallGone;
using core::CallNews;
using core::CallStage;
using core::CallStarted;

namespace {

constexpr auto kSerial = static_cast<CallSerial>(7);

std::vector<Request> requests() {
  return {Dial{"isp", kSerial},
          Hangup{"a-b_C9", static_cast<CallSerial>(UINT64_MAX)},
          List{},
          Names{},
          Dial{"isp", kSerial, "my-isp.2"},
          Recover{"isp", kSerial, core::RecoveryStep::usb},
          Recover{"isp", kSerial, core::RecoveryStep::hangup, "my-isp.2"}};
}

std::vector<Message> messages() {
  return {CallNews{"isp", kSerial, CallStarted{4711}},
          CallNews{"isp", kSerial, CallAddress{ip("10.1.2.3"), ip("10.64.64.64"), {}}},
          CallNews{"isp", kSerial, CallAddress{ip("10.1.2.3"), ip("10.1.2.1"), {ip("9.9.9.9"), ip("2620:fe::fe")}}},
          CallNews{"isp", kSerial, CallAddress{ip("fe80::1"), ip("fe80::2"), {}}},
          CallNews{"isp", kSerial, CallGone{CallEnd::Busy, "Failed (BUSY) (pppd exit code 8)"}},
          CallNews{"isp", kSerial, CallGone{CallEnd::HungUp, ""}},
          CallNews{"isp", kSerial, CallGone{CallEnd::NegotiationFailed, "why", CallStage::authenticating}},
          CallNews{"isp", kSerial, CallGone{CallEnd::CarrierLost, "", CallStage::running}},
          Refused{"isp", kSerial, "a call lives already"},
          Refused{"", CallSerial::none, "not allowed"},
          Listed{},
          DeviceBack{"isp"},
          CallNews{"isp", kSerial, CallStarted{4711, "my-isp.2"}},
          Recovery{"isp", {kSerial, core::RecoveryStep::usb, {}}},
          Recovery{"isp", {kSerial, core::RecoveryStep::power, core::RecoveryReport::End{true, {}}}},
          Recovery{"isp", {kSerial, core::RecoveryStep::reset, core::RecoveryReport::End{false, "no answer"}}}};
}

}  // namespace

TEST(Protocol, WritesWhatTheHeaderSays) {
  EXPECT_EQ(encode(requests()[0]), "dial isp 7");
  EXPECT_EQ(encode(requests()[2]), "list");
  EXPECT_EQ(encode(requests()[3]), "names");
  EXPECT_EQ(encode(requests()[4]), "dial isp 7 my-isp.2");
  EXPECT_EQ(encode(messages()[0]), "started isp 7 pid=4711");
  EXPECT_EQ(encode(messages()[2]), "address isp 7 local=10.1.2.3 remote=10.1.2.1 dns=9.9.9.9,2620:fe::fe");
  EXPECT_EQ(encode(messages()[4]), "gone isp 7 Busy Failed (BUSY) (pppd exit code 8)");
  EXPECT_EQ(encode(messages()[5]), "gone isp 7 HungUp");
  EXPECT_EQ(encode(messages()[6]), "gone isp 7 NegotiationFailed stage=authenticating why");
  EXPECT_EQ(encode(messages()[7]), "gone isp 7 CarrierLost stage=running");
  EXPECT_EQ(encode(messages()[8]), "refused isp 7 a call lives already");
  EXPECT_EQ(encode(messages()[9]), "refused - 0 not allowed");
  EXPECT_EQ(encode(messages()[11]), "device isp");
  EXPECT_EQ(encode(messages()[12]), "started isp 7 pid=4711 peer=my-isp.2");
  EXPECT_EQ(encode(requests()[5]), "recover isp 7 usb");
  EXPECT_EQ(encode(requests()[6]), "recover isp 7 hangup my-isp.2");
  EXPECT_EQ(encode(messages()[13]), "recovery isp 7 usb running");
  EXPECT_EQ(encode(messages()[14]), "recovery isp 7 power done");
  EXPECT_EQ(encode(messages()[15]), "recovery isp 7 reset failed no answer");
  for (const auto* wrong :
       {"recovery isp 7 usb", "recovery isp 7 usb running why", "recovery isp 7 usb done why", "recovery isp 7 melt done"})
    EXPECT_FALSE(decode_message(wrong)) << wrong;
  for (const auto* wrong :
       {"recover isp 7", "recover isp 7 melt", "recover isp 7 usb a b", "recover isp 0 usb", "recover isp 7 usb ../x"})
    EXPECT_FALSE(decode_request(wrong)) << wrong;
}

TEST(Protocol, ReadsBackWhatItWrites) {
  for (const auto& r : requests()) EXPECT_EQ(decode_request(encode(r)), r) << encode(r);
  for (const auto& m : messages()) EXPECT_EQ(decode_message(encode(m)), m) << encode(m);
}

TEST(Protocol, EveryReasonTravels) {
  for (int i = 0; i <= static_cast<int>(CallEnd::Failed); ++i) {
    const Message m = CallNews{"isp", kSerial, CallGone{static_cast<CallEnd>(i), "why"}};
    EXPECT_EQ(decode_message(encode(m)), m);
  }
}

TEST(Protocol, RefusesRequestsThatAreNotExactlyOne) {
  for (const std::string& bad : std::vector<std::string>{"",
                                                         " ",
                                                         "dial",
                                                         "dial ",
                                                         "dial isp",
                                                         "dial isp ",
                                                         "dial isp 0",
                                                         "dial isp 01",
                                                         "dial isp -1",
                                                         "dial isp +1",
                                                         "dial isp 7 ",
                                                         "dial isp 7  x",
                                                         "dial isp 7 x y",
                                                         "dial isp 7 x ",
                                                         "dial isp 7 ../x",
                                                         "dial isp 7 /etc/passwd",
                                                         "dial isp 7 -x",
                                                         "dial isp 7 .x",
                                                         "dial isp 7 " + std::string(256, 'x'),
                                                         "hangup isp 7 x",
                                                         "dial  isp 7",
                                                         " dial isp 7",
                                                         "dial isp 7\n",
                                                         "dial isp 0x7",
                                                         "DIAL isp 7",
                                                         "dial ../etc 7",
                                                         "dial -x 7",
                                                         "dial twelve-bytes 7",
                                                         "dial isp 18446744073709551616",
                                                         "list x",
                                                         "list ",
                                                         "kill isp 7",
                                                         "hangup isp",
                                                         std::string("dial isp 7\0", 11),
                                                         std::string("\xff\xfe"),
                                                         std::string(kMessageMax + 1, 'x')}) {
    const auto got = decode_request(bad);
    EXPECT_FALSE(got) << bad;
    if (!got) {
      EXPECT_LE(got.error().size(), 200u);
      EXPECT_FALSE(got.error().empty());
    }
  }
}

TEST(Protocol, RefusesMessagesThatAreNotExactlyOne) {
  for (const std::string& bad : std::vector<std::string>{"started isp 7",
                                                         "started isp 7 pid=",
                                                         "started isp 7 pid=0",
                                                         "started isp 7 pid=-3",
                                                         "started isp 7 pid=1 x",
                                                         "started isp 7 pid=1 ",
                                                         "started isp 7 pid=1 peer=",
                                                         "started isp 7 pid=1 peer=a/b",
                                                         "started isp 7 pid=1 peer=a b",
                                                         "started isp 7 peer=a",
                                                         "address isp 7 local=1.2.3.4",
                                                         "address isp 7 remote=1.2.3.4 local=1.2.3.5",
                                                         "address isp 7 local=1.2.3 remote=1.2.3.4",
                                                         "address isp 7 local=1.2.3.4 remote=1.2.3.5 dns=",
                                                         "address isp 7 local=1.2.3.4 remote=1.2.3.5 dns=9.9.9.9,",
                                                         "gone isp 7",
                                                         "gone isp 7 Nonsense",
                                                         "gone isp 7 Busy stage=",
                                                         "gone isp 7 Busy stage=unknown",
                                                         "gone isp 7 Busy stage=late why",
                                                         "gone isp 7 Busy ",
                                                         "gone isp 7 busy",
                                                         "refused",
                                                         "refused - 7 why",
                                                         "refused isp 0 why",
                                                         "listed ",
                                                         "device",
                                                         "device a/b",
                                                         "device isp 7",
                                                         "news isp 7"})
    EXPECT_FALSE(decode_message(bad)) << bad;
}

TEST(Protocol, FreeTextIsMadeHarmlessAndCut) {
  const Message m = CallNews{"isp", kSerial,
                             CallGone{CallEnd::Failed, "line one\nstarted isp 8 pid=1 \xff" + std::string(5000, 'x')}};
  const auto text = encode(m);
  EXPECT_LE(text.size(), kMessageMax);
  EXPECT_TRUE(text.starts_with("gone isp 7 Failed line one started isp 8 pid=1 ?x"));
  EXPECT_TRUE(decode_message(text));
}

TEST(Protocol, ManyNameServersStillMakeAMessage) {
  CallAddress a{ip("10.0.0.1"), ip("10.0.0.2"), {}};
  for (int i = 0; i < 200; ++i) a.dns.push_back(ip("2001:db8:1111:2222:3333:4444:5555:6666"));
  const auto text = encode(Message{CallNews{"isp", kSerial, a}});
  EXPECT_LE(text.size(), kMessageMax);
  EXPECT_TRUE(decode_message(text));
}

// For any input, accepted text is exactly the text that encode() writes. Seeded: a failure repeats.
TEST(Protocol, GarbageIsNeverAcceptedAsSomethingElse) {
  std::mt19937 rng(20260102);
  std::vector<std::string> good;
  for (const auto& r : requests()) good.push_back(encode(r));
  for (const auto& m : messages()) good.push_back(encode(m));
  std::size_t accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = good[rng() % good.size()];
    for (unsigned edits = rng() % 4; edits > 0; --edits) {
      const auto at = rng() % (text.size() + 1);
      switch (rng() % 4) {
        case 0: text.insert(at, 1, static_cast<char>(rng())); break;
        case 1:
          if (at < text.size()) text.erase(at, 1 + rng() % 3);
          break;
        case 2:
          if (at < text.size()) text[at] = static_cast<char>(' ' + rng() % 95);
          break;
        default: text += good[rng() % good.size()].substr(0, rng() % 9);
      }
      if (text.empty()) text = "x";
    }
    if (const auto r = decode_request(text)) {
      ++accepted;
      ASSERT_EQ(encode(*r), text);
    }
    if (const auto m = decode_message(text)) {
      ++accepted;
      ASSERT_EQ(encode(*m), text);
    }
  }
  EXPECT_GT(accepted, 1000u);  // the walk does reach the accepting side
}
