// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's calls of resolvconf(8), which here is a shell script that keeps its records as files.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "rig.hpp"

using namespace ghost;
using namespace ghost::supervisor;
using namespace ghost::supervisor::testing;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

constexpr auto kResolvconf = R"(#!/bin/sh
dir=$(dirname "$0")/records
case "$1" in
  -i) ls "$dir" | tr '\n' ' ' ;;
  -a) cat > "$dir/$2" ;;
  -d) rm -f "$dir/$2" ;;
esac
)";
constexpr auto kAddressUp = R"(
say "Serial connection established."
say "Connect: ppp-isp <--> /dev/ttyS0"
say "local  IP address 10.9.0.17"
say "remote IP address 10.9.0.1"
say "primary   DNS address 9.9.9.9"
say "secondary DNS address 149.112.112.112"
obey
)";

struct NameRecordsTest : ::testing::Test {
  NameRecordsTest() {
    std::filesystem::create_directories(at("records"));
    place.write("resolvconf", kResolvconf, 0755);
    settings.resolvconf = {at("resolvconf"), at("nobody")};
  }
  [[nodiscard]] std::string at(const std::string& name) const { return place.path() + "/" + name; }
  void record(const std::string& name, const std::string& text = "x\n") const { std::ofstream(at("records/" + name)) << text; }
  // "name: text" of all records, one line each.
  [[nodiscard]] std::string records() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(at("records"))) {
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      found[entry.path().filename()] = text.str();
    }
    std::string out;
    for (const auto& [name, text] : found) out += name + ": " + text;
    return out;
  }
  void become(Rig& rig, const std::string& wanted) const {
    EXPECT_TRUE(rig.await([&] { return records() == wanted; })) << records();
  }
  void link(Rig& rig, const std::string& name, const std::string& script) const {
    rig.scenario(name, script);
    rig.links[name].routes = {*Prefix::parse("0.0.0.0/0")};
  }
  TempDir place;
  Settings settings;
};

constexpr auto kOfIsp = "ppp-isp.ghostd: nameserver 9.9.9.9\nnameserver 149.112.112.112\n";

}  // namespace

TEST_F(NameRecordsTest, ACallsServersComeAndGoWithIt) {
  record("eth0.inet");
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  become(rig, std::string("eth0.inet: x\n") + kOfIsp);
  send_text(client, "hangup isp 7");
  become(rig, "eth0.inet: x\n");
}

TEST_F(NameRecordsTest, TwoCallsEndInAnyOrder) {
  for (const bool first_first : {true, false}) {
    Rig rig(settings);
    link(rig, "isp", kAddressUp);
    link(rig, "two", kAddressUp);
    const auto client = rig.connect();
    send_text(client, "dial isp 7");
    send_text(client, "dial two 8");
    become(rig, std::string(kOfIsp) + "ppp-two.ghostd: nameserver 9.9.9.9\nnameserver 149.112.112.112\n");
    send_text(client, first_first ? "hangup isp 7" : "hangup two 8");
    become(rig, first_first ? "ppp-two.ghostd: nameserver 9.9.9.9\nnameserver 149.112.112.112\n" : kOfIsp);
    send_text(client, first_first ? "hangup two 8" : "hangup isp 7");
    become(rig, "");
  }
}

TEST_F(NameRecordsTest, AKilledPppdLeavesNothing) {
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  const auto started = rig.next(client);
  become(rig, kOfIsp);
  record("ppp-isp", "of ip-up.d\n");  // its ip-down.d will not run
  ::kill(static_cast<pid_t>(std::stol(started.substr(started.find('=') + 1))), SIGKILL);
  become(rig, "");
}

TEST_F(NameRecordsTest, WhatPppdsScriptsMadeStaysWhileTheCallLives) {
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  link(rig, "two", kAddressUp);
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  become(rig, kOfIsp);
  record("ppp-isp", "of ip-up.d\n");
  send_text(client, "dial two 8");
  become(rig, std::string("ppp-isp: of ip-up.d\n") + kOfIsp + "ppp-two.ghostd: nameserver 9.9.9.9\nnameserver 149.112.112.112\n");
}

TEST_F(NameRecordsTest, WhatACrashedSupervisorLeftIsRemoved) {
  record("ppp-isp.ghostd");
  record("ppp0", "somebody's\n");
  record("gd-isp.ghostd", "ghostd's, which lives\n");
  Rig rig(settings);
  become(rig, "gd-isp.ghostd: ghostd's, which lives\nppp0: somebody's\n");
}

TEST_F(NameRecordsTest, TheFilesServersAreThereOnceGhostdAsks) {
  record("gd-old.ghostd");
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  rig.links["isp"].dns = {*IpAddress::parse("192.0.2.53")};
  const auto client = rig.connect();
  send_text(client, "names");
  become(rig, "gd-isp.ghostd: nameserver 192.0.2.53\n");
  rig.links["isp"].dns = {*IpAddress::parse("192.0.2.54")};
  send_text(client, "names");
  become(rig, "gd-isp.ghostd: nameserver 192.0.2.54\n");
  rig.links["isp"].dns.clear();
  send_text(client, "names");
  become(rig, "");
}

TEST_F(NameRecordsTest, AServerThatTheLinkDoesNotLeadToIsNotTold) {
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  rig.links["isp"].routes = {*Prefix::parse("149.112.0.0/16")};
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  become(rig, "ppp-isp.ghostd: nameserver 149.112.112.112\n");
}

TEST_F(NameRecordsTest, AFailureIsSaidOnceAndNoCallWaitsForIt) {
  place.write("resolvconf", "#!/bin/sh\necho 'no, thank you' >&2; exit 1\n", 0755);
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  EXPECT_THAT(rig.next(client), StartsWith("started isp 7"));
  EXPECT_THAT(rig.next(client), StartsWith("address isp 7"));
  EXPECT_TRUE(rig.await([&] { return rig.noted("names: cannot tell resolvconf: ") == 1; }));
  EXPECT_EQ(rig.noted("-i: exit status 1: no, thank you"), 1U);
}

TEST_F(NameRecordsTest, TheSupervisorLeavesWhenItHasTakenThemAway) {
  Rig rig(settings);
  link(rig, "isp", kAddressUp);
  const auto client = rig.connect();
  send_text(client, "dial isp 7");
  become(rig, kOfIsp);
  rig.supervisor->shut_down();
  const auto deadline = loop::now() + 10s;
  while (loop::now() < deadline && rig.loop.turn(20ms)) {
  }
  EXPECT_EQ(records(), "");
}
