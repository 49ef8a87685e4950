// SPDX-License-Identifier: GPL-2.0-or-later
// Who may do what: the shipped policy of the bus, and a polkit of the test's own. It allows, refuses, wants a password, is silent, or is
// not there. Callers are root and, by setpriv, somebody else. The lab tests the real polkitd.
#include <gmock/gmock.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>
#include <optional>
#include <regex>
#include <set>
#include <thread>

#include "bus/bus_pump.hpp"
#include "bus/sdbus_seam.hpp"
#include "loop/sources.hpp"
#include "private_bus.hpp"
#include "test_server.hpp"

namespace ghost::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
using Details = std::map<std::string, std::string>;
using Answer = sdbus::Struct<bool, bool, Details>;

// "action link=… interactive" of each question. It serves in a thread of its own.
class FakePolkit {
 public:
  enum class Says { yes, no, challenge, nothing };
  FakePolkit(const std::string& address, Says says) : says_(says) {
    std::promise<void> ready;
    thread_ = std::thread([this, address, &ready] { serve(address, ready); });
    ready.get_future().get();
  }
  ~FakePolkit() {
    stop_ = true;
    thread_.join();
  }
  FakePolkit(const FakePolkit&) = delete;
  FakePolkit& operator=(const FakePolkit&) = delete;

  std::vector<std::string> take_record() {
    const std::lock_guard lock(mutex_);
    return std::exchange(record_, {});
  }
  void before_answer(std::function<void()> act) { before_ = std::move(act); }

 private:
  void serve(const std::string& address, std::promise<void>& ready) {
    loop::EventLoop loop;
    const auto bus = connect_to(address);
    const auto object = sdbus::createObject(*bus, sdbus::ObjectPath("/org/freedesktop/PolicyKit1/Authority"));
    bus::Interface(*object, "org.freedesktop.PolicyKit1.Authority")
        .method("CheckAuthorization",
                [this](sdbus::Result<Answer>&& result, const Subject& subject, const std::string& action, const Details& details,
                       const std::uint32_t& flags, const std::string& id) {
                  last_id_ = id;
                  asked(std::move(result), subject, action, details, flags);
                })
        .method("CancelCheckAuthorization",
                [this](const std::string& id) {
                  const std::lock_guard lock(mutex_);
                  record_.push_back("withdrawn " + std::string(id == last_id_ ? "the last" : id));
                })
        .finish();
    const bus::BusPump pump(loop, *bus, [](const std::string&) {});
    bus->requestName(bus::BusName("org.freedesktop.PolicyKit1"));
    ready.set_value();
    while (!stop_) loop.turn(std::chrono::milliseconds(20));
    kept_.clear();
  }
  void asked(sdbus::Result<Answer>&& result, const Subject& subject, const std::string& action, const Details& details,
             std::uint32_t flags) {
    {
      const std::lock_guard lock(mutex_);
      std::string line = action;
      for (const auto& [key, value] : details) line += " " + key + "=" + value;
      if (flags == 1) line += " interactive";
      if (std::get<0>(subject) != "system-bus-name" || std::get<1>(subject).count("name") == 0) line += " of whom?";
      record_.push_back(line);
    }
    if (before_) before_();
    if (says_ == Says::nothing) kept_.emplace_back(std::move(result));
    else result.returnResults(Answer(says_ == Says::yes, says_ == Says::challenge, Details{}));
  }

  const Says says_;
  std::atomic<bool> stop_ = false;
  std::function<void()> before_;
  std::vector<sdbus::Result<Answer>> kept_;
  std::mutex mutex_;
  std::string last_id_;
  std::vector<std::string> record_;
  std::thread thread_;
};

struct Polkit : testing::Test {
  PrivateBus daemon{PrivateBus::Policy::shipped};
  TestServer server{daemon.address(), {sample_link()}};
  std::optional<FakePolkit> polkit;

  Ran call(bool as_root, std::vector<std::string> args, const std::string& people = "no") {
    std::vector<std::string> argv;
    if (!as_root) argv = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    argv.insert(argv.end(), {"busctl", "--address=" + daemon.address(), "--auto-start=no",
                             "--allow-interactive-authorization=" + people, "call", "org.ghostd1"});
    argv.insert(argv.end(), args.begin(), args.end());
    return run(argv);
  }
  Ran ctl(std::vector<std::string> args) {
    const auto copy = daemon.dir() / "ghostctl";  // where somebody else can reach it
    if (!std::filesystem::exists(copy)) std::filesystem::copy_file(GHOSTCTL, copy);
    args.insert(args.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy.string()});
    return run(args, {"DBUS_SYSTEM_BUS_ADDRESS=" + daemon.address()});
  }
};

constexpr const char* kManager = "org.ghostd1.Manager";
constexpr const char* kLink = "org.ghostd1.Link";
constexpr const char* kIsp = "/org/ghostd1/link/isp";

// Every method that changes something: the call, what polkit is asked, what ghostd does.
struct Row {
  std::vector<std::string> call;
  std::string question, act;
};
const std::vector<Row> kRows{
    {{"/org/ghostd1", kManager, "Connect", "s", "isp"}, "org.ghostd1.connect link=isp", "connect isp"},
    {{"/org/ghostd1", kManager, "Disconnect", "s", "isp"}, "org.ghostd1.disconnect link=isp", "disconnect isp"},
    {{"/org/ghostd1", kManager, "Block", "s", "isp"}, "org.ghostd1.block link=isp", "block isp"},
    {{"/org/ghostd1", kManager, "Unblock", "s", "isp"}, "org.ghostd1.unblock link=isp", "unblock isp"},
    {{"/org/ghostd1", kManager, "Appear", "st", "isp", "7"}, "org.ghostd1.appear link=isp", "appear isp 7"},
    {{"/org/ghostd1", kManager, "Reload"}, "org.ghostd1.reload", "reload"},
    {{"/org/ghostd1", kManager, "Leave"}, "org.ghostd1.leave", "leave"},
    {{kIsp, kLink, "Connect"}, "org.ghostd1.connect link=isp", "connect isp"},
    {{kIsp, kLink, "Disconnect"}, "org.ghostd1.disconnect link=isp", "disconnect isp"},
    {{kIsp, kLink, "Block"}, "org.ghostd1.block link=isp", "block isp"},
    {{kIsp, kLink, "Unblock"}, "org.ghostd1.unblock link=isp", "unblock isp"},
    {{kIsp, kLink, "Appear", "t", "7"}, "org.ghostd1.appear link=isp", "appear isp 7"},
};

// A method whose action has another name in the policy, or that nobody has tried here, is noticed.
TEST(PolkitPolicy, HasTheActionsThatPolkitIsAskedAbout) {
  std::set<std::string> asked, shipped;
  for (const auto& row : kRows) asked.insert(row.question.substr(0, row.question.find(' ')));
  std::ifstream policy(POLKIT_POLICY);
  const std::string text{std::istreambuf_iterator<char>(policy), {}};
  const std::regex action("<action id=\"([^\"]+)\"");
  for (std::sregex_iterator at(text.begin(), text.end(), action), end; at != end; ++at) shipped.insert((*at)[1]);
  EXPECT_EQ(asked, shipped);
}

TEST_F(Polkit, RootIsNotAskedFor) {
  polkit.emplace(daemon.address(), FakePolkit::Says::no);
  for (const auto& row : kRows) {
    const auto ran = call(true, row.call);
    EXPECT_EQ(ran.status, 0) << row.act << ran.err;
    EXPECT_THAT(server.take_record(), ElementsAre(row.act));
  }
  EXPECT_THAT(polkit->take_record(), IsEmpty());
}

TEST_F(Polkit, OthersMayWhatItAllows) {
  polkit.emplace(daemon.address(), FakePolkit::Says::yes);
  for (const auto& row : kRows) {
    const auto ran = call(false, row.call);
    EXPECT_EQ(ran.status, 0) << row.act << ran.err;
    EXPECT_THAT(server.take_record(), ElementsAre(row.act));
    EXPECT_THAT(polkit->take_record(), ElementsAre(row.question));
  }
  EXPECT_NE(call(false, {"/org/ghostd1", kManager, "AppearTick", "sst", "isp", "resume", "0"}).status, 0)
      << "that is root's alone";
  EXPECT_THAT(server.take_record(), IsEmpty());
}

TEST_F(Polkit, NothingIsDoneThatItRefuses) {
  polkit.emplace(daemon.address(), FakePolkit::Says::no);
  for (const auto& row : kRows) {
    const auto ran = call(false, row.call);
    EXPECT_NE(ran.status, 0) << row.act;
    EXPECT_THAT(ran.err, HasSubstr("Access denied")) << row.act;
    EXPECT_THAT(server.take_record(), IsEmpty()) << row.act;
  }
  const auto said = ctl({"connect", "isp"});
  EXPECT_EQ(said.status, 7);
  EXPECT_THAT(said.err, HasSubstr("access denied: polkit does not allow org.ghostd1.connect to this user (as root"));
}

TEST_F(Polkit, APersonIsAskedOnlyWhereTheCallerWaitsForThat) {
  polkit.emplace(daemon.address(), FakePolkit::Says::challenge);
  EXPECT_NE(call(false, kRows[0].call).status, 0);
  EXPECT_NE(call(false, kRows[0].call, "yes").status, 0);
  const auto said = ctl({"block", "isp"});
  EXPECT_EQ(said.status, 7) << said.err;
  EXPECT_THAT(said.err, HasSubstr("org.ghostd1.block needs an administrator's password"));
  EXPECT_EQ(ctl({"--no-ask-password", "block", "isp"}).status, 7);
  EXPECT_THAT(polkit->take_record(), ElementsAre("org.ghostd1.connect link=isp", "org.ghostd1.connect link=isp interactive",
                                                 "org.ghostd1.block link=isp interactive", "org.ghostd1.block link=isp"));
  EXPECT_THAT(server.take_record(), IsEmpty());
}

// On a terminal. Something else stands in pkttyagent's place, which says who it is and, like pkttyagent, does not see that ghostctl ends.
// Links to all other programs stand beside it, because a file can be mounted only on one that exists, and polkit need not be installed.
// The shell stays, because the end of a session's leader hangs up on all of its terminal.
TEST_F(Polkit, TheAgentEndsWithAGhostctlThatIsKilled) {
  polkit.emplace(daemon.address(), FakePolkit::Says::nothing);
  std::filesystem::copy_file(GHOSTCTL, daemon.dir() / "ghostctl");
  const auto told = daemon.dir() / "told", agent = daemon.dir() / "agent", real = daemon.dir() / "real",
             links = daemon.dir() / "links";
  for (const auto& directory : {told, real, links}) std::filesystem::create_directory(directory);
  std::filesystem::permissions(told, std::filesystem::perms::all);
  std::ofstream(agent) << "#!/bin/sh\necho $4 $$ >" << (told / "new").string() << "; mv " << (told / "new").string() << " "
                       << (told / "pids").string() << "\nexec sleep 1000 >/dev/null\n";
  std::filesystem::permissions(agent, std::filesystem::perms(0755));
  for (const int signal : {SIGKILL, SIGTERM}) {
    const Child terminal(
        {"unshare", "--mount", "sh", "-c",
         "mount --bind /usr/bin " + real.string() + " && rm -rf " + links.string() + "/* && cp -as " + real.string() + "/. " +
             links.string() + " && rm -f " + links.string() + "/pkttyagent && cp " + agent.string() + " " + links.string() +
             "/pkttyagent && mount --bind " + links.string() + " /usr/bin && exec setpriv --reuid=65534 --regid=65534 " +
             "--clear-groups script -qec '" + (daemon.dir() / "ghostctl").string() + " block isp; exec sleep 1000' /dev/null"},
        {"DBUS_SYSTEM_BUS_ADDRESS=" + daemon.address()});
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(told / "pids"); }));
    pid_t ghostctl = 0, its = 0;
    std::ifstream(told / "pids") >> ghostctl >> its;
    std::filesystem::remove(told / "pids");
    ASSERT_GT(ghostctl, 1);
    ASSERT_GT(its, 1);
    const UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, its, 0)));
    ASSERT_TRUE(ended);
    ASSERT_TRUE(eventually([&] { return !polkit->take_record().empty(); }));
    ASSERT_EQ(::kill(ghostctl, signal), 0);
    pollfd p{ended.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&p, 1, 10'000), 1) << "it lives after " << signal;
    ::kill(its, SIGKILL);
  }
}

TEST_F(Polkit, WithoutItOnlyRootMay) {
  for (const auto& row : kRows) {
    const auto ran = call(false, row.call);
    EXPECT_NE(ran.status, 0) << row.act;
    EXPECT_THAT(ran.err, HasSubstr("Access denied")) << row.act;
  }
  const auto said = ctl({"reload"});
  EXPECT_EQ(said.status, 7);
  EXPECT_THAT(said.err, HasSubstr("org.ghostd1.reload needs root, because polkit is not available"));
  EXPECT_THAT(server.take_record(), IsEmpty());
  EXPECT_EQ(call(true, kRows[0].call).status, 0);
}

TEST_F(Polkit, OneThatIsSilentRefusesAndHoldsNobodyUp) {
  polkit.emplace(daemon.address(), FakePolkit::Says::nothing);
  auto waiting = std::async(std::launch::async, [&] { return ctl({"--no-ask-password", "connect", "isp"}); });
  ASSERT_TRUE(eventually([&] { return !polkit->take_record().empty(); }));
  EXPECT_EQ(call(true, kRows[1].call).status, 0) << "root is served meanwhile";
  const auto ran = waiting.get();
  EXPECT_EQ(ran.status, 7);
  EXPECT_THAT(ran.err, HasSubstr("polkit does not answer"));
  std::vector<std::string> said;
  EXPECT_TRUE(eventually([&] { return !(said = polkit->take_record()).empty(); }));
  EXPECT_THAT(said, ElementsAre("withdrawn the last")) << "nobody answers a question that is not waited for";
  EXPECT_THAT(server.take_record(), ElementsAre("disconnect isp"));
}

TEST_F(Polkit, SomebodyWhoIsRefusedFillsNoJournal) {
  polkit.emplace(daemon.address(), FakePolkit::Says::no);
  EXPECT_NE(call(false, kRows[0].call).status, 0);
  ASSERT_TRUE(eventually([&] { return server.who_asked("connect isp").has_value(); }));
  EXPECT_EQ(server.who_asked("connect isp")->uid, 65534U);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 30; ++i) EXPECT_NE(call(false, kRows[1].call).status, 0);
  const auto took = std::chrono::steady_clock::now() - begun;
  EXPECT_LE(server.asked_count(), 2 + took / std::chrono::seconds(5));
  EXPECT_EQ(call(true, kRows[5].call).status, 0);
  EXPECT_TRUE(eventually([&] { return server.who_asked("reload").has_value(); })) << "what is done is always told";
}

TEST_F(Polkit, AUserMayHaveSoManyQuestionsWaiting) {
  polkit.emplace(daemon.address(), FakePolkit::Says::nothing);
  constexpr int kMost = 16;
  std::vector<std::unique_ptr<Child>> clients;
  for (int i = 0; i < kMost; ++i)
    clients.push_back(std::make_unique<Child>(std::vector<std::string>{
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "busctl", "--address=" + daemon.address(),
        "--auto-start=no", "call", "org.ghostd1", "/org/ghostd1", kManager, "Connect", "s", "isp"}));
  std::size_t asked = 0;
  ASSERT_TRUE(eventually([&] { return (asked += polkit->take_record().size()) == kMost; })) << asked;
  const auto said = ctl({"block", "isp"});
  EXPECT_EQ(said.status, 7);
  EXPECT_THAT(said.err, HasSubstr("too many requests of this user wait for polkit"));
  EXPECT_EQ(call(true, kRows[0].call).status, 0) << "root is served meanwhile";
  const Child other({"setpriv", "--reuid=1", "--regid=1", "--clear-groups", "busctl", "--address=" + daemon.address(),
                     "--auto-start=no", "call", "org.ghostd1", "/org/ghostd1", kManager, "Connect", "s", "isp"});
  EXPECT_TRUE(eventually([&] { return !polkit->take_record().empty(); })) << "another has room of his own";
}

TEST_F(Polkit, TheBusIsLostWhileItIsAsked) {
  polkit.emplace(daemon.address(), FakePolkit::Says::nothing);
  auto waiting = std::async(std::launch::async, [&] { return call(false, kRows[0].call); });
  ASSERT_TRUE(eventually([&] { return !polkit->take_record().empty(); }));
  daemon.stop();
  EXPECT_NE(server.wait_lost(), "");
  EXPECT_NE(waiting.get().status, 0);
  server.in_loop([](bus::BusService&) {});  // the loop goes on
}

TEST_F(Polkit, ALinkThatIsGoneWhenItAnswersIsNamed) {
  polkit.emplace(daemon.address(), FakePolkit::Says::yes);
  polkit->before_answer([&] { server.remove("isp"); });
  for (const auto& args : {kRows[0].call, kRows[7].call}) {
    const auto ran = call(false, args);
    EXPECT_NE(ran.status, 0);
    EXPECT_THAT(ran.err, HasSubstr("there is no link named 'isp'"));
    EXPECT_THAT(server.take_record(), IsEmpty());
    server.publish(sample_link());
  }
}

TEST_F(Polkit, AStrangeNameGoesNowhere) {
  polkit.emplace(daemon.address(), FakePolkit::Says::yes);
  for (const std::string name : {"", "../isp", "isp\n", "isp;", "%s%n", "gd-isp"})
    EXPECT_NE(call(false, {"/org/ghostd1", kManager, "Connect", "s", name}).status, 0) << name;
  EXPECT_THAT(polkit->take_record(), IsEmpty());
  EXPECT_THAT(server.take_record(), IsEmpty());
}

}  // namespace
}  // namespace ghost::test
