// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/sysctl.hpp"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace ghost::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SysctlPlan, Ipv6ForwardingComesAfterWhatItWouldBreak) {
  const SysctlValues now = {{"net/ipv4/conf/all/rp_filter", "1"},      {"net/ipv6/conf/all/forwarding", "0"},
                            {"net/ipv6/conf/all/accept_ra", "1"},      {"net/ipv6/conf/default/accept_ra", "1"},
                            {"net/ipv6/conf/default/forwarding", "0"}, {"net/ipv6/conf/eth0/accept_ra", "1"},
                            {"net/ipv6/conf/eth0/forwarding", "0"},    {"net/ipv6/conf/eth1/accept_ra", "0"},
                            {"net/ipv6/conf/eth1/forwarding", "1"}};
  EXPECT_THAT(plan_host(now, {.ipv6_forwarding = false}), IsEmpty());
  EXPECT_THAT(plan_host(now, {.ipv6_forwarding = true}),
              ElementsAre(SysctlWrite{"net/ipv6/conf/default/accept_ra", "2"}, SysctlWrite{"net/ipv6/conf/eth0/accept_ra", "2"},
                          SysctlWrite{"net/ipv6/conf/default/forwarding", "1"}, SysctlWrite{"net/ipv6/conf/eth0/forwarding", "1"},
                          SysctlWrite{"net/ipv6/conf/eth1/forwarding", "1"}, SysctlWrite{"net/ipv6/conf/all/forwarding", "1"}));
}

TEST(SysctlPlan, ForwardingThatIsOnIsNotOurs) {
  EXPECT_THAT(
      plan_host({{"net/ipv6/conf/all/forwarding", "1"}, {"net/ipv6/conf/eth0/forwarding", "1"}}, {.ipv6_forwarding = true}),
      IsEmpty());
}

TEST(SysctlPlan, ACallsInterfaceTakesWhatNoRouteLeadsTo) {
  const std::string all = "net/ipv4/conf/all/rp_filter", key = "net/ipv4/conf/ppp-isp/rp_filter";
  const auto written = [&](const char* alls, const char* own) {
    std::string out = "nothing";
    for (const auto& one : plan_call_interface("ppp-isp", false, {{all, alls}, {key, own}}))
      if (one.key == key) out = one.value;
    return out;
  };
  EXPECT_EQ(written("0", "0"), "nothing");
  EXPECT_EQ(written("0", "1"), "0");
  EXPECT_EQ(written("0", "2"), "0");
  EXPECT_EQ(written("1", "0"), "2") << "the larger of the two counts: strict becomes loose";
  EXPECT_EQ(written("1", "1"), "2");
  EXPECT_EQ(written("1", "2"), "nothing");
  EXPECT_EQ(written("2", "1"), "nothing");
}

TEST(SysctlPlan, OnlyASharedCallForwards) {
  const SysctlWrite forwarding{"net/ipv4/conf/ppp-isp/forwarding", "1", false};
  EXPECT_THAT(plan_call_interface("ppp-isp", true, {}), testing::Contains(forwarding));
  EXPECT_THAT(plan_call_interface("ppp-isp", false, {}), testing::Not(testing::Contains(forwarding)));
}

TEST(SysctlPlan, TheKernelMakesNoRouteOfWhatTheFarEndSays) {
  const auto plan = plan_call_interface("ppp-isp", true, {});
  for (const char* key :
       {"net/ipv6/conf/ppp-isp/accept_ra", "net/ipv6/conf/ppp-isp/accept_redirects", "net/ipv4/conf/ppp-isp/accept_redirects"})
    EXPECT_THAT(plan, testing::Contains(SysctlWrite{key, "0", false}));
}

class SysctlFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/sysctl-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    for (const char* interface : {"all", "default", "eth0", "gd-isp"}) {
      std::filesystem::create_directories(directory_ / "net/ipv4/conf" / interface);
      put(std::string("net/ipv4/conf/") + interface + "/rp_filter", "1");
      put(std::string("net/ipv4/conf/") + interface + "/forwarding", "0");
    }
    journal_ = directory_ / "restore.json";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void put(const std::string& key, const std::string& value) { std::ofstream(directory_ / key) << value << "\n"; }
  std::string get(const std::string& key) {
    std::string line;
    std::ifstream file(directory_ / key);
    std::getline(file, line);
    return line;
  }
  Sysctls open() { return Sysctls::open(directory_, journal_); }
  std::filesystem::path directory_;
  std::filesystem::path journal_;
};

TEST_F(SysctlFiles, RestoresInTheReverseOrder) {
  auto sysctls = open();
  // As for IPv6: writing the second changes the first.
  ASSERT_TRUE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}, {"net/ipv4/conf/all/forwarding", "1"}}));
  EXPECT_EQ(sysctls.original("net/ipv4/conf/all/forwarding"), "0");
  EXPECT_EQ(sysctls.original("net/ipv4/conf/all/rp_filter"), std::nullopt);
  put("net/ipv4/conf/eth0/forwarding", "1");
  ASSERT_TRUE(sysctls.restore());
  EXPECT_EQ(get("net/ipv4/conf/all/forwarding"), "0");
  EXPECT_EQ(get("net/ipv4/conf/eth0/forwarding"), "0");
  EXPECT_FALSE(std::filesystem::exists(journal_));
}

TEST_F(SysctlFiles, ARestartKeepsTheFirstOriginals) {
  const std::vector<SysctlWrite> writes = {{"net/ipv4/conf/eth0/forwarding", "1"}};
  ASSERT_TRUE(open().apply(writes));
  auto second = open();
  ASSERT_TRUE(second.apply(writes));
  ASSERT_TRUE(second.apply({{"net/ipv4/conf/eth0/forwarding", "2"}}));
  EXPECT_EQ(open().original("net/ipv4/conf/eth0/forwarding"), "0");
  ASSERT_TRUE(open().restore());
  EXPECT_EQ(get("net/ipv4/conf/eth0/forwarding"), "0");
}

TEST_F(SysctlFiles, WhatOthersWantByNowIsGivenBack) {
  auto sysctls = open();
  ASSERT_TRUE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}}));
  ASSERT_TRUE(sysctls.amend("net/ipv4/conf/eth0/forwarding", "1"));
  ASSERT_TRUE(sysctls.amend("net/ipv4/conf/lo/forwarding", "1"));  // never ours
  EXPECT_EQ(open().original("net/ipv4/conf/eth0/forwarding"), "1");
  EXPECT_EQ(open().original("net/ipv4/conf/lo/forwarding"), std::nullopt);
  ASSERT_TRUE(open().restore());
  EXPECT_EQ(get("net/ipv4/conf/eth0/forwarding"), "1");
}

TEST_F(SysctlFiles, TheJournalIsThereBeforeTheWrite) {
  auto sysctls = open();
  std::filesystem::create_directory(journal_);  // so that the journal cannot be written
  EXPECT_FALSE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}}));
  EXPECT_EQ(get("net/ipv4/conf/eth0/forwarding"), "0");
}

TEST_F(SysctlFiles, OurOwnInterfacesAreNotRecordedAndMissingKeysPassedOver) {
  auto sysctls = open();
  put("net/ipv4/conf/gd-isp/rp_filter", "1");
  ASSERT_TRUE(sysctls.apply(plan_call_interface("ppp-isp", true, {})));  // no such interface here
  ASSERT_TRUE(sysctls.apply({{"net/ipv4/conf/gd-isp/rp_filter", "0", false}}));
  EXPECT_EQ(get("net/ipv4/conf/gd-isp/rp_filter"), "0");
  EXPECT_FALSE(std::filesystem::exists(journal_));
}

TEST_F(SysctlFiles, WhatOurOwnInterfacesLostIsKnownWhateverTheirNames) {
  auto sysctls = open();
  std::filesystem::create_directories(directory_ / "net/ipv4/conf/wwan0");
  put("net/ipv4/conf/wwan0/accept_redirects", "1");
  ASSERT_TRUE(sysctls.apply(plan_call_interface("wwan0", false, {})));
  EXPECT_THAT(sysctls.lost(), testing::IsEmpty());
  put("net/ipv4/conf/wwan0/accept_redirects", "1");
  EXPECT_THAT(sysctls.lost(), testing::ElementsAre(SysctlWrite{"net/ipv4/conf/wwan0/accept_redirects", "0", false}));
  // The call ends. The next call's interface has the same name and the kernel's own values.
  sysctls.forget("wwan");
  EXPECT_FALSE(sysctls.lost().empty()) << "that is another interface";
  sysctls.forget("wwan0");
  EXPECT_THAT(sysctls.lost(), testing::IsEmpty()) << "nobody has taken them away";
  // The same of one that is not there yet.
  ASSERT_TRUE(sysctls.apply({plan_call_forwarding("wwan1")}));
  std::filesystem::create_directories(directory_ / "net/ipv4/conf/wwan1");
  put("net/ipv4/conf/wwan1/forwarding", "0");
  EXPECT_THAT(sysctls.lost(), testing::IsEmpty());
}

TEST_F(SysctlFiles, AnInterfaceThatIsGoneIsNoFailure) {
  auto sysctls = open();
  ASSERT_TRUE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}, {"net/ipv4/conf/all/rp_filter", "0"}}));
  std::filesystem::remove_all(directory_ / "net/ipv4/conf/eth0");
  ASSERT_TRUE(sysctls.restore());
  EXPECT_EQ(get("net/ipv4/conf/all/rp_filter"), "1");
}

// What a ghostd that was taken over may leave for the next one, and for root: docs/security.md.
TEST_F(SysctlFiles, AJournalThatCannotBeBelievedIsSetAsideAndSaidOnce) {
  const std::string forged = "[[\"net/ipv4/conf/all/rp_filter\", \"1\"]";
  for (const auto& text : {std::string("boo"), forged, std::string("[]") + std::string(1024 * 1024, ' ')}) {
    std::ofstream(journal_) << text;
    auto sysctls = open();
    EXPECT_THAT(sysctls.problem(),
                testing::StartsWith(text.size() > 100 ? "read " + journal_.string() : journal_.string() + " is not "));
    EXPECT_THAT(sysctls.problem(), testing::HasSubstr(journal_.string() + ".broken now"));
    EXPECT_EQ(sysctls.original("net/ipv4/conf/all/rp_filter"), std::nullopt);
    EXPECT_FALSE(std::filesystem::exists(journal_));
    std::ifstream aside(journal_.string() + ".broken");
    EXPECT_EQ(std::string(std::istreambuf_iterator(aside), {}), text);
    EXPECT_EQ(open().problem(), "");
    // The start goes on, with a journal of its own.
    ASSERT_TRUE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}}));
    EXPECT_EQ(open().original("net/ipv4/conf/eth0/forwarding"), "0");
    ASSERT_TRUE(open().restore());
  }
}

// proc(5), oom_score_adj, stands for a sysctl: -1000 to 1000, or EINVAL; ERANGE for what is not an int.
TEST_F(SysctlFiles, AValueThatTheKernelRefusesIsDroppedAndSaidOnce) {
  std::filesystem::create_directories(directory_ / "net/ipv6/conf/lo");
  std::filesystem::create_symlink("/proc/self/oom_score_adj", directory_ / "net/ipv6/conf/lo/addr_gen_mode");
  for (const std::string value : {"1001", "9999999999"}) {
    std::ofstream(journal_) << R"([["net/ipv4/conf/eth0/forwarding", "7"], ["net/ipv6/conf/lo/addr_gen_mode", ")" << value
                            << R"("], ["net/ipv4/conf/eth0/rp_filter", "7"]])";
    auto sysctls = open();
    EXPECT_EQ(sysctls.problem(), "");
    EXPECT_TRUE(sysctls.restore());
    for (const auto& part : {std::string("lo/addr_gen_mode: "), journal_.string() + " names the value " + value + "; it keeps"})
      EXPECT_THAT(sysctls.refused(), testing::HasSubstr(part));
    for (const auto* key : {"net/ipv4/conf/eth0/forwarding", "net/ipv4/conf/eth0/rp_filter"}) EXPECT_EQ(get(key), "7");
    EXPECT_FALSE(std::filesystem::exists(journal_));
    auto next = open();
    EXPECT_TRUE(next.restore());
    EXPECT_EQ(next.refused(), "");
  }
  std::ofstream(journal_) << R"([["net/ipv6/conf/lo/addr_gen_mode", "1001"], ["net/ipv6/conf/lo/addr_gen_mode", "1002"]])";
  auto several = open();
  EXPECT_TRUE(several.restore());
  EXPECT_THAT(several.refused(), testing::HasSubstr(" names the value 1002, and 1 more that the kernel refuses; they keep"));
}

TEST_F(SysctlFiles, AFailureBesideItKeepsTheJournalWithoutIt) {
  std::filesystem::create_directories(directory_ / "net/ipv6/conf/lo");
  std::filesystem::create_symlink("/proc/self/oom_score_adj", directory_ / "net/ipv6/conf/lo/addr_gen_mode");
  std::filesystem::create_directory(directory_ / "net/ipv6/conf/lo/accept_ra");  // EISDIR
  const std::string failing = R"(["net/ipv6/conf/lo/accept_ra", "1"])";
  std::ofstream(journal_) << "[" << failing << R"(, ["net/ipv6/conf/lo/addr_gen_mode", "1001"]])";
  auto sysctls = open();
  const auto ok = sysctls.restore();
  ASSERT_FALSE(ok);
  EXPECT_EQ(ok.error().errno_value, EISDIR);
  EXPECT_NE(sysctls.refused(), "");
  auto next = open();
  EXPECT_EQ(next.original("net/ipv6/conf/lo/addr_gen_mode"), std::nullopt);
  EXPECT_EQ(next.original("net/ipv6/conf/lo/accept_ra"), "1");
  EXPECT_FALSE(next.restore());
  EXPECT_EQ(next.refused(), "") << "said once";
}

TEST_F(SysctlFiles, SoIsWhatIsNoFileAndNobodyWaitsForIt) {
  const auto goes_on = [&](const char* what) {
    auto sysctls = open();
    EXPECT_NE(sysctls.problem(), "") << what;
    EXPECT_TRUE(sysctls.apply({{"net/ipv4/conf/eth0/forwarding", "1"}})) << what;
    EXPECT_TRUE(sysctls.restore()) << what;
    EXPECT_EQ(get("net/ipv4/conf/eth0/forwarding"), "0");
  };
  ::alarm(10);  // an open that waits for a reader or a writer would wait for ever
  ASSERT_EQ(::mkfifo(journal_.c_str(), 0644), 0);
  ASSERT_EQ(::mkfifo((journal_.string() + ".new").c_str(), 0644), 0);  // the name of old for the journal in the making
  goes_on("a FIFO");
  // Neither name can be replaced by a file then.
  for (const auto& directory : {journal_.string(), journal_.string() + ".broken2"})
    std::filesystem::create_directories(directory + "/x");
  std::filesystem::remove(journal_.string() + ".broken");
  std::filesystem::rename(journal_.string() + ".broken2", journal_.string() + ".broken");
  goes_on("a directory beside a directory");
  std::ofstream(directory_ / "elsewhere") << "[]";
  std::filesystem::create_symlink(directory_ / "elsewhere", journal_);
  goes_on("a symbolic link");
  ::alarm(0);
}

TEST_F(SysctlFiles, AJournalMaySayWhatThePlansWrite) {
  std::ofstream(journal_) << R"([["net/ipv6/conf/eth0/accept_ra_defrtr", "1"]])";
  EXPECT_EQ(open().problem(), "");
  std::ofstream(journal_) << "[]" << std::string(1024 * 1024 - 2, ' ');
  EXPECT_EQ(open().problem(), "");
  std::ofstream(journal_) << R"([["net/ipv6/conf/eth0/accept_ra_defrtr/x", "1"]])";
  EXPECT_NE(open().problem(), "");
}

}  // namespace
}  // namespace ghost::net
