// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>

#include <functional>

#include "../ppp/told_files.hpp"
#include "ghostctl/doctor_facts.hpp"

namespace ghost::doctor {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using enum Weight;

// A machine on which nothing stands in the way: a modem, and no other program.
Facts sound() {
  Facts f;
  Link link;
  link.name = "isp";
  auto& way = link.ways.emplace_back();
  way.peer_path = "/etc/ppp/peers/isp";
  way.says = {.unusable = "", .tty = "/dev/ttyUSB0", .plugin = "", .interface = "", .script = "/etc/chatscripts/isp"};
  f.links.push_back(link);
  f.kernel = "6.1.0";
  f.modules = {{"tun", Module::State::loaded}, {"ppp_async", Module::State::loadable}};
  f.pppd_version = "2.4.9";
  f.resolv = Resolv{"", 1};
  f.chains.emplace();
  f.units = {"ghostd.service", "ghost-supervisor.socket"};
  return f;
}

Way& way(Facts& facts) { return facts.links[0].ways[0]; }

// All but what is fine.
std::vector<Finding> troubles(const Facts& facts) {
  auto out = findings(facts);
  std::erase_if(out, [](const Finding& f) { return f.weight == fine; });
  return out;
}

TEST(Doctor, ASoundMachineHasNoTrouble) { EXPECT_THAT(troubles(sound()), IsEmpty()); }

struct Row {
  const char* name;
  std::function<void(Facts&)> spoil;
  Weight weight;
  const char* what;
  const char* todo;
};

// clang-format off
const Row kTable[] = {
    {"an error", [](Facts& f) { f.errors = {{"/etc/ghostd/links/isp.conf", 3, "unknown key"}}; f.links.clear(); }, obstacle, "isp.conf:3: unknown key", "ghostctl check"},
    {"a warning", [](Facts& f) { f.warnings = {{"/etc/resolv.conf", 0, "no route"}}; }, caution, "no route", ""},
    {"no link", [](Facts& f) { f.links.clear(); }, obstacle, "no link is configured", "ghostctl init"},
    {"no peer", [](Facts& f) { way(f).peer = Seen::missing; }, obstacle, "/etc/ppp/peers/isp does not exist", "Peer="},
    {"a secret peer", [](Facts& f) { way(f).peer = Seen::hidden; }, unseen, "cannot be read", "as root"},
    {"demand", [](Facts& f) { way(f).says.unusable = "/etc/ppp/options:2: \"demand\""; }, obstacle, "isp: /etc/ppp/options:2: \"demand\"", "correct it"},
    {"no script", [](Facts& f) { way(f).script = Seen::missing; }, obstacle, "/etc/chatscripts/isp does not exist", "chat(8)"},
    {"no tty", [](Facts& f) { way(f).tty.seen = Seen::missing; }, obstacle, "/dev/ttyUSB0 does not exist", "/etc/ppp/peers/isp"},
    {"no device", [](Facts& f) { way(f).tty.is_device = false; }, obstacle, "is not a tty", "tty"},
    {"in use", [](Facts& f) { way(f).tty.holder = "minicom (7)"; }, obstacle, "in use by minicom (7)", "end that program"},
    {"getty", [](Facts& f) { f.units->insert("serial-getty@ttyUSB0.service"); }, obstacle, "a login prompt", "disable --now serial-getty@ttyUSB0.service"},
    {"ModemManager", [](Facts& f) { way(f).tty.of_modem_manager = true; f.units->insert("ModemManager.service"); }, obstacle, "ModemManager may open /dev/ttyUSB0", "KERNEL==\"ttyUSB0\", ENV{ID_MM_PORT_IGNORE}=\"1\""},
    {"no interface", [](Facts& f) { way(f).says = {"", "", "pppoe.so", "eth7", ""}; way(f).interface_there = false; }, obstacle, "no interface eth7", "nic-eth7"},
    {"no module", [](Facts& f) { f.modules.push_back({"sch_plug", Module::State::missing}); }, obstacle, "6.1.0 has no sch_plug", "linux-image-amd64"},
    {"an old kernel", [](Facts& f) { f.modules.push_back({"sch_plug", Module::State::missing}); f.has_modules = false; }, obstacle, "not installed, and sch_plug", "restart the machine"},
    {"no pppd", [](Facts& f) { f.pppd = false; }, obstacle, "pppd is not installed", "apt install ppp"},
    {"an old pppd", [](Facts& f) { f.pppd_version = "2.4.7"; }, caution, "2.4.7 was not tested", "2.5"},
    {"ghostd", [](Facts& f) { f.units->erase("ghostd.service"); }, obstacle, "ghostd is not running", "enable --now ghostd"},
    {"its supervisor", [](Facts& f) { f.units->erase("ghost-supervisor.socket"); }, obstacle, "ghost-supervisor.socket is not active", "restart ghostd"},
    {"systemd hangs", [](Facts& f) { f.units.reset(); }, unseen, "systemd did not say", ""},
    {"NetworkManager", [](Facts& f) { f.units->insert("NetworkManager.service"); f.tells_network_manager = false; }, obstacle, "NetworkManager runs", "70-ghostd.conf"},
    {"networkd", [](Facts& f) { f.units->insert("systemd-networkd.service"); f.tells_networkd = false; }, obstacle, "systemd-networkd runs", "70-ghostd.network"},
    {"firewalld", [](Facts& f) { f.units->insert("firewalld.service"); }, caution, "firewalld runs", "beside.md"},
    {"ufw", [](Facts& f) { f.units->insert("ufw.service"); }, caution, "ufw runs", "beside.md"},
    {"nftables", [](Facts& f) { f.units->insert("nftables.service"); }, caution, "nftables runs", "beside.md"},
    {"a strict chain", [](Facts& f) { f.chains->push_back("chain FORWARD of ip filter"); }, caution, "chain FORWARD of ip filter drops by default", "gd-* and ppp-*"},
    {"a user's eyes", [](Facts& f) { f.chains.reset(); f.is_root = false; }, unseen, "cannot be read", "as root"},
    {"a default route", [](Facts& f) { f.beside = {"default via 192.0.2.1"}; }, caution, "default via 192.0.2.1", ""},
    {"no resolv.conf", [](Facts& f) { f.resolv.reset(); }, caution, "no /etc/resolv.conf", "nameserver"},
    {"an empty one", [](Facts& f) { f.resolv->servers = 0; }, caution, "names no server", "nameserver"},
    {"a lost timer", [](Facts& f) { f.timers = {{"gone", true}}; }, caution, "ghost-appear@gone.timer is enabled", "disable --now"},
    {"a forgetful timer", [](Facts& f) { f.timers = {{"isp", false}}; }, caution, "not persistent", "systemctl edit"},
    {"no timer", [](Facts& f) { f.links[0].notifies = true; }, caution, "no timer makes it appear", "ghost-appear@isp.timer"},
};
// clang-format on

TEST(Doctor, EachTroubleIsToldAloneAndWithWhatToDo) {
  for (const auto& row : kTable) {
    auto facts = sound();
    row.spoil(facts);
    const auto found = troubles(facts);
    ASSERT_EQ(found.size(), 1u) << row.name;
    EXPECT_EQ(found[0].weight, row.weight) << row.name;
    EXPECT_THAT(found[0].what, HasSubstr(row.what)) << row.name;
    EXPECT_THAT(found[0].todo, HasSubstr(row.todo)) << row.name;
  }
}

TEST(Doctor, OfSeveralWaysItNamesThePeer) {
  auto facts = sound();
  auto second = way(facts);
  second.peer_path = "/etc/ppp/peers/second";
  second.tty.seen = Seen::missing;
  facts.links[0].ways.push_back(second);
  const auto found = troubles(facts);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], (Finding{obstacle, "isp, peer second: /dev/ttyUSB0 does not exist",
                               "connect the modem, or correct the tty in /etc/ppp/peers/second"}));
}

TEST(Doctor, NeighboursThatLeaveGhostdAloneAreNoTrouble) {
  auto facts = sound();
  facts.units->insert(
      {"ModemManager.service", "NetworkManager.service", "systemd-networkd.service", "serial-getty@ttyS0.service"});
  facts.links[0].notifies = true;
  facts.timers = {{"isp", true}};
  EXPECT_THAT(troubles(facts), IsEmpty());
}

TEST(Doctor, TheWorstComesFirst) {
  auto facts = sound();
  facts.beside = {"another route"};
  facts.chains.reset();
  facts.pppd = false;
  const auto found = troubles(facts);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].weight, obstacle);
  EXPECT_EQ(found[1].weight, caution);
  EXPECT_EQ(found[2].weight, unseen);
}

PeerFacts facts_of(std::string text) {
  ppp::ToldFiles told(std::map<std::string, std::string>{{"/etc/ppp/peers/isp", std::move(text)}});
  return read_peer(ppp::read_options({"call", "isp"}, told));
}

TEST(DoctorPeer, SaysWhereTheLineIs) {
  EXPECT_EQ(
      facts_of("# /dev/ttyS9\n/dev/ttyUSB0 115200\nconnect \"/usr/sbin/chat -v -f /etc/chatscripts/isp\"\nuser \"/dev/x\"\n"),
      (PeerFacts{.unusable = "", .tty = "/dev/ttyUSB0", .plugin = "", .interface = "", .script = "/etc/chatscripts/isp"}));
  EXPECT_EQ(
      facts_of("ttyS1\ndemand\n"),
      (PeerFacts{
          .unusable = "/etc/ppp/peers/isp:2: \"demand\" cannot be used with ghostd, because pppd would dial by itself; remove it",
          .tty = "/dev/ttyS1",
          .plugin = "",
          .interface = "",
          .script = ""}));
  for (const auto* text : {"plugin pppoe.so\nnic-eth0\n", "plugin pppoe.so eth0\n"})
    EXPECT_EQ(facts_of(text), (PeerFacts{.unusable = "", .tty = "", .plugin = "pppoe.so", .interface = "eth0", .script = ""}));
  EXPECT_EQ(facts_of("plugin"), PeerFacts{});
}

}  // namespace
}  // namespace ghost::doctor
