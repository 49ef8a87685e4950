// SPDX-License-Identifier: GPL-2.0-or-later
// ghostctl's pure parts: when a wait is over, what exit code an error is, how numbers and links read.
#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "client/exit_code.hpp"
#include "client/outcome.hpp"
#include "client/render.hpp"
#include "client/words.hpp"

namespace ghost::client {
namespace {

bus::LinkProperties link(const std::string& state, std::uint64_t calls = 0, std::uint32_t failures = 0, bool blocked = false) {
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

bus::LinkProperties appearing(const std::string& appearance, std::uint64_t appearances,
                              std::vector<bus::NoticeRow> notices = {}) {
  auto l = link("up", 1);
  l.appearance = appearance;
  l.appearances = appearances;
  l.notices = std::move(notices);
  return l;
}

TEST(AppearOutcome, UntilEachNoticeHasItsResult) {
  const AppearOutcome o(appearing("none", 0));
  EXPECT_EQ(o.see(appearing("none", 0)), Verdict::pending);
  EXPECT_EQ(o.see(appearing("connecting", 1)), Verdict::pending);
  EXPECT_EQ(o.see(appearing("announcing", 1, {{"mail", "pending", "", 0, 1}})), Verdict::pending);
  EXPECT_EQ(o.see(appearing("present", 1, {{"mail", "Ok", "", 1, 1}, {"dns", "pending", "", 0, 1}})), Verdict::pending);
  EXPECT_EQ(o.see(appearing("present", 1, {{"mail", "Ok", "", 1, 1}, {"dns", "Refused", "", 1, 1}})), Verdict::done);
}
TEST(AppearOutcome, OfALinkThatIsPresentAlready) {
  const AppearOutcome o(appearing("present", 3));
  EXPECT_EQ(o.see(appearing("present", 3)), Verdict::pending);  // an older one's
  EXPECT_EQ(o.see(appearing("present", 4)), Verdict::done);     // nobody had to be told anew
}
TEST(AppearOutcome, WithoutALinkThereIsNone) {
  const AppearOutcome o(appearing("failed", 3));
  EXPECT_EQ(o.see(appearing("failed", 3)), Verdict::pending);
  EXPECT_EQ(o.see(appearing("connecting", 4)), Verdict::pending);
  EXPECT_EQ(o.see(appearing("failed", 4)), Verdict::failed);
}
TEST(AppearOutcome, OverBeforeWeCouldLook) {
  const AppearOutcome o(appearing("none", 0));
  EXPECT_EQ(o.see(appearing("none", 1, {{"mail", "Ok", "", 1, 1}})), Verdict::done);
}
TEST(AllTold, OnlyIfEveryNotifierTookIt) {
  EXPECT_TRUE(all_told(appearing("present", 1)));
  EXPECT_TRUE(all_told(appearing("present", 1, {{"mail", "Ok", "", 1, 1}})));
  EXPECT_FALSE(all_told(appearing("present", 1, {{"mail", "Ok", "", 1, 1}, {"dns", "LinkGone", "", 1, 1}})));
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

struct InUtc : testing::Test {
  InUtc() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  static bus::LinkProperties present() {
    auto l = appearing("present", 1, {{"mail", "Ok", "250 queued", 1, 1}, {"dns", "Refused", "REFUSED", 1, 3}});
    l.addresses = {"203.0.113.9"};
    l.carrier_nat = true;
    l.last_appearance = 1'800'000'000'000'000;
    l.appear_until = 1'800'000'600'000'000;
    l.next_appearance = 1'800'001'830'000'000;
    return l;
  }
  const Style at_begin{.colors = false, .now = 1'800'000'005'000'000};
};

TEST_F(InUtc, AnAppearanceForWhoeverAskedForIt) {
  EXPECT_EQ(appearance_text(present(), at_begin),
            "isp: present, 203.0.113.9 (carrier NAT), until 08:10:00, next Fri 2027-01-15 08:30:30 UTC\n"
            "  mail  Ok: 250 queued\n"
            "  dns   Refused, 3 attempts: REFUSED\n");
  EXPECT_EQ(appearance_text(appearing("present", 1), at_begin), "isp: present\n");
}

TEST_F(InUtc, AnAppearanceInTheStatus) {
  EXPECT_EQ(appearance_detail(present(), at_begin),
            " Appearance: present until Fri 2027-01-15 08:10:00 UTC at least\n"
            "       Told: 203.0.113.9 (carrier NAT)\n"
            "    Notices: mail: Ok: 250 queued\n"
            "             dns: Refused, 3 attempts: REFUSED\n"
            "    Appears: Fri 2027-01-15 08:30:30 UTC; in 30min 25s\n");
  EXPECT_EQ(appearance_detail(appearing("none", 0), at_begin), "");
  auto down = link("down");
  down.next_appearance = present().next_appearance;
  EXPECT_THAT(status_table({down}, at_begin), testing::HasSubstr("appear:30min25s"));
}

TEST_F(InUtc, AppearancesAsATable) {
  const std::vector<Appearances> known{
      {present(),
       {{1'799'990'000'000'000, 1'799'990'602'000'000, "calendar", "idle", {"203.0.113.7"}, 0, {{"mail", "Ok", "", 1, 1}}},
        {1'800'000'000'000'000, 0, "chain", "present", {"203.0.113.9"}, 1'800'001'830'000'000, present().notices}}}};
  EXPECT_EQ(appearances_table(known, at_begin),
            "LINK  BEGUN                     FOR      OUTCOME  BY        ADDRESS      NOTICES\n"
            "isp   2027-01-15T05:13:20+0000  10min2s  idle     calendar  203.0.113.7  mail:Ok\n"
            "isp   2027-01-15T08:00:00+0000  5s       present  chain     203.0.113.9  mail:Ok dns:Refused\n"
            "isp   2027-01-15T08:30:30+0000  -        next     -         -            -\n");
  EXPECT_EQ(appearances_table({}, at_begin), "no appearance so far, and none is planned\n");
}

TEST_F(InUtc, AppearancesAsJson) {
  EXPECT_EQ(appearances_json({{present(), {{1, 2, "asked", "Busy", {}, 0, {{"dns", "LinkGone", "", 3, 1}}}}}}),
            R"([{"link":"isp","next":1800001830000000,"appearances":[{"begun":1,"ended":2,"kind":"asked",)"
            R"("outcome":"Busy","addresses":[],"next":0,"notices":[{"name":"dns","result":"LinkGone","detail":"",)"
            R"("at":3,"attempts":1}]}]}])"
            "\n");
}

TEST(MonitorLine, SaysWhatChanged) {
  auto l = link("up", 1);
  l.reason = "trigger";
  l.buffered_packets = 7;
  EXPECT_THAT(monitor_line({"changed", l, {"State"}}, {}), testing::EndsWith("isp: up (trigger)\n"));
  EXPECT_THAT(monitor_line({"changed", l, {"BufferedPackets"}}, {}), testing::EndsWith("isp: buffered_packets 7\n"));
  l.peer = "second";
  l.peers = {{"first", ""}, {"second", ""}};
  EXPECT_THAT(monitor_line({"changed", l, {"State", "Peer"}}, {}), testing::EndsWith("isp: up (trigger), peer second\n"));
  l.peers[0].out = "ConfigError";
  EXPECT_THAT(monitor_line({"changed", l, {"Peers"}}, {}), testing::EndsWith("isp: peers first (out: ConfigError), second\n"));
  l.appearance = "announcing";
  l.notices = {{"mail", "pending", "", 0, 1}};
  EXPECT_THAT(monitor_line({"changed", l, {"Appearance", "Notices"}}, {}),
              testing::EndsWith("isp: appearance announcing, mail:pending\n"));
  EXPECT_THAT(monitor_line({"ghostd-gone", {}, {}}, {}), testing::EndsWith("ghostd is gone\n"));
}

}  // namespace
}  // namespace ghost::client
