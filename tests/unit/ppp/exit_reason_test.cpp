// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/exit_reason.hpp"

#include <gmock/gmock.h>
#include <signal.h>

using namespace ghost;
using namespace ghost::ppp;
using core::CallEnd;
using ::testing::HasSubstr;

namespace {

ExitStatus exited(int value) { return {ExitStatus::Kind::Exited, value}; }
ExitStatus signalled(int value) { return {ExitStatus::Kind::Signalled, value}; }

using Lines = std::vector<const char*>;

Evidence evidence(const Lines& lines) {
  Evidence e;
  for (const auto* line : lines)
    if (const auto fact = log_fact(line)) e.note(*fact, line);
  return e;
}

CallEnd reason(const ExitStatus& status, const Lines& lines, const Asked& asked = {}) {
  return exit_reason(status, evidence(lines), asked).reason;
}

Lines up(Lines more = {}) {
  Lines lines{"Serial connection established.", "Connect: ppp-isp <--> /dev/ttyS0", "CHAP authentication succeeded",
              "local  IP address 10.9.0.17", "remote IP address 10.9.0.1"};
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

Lines connected(Lines more = {}) {
  Lines lines{"Serial connection established.", "Connect: ppp-isp <--> /dev/ttyS0"};
  lines.insert(lines.end(), more.begin(), more.end());
  return lines;
}

}  // namespace

TEST(ExitReason, EveryExitCodeHasAReasonEvenWhenTheLogIsSilent) {
  using enum CallEnd;
  const std::vector<std::pair<CallEnd, CallEnd>> table{
      // before it was up, after
      {Failed, PeerHungUp},                    // 0
      {Failed, Failed},                        // 1 fatal
      {ConfigError, ConfigError},              // 2 options
      {ConfigError, ConfigError},              // 3 not root
      {Failed, Failed},                        // 4 no kernel support
      {Killed, Killed},                        // 5 signal
      {DeviceMissing, DeviceMissing},          // 6 lock
      {DeviceMissing, DeviceMissing},          // 7 open
      {ConnectFailed, ConnectFailed},          // 8 connect script
      {ConnectFailed, ConnectFailed},          // 9 pty
      {NegotiationFailed, NegotiationFailed},  // 10
      {AuthFailed, AuthFailed},                // 11 the peer's
      {PeerHungUp, PeerHungUp},                // 12 idle
      {PeerHungUp, PeerHungUp},                // 13 connect time
      {Failed, Failed},                        // 14 callback
      {PeerDead, PeerDead},                    // 15
      {NoCarrier, CarrierLost},                // 16
      {NegotiationFailed, NegotiationFailed},  // 17 loopback
      {ConnectFailed, ConnectFailed},          // 18 init script
      {AuthFailed, AuthFailed},                // 19 ours
      {PeerHungUp, PeerHungUp},                // 20 traffic limit
      {AuthFailed, AuthFailed},                // 21 calling number
      {Failed, Failed},                        // 22: not known to us
  };
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(reason(exited(static_cast<int>(i)), {}), table[i].first) << i;
    EXPECT_EQ(reason(exited(static_cast<int>(i)), up()), table[i].second) << i;
    const auto gone = exit_reason(exited(static_cast<int>(i)), {}, {});
    EXPECT_EQ(gone.detail, "pppd exit code " + std::to_string(i));
  }
}

TEST(ExitReason, TheLogTellsWhatTheCodeDoesNot) {
  using enum CallEnd;
  struct Case {
    int code;
    Lines lines;
    CallEnd reason;
  };
  for (const auto& c : std::vector<Case>{
           {8, {"BUSY", " -- failed", "Failed (BUSY)", "Connect script failed"}, Busy},
           {8, {"Failed (NO CARRIER)", "Connect script failed"}, NoCarrier},
           {8, {"Failed (NO DIALTONE)", "Connect script failed"}, NoDialtone},
           {8, {"Failed (NO ANSWER)", "Connect script failed"}, NoAnswer},
           {8, {"alarm", "Failed", "Connect script failed"}, NoAnswer},
           {8,
            {"NO CARRIER", "BUSY", "alarm", "Failed", "Connect script failed"},
            Busy},  // no ABORT BUSY; a late NO CARRIER before
           {8, {"Failed (Login incorrect)", "Connect script failed"}, AuthFailed},
           {8, {"Failed (ERROR)", "Connect script failed"}, ConnectFailed},
           // A wrong password, in the three codes it was seen with.
           {19, connected({"CHAP authentication failed: Access denied"}), AuthFailed},
           {16, connected({"CHAP authentication failed", "Modem hangup"}), AuthFailed},
           {8, connected({"PAP authentication failed"}), AuthFailed},
           {16, connected({"LCP terminated by peer (Authentication failed)", "Modem hangup"}), AuthFailed},
           {16, connected({"Modem hangup"}), NoCarrier},
           {10, connected({"LCP: timeout sending Config-Requests"}), NegotiationFailed},
           {16, connected({"LCP terminated by peer", "Modem hangup"}), NegotiationFailed},
           {10, connected({"CHAP authentication succeeded", "Could not determine local IP address"}), NegotiationFailed},
           {16, up({"Modem hangup"}), CarrierLost},
           {5, up({"Hangup (SIGHUP)"}), CarrierLost},
           {15, up({"No response to 3 echo-requests", "Serial link appears to be disconnected."}), PeerDead},
           {16, up({"LCP terminated by peer (User request)", "Modem hangup"}), PeerHungUp},
           {0, up({"LCP terminated by peer"}), PeerHungUp},
           {12, up({"Terminating connection due to lack of activity."}), PeerHungUp},
           {5, up({"Terminating on signal 15"}), Killed},
           {2, {"/usr/sbin/pppd: unrecognized option '/dev/ttyUSB0'"}, DeviceMissing},
           {2, {"/usr/sbin/pppd: unrecognized option 'foo'"}, ConfigError},
           {1, {"/usr/sbin/pppd: The remote system is required to authenticate itself"}, ConfigError},
           {1, connected({"The remote system is what it says"}), Failed},
           {1, {"Device ttyS0 is locked by pid 4242"}, DeviceMissing},
           {7, {"Failed to open /dev/ttyS0: No such device"}, DeviceMissing},
           {127, {"Fatal signal 11"}, Crashed},
           {1, {"Timeout waiting for PADO packets", "Unable to complete PPPoE Discovery"}, NoAnswer},
           // What ppp 2.5 says otherwise than 2.4.9.
           {1, {"Timeout waiting for PADO packets", "Unable to complete PPPoE Discovery phase 1"}, NoAnswer},
           {1, {"speed 12345 not supported"}, DeviceMissing},
           {10, connected({"CHAP authentication succeeded", "Peer refused to agree to his IP address"}), NegotiationFailed},
           {1, {"Couldn't create ppp interface ppp-isp: File exists"}, Failed},
           {2, {"/usr/sbin/pppd: unrecognized option 'nic-eth9'"}, DeviceMissing},
           // The SIM card. chat stops reading at its ABORT string.
           {8, {"send (AT+CPIN=1234^M)", "+CME ERROR: 16", "Failed (ERROR)", "Connect script failed"}, SimRefused},
           {8, {"send (AT+CPIN=1234^M)", "expect (OK)", "+CME ERROR", " -- failed", "Failed (ERROR)"}, SimRefused},
           {8, {"send (ATZ^M)", "Failed (+CME ERROR: SIM PUK required)"}, SimRefused},
           {8, {"send (AT+CPIN=1234^M)", "alarm", "Failed", "Connect script failed"}, SimRefused},
           {8, {"send (AT+CPIN=1234^M)", "Failed (incorrect password)"}, SimRefused},
           {8, {"send (ATE0+CPIN=1234^M)", "Failed (ERROR)"}, SimRefused},
           // What a script hides may be the PIN. A login says otherwise that it does not like a password.
           {8, {"send (\?\?\?\?\?\?)", "Failed (ERROR)"}, SimRefused},
           {8, {"send (\?\?\?\?\?\?)", "send (ATD1^M)", "Failed (ERROR)"}, ConnectFailed},
           {8, {"send (\?\?\?\?\?\?)", "Failed (Login incorrect)"}, AuthFailed},
           {8, {"send (\?\?\?\?\?\?)", "alarm", "Failed"}, SimRefused},
           {8, {"send (ATD1^M)", "expect (CONNECT)", "send (\?\?\?\?\?\?)", "alarm", "Failed"}, NoAnswer},
           // chat has died, or was ended, before it said anything.
           {8, {"send (AT+CPIN=1234^M)", "expect (OK)", "ERROR", "Connect script failed"}, SimRefused},
           {8, {"send (\?\?\?\?\?\?)", "expect (OK)", "Connect script failed"}, SimRefused},
           {8, {"send (ATD1^M)", "send (\?\?\?\?\?\?)", "Connect script failed"}, ConnectFailed},
           {8, {"send (AT+CPIN=1234^M)", "OK", "send (ATD*99#^M)", "Failed (ERROR)"}, ConnectFailed},
           {8, {"send (AT+CPIN=1234^M)", "Failed (NO CARRIER)"}, NoCarrier},
           // Without its PIN the modem refuses another command, too. With it, the number is busy.
           {8, {"send (AT+CREG?^M)", "+CME ERROR: 11", "send (AT+CPIN=1234^M)", "send (ATD1^M)", "Failed (BUSY)"}, Busy},
           {8, {"send (AT+CREG?^M)", "+CME ERROR: 11", "send (ATD1^M)", "Failed (BUSY)"}, SimRefused},
           {8, {"send (AT+CREG?^M)", "+CME ERROR: 11", "send (AT+CPIN=1^M)", "+CME ERROR: 16", "Failed (ERROR)"}, SimRefused},
           {8, {"send (AT+CREG?^M)", "+CREG: 0,2", "expect (CONNECT)", "alarm", "Failed"}, NotRegistered},
           {8, {"+CREG: 0,2", "send (AT+CREG?^M)", "+CREG: 0,1", "send (ATD1^M)", "Failed (BUSY)"}, Busy},
           {8, {"Failed (+CREG: 0,3)"}, NotRegistered},
           // Silence is not a refusal, although pppd ends in the same way.
           {19, connected({"No response to PAP authenticate-requests"}), NegotiationFailed},
           {19, connected({"PAP authentication failed"}), AuthFailed},
       })
    EXPECT_EQ(reason(exited(c.code), c.lines), c.reason) << c.code << ' ' << (c.lines.empty() ? "" : c.lines.back());
}

TEST(ExitReason, TheFarEndCannotPretendToBePppd) {
  // All of this came over the line during the connect script.
  EXPECT_EQ(reason(exited(8), {"CHAP authentication failed", "local  IP address 6.6.6.6", "No response to 3 echo-requests",
                               "unrecognized option 'x'", "Fatal signal 11", "Failed to open /dev/x", "Failed (BUSY)"}),
            CallEnd::Busy);
  // And modem words after the connect script are payload.
  EXPECT_EQ(reason(exited(10), connected({"BUSY", "Failed (NO DIALTONE)", "LCP: timeout sending Config-Requests"})),
            CallEnd::NegotiationFailed);
}

TEST(ExitReason, WhatWeAskedForIsHungUp) {
  for (int c = 0; c <= 20; ++c)
    EXPECT_EQ(reason(exited(c), up({"Modem hangup"}), {.hangup = true, .killed = false, .timed_out = ""}), CallEnd::HungUp) << c;
  const auto killed = exit_reason(signalled(SIGKILL), evidence(up()), {.hangup = true, .killed = true, .timed_out = ""});
  EXPECT_EQ(killed.reason, CallEnd::HungUp);
  EXPECT_THAT(killed.detail, HasSubstr("did not end on SIGTERM"));
}

TEST(ExitReason, ADeadlineIsTimedOutUnlessTheLogKnowsBetter) {
  const Asked late{.hangup = false, .killed = false, .timed_out = "no agreement"};
  EXPECT_EQ(exit_reason(exited(5), evidence(connected()), late),
            (core::CallGone{CallEnd::TimedOut, "no agreement", core::CallStage::negotiating}));
  EXPECT_EQ(reason(exited(5), connected({"CHAP authentication failed"}), late), CallEnd::AuthFailed);
  EXPECT_EQ(reason(signalled(SIGKILL), connected(), {.hangup = false, .killed = true, .timed_out = "x"}), CallEnd::TimedOut);
}

TEST(ExitReason, SignalsAreCrashesOrKills) {
  for (int s = 1; s < 65; ++s) {
    const bool crash = s == SIGSEGV || s == SIGABRT || s == SIGBUS || s == SIGILL || s == SIGFPE || s == SIGSYS || s == SIGTRAP;
    EXPECT_EQ(reason(signalled(s), up()), crash ? CallEnd::Crashed : CallEnd::Killed) << s;
  }
  EXPECT_EQ(reason(signalled(SIGSEGV), up(), {.hangup = true, .killed = false, .timed_out = ""}), CallEnd::Crashed);
  EXPECT_THAT(exit_reason(signalled(SIGKILL), {}, {}).detail, HasSubstr("SIGKILL"));
}

TEST(ExitReason, TellsHowFarTheCallCame) {
  using enum core::CallStage;
  const auto stage = [](const Lines& lines) { return exit_reason(exited(16), evidence(lines), {}).stage; };
  EXPECT_EQ(stage({"Failed (BUSY)"}), connecting);
  EXPECT_EQ(stage(connected({"LCP: timeout sending Config-Requests"})), negotiating);
  EXPECT_EQ(stage(connected({"LCP terminated by peer", "Modem hangup"})), authenticating);
  EXPECT_EQ(stage(connected({"CHAP authentication failed"})), authenticating);
  EXPECT_EQ(stage(connected({"PAP authentication succeeded", "LCP terminated by peer"})), addressing);
  EXPECT_EQ(stage(connected({"No response to PAP authenticate-requests"})), authenticating);
  // We refused the far end after it had accepted us: that is about secrets, and each further try would end in the same way.
  EXPECT_EQ(stage(connected({"CHAP authentication succeeded", "Peer x failed CHAP authentication"})), authenticating);
  EXPECT_EQ(stage(up({"LCP terminated by peer"})), running);
  // The far end printed it before the line stood.
  EXPECT_EQ(stage({"LCP terminated by peer"}), connecting);
}

TEST(ExitReason, SaysThatItWasWhileAuthenticating) {
  const auto gone = exit_reason(exited(16), evidence(connected({"LCP terminated by peer", "Modem hangup"})), {});
  EXPECT_EQ(gone.reason, CallEnd::NegotiationFailed);
  EXPECT_EQ(gone.detail, "while authenticating: LCP terminated by peer (pppd exit code 16)");
  EXPECT_EQ(exit_reason(exited(19), evidence(connected({"CHAP authentication failed"})), {}).detail,
            "CHAP authentication failed (pppd exit code 19)");
}

TEST(ExitReason, SaysWhatToSetIfNoEchoWasEverAnswered) {
  const auto dead = evidence(up({"No response to 3 echo-requests"}));
  EXPECT_THAT(exit_reason(exited(15), dead, {.hangup = false, .killed = false, .timed_out = "", .echo_unanswered = true}).detail,
              HasSubstr("lcp-echo-interval 0"));
  EXPECT_THAT(exit_reason(exited(15), dead, {}).detail, testing::Not(HasSubstr("lcp-echo-interval")));
}

// An exit that is known by its number alone has the last that pppd said.
TEST(ExitReason, TheLastLineIsTheDetailOfANumber) {
  const auto heard = [](const Lines& lines) {
    Evidence e;
    for (const auto* line : lines) {
      e.hear(line);
      if (const auto fact = log_fact(line)) e.note(*fact, line);
    }
    return exit_reason(exited(1), e, {}).detail;
  };
  EXPECT_EQ(heard({"Plugin foo.so loaded.", "ioctl(PPPIOCNEWUNIT): Permission denied", "Exit."}),
            "ioctl(PPPIOCNEWUNIT): Permission denied (pppd exit code 1)");
  EXPECT_EQ(heard({"Exit."}), "pppd exit code 1");
  // What the far end prints while chat talks may be a password.
  EXPECT_EQ(heard({"send (ATZ^M)", "expect (ogin:)", "Password: hunter2"}), "pppd exit code 1");
  EXPECT_EQ(heard({"send (ATZ^M)", "Password: hunter2", "Serial connection established.", "Connect: ppp0 <--> /dev/ttyS0",
                   "Cannot do that", "Connect time 0.1 minutes.", "Exit."}),
            "Cannot do that (pppd exit code 1)");
}

TEST(ExitReason, TheDetailIsTheLineThatTold) {
  const auto taken = evidence({"Couldn't create ppp interface ppp-isp: File exists"});
  EXPECT_EQ(exit_reason(exited(1), taken, {}).detail, "Couldn't create ppp interface ppp-isp: File exists (pppd exit code 1)");
  EXPECT_EQ(exit_reason(exited(8), evidence({"Failed (BUSY)"}), {}).detail, "Failed (BUSY) (pppd exit code 8)");
}
