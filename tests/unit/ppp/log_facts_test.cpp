// SPDX-License-Identifier: GPL-2.0-or-later
// The lines are real: of pppd 2.4.9 and chat, from the lab and from their binaries; of pppd 2.5.2, from its sources.
#include "ppp/log_facts.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

using namespace ghost;
using namespace ghost::ppp;

namespace {
struct Case {
  const char* line;
  FactKind kind;
  const char* address = nullptr;
};
}  // namespace

TEST(LogFact, EachKindIsKnownByItsLines) {
  using enum FactKind;
  for (const auto& [line, kind, address] : std::vector<Case>{
           {"Serial connection established.", SerialUp},
           {"Connect: ppp-isp <--> /dev/ttyS0", LinkUp},
           {"PAP authentication succeeded", AuthSucceeded},
           {"CHAP authentication succeeded: Welcome", AuthSucceeded},
           {"local  IP address 10.9.0.17", LocalAddress, "10.9.0.17"},
           {"remote IP address 10.9.0.1", RemoteAddress, "10.9.0.1"},
           {"primary   DNS address 9.9.9.9", DnsServer, "9.9.9.9"},
           {"secondary DNS address 149.112.112.112", DnsServer, "149.112.112.112"},
           {"local  LL address fe80::a8bb:ccff:fe00:1", LocalAddress, "fe80::a8bb:ccff:fe00:1"},
           {"remote LL address fe80::1", RemoteAddress, "fe80::1"},
           {"Failed (BUSY)", ChatBusy},
           {"Failed (NO CARRIER)", ChatNoCarrier},
           {"Failed (NO DIALTONE)", ChatNoDialtone},
           {"Failed (NO DIAL TONE)", ChatNoDialtone},
           {"Failed (NO ANSWER)", ChatNoAnswer},
           {"Failed (Login incorrect)", ChatLoginFailed},
           {"Failed (ERROR)", ChatAborted},
           {"send (AT+CPIN=1234^M)", PinSent},
           {"send (at+cpin=\"1234\"^M)", PinSent},
           {"send (ATD*99#^M)", DialSent},
           {"send (ATZ^M)", OtherSent},
           {"send (\?\?\?\?\?\?)", HiddenSent},
           {"send (\\dAT+CPIN=1234^M)", PinSent},
           {"send (ATE0+CPIN=1234^M)", PinSent},
           {"send (AT+CMEE=1;+CPIN=1234^M)", PinSent},
           {"send (AT+CPIN?^M)", OtherSent},
           {"+CREG: 0,1", Registered},
           {"+CREG: 0,5", Registered},
           {"+CREG: 0,2", NotRegistered},
           {"+CEREG: 2,3,\"00A1\",\"0102\",7", NotRegistered},
           {"+CGREG: 2", NotRegistered},
           {"+CREG: 0,10", Registered},
           {"Failed (+CREG: 0,2)", NotRegistered},
           {"expect (CONNECT)", ChatExpects},
           {"Failed (incorrect password)", SimError},
           {"Failed (SIM PIN required)", SimError},
           {"Failed (10)", ChatAborted},
           {"+CME ERROR: 10", SimError},
           {"+CME ERROR: 18^M", SimError},
           {"+CME ERROR: SIM not inserted", SimError},
           {"+CME ERROR: incorrect password\r", SimError},
           {"Failed (+CME ERROR: 16)", SimError},
           {"/usr/sbin/pppd: unrecognized option 'nic-eth9'", DeviceUnusable},
           {"BUSY^M", ModemBusy},
           {"NO CARRIER\r", ModemNoCarrier},
           {"NO DIALTONE", ModemNoDialtone},
           {"NO ANSWER", ModemNoAnswer},
           {"Failed", ChatTimedOut},
           {"Connect script failed", ConnectFailed},
           {"Timeout waiting for PADO packets", NobodyThere},
           {"PAP authentication failed", AuthFailed},
           {"CHAP authentication failed: Access denied", AuthFailed},
           {"LCP terminated by peer (Authentication failed)", AuthFailed},
           {"No CHAP secret found for authenticating us to \"isp\"", AuthFailed},
           {"peer refused to authenticate: terminating link", PeerUnproven},
           {"Peer \"isp\" failed CHAP authentication", PeerUnproven},
           {"No response to 3 echo-requests", PeerDead},
           {"No response to PAP authenticate-requests", AuthUnanswered},
           {"LCP terminated by peer", PeerTerminated},
           {"LCP terminated by peer (User request)", PeerTerminated},
           {"Modem hangup", LineHungUp},
           {"Hangup (SIGHUP)", LineHungUp},
           {"Serial line is looped back.", Loopback},
           {"LCP: timeout sending Config-Requests", NegotiationFailed},
           {"IPCP: timeout sending Config-Requests", NegotiationFailed},
           {"Could not determine local IP address", NegotiationFailed},
           {"Peer refused to agree to our IP address", NegotiationFailed},
           {"Peer refused to agree to his IP address", NegotiationFailed},
           {"Peer refused to agree to his interface identifier", NegotiationFailed},
           {"Failed to open /dev/ttyUSB0: No such file or directory", DeviceUnusable},
           {"Device ttyS0 is locked by pid 4242", DeviceUnusable},
           {"speed 12345 not supported", DeviceUnusable},
           {"/usr/sbin/pppd: unrecognized option '/dev/ttyUSB0'", DeviceUnusable},
           {"/usr/sbin/pppd: In file /etc/ppp/peers/x: unrecognized option 'foo'", OptionsRefused},
           {"/usr/sbin/pppd: The remote system is required to authenticate itself", OptionsRefused},
           {"/usr/sbin/pppd: Can't open options file /etc/ppp/peers/x: No such file or directory", OptionsRefused},
           {"Couldn't open the /dev/ppp device: No such file or directory", NoKernelSupport},
           {"Couldn't create ppp interface ppp-isp: File exists", InterfaceRefused},
           {"Terminating connection due to lack of activity.", LimitReached},
           {"Fatal signal 11", FatalSignal},
           {"Terminating on signal 15", Signalled},
       }) {
    const auto fact = log_fact(line);
    ASSERT_TRUE(fact) << line;
    EXPECT_EQ(fact->kind, kind) << line;
    EXPECT_EQ(fact->address, address ? IpAddress::parse(address) : std::nullopt) << line;
  }
}

TEST(LogFact, OtherLinesSayNothing) {
  for (const auto* line : {"",
                           " ",
                           "Using interface ppp0",
                           "Renamed interface ppp0 to ppp-isp",
                           "abort on (BUSY)",
                           "abort on (NO CARRIER)",
                           "+CME ERROR: 14",  // SIM busy: a later try succeeds
                           "+CME ERROR: 30",
                           "+CME ERROR: 100",
                           "+CME ERROR",
                           " -- got it",
                           "CONNECT 115200",
                           "timeout set to 3 seconds",
                           "alarm",
                           "Could not determine remote IP address: defaulting to 10.64.64.64",
                           "CCP: timeout sending Config-Requests",
                           "local  IP address nonsense",
                           "primary   DNS address",
                           "Connection terminated.",
                           "Exit.",
                           "pppd 2.4.9 started by root, uid 0",
                           "Detected interface name change from ppp0 to ppp-isp.",
                           "not replacing existing default route via 192.0.2.1 with metric 0",
                           "statistics falling back to ioctl which only supports 32-bit counters",
                           "Remote message: Login ok"})
    EXPECT_FALSE(log_fact(line)) << line;
}

TEST(LogFact, AnyBytesAreALine) {
  std::mt19937 rng(7);
  for (int i = 0; i < 50'000; ++i) {
    std::string line(rng() % 64, '\0');
    for (auto& c : line) c = static_cast<char>(rng());
    if (rng() % 2) line = "Failed (" + line;
    if (rng() % 3 == 0) line = "local  IP address " + line;
    (void)log_fact(line);
  }
}
