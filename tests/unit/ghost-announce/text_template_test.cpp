// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/text_template.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "ghost-announce/wall_text.hpp"
#include "notices.hpp"

namespace ghost::announce {
namespace {

class InZone : public testing::Test {
 protected:
  explicit InZone(const char* zone = "UTC") { set(zone); }
  ~InZone() override { set("UTC"); }
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
};

using TextTemplate = InZone;

TEST_F(TextTemplate, KnowsEveryField) {
  auto n = a_notice();
  n.reason = "idle";
  EXPECT_EQ(fill_template("${name} ${link} ${event} ${address} (${addresses}) ${sequence} ${reason} ${carrier_nat}", n),
            "office isp appear 203.0.113.7 (203.0.113.7 2001:db8::7) 42 idle yes");
  EXPECT_EQ(fill_template("${since} ${until} ${next}", n),
            "2026-11-23T07:30:00+00:00 2026-11-23T07:40:00+00:00 2026-11-23T08:03:20+00:00");
  n.next.reset();
  n.addresses.clear();
  EXPECT_EQ(fill_template("[${next}] [${address}]", n), "[none] []");
}

TEST_F(TextTemplate, EscapesStandForThemselves) {
  EXPECT_EQ(fill_template("$$5\\n\\\\n \\x {}}", a_notice()), "$5\n\\n \\x {}}");
}

TEST_F(TextTemplate, WhatPassesTheCheckIsFilledWhole) {
  for (const auto* good : {"", "plain", "${name}${next}", "$$", "\\", "\\n", "}"})
    EXPECT_EQ(check_template(good), std::nullopt) << good;
  for (const auto* bad : {"$", "${", "${name", "$name", "${nmae}", "${}", "${ name}", "x$ y", "\\n$"})
    EXPECT_NE(check_template(bad), std::nullopt) << bad;
  EXPECT_NE(check_template("${nmae}")->find("${nmae}"), std::string::npos);
}

// A value is text, never a template again.
TEST_F(TextTemplate, FillsOnce) {
  auto n = a_notice();
  n.name = "${link}$$";
  EXPECT_EQ(fill_template("${name}", n), "${link}$$");
}

TEST_F(TextTemplate, TimesAreLocalWithTheirOffset) {
  set("Europe/Berlin");
  EXPECT_EQ(rfc3339(at(1795419000)), "2026-11-23T08:30:00+01:00");
  EXPECT_EQ(rfc3339(at(1774746000)), "2026-03-29T03:00:00+02:00");  // the hour after 2 o'clock is missing
  EXPECT_EQ(rfc5322(at(1795419000)), "Mon, 23 Nov 2026 08:30:00 +0100");
  set("America/St_Johns");
  EXPECT_EQ(rfc3339(at(1795419000)), "2026-11-23T04:00:00-03:30");
  EXPECT_EQ(rfc5322(at(1795419000)), "Mon, 23 Nov 2026 04:00:00 -0330");
}

}  // namespace
}  // namespace ghost::announce
