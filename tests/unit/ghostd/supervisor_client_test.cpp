// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/supervisor_client.hpp"

#include <gmock/gmock.h>

#include <memory>

#include "await.hpp"
#include "fake_supervisor.hpp"

using namespace ghost;
using namespace ghost::daemon;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

namespace {

class SupervisorClientTest : public testing::Test {
 protected:
  bool await(const std::function<bool()>& done) { return test::await(loop, done); }
  // A call's news, in the supervisor's own words.
  void note(const ppp::Message& message) {
    heard.push_back(ppp::encode(message));
    if (on_message) on_message();
  }

  loop::EventLoop loop;
  test::FakeSupervisor supervisor{1};
  std::vector<std::string> heard, lost;
  std::function<void()> on_message, on_lost;
  SupervisorClient client{loop, supervisor.path(), [this](const ppp::Message& m) { note(m); },
                          [this](const std::string& why) {
                            lost.push_back(why);
                            if (on_lost) on_lost();
                          }};
};

TEST_F(SupervisorClientTest, ConnectsWhenThereIsSomethingToSayAndHearsWhatItIsTold) {
  EXPECT_FALSE(client.connected());
  ASSERT_TRUE(client.send(ppp::Dial{"isp", CallSerial{7}}));
  ASSERT_TRUE(supervisor.accept());
  EXPECT_EQ(supervisor.heard(), "dial isp 7");
  ASSERT_TRUE(client.dial("two", CallSerial{8}, "second"));
  EXPECT_EQ(supervisor.heard(), "dial two 8 second");
  supervisor.say("started isp 7 pid=42");
  supervisor.say("address isp 7 local=10.0.0.1 remote=10.0.0.2");
  ASSERT_TRUE(await([&] { return heard.size() == 2; }));
  EXPECT_THAT(heard, ElementsAre("started isp 7 pid=42", "address isp 7 local=10.0.0.1 remote=10.0.0.2"));
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SupervisorClientTest, SaysThatNobodyListensAndTellsNoLoss) {
  supervisor.go();
  EXPECT_FALSE(client.send(ppp::Dial{"isp", CallSerial{7}}));
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SupervisorClientTest, SaysThatAPathIsTooLongForASocket) {
  SupervisorClient far(loop, "/run/" + std::string(200, 'x'), [](const auto&) {}, [](const auto&) {});
  EXPECT_FALSE(far.send(ppp::List{}));
}

// It accepts nobody: connections wait in the kernel until there is no room for more. Nothing of ours waits for it.
TEST_F(SupervisorClientTest, WaitsForNoSupervisorThatAcceptsNobody) {
  std::vector<std::unique_ptr<SupervisorClient>> others;
  bool refused = false;
  for (int i = 0; i < 8 && !refused; ++i) {
    others.push_back(std::make_unique<SupervisorClient>(loop, supervisor.path(), [](const auto&) {}, [](const auto&) {}));
    refused = !others.back()->send(ppp::List{});
  }
  EXPECT_TRUE(refused);
  EXPECT_FALSE(client.send(ppp::Dial{"isp", CallSerial{7}}));
}

// It accepts and reads nothing. What does not fit any more could not be said, and that is an answer.
TEST_F(SupervisorClientTest, WaitsForNoSupervisorThatReadsNothing) {
  ASSERT_TRUE(client.send(ppp::List{}));
  ASSERT_TRUE(supervisor.accept());
  unsigned said = 0;
  while (said < 100'000 && client.send(ppp::Dial{"isp", CallSerial{said}})) ++said;
  EXPECT_GT(said, 0U);
  EXPECT_LT(said, 100'000U);
  EXPECT_THAT(lost, IsEmpty());
}

TEST_F(SupervisorClientTest, TellsWhatWasSaidBeforeTheLineBroke) {
  ASSERT_TRUE(client.send(ppp::Dial{"isp", CallSerial{7}}));
  ASSERT_TRUE(supervisor.accept());
  EXPECT_EQ(supervisor.heard(), "dial isp 7");
  supervisor.say("started isp 7 pid=42");
  supervisor.close();
  ASSERT_TRUE(await([&] { return !lost.empty(); }));
  EXPECT_THAT(heard, ElementsAre("started isp 7 pid=42"));
  EXPECT_THAT(lost, ElementsAre("closed by ghost-supervisor"));
  EXPECT_FALSE(client.connected());
}

// It ends without having read what was asked: nobody knows whether there is a call.
TEST_F(SupervisorClientTest, TellsThatARequestWasLost) {
  ASSERT_TRUE(client.send(ppp::Dial{"isp", CallSerial{7}}));
  ASSERT_TRUE(supervisor.accept());
  supervisor.close();
  ASSERT_TRUE(await([&] { return !lost.empty(); }));
  EXPECT_THAT(lost, ElementsAre("Connection reset by peer"));
  EXPECT_FALSE(client.connected());
}

TEST_F(SupervisorClientTest, ConnectsAgainAfterALoss) {
  ASSERT_TRUE(client.send(ppp::List{}));
  ASSERT_TRUE(supervisor.accept());
  EXPECT_EQ(supervisor.heard(), "list");
  on_lost = [&] { EXPECT_TRUE(client.send(ppp::List{})); };  // from within
  supervisor.close();
  ASSERT_TRUE(await([&] { return !lost.empty(); }));
  ASSERT_TRUE(supervisor.accept());
  EXPECT_EQ(supervisor.heard(), "list");
  supervisor.say("listed");
  ASSERT_TRUE(await([&] { return !heard.empty(); }));
  EXPECT_THAT(lost, ElementsAre("closed by ghost-supervisor"));
}

TEST_F(SupervisorClientTest, BelievesNothingMoreAfterWhatItDoesNotUnderstand) {
  const std::vector<std::string> garbage{std::string("gone isp"), std::string("\0\xff", 2),
                                         std::string(2 * ppp::kMessageMax, 'x'), "started isp 7 pid=42 and more"};
  for (const auto& words : garbage) {
    heard.clear();
    lost.clear();
    ASSERT_TRUE(client.send(ppp::List{}));
    ASSERT_TRUE(supervisor.accept());
    supervisor.say(words);
    supervisor.say("listed");
    ASSERT_TRUE(await([&] { return !lost.empty(); })) << words;
    EXPECT_THAT(lost, ElementsAre(StartsWith("not understood: "))) << words;
    EXPECT_THAT(heard, IsEmpty()) << words;
    EXPECT_FALSE(client.connected());
  }
}

TEST_F(SupervisorClientTest, CanBeClosedWhileItReads) {
  ASSERT_TRUE(client.send(ppp::List{}));
  ASSERT_TRUE(supervisor.accept());
  EXPECT_EQ(supervisor.heard(), "list");
  on_message = [&] { client.close(); };
  supervisor.say("listed");
  supervisor.say("listed");
  ASSERT_TRUE(await([&] { return supervisor.heard() == "EOF"; }));
  EXPECT_THAT(heard, ElementsAre("listed"));
  EXPECT_THAT(lost, IsEmpty());
}

}  // namespace
