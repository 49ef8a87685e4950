// SPDX-License-Identifier: GPL-2.0-or-later
// ghostctl's pure parts: when a wait is over, what exit code an error is, how numbers and links read.
#include <gmock/gmock.h>

#include "cli/exit_code.hpp"
#include "cli/outcome.hpp"
#include "cli/render.hpp"
#include "cli/words.hpp"

namespace ghost::cli {
namespace {

bus::LinkProperties link(const std::string& state, std::uint64_t calls = 0, std::uint32_t failures = 0,
                         bool blocked = false) {
  bus::LinkProperties l;
  l.name = "isp";
  l.state = state;
  l.calls = calls;
  l.failures = failures;
  l.blocked = blocked;
  return l;
}

TEST(ConnectOutcome, FromDownToUp) {
  ConnectOutcome o(link("down"));
  EXPECT_EQ(o.see(link("down")), Verdict::pending);  // accepted, not yet begun
  EXPECT_EQ(o.see(link("dialing", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("up", 1)), Verdict::done);
}
TEST(ConnectOutcome, IsUpAlready) { EXPECT_EQ(ConnectOutcome(link("up", 1)).see(link("up", 1)), Verdict::done); }
TEST(ConnectOutcome, TheFirstFailureIsTheOutcome) {
  ConnectOutcome o(link("down"));
  EXPECT_EQ(o.see(link("dialing", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("hanging-up", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("waiting", 1, 1)), Verdict::failed);
}
TEST(ConnectOutcome, ACallTooShortToBeSeen) {
  EXPECT_EQ(ConnectOutcome(link("waiting", 4, 2)).see(link("waiting", 5, 3)), Verdict::failed);
}
TEST(ConnectOutcome, AWaitingLinkIsNotAFailureBeforeItDials) {
  EXPECT_EQ(ConnectOutcome(link("waiting", 4, 2)).see(link("waiting", 4, 2)), Verdict::pending);
}
TEST(ConnectOutcome, TheEndOfAnOlderCallIsNotOurs) {
  ConnectOutcome o(link("hanging-up", 1));
  EXPECT_EQ(o.see(link("hanging-up", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("down", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("dialing", 2)), Verdict::pending);
  EXPECT_EQ(o.see(link("up", 2)), Verdict::done);
}
TEST(ConnectOutcome, BlockedEndsTheWait) {
  EXPECT_EQ(ConnectOutcome(link("down")).see(link("down", 0, 0, true)), Verdict::failed);
}

TEST(DisconnectOutcome, UntilItIsDown) {
  const DisconnectOutcome o(link("up", 1));
  EXPECT_EQ(o.see(link("up", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("hanging-up", 1)), Verdict::pending);
  EXPECT_EQ(o.see(link("down", 1)), Verdict::done);
  EXPECT_EQ(o.see(link("dialing", 2)), Verdict::done);  // and called again at once
}

TEST(ExitCode, OfEachError) {
  EXPECT_EQ(exit_code_of("org.ghostd1.Error.NoSuchLink"), ExitCode::no_such_link);
  EXPECT_EQ(exit_code_of("org.ghostd1.Error.Blocked"), ExitCode::blocked);
  EXPECT_EQ(exit_code_of("org.ghostd1.Error.ConfigInvalid"), ExitCode::failed);
  EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.AccessDenied"), ExitCode::denied);
  EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.ServiceUnknown"), ExitCode::unreachable);
  EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.Spawn.ChildExited"), ExitCode::unreachable);
  EXPECT_EQ(exit_code_of("org.freedesktop.DBus.Error.UnknownMethod"), ExitCode::failed);
  EXPECT_EQ(exit_code_of(""), ExitCode::failed);
}

TEST(Words, Spans) {
  EXPECT_EQ(span_words(999'999), "0s");
  EXPECT_EQ(span_words(45'000'000), "45s");
  EXPECT_EQ(span_words(200'000'000), "3min 20s");
  EXPECT_EQ(span_words(200'000'000, ""), "3min20s");
  EXPECT_EQ(span_words(3'605'000'000), "1h");
  EXPECT_EQ(span_words(90'000'000'000), "1d 1h");
}
TEST(Words, Sizes) {
  EXPECT_EQ(size_words(1023), "1023 B");
  EXPECT_EQ(size_words(12'345), "12 KiB");
  EXPECT_EQ(size_words(1'572'864), "1.5 MiB");
}

TEST(StatusTable, ABlockedLinkAndColours) {
  auto l = link("down", 0, 0, true);
  l.since = 1'000'000;
  const auto plain = status_table({l}, {.colors = false, .now = 61'000'000});
  EXPECT_EQ(plain, "LINK  STATE    FOR   ADDRESS  NEXT  TRIGGER\nisp   blocked  1min  -        -     -\n");
  EXPECT_THAT(status_table({l}, {.colors = true, .now = 61'000'000}), testing::HasSubstr("\x1b[31mblocked\x1b[0m"));
}

TEST(MonitorLine, SaysWhatChanged) {
  auto l = link("up", 1);
  l.reason = "trigger";
  l.buffered_packets = 7;
  EXPECT_THAT(monitor_line({"changed", l, {"State"}}, {}), testing::EndsWith("isp: up (trigger)\n"));
  EXPECT_THAT(monitor_line({"changed", l, {"BufferedPackets"}}, {}), testing::EndsWith("isp: buffered_packets 7\n"));
  EXPECT_THAT(monitor_line({"ghostd-gone", {}, {}}, {}), testing::EndsWith("ghostd is gone\n"));
}

}  // namespace
}  // namespace ghost::cli
