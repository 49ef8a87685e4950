// SPDX-License-Identifier: GPL-2.0-or-later
// Mutations of a good file, from a fixed seed: never a crash, always a configuration or a reason. Never a
// value that breaks the promises of core/config.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/ids.hpp"
#include "config/syntax.hpp"
#include "core/time.hpp"
#include "ghost-announce/check.hpp"
#include "temp_tree.hpp"

using namespace ghost;
using namespace ghost::config;

namespace {

constexpr std::string_view kGood = R"(# comment
[Link]
Description="Office ISP"
Device=/dev/ttyS0   # the modem
Speed=115200
Connect=/etc/ghostd/isp.chat
Address=192.0.0.2 fd00::2
Routes=default, 10.0.0.0/8
MTU=1400
[Call]
IdleTimeout=1h 30min
RedialDelay=500ms
[Buffer]
Bytes=64K
[Share]
From=10.10.10.0/24
[Appear]
Window=Mon..Fri,Sun 07:00-18:00
Every=15min-59min
[Announce mail]
Url=smtp://mail.example
From=a@b.example
To=c@d.example
[Announce file]
Url=file:///run/x
Body={"at": "${address}"}
)";

std::string mutated(std::mt19937& random) {
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::string text(kGood);
  for (auto n = below(6) + 1; n > 0 && !text.empty(); --n) {
    const auto at = below(text.size());
    switch (below(6)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.erase(at, below(20) + 1); break;
      case 2: text.insert(at, std::string(below(4) + 1, static_cast<char>(below(256)))); break;
      case 3: text.insert(at, kGood.substr(below(kGood.size()), below(40))); break;
      case 4: text.insert(at, 1, "[]=#;\"\n\\ \t'"[below(11)]); break;
      case 5: text.resize(at); break;
      default: break;
    }
  }
  return text;
}

}  // namespace

TEST(Garbage, GivesAConfigurationOrAReason) {
  std::mt19937 random(1997);  // NOLINT: the same every time is the point
  TempTree tree;
  int good = 0;
  std::size_t announced = 0;
  for (int i = 0; i < 8000; ++i) {
    const auto text = mutated(random);
    const auto scanned = scan("f", text);
    for (const auto& one : scanned.assignments) ASSERT_LE(one.value.size(), kLineMax) << text;
    if (i % 4 != 0) continue;  // files are slower

    const auto checked = check_file(tree.write("isp.conf", text), tree.roots());
    if (!checked) {
      ASSERT_FALSE(checked.error().empty()) << text;
      for (const auto& d : checked.error()) EXPECT_EQ(d.file, tree.at("isp.conf"));
      continue;
    }
    ++good;
    const auto& link = checked->config.links.at(0);
    EXPECT_TRUE(valid_link_name(link.name));
    EXPECT_NE(link.ppp.peers.empty(), link.ppp.device.empty()) << text;
    EXPECT_FALSE(link.stable.empty()) << text;
    EXPECT_FALSE(link.routes.empty()) << text;
    EXPECT_GE(link.buffer.bytes, link.mtu) << text;
    EXPECT_GT(link.call.idle_timeout, core::Duration(0)) << text;
    if (const auto& window = link.appear.window) {
      EXPECT_LT(window->from, window->to) << text;
      EXPECT_LE(window->to, std::chrono::hours(24)) << text;
      EXPECT_NE(window->days & 0x7f, 0) << text;
    }
    EXPECT_LE(link.appear.every_min, link.appear.every_max) << text;
    EXPECT_GE(link.appear.every_min, std::chrono::seconds(1)) << text;
    std::set<std::string> names;
    for (const auto& announce : link.announces) {
      EXPECT_TRUE(names.insert(announce.name).second) << text;
      EXPECT_EQ(std::ranges::count(announce::check(announce), true, &announce::Finding::fatal), 0) << text;
    }
    announced += link.announces.size();
  }
  EXPECT_GT(announced, 50U);
  EXPECT_GT(good, 50);  // the mutations are mild enough to reach the code behind the errors
}

TEST(Garbage, RandomBytes) {
  std::mt19937 random(38);  // NOLINT
  for (int i = 0; i < 2000; ++i) {
    std::string text(std::uniform_int_distribution<std::size_t>(0, 300)(random), '\0');
    for (auto& c : text) c = static_cast<char>(random() & 0xff);
    const auto scanned = scan("f", text);
    EXPECT_EQ(scanned, scan("f", text));
  }
}
