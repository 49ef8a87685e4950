// SPDX-License-Identifier: GPL-2.0-or-later
#include "ppp/option_files.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "ppp/options.hpp"
#include "told_files.hpp"

using namespace ghost::ppp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Files = std::map<std::string, std::string>;

namespace {

PppdOptions read(Files files, const std::vector<std::string>& arguments = {"call", "isp"}, bool privileged = true) {
  ToldFiles told(std::move(files));
  return read_options(arguments, told, {}, privileged);
}

PppdOptions peer(std::string text) { return read({{"/etc/ppp/peers/isp", std::move(text)}}); }

// "file:line name value", without the arguments.
std::vector<std::string> told(const PppdOptions& options) {
  std::vector<std::string> out;
  for (const auto& o : options.options)
    if (!o.at.file.empty())
      out.push_back(fmt::format("{}:{} {}{}{}{}", o.at.file.substr(o.at.file.rfind('/') + 1), o.at.line, o.name,
                                o.value.empty() ? "" : " ", o.value, o.counts ? "" : " (passed over)"));
  return out;
}

std::vector<std::string> remarks(const PppdOptions& options) {
  std::vector<std::string> out;
  for (const auto& r : options.remarks) {
    constexpr const char* kVerdicts[] = {"refused", "stops", "odd", "unknown", "overridden"};
    out.push_back(fmt::format("{} {}", kVerdicts[static_cast<int>(r.verdict)], r.str()));
  }
  return out;
}

std::string value(const PppdOptions& options, std::string_view group) {
  const auto* option = options.effective(group);
  return option == nullptr ? "(none)" : option->name + (option->value.empty() ? "" : " " + option->value);
}

}  // namespace

TEST(OptionFiles, AnArgumentIsNotAnOption) {
  EXPECT_THAT(told(peer("user demand\nconnect demand\n'demand'\nipparam\ndemand")),
              ElementsAre("isp:1 user demand", "isp:2 connect demand", "isp:3 demand", "isp:4 ipparam demand"));
}

TEST(OptionFiles, EachFileIsReadWhereItIsNamed) {
  const auto options = read({{"/etc/ppp/options", "lock\nfile /etc/ppp/more"},
                             {"/etc/ppp/more", "idle 1"},
                             {"/root/.ppprc", "idle 2"},
                             {"/etc/ppp/peers/isp", "idle 3 call sub/b\nttyS1\nmaxfail 2"},
                             {"/etc/ppp/peers/sub/b", "idle 4"},
                             {"/etc/ppp/options.ttyS1", "idle 5\nmaxfail 3\nkdebug 1\ndemand"}});
  EXPECT_THAT(told(options),
              ElementsAre("options:1 lock", "options:2 file /etc/ppp/more", "more:1 idle 1", ".ppprc:1 idle 2", "isp:1 idle 3",
                          "isp:1 call sub/b", "b:1 idle 4", "isp:2 device name ttyS1", "isp:3 maxfail 2",
                          "options.ttyS1:1 idle 5 (passed over)", "options.ttyS1:2 maxfail 3 (passed over)",
                          "options.ttyS1:3 kdebug 1", "options.ttyS1:4 demand"));
  EXPECT_THAT(remarks(options), IsEmpty());
  EXPECT_EQ(value(options, "idle"), "idle 4");
}

// No pppd is started for a device that is away, so a word that is none must not be taken for one.
TEST(OptionFiles, WhatACallGoesThrough) {
  for (const auto& [peer, through] : Files{{"/dev/ttyS9", "/dev/ttyS9"},
                                           {"ttyS0", "/dev/ttyS0"},
                                           {"plugin pppoe.so eth0", "eth0"},
                                           {"plugin pppoe.so nic-eth9", "eth9"},
                                           {"plugin pppoe.so eth9.7", "eth9.7"},
                                           {"plugin pppoatm.so 8.35", ""},
                                           {"plugin pppol2tp.so", ""},
                                           {"/dev/ttyS9 pty x", ""},
                                           {"pty x\nplugin pppoe.so eth0", "eth0"},
                                           {"notty", ""},
                                           {"", ""}})
    EXPECT_EQ(device(read({{"/etc/ppp/peers/isp", peer}})), through) << peer;
}

TEST(OptionFiles, WhatMayBeAPluginsIsAGuess) {
  for (const auto* peer : {"/dev/ttyS9", "plugin pppoe.so nic-eth9", "plugin pppoe.so eth9"})
    EXPECT_TRUE(is_understood(read({{"/etc/ppp/peers/isp", peer}}))) << peer;
  for (const auto* peer : {"plugin x.so\nx-socket /dev/x", "plugin pppoe.so\nnew-word\nan-altname"})
    EXPECT_FALSE(is_understood(read({{"/etc/ppp/peers/isp", peer}}))) << peer;
}

TEST(OptionFiles, TheLineHasAFileOfItsOwn) {
  for (const auto& [device, name] : Files{{"/dev/ttyS0", "ttyS0"},
                                          {"ttyS0", "ttyS0"},
                                          {"/dev/serial/by-id/x", "serial.by-id.x"},
                                          {"/dev/ttyS9", "ttyS9"}})  // it may come
    EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", device}, {"/etc/ppp/options." + name, "\nwhatever"}})),
                ElementsAre(fmt::format("stops /etc/ppp/options.{}:2: pppd has no option \"whatever\"", name)));
  for (const auto* none :
       {"/dev/tty", "/dev/ttyS0 pty x", "/dev/ttyS0 notty", "/dev/ttyS0 socket a:1", "plugin pppoatm.so 8.35", ""})
    EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", none},
                              {"/etc/ppp/options.tty", "whatever"},
                              {"/etc/ppp/options.ttyS0", "whatever"},
                              {"/etc/ppp/options.8.35", "whatever"}})),
                IsEmpty())
        << none;
}

TEST(OptionFiles, AnInterfacesFileYieldsToNothing) {
  for (const auto* device : {"nic-eth0", "eth0"}) {
    const auto options = read(
        {{"/etc/ppp/peers/isp", std::string("plugin pppoe.so ") + device}, {"/etc/ppp/options.eth0", "idle 5"}},
        {"call", "isp", "idle", "0"});
    EXPECT_EQ(value(options, "idle"), "idle 5") << device;
  }
}

TEST(OptionFiles, OptionsThatReplaceOneAnother) {
  EXPECT_EQ(value(peer("persist nopersist"), "persist"), "nopersist");
  EXPECT_EQ(value(peer("updetach nodetach"), "nodetach"), "nodetach");
  EXPECT_EQ(value(peer("nodetach updetach"), "nodetach"), "updetach");
  EXPECT_EQ(value(peer("logfile /x logfd 2 nolog"), "logfile"), "nolog");
  EXPECT_EQ(value(peer("modem local"), "modem"), "local");
  EXPECT_EQ(value(peer("115200 57600"), "tty speed"), "tty speed 57600");
  EXPECT_EQ(value(peer(""), "persist"), "(none)");
}

TEST(OptionFiles, WordsThatAreNoNames) {
  EXPECT_THAT(told(peer("/dev/ttyS0 115200 0x10 10.0.0.1: :b")),
              ElementsAre("isp:1 device name /dev/ttyS0", "isp:1 tty speed 115200", "isp:1 tty speed 0x10",
                          "isp:1 IP addresses 10.0.0.1:", "isp:1 IP addresses :b"));
  for (const auto* word : {"0", "08", "1x", "''\n", "net", "nic-eth0", "Demand", "demand\\n", "+1+"})
    EXPECT_THAT(remarks(peer(word)), ElementsAre(HasSubstr("pppd has no option"))) << word;
}

TEST(OptionFiles, WhatPppdRefuses) {
  for (const auto& [text, error] : Files{
           {"noauth\nfoo\nbar", "isp:2: pppd has no option \"foo\""},
           {"noauth\n\nuser", "isp:3: \"user\" has no argument"},
           {"idle x", "isp:1: \"idle\" needs a number, not \"x\""},
           {"asyncmap x", "isp:1: \"asyncmap\" needs a hexadecimal number, not \"x\""},
           {"mtu 20000", "isp:1: \"mtu\" needs a number from 128 to 16384, not 20000"},
           {"unit -1", "isp:1: \"unit\" needs a number of 0 or more, not -1"},
           {"nodefaultroute defaultroute", "isp:1: \"defaultroute\" cannot stand after \"nodefaultroute\"; remove it"},
           {"set x", "isp:1: \"set\" needs NAME=VALUE"},
           {"call /x", "isp:1: \"call\" cannot take \"/x\"; write the name of a file in /etc/ppp/peers"},
           {"call a/../b", "isp:1: \"call\" cannot take \"a/../b\"; write the name of a file in /etc/ppp/peers"},
           {"call ..b", "isp:1: /etc/ppp/peers/..b: cannot be opened: No such file or directory"},
           {"\nfile /none", "isp:2: /none: cannot be opened: No such file or directory"},
           {"file none", "isp:1: /none: cannot be opened: No such file or directory"},
           {"pppoe-ac x", "isp:1: pppd has no option \"pppoe-ac\""},
           {"plugin radius.so pppoe-ac x", "isp:1: pppd has no option \"pppoe-ac\""},
           {"plugin rp-pppoe.so eth0 connect x", "isp:1: pppd has no option \"connect\""},
       })
    EXPECT_THAT(remarks(peer(text)), ElementsAre("stops /etc/ppp/peers/" + error)) << text;
  EXPECT_THAT(remarks(read({})), ElementsAre("stops /etc/ppp/peers/isp: cannot be opened: No such file or directory"));
  for (const auto* fine :
       {"idle 010s", "idle -5", "asyncmap 0xA0000", "asyncmap a0000z", "mtu 1492", "set x=", "defaultroute nodefaultroute",
        "plugin rp-pppoe.so pppoe-ac x eth0", "plugin /usr/lib/pppoe.so nic-eth9", "connect x plugin pppoe.so eth0",
        "plugin pppoatm.so 8.35", "plugin passwordfd.so passwordfd 3"})
    EXPECT_THAT(remarks(peer(fine)), IsEmpty()) << fine;
}

TEST(OptionFiles, WhatTheLineMayNotSay) {
  for (const auto* word : {"notty", "pty x", "ttyS1", "socket a:1"})
    EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", "ttyS0"}, {"/etc/ppp/options.ttyS0", word}})),
                ElementsAre(HasSubstr("may not be given here")))
        << word;
}

TEST(OptionFiles, AUserMayNotSayAll) {
  const Files files{{"/etc/ppp/options", "connect x noauth"}, {"/etc/ppp/peers/isp", "noauth"}};
  EXPECT_THAT(remarks(read(files, {"call", "isp"}, false)), IsEmpty());  // files of root
  EXPECT_THAT(remarks(read(files, {"noauth"}, false)), ElementsAre("stops \"noauth\" needs root"));
  EXPECT_THAT(remarks(read(files, {"connect", "y"}, false)),
              ElementsAre("stops \"connect\" cannot be changed, because root has set it"));
  EXPECT_THAT(remarks(read({{"/x", "noauth"}}, {"file", "/x"}, false)), ElementsAre("stops /x:1: \"noauth\" needs root"));
}

TEST(OptionFiles, WhatCannotBeKnown) {
  EXPECT_THAT(remarks(peer("plugin x.so foo bar\nbaz demand")),
              ElementsAre("unknown /etc/ppp/peers/isp:1: the plugin \"x.so\" is not pppd's own, so what it does is not known",
                          "unknown /etc/ppp/peers/isp:1: \"foo\" is not an option of pppd; it may belong to a plugin",
                          "unknown /etc/ppp/peers/isp:2: \"baz\" is not an option of pppd; it may belong to a plugin"));
  EXPECT_NE(peer("plugin x.so foo demand").effective("demand"), nullptr);
  EXPECT_THAT(remarks(peer("srp-interval 3")), ElementsAre(HasSubstr("not every pppd has the option \"srp-interval\"")));
  EXPECT_THAT(remarks(peer("ipx")), ElementsAre("unknown /etc/ppp/peers/isp:1: only pppd 2.4 has the option \"ipx\""));
  EXPECT_THAT(remarks(read({{"/etc/ppp/options", "!"}, {"/root/.ppprc", "!"}, {"/etc/ppp/peers/isp", "\nfile /x"}, {"/x", "!"}})),
              ElementsAre("unknown /etc/ppp/options: cannot be read (Permission denied), so its options are not known",
                          "unknown /etc/ppp/peers/isp:2: /x: cannot be read (Permission denied), so its options are not known"));
}

TEST(OptionFiles, AfterAnErrorOfPppdTheRestIsStillSearched) {
  EXPECT_NE(peer("exit 0\ndemand").effective("demand"), nullptr);
  EXPECT_NE(peer("idle x file /none demand").effective("demand"), nullptr);
}

TEST(OptionFiles, PppdWarnsOfBadWords) {
  EXPECT_THAT(remarks(peer("\nuser '" + std::string(2000, 'x') + "'\nipparam 'x")),
              ElementsAre("odd /etc/ppp/peers/isp:2: pppd cuts a word to 1023 bytes",
                          "odd /etc/ppp/peers/isp:3: a quote is not closed; it runs to the end of the file"));
}

TEST(OptionFiles, FilesWithoutEnd) {
  EXPECT_THAT(remarks(peer("\nfile /etc/ppp/peers/isp")),
              ElementsAre("refused /etc/ppp/peers/isp:2: /etc/ppp/peers/isp: the file includes itself; remove this line"));
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", "call b"}, {"/etc/ppp/peers/b", "noauth\ncall isp"}})),
              ElementsAre("refused /etc/ppp/peers/b:2: /etc/ppp/peers/isp: the file includes itself; remove this line"));
  // By other names: each is a file of its own until the depth is reached.
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", "call ./isp"}, {"/etc/ppp/peers/./isp", "call ././isp"}})),
              ElementsAre(HasSubstr("cannot be opened")));
  Files deep{{"/etc/ppp/peers/isp", "file /0"}};
  for (int i = 0; i < 30; ++i) deep[fmt::format("/{}", i)] = fmt::format("noauth\nfile /{}", i + 1);
  EXPECT_THAT(remarks(read(deep)), ElementsAre("refused /14:2: /15: more than 16 files include one another"));
  // Each reads the next one twice.
  Files wide{{"/etc/ppp/peers/isp", "file /0"}};
  for (int i = 0; i < 14; ++i) wide[fmt::format("/{}", i)] = fmt::format("file /{} file /{}", i + 1, i + 1);
  wide["/14"] = "";
  EXPECT_THAT(remarks(read(wide)), ElementsAre(HasSubstr("pppd would read more than 128 files of options")));
}

TEST(OptionFiles, FilesThatAreTooLarge) {
  const std::string large(300'000, '\n');
  EXPECT_THAT(remarks(peer(large)), ElementsAre("refused /etc/ppp/peers/isp:262145: the file is larger than 262144 bytes"));
  EXPECT_THAT(remarks(peer(std::string(kOptionFileMax, '\n'))), IsEmpty());
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", "file /a\nfile /a\nfile /a\nfile /a\nfile /a"},
                            {"/a", std::string(kOptionFileMax, '\n')}})),
              ElementsAre(HasSubstr("all files of options are larger than 1048576 bytes together")));
}

TEST(OptionFiles, TooManyWords) {
  std::string text;
  for (std::size_t i = 0; i < 300'000 / 7; ++i) text += "noauth\n";
  EXPECT_THAT(remarks(peer(text)),
              ElementsAre("refused /etc/ppp/peers/isp:4000: pppd would read more than 4000 words of options"));
}

TEST(OptionFiles, WhatIsNotAFile) {
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp/", ""}})),
              ElementsAre("refused /etc/ppp/peers/isp: is a directory, not a file"));
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", "\nfile /d"}, {"/d/", ""}})),
              ElementsAre("refused /etc/ppp/peers/isp:2: /d: is a directory, not a file"));
  EXPECT_THAT(remarks(read({{"/etc/ppp/peers/isp", ""}, {"/etc/ppp/options/", ""}})),
              ElementsAre("refused /etc/ppp/options: is a directory, not a file"));
}

TEST(OptionTable, Numbers) {
  EXPECT_EQ(option_number("12", 0), 12);
  EXPECT_EQ(option_number(" +12x", 0), 12);
  EXPECT_EQ(option_number("-1", 0), -1);
  EXPECT_EQ(option_number("010", 0), 8);
  EXPECT_EQ(option_number("0x1F", 0), 31);
  EXPECT_EQ(option_number("0x", 0), 0);
  EXPECT_EQ(option_number("08", 0), 0);
  EXPECT_EQ(option_number("a0000", 16), 0xa0000);
  EXPECT_EQ(option_number("0xa0000", 16), 0xa0000);
  EXPECT_EQ(option_number("ffffffff", 16), -1);
  EXPECT_EQ(option_number("4294967297", 0), 1);
  EXPECT_EQ(option_number("99999999999999999999999", 0), -1);
  for (const auto* none : {"", " ", "x", "-", "+ 1", "--1"}) EXPECT_EQ(option_number(none, 0), std::nullopt) << none;
  EXPECT_EQ(option_number("g", 16), std::nullopt);
}

TEST(OptionTable, PluginsByTheirFiles) {
  EXPECT_EQ(own_plugin("pppoe.so"), "pppoe");
  EXPECT_EQ(own_plugin("/usr/lib/pppd/2.4.9/rp-pppoe.so"), "pppoe");
  EXPECT_EQ(own_plugin("radius"), "radius");
  EXPECT_EQ(own_plugin("x.so"), "");
  EXPECT_EQ(own_plugin(""), "");
}
