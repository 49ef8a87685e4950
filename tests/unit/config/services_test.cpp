// SPDX-License-Identifier: GPL-2.0-or-later
// Service=: what its file adds to a section, and its faults with file and line.
#include "config/services.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

using namespace ghost;
using namespace ghost::config;

namespace {

constexpr auto kGood =
    "[Service]\nDescription=A service\nNeeds=Zone Credential\nServer=api.example\nUrl=https://${Server}/${Zone}\n"
    "Method=PATCH\nHeader-X-Token=${secret}\nBody=${address}\n";

std::string of(TempTree& tree, const std::string& section) {
  tree.write("etc/isp.conf", "[Link]\nPeer=isp\n[Announce a]\n" + section);
  return tree.errors();
}

}  // namespace

TEST(Services, AFileAddsItsKeysToTheSection) {
  TempTree tree;
  tree.write("services/thing.conf", kGood);
  tree.write("etc/isp.conf",
             "[Link]\nPeer=isp\n[Announce a]\nService=thing\nZone=z\nCredential=c\n"
             "[Announce b]\nService=\" thing \"\nZone=y\nCredential=c\nServer=mine.example\nMethod=PUT\n");
  const auto loaded = tree.load();
  ASSERT_TRUE(loaded.has_value()) << tree.lines(loaded.error());
  core::AnnounceConfig a;
  a.name = "a";
  a.url = "https://${Server}/${Zone}";
  a.more = {
      {"Body", "${address}"}, {"Header-X-Token", "${secret}"}, {"Method", "PATCH"}, {"Server", "api.example"}, {"Zone", "z"}};
  a.credential = "c";
  auto b = a;
  b.name = "b";
  b.more["Zone"] = "y";
  b.more["Server"] = "mine.example";
  b.more["Method"] = "PUT";
  EXPECT_EQ(loaded->config.links.front().announces, (std::vector{a, b}));
}

TEST(Services, APersonsOwnFileReplacesAndChanges) {
  TempTree tree;
  tree.write("services/thing.conf", kGood);
  tree.write("own-services/thing.conf.d/x.conf", "[Service]\nMethod=POST\nServer=other.example\n");
  EXPECT_EQ(of(tree, "Service=thing\nZone=z\nCredential=c\n"), "no error");
  EXPECT_EQ(tree.load()->config.links.front().announces.front().more.at("Method"), "POST");
  tree.write("own-services/thing.conf", "[Service]\nUrl=https://x.example/${Server}\n");
  EXPECT_EQ(of(tree, "Service=thing\n"), "no error");
  EXPECT_EQ(tree.load()->config.links.front().announces.front().url, "https://x.example/${Server}");
}

TEST(Services, EachFaultHasItsPlace) {
  struct Row {
    std::string service;
    std::string section;
    std::string expected;
  };
  for (const auto& [service, section, expected] : {
           Row{kGood, "Service=thin\n",
               "etc/isp.conf:4: Service=thin: there is no thin.conf in services, own-services; did you mean thing?\n"},
           Row{kGood, "Service=thing\nCredential=c\n",
               "etc/isp.conf:4: [Announce a] Service=thing needs Zone=; services/thing.conf explains it\n"},
           Row{kGood, "Service=thing\nZone=z\nCredential=c\nColour=red\n",
               "etc/isp.conf:7: unknown key Colour= in [Announce a]\n"},
           Row{"[Service]\nUrl=https://x.example/\nColour=red\n", "Service=thing\n",
               "services/thing.conf:3: unknown key Colour= in [Service]\n"},
           Row{"[Service]\nUrl=https://x.example/\n\nBody=${nobody}\n", "Service=thing\n",
               "services/thing.conf:4: Body=: unknown field ${nobody}\n"},
           Row{"[Service]\nUrl=https://x.example/\nHeader-X=${Zone}\n", "Service=thing\n",
               "services/thing.conf:3: Header-X=: unknown field ${Zone}; write Zone in Needs=, or Zone= with a default\n"},
           Row{"[Service]\nUrl=https://x.example/${Zone\nNeeds=Zone\n", "Service=thing\nZone=z\n",
               "services/thing.conf:2: Url=: \"${\" without a \"}\" after it\n"},
           Row{"[Service]\nUrl=https://x.example/\nCredential=c\n", "Service=thing\n",
               "services/thing.conf:3: Credential= belongs in the [Announce] section of the person who uses the service\n"},
           Row{"[Service]\nNeeds=zone\nUrl=https://x.example/\n", "Service=thing\n",
               "services/thing.conf:2: Needs=: zone is not the name of a key\n"},
           Row{"[Service]\nMethod=PUT\n", "Service=thing\n",
               "services/thing.conf: the service has no Url=; write one in [Service]\n"},
           Row{"[Announce x]\nUrl=https://x.example/\n", "Service=thing\n",
               "services/thing.conf:1: unknown section [Announce x]; a service file has [Service] alone\n"},
           Row{"[Service]\nnonsense\n", "Service=thing\n", "services/thing.conf:2: not a [Section], a Key=value or a comment\n"},
           Row{"[Service]\nUrl=https://x.example/\nMethod=BREW\n", "Service=thing\n",
               "services/thing.conf:3: [Announce a] Method=: write one of GET POST PUT PATCH DELETE\n"},
           Row{"[Service]\nUrl=https://x.example/?${secret}\n", "Service=thing\n",
               "etc/isp.conf:3: [Announce a] Credential=: missing; name the systemd credential that has the password or key\n"},
       }) {
    TempTree tree;
    tree.write("services/thing.conf", service);
    EXPECT_EQ(of(tree, section), expected);
  }
}

// Two sections with one faulty service are one fault. A file that nobody names disturbs nobody.
TEST(Services, AFaultIsToldOnce) {
  TempTree tree;
  tree.write("services/thing.conf", "[Service]\nUrl=https://x.example/\nColour=red\n");
  tree.write("services/other.conf", "nonsense\n");
  EXPECT_EQ(of(tree, "Service=thing\n[Announce b]\nService=thing\n"),
            "services/thing.conf:3: unknown key Colour= in [Service]\n");
  EXPECT_EQ(of(tree, "Url=https://x.example/\n"), "no error");
}

// Whoever may write a service file decides where a secret goes.
TEST(Services, AFileThatOthersMayWriteIsNotTrusted) {
  TempTree tree;
  tree.write("services/thing.conf", kGood, 0666);
  const auto errors = of(tree, "Service=thing\nZone=z\nCredential=c\n");
  EXPECT_NE(errors.find("services/thing.conf: not trusted"), std::string::npos) << errors;
}
