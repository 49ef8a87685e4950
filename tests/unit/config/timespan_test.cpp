// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/timespan.hpp"
#include "core/time.hpp"

#include <gtest/gtest.h>

using namespace ghost::config;
using namespace std::chrono_literals;
using ghost::core::Duration;

TEST(Timespan, ReadsWhatSystemdTimeSays) {
  struct Row {
    const char* text;
    Duration expected;
  };
  for (const auto& [text, expected] : {Row{"90", 90s},
                                       Row{"2 h", 2h},
                                       Row{"2hours", 2h},
                                       Row{"48hr", 48h},
                                       Row{"1y 12month", 31557600s + 12 * 2629800s},
                                       Row{"55s500ms", 55500ms},
                                       Row{"300ms20s 5day", 300ms + 20s + 120h},
                                       Row{"1h 30min", 90min},
                                       Row{"1h30", 1h + 30s},
                                       Row{"5min", 5min},
                                       Row{"5m", 5min},
                                       Row{"1M", 2629800s},
                                       Row{"1.5s", 1500ms},
                                       Row{".5s", 500ms},
                                       Row{"0.000001s", 1us},
                                       Row{"0.0000001s", 0us},
                                       Row{"7us", 7us},
                                       Row{"7\xc2\xb5s", 7us},
                                       Row{"7\xce\xbcs", 7us},
                                       Row{"2w", 336h},
                                       Row{"0", 0s},
                                       Row{"  5 s  ", 5s},
                                       Row{"infinity", kForever}})
    EXPECT_EQ(parse_timespan(text), expected) << text;
}

TEST(Timespan, RefusesEverythingElse) {
  for (const auto* bad : {"",
                          " ",
                          "s",
                          "min",
                          "5 parsecs",
                          "-5s",
                          "+5s",
                          "5,5s",
                          "1.",
                          ".",
                          "5s infinity",
                          "Infinity",
                          "5S",
                          "1e3",
                          "0x10",
                          "5 5.5.5",
                          "99999999999999999999s",
                          "9223372036854775807y",
                          "11y",
                          "10y 10y",
                          "1h;",
                          "1h\n"})
    EXPECT_EQ(parse_timespan(bad), std::nullopt) << bad;
}
