// SPDX-License-Identifier: GPL-2.0-or-later
// The real ghostctl against the real BusService: what it prints, how it exits, when it stops waiting.
#include <gmock/gmock.h>
#include <signal.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "private_bus.hpp"
#include "test_server.hpp"

namespace ghost::test {
namespace {

using Kind = bus::RequestError::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

core::LinkStatus in_state(const std::string& state, const std::string& reason = "", unsigned failures = 0) {
  auto s = sample_link();
  s.state = state;
  s.reason = reason;
  s.detail.clear();
  s.failures = failures;
  s.calls = 3 + failures;
  s.idle_deadline.reset();
  if (state != "up") s.local_addresses.clear();
  return s;
}

struct Ghostctl : testing::Test {
  PrivateBus daemon;
  TestServer server{daemon.address(), {sample_link()}};
  std::vector<std::string> env{"DBUS_SYSTEM_BUS_ADDRESS=" + daemon.address(), "TZ=UTC"};

  static std::vector<std::string> argv(std::vector<std::string> args) {
    args.insert(args.begin(), GHOSTCTL);
    return args;
  }
  Ran ctl(std::vector<std::string> args) { return run(argv(std::move(args)), env); }
};

TEST_F(Ghostctl, StatusAsAnArrayOfWholeLinks) {
  server.publish(in_state("down"));
  const auto ran = ctl({"status", "--json"});
  ASSERT_EQ(ran.status, 0) << ran.err;
  const auto links = Json::parse(ran.out);
  ASSERT_EQ(links.size(), 1u);
  auto link = links[0];
  EXPECT_GT(link["since"].get<std::uint64_t>(), 1'000'000'000'000'000u);
  link.erase("since");
  EXPECT_EQ(link, Json::parse(R"({"name":"isp","description":"Office ISP","state":"down","blocked":false,"reason":"",
    "detail":"","trigger":"udp 192.0.0.2:5353 -> 9.9.9.9:53","peer":"second",
    "peers":[{"name":"first","out":"AuthFailed"},{"name":"second","out":""}],"interface":"ppp-isp","demand_interface":"gd-isp",
    "stable_addresses":["192.0.0.2","2001:db8::2"],"local_address":"","local_addresses":[],"remote_address":"10.64.0.1",
    "dns":["10.64.0.53"],"calls":3,"buffered_packets":4,"buffered_bytes":500,"replayed_packets":60,
    "dropped_packets":7,"drops":[{"why":"budget","packets":4},{"why":"too-big","packets":3}],"stopped":[{"why":"noise","packets":5},{"why":"escaped","packets":1}],"coalesced_packets":8,"malformed_packets":9,"idle_deadline":0,"redial_deadline":0,
    "failures":0,"recovery_step":"","recovery_result":"","recovery_detail":"","recovery_steps":0,"front":"","degraded":"","appearance":"none","appearances":0,"last_appearance":0,"next_appearance":0,"appear_until":0,
    "sequence":0,"carrier_nat":false,"addresses":[],"notices":[]})"));
}

TEST_F(Ghostctl, StatusForPeopleHasNoColoursInAPipe) {
  const auto all = ctl({});
  EXPECT_EQ(all.status, 0) << all.err;
  EXPECT_THAT(all.out, testing::MatchesRegex("LINK +STATE +FOR +ADDRESS +NEXT +TRIGGER\n"
                                             "isp +up +1min[0-9]+s +10.64.1.7 +idle:3min[0-9]+s +udp .*53\n"));
  const auto one = ctl({"status", "isp"});
  EXPECT_EQ(one.status, 0) << one.err;
  EXPECT_THAT(one.out,
              testing::AllOf(testing::StartsWith("* isp - Office ISP\n"), HasSubstr("State: up (trigger)"),
                             HasSubstr("10.64.1.7, peer 10.64.0.1"), HasSubstr("4 waiting (500 B), 60 replayed"),
                             HasSubstr("Peer: second of first (out: AuthFailed), second\n"), testing::Not(HasSubstr("\x1b"))));
}

TEST_F(Ghostctl, ExplainsEachFailure) {
  const auto ran = ctl({"explain", "failures"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_THAT(ran.out, testing::AllOf(HasSubstr("AuthFailed         a few tries"), HasSubstr("RefusedDelay=")));
  EXPECT_EQ(Json::parse(ctl({"explain", "failures", "--json"}).out)[1]["healed_by"], "time");
  EXPECT_EQ(ctl({"explain"}).status, 2);
  EXPECT_EQ(ctl({"explain", "nothing"}).status, 2);
}

TEST_F(Ghostctl, ExitCodes) {
  EXPECT_EQ(ctl({"status", "nope"}).status, 3);
  EXPECT_EQ(ctl({"connect", "nope"}).status, 3);
  EXPECT_EQ(ctl({"block", "nope"}).status, 3);
  EXPECT_EQ(ctl({"frobnicate"}).status, 2);
  EXPECT_EQ(ctl({"connect"}).status, 2);
  EXPECT_EQ(ctl({"connect", "isp", "--timeout", "soon"}).status, 2);
  EXPECT_EQ(ctl({"--help"}).status, 0);
  EXPECT_EQ(ctl({"--version"}).out, "ghostctl " GHOSTD_VERSION "\n");
  EXPECT_EQ(run(argv({"status", "--bus", "unix:path=/nonexistent"})).status, 6);
}

TEST_F(Ghostctl, BlockUnblockReload) {
  EXPECT_EQ(ctl({"block", "isp"}).status, 0);
  EXPECT_EQ(ctl({"unblock", "isp"}).status, 0);
  EXPECT_EQ(ctl({"reload"}).status, 0);
  EXPECT_THAT(server.take_record(), ElementsAre("block isp", "unblock isp", "reload"));
  server.answer("reload", {Kind::ConfigInvalid, "/etc/ghostd/links/isp.conf:3: unknown key"});
  const auto ran = ctl({"reload"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("/etc/ghostd/links/isp.conf:3: unknown key"));
}

TEST_F(Ghostctl, WithoutGhostdNothingIsReached) {
  PrivateBus empty;
  for (const auto& verb : {"status", "connect", "disconnect", "block", "monitor"}) {
    std::vector<std::string> args{GHOSTCTL, verb};
    if (std::string(verb) != "status") args.emplace_back("isp");
    const auto ran = run(args, {"DBUS_SYSTEM_BUS_ADDRESS=" + empty.address()});
    EXPECT_EQ(ran.status, 6) << verb << ": " << ran.err;
  }
}

TEST_F(Ghostctl, ConnectWaitsUntilTheLinkIsUp) {
  server.publish(in_state("down"));
  server.on("connect isp", [](bus::BusService& s) { s.publish(in_state("dialing", "connect")); });
  Child child(argv({"connect", "isp"}), env);
  ASSERT_TRUE(eventually([&] { return !server.take_record().empty(); }));
  server.publish(in_state("up", "connect"));
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "isp: up, 10.64.1.7\n");
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(Ghostctl, ConnectTellsWhyTheCallFailed) {
  server.publish(in_state("down"));
  server.on("connect isp", [](bus::BusService& s) {
    s.publish(in_state("dialing", "connect"));
    auto failed = in_state("waiting", "Busy", 1);
    failed.detail = "chat: BUSY";
    failed.redial_deadline = loop::now() + std::chrono::seconds(60);
    s.publish(failed);
  });
  const auto ran = ctl({"connect", "isp"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, testing::AllOf(HasSubstr("isp did not come up: Busy: chat: BUSY\n"), HasSubstr("tries again in ")));
}

TEST_F(Ghostctl, ConnectOnABlockedLink) {
  server.answer("connect isp", {Kind::Blocked, "isp is blocked"});
  const auto ran = ctl({"connect", "isp"});
  EXPECT_EQ(ran.status, 4);
  EXPECT_THAT(ran.err, HasSubstr("ghostctl unblock isp"));
}

TEST_F(Ghostctl, ConnectTimesOutAndTheCallGoesOn) {
  server.publish(in_state("down"));
  server.on("connect isp", [](bus::BusService& s) { s.publish(in_state("dialing", "connect")); });
  const auto ran = ctl({"connect", "isp", "--timeout", "200ms"});
  EXPECT_EQ(ran.status, 5);
  EXPECT_THAT(ran.err, HasSubstr("isp is dialing, and ghostd continues with the request"));
  EXPECT_THAT(server.take_record(), ElementsAre("connect isp"));
}

TEST_F(Ghostctl, ConnectInterruptedSaysThatTheCallGoesOn) {
  server.publish(in_state("down"));
  server.on("connect isp", [](bus::BusService& s) { s.publish(in_state("dialing", "connect")); });
  Child child(argv({"connect", "isp"}), env);
  ASSERT_TRUE(eventually([&] { return !server.take_record().empty(); }));
  ::kill(child.pid(), SIGINT);
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 130);
  EXPECT_THAT(ran.err, HasSubstr("ghostd continues with the request"));
}

TEST_F(Ghostctl, NoWaitDoesNotWait) {
  server.publish(in_state("down"));
  const auto ran = ctl({"connect", "isp", "--no-wait"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "isp: down\n");
  EXPECT_THAT(server.take_record(), ElementsAre("connect isp"));
}

TEST_F(Ghostctl, DisconnectWaitsUntilTheLinkIsDown) {
  server.on("disconnect isp", [](bus::BusService& s) { s.publish(in_state("hanging-up", "disconnect")); });
  Child child(argv({"disconnect", "isp", "--json"}), env);
  ASSERT_TRUE(eventually([&] { return !server.take_record().empty(); }));
  server.publish(in_state("down", "disconnect"));
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(Json::parse(ran.out)["state"], "down");
}

TEST_F(Ghostctl, WaitingEndsWithGhostd) {
  server.on("disconnect isp", [](bus::BusService& s) { s.publish(in_state("hanging-up", "disconnect")); });
  Child child(argv({"disconnect", "isp"}), env);
  ASSERT_TRUE(eventually([&] { return !server.take_record().empty(); }));
  daemon.stop();
  EXPECT_EQ(child.finish().status, 6);
}

core::LinkStatus appearing(const std::string& appearance, std::uint64_t asked) {
  auto s = in_state(appearance == "connecting" ? "dialing" : "up", "appear");
  if (appearance == "present" || appearance == "announcing") s.appearance = sample_appearance();
  s.appearance.next.reset();
  s.appearance.until.reset();
  s.appearance.state = appearance;
  s.appearance.asked = asked;
  return s;
}

TEST_F(Ghostctl, AppearWaitsUntilEachNoticeHasItsResult) {
  server.publish(in_state("down"));
  server.on("appear isp 90000000", [](bus::BusService& s) { s.publish(appearing("connecting", 1)); });
  Child child(argv({"appear", "isp", "--hold", "90s"}), env);
  ASSERT_TRUE(eventually([&] { return !server.take_record().empty(); }));
  auto status = appearing("announcing", 1);
  server.publish(status);
  status.appearance.state = "present";
  server.publish(status);  // and one is pending
  status.appearance.notices[1] = {
      .name = "dns", .result = core::NoticeResult::Ok, .detail = "NOERROR", .at = wall(1), .attempts = 3};
  server.publish(status);
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "isp: present, 203.0.113.9, 2001:db8::9 (carrier NAT)\n"
            "  mail  Ok: 250 queued\n"
            "  dns   Ok, 3 attempts: NOERROR\n");
  EXPECT_THAT(ran.err, IsEmpty());
}

TEST_F(Ghostctl, AppearTellsWhenANoticeFailed) {
  server.publish(in_state("down"));
  server.on("appear isp 0", [](bus::BusService& s) {
    auto status = appearing("present", 1);
    status.appearance.notices[1].result = core::NoticeResult::AuthFailed;
    s.publish(status);
  });
  const auto ran = ctl({"appear", "isp", "--wait"});
  EXPECT_EQ(ran.status, 8) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("  dns   AuthFailed, 2 attempts: Later: SERVFAIL\n"));
  EXPECT_THAT(ran.err, HasSubstr("some notifiers were not told"));
  server.publish(in_state("down"));
  const auto json = ctl({"appear", "isp", "--json"});
  EXPECT_EQ(json.status, 8) << json.err;
  const auto notices = Json::parse(json.out)["notices"];
  EXPECT_EQ(notices, Json::parse(R"([
    {"name":"mail","result":"Ok","detail":"250 queued","at":1800000003000000,"attempts":1},
    {"name":"dns","result":"AuthFailed","detail":"Later: SERVFAIL","at":1800000004000000,"attempts":2}])"));
}

TEST_F(Ghostctl, AppearTellsWhyTheLinkDidNotComeUp) {
  server.publish(in_state("down"));
  server.on("appear isp 0", [](bus::BusService& s) {
    s.publish(appearing("connecting", 1));
    auto failed = in_state("down", "NoCarrier", 1);
    failed.detail = "chat: NO CARRIER";
    failed.appearance.asked = 1;
    failed.appearance.state = "failed";
    s.publish(failed);
  });
  const auto ran = ctl({"appear", "isp"});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("isp did not appear: NoCarrier: chat: NO CARRIER\n"));
}

TEST_F(Ghostctl, AppearRefusedOrNotWaitedFor) {
  EXPECT_EQ(ctl({"appear"}).status, 2);
  EXPECT_EQ(ctl({"appear", "isp", "--hold", "a while"}).status, 2);
  EXPECT_EQ(ctl({"appear", "nope"}).status, 3);
  server.answer("appear isp 5000000", {Kind::Failed, "isp cannot"});
  const auto refused = ctl({"appear", "isp", "--hold", "5s"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, "ghostctl: isp cannot\n");
  server.answer("appear isp 6000000", {Kind::Blocked, "isp is blocked"});
  EXPECT_EQ(ctl({"appear", "isp", "--hold", "6s"}).status, 4);
  server.take_record();
  const auto ran = ctl({"appear", "isp", "--no-wait"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out, "isp: none\n");
  EXPECT_THAT(server.take_record(), ElementsAre("appear isp 0"));
  EXPECT_EQ(ctl({"appear", "isp", "--timeout", "200ms"}).status, 5);
}

TEST_F(Ghostctl, Appearances) {
  const auto sample = sample_appearance();
  server.answer_appearances({{.begun = wall(1'799'990'000),
                              .ended = wall(1'799'990'602),
                              .kind = "calendar",
                              .outcome = "idle",
                              .addresses = sample.addresses,
                              .next = {},
                              .notices = sample.notices}});
  const auto ran = ctl({"appearances"});
  EXPECT_EQ(ran.status, 0) << ran.err;
  EXPECT_EQ(ran.out,
            "LINK  BEGUN                     FOR      OUTCOME  BY        ADDRESS      NOTICES\n"
            "isp   2027-01-15T05:13:20+0000  10min2s  idle     calendar  203.0.113.9  mail:Ok dns:pending\n");
  const auto json = ctl({"appearances", "isp", "--json"});
  EXPECT_EQ(json.status, 0) << json.err;
  const auto rows = Json::parse(json.out).at(0).at("appearances");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0]["ended"], 1'799'990'602'000'000);
  EXPECT_EQ(rows[0]["addresses"], Json::parse(R"(["203.0.113.9","2001:db8::9"])"));
  EXPECT_EQ(ctl({"appearances", "nope"}).status, 3);
}

TEST_F(Ghostctl, MonitorPrintsALineAChange) {
  Child child(argv({"monitor", "--json"}), env);
  ASSERT_TRUE(child.wait_for_output("\n"));
  server.publish(in_state("down", "idle"));
  ASSERT_TRUE(child.wait_for_output("\"idle\""));
  server.remove("isp");
  ASSERT_TRUE(child.wait_for_output("removed"));
  ::kill(child.pid(), SIGINT);
  const auto ran = child.finish();
  EXPECT_EQ(ran.status, 130) << ran.err;
  std::vector<Json> lines;
  std::istringstream in(ran.out);
  for (std::string line; std::getline(in, line);) lines.push_back(Json::parse(line));
  ASSERT_EQ(lines.size(), 3u) << ran.out;
  EXPECT_EQ(lines[0]["event"], "link");
  EXPECT_EQ(lines[0]["properties"]["name"], "isp");
  EXPECT_EQ(lines[1]["event"], "changed");
  EXPECT_EQ(lines[1]["properties"]["state"], "down");
  EXPECT_FALSE(lines[1]["properties"].contains("name"));
  EXPECT_EQ(lines[2]["event"], "removed");
}

TEST_F(Ghostctl, CheckNamesFileAndLine) {
  const auto file = daemon.dir() / "isp.conf";
  std::ofstream(file) << "[Link]\nPeer=isp\nFoo=1\n";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  const auto ran = ctl({"check", file.string()});
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr(file.string() + ":3: "));
  const auto json = ctl({"check", "--json", file.string()});
  EXPECT_EQ(json.status, 1);
  EXPECT_EQ(Json::parse(json.out).at(0).at("line"), 3);
  std::ofstream(file) << "[Link]\nPeer=isp\n";
  EXPECT_EQ(ctl({"check", file.string()}).status, 0);
  EXPECT_EQ(ctl({"check", (daemon.dir() / "none.conf").string()}).status, 1);
}

// The shipped policy on a bus with the system bus's defaults; the tests are root, setpriv makes somebody who is not.
TEST(Policy, EverybodyReadsAndRootChanges) {
  PrivateBus daemon(PrivateBus::Policy::shipped);
  TestServer server(daemon.address(), {sample_link()});
  const auto call = [&](bool as_root, std::vector<std::string> args) {
    std::vector<std::string> argv;
    if (!as_root) argv = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    argv.insert(argv.end(), {"busctl", "--address=" + daemon.address(), "--auto-start=no", "call", "org.ghostd1"});
    argv.insert(argv.end(), args.begin(), args.end());
    return run(argv);
  };
  const std::string manager = "org.ghostd1.Manager", link = "/org/ghostd1/link/isp";
  const std::vector<std::vector<std::string>> reads{
      {"/org/ghostd1", manager, "ListLinks"},
      {"/org/ghostd1", manager, "GetLink", "s", "isp"},
      {"/org/ghostd1", manager, "ListAppearances", "s", "isp"},
      {"/org/ghostd1", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"},
      {link, "org.freedesktop.DBus.Introspectable", "Introspect"},
      {link, "org.freedesktop.DBus.Properties", "GetAll", "s", "org.ghostd1.Link"},
      {link, "org.freedesktop.DBus.Properties", "Get", "ss", "org.ghostd1.Link", "State"}};
  for (const auto& args : reads) EXPECT_EQ(call(false, args).status, 0) << args[2] << ": " << call(false, args).err;
  for (const std::string method : {"Connect", "Disconnect", "Block", "Unblock"}) {
    const auto ran = call(false, {"/org/ghostd1", manager, method, "s", "isp"});
    EXPECT_NE(ran.status, 0) << method;
    EXPECT_THAT(ran.err, testing::AnyOf(HasSubstr("Access denied"), HasSubstr("AccessDenied"), HasSubstr("Rejected"))) << method;
  }
  EXPECT_NE(call(false, {"/org/ghostd1", manager, "Reload"}).status, 0);
  EXPECT_NE(call(false, {"/org/ghostd1", manager, "Appear", "st", "isp", "0"}).status, 0);
  EXPECT_NE(call(false, {"/org/ghostd1", manager, "AppearTick", "sst", "isp", "resume", "0"}).status, 0);
  EXPECT_THAT(server.take_record(), testing::Each("appearances isp"));
  EXPECT_EQ(call(true, {"/org/ghostd1", manager, "Connect", "s", "isp"}).status, 0);
  EXPECT_THAT(server.take_record(), ElementsAre("connect isp"));

  // ghostctl, where nobody can reach it.
  const auto ctl = daemon.dir() / "ghostctl";
  std::filesystem::copy_file(GHOSTCTL, ctl);
  const auto as_nobody = [&](std::vector<std::string> args) {
    args.insert(args.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ctl.string()});
    return run(args, {"DBUS_SYSTEM_BUS_ADDRESS=" + daemon.address()});
  };
  EXPECT_EQ(as_nobody({"status", "isp"}).status, 0);
  EXPECT_EQ(as_nobody({"connect", "isp"}).status, 7);
  EXPECT_THAT(server.take_record(), IsEmpty());
}

}  // namespace
}  // namespace ghost::test
