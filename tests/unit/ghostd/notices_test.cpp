// SPDX-License-Identifier: GPL-2.0-or-later
// Notices and their processes, with a shell script in place of ghost-announce. It notes that it has started and what its job is, and
// does then what the test wants.
#include "ghostd/notices.hpp"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "await.hpp"
#include "ghost-announce/job.hpp"

using namespace ghost;
using namespace ghost::core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

namespace {

constexpr auto kProgram = R"(#!/bin/sh
dir=$(dirname "$0")
echo $$ >> "$dir/started"
job=$(cat)
echo "$job" >> "$dir/jobs"
ok() { echo '{"result":"Ok","detail":"","elapsed_usec":1,"text":""}'; }
. "$dir/act"
)";

class NoticesTest : public testing::Test {
 protected:
  NoticesTest() {
    write("announce", kProgram);
    ::chmod((directory + "/announce").c_str(), 0755);
  }
  ~NoticesTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  static std::string made_directory() {
    std::string name = std::filesystem::temp_directory_path() / "ghostd-notices-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
  }
  void write(const std::string& name, const std::string& text) const { std::ofstream(directory + "/" + name) << text; }
  std::vector<std::string> lines(const std::string& name) const {
    std::ifstream file(directory + "/" + name);
    std::vector<std::string> out;
    for (std::string line; std::getline(file, line);) out.push_back(line);
    return out;
  }
  bool await(const std::function<bool()>& done) { return test::await(loop, done); }
  bool answered(std::size_t count) {
    return await([&] { return answers.size() >= count; });
  }
  // Processes of these notices.
  [[nodiscard]] std::size_t children() const { return all_children() - others; }
  static std::size_t all_children() {
    std::ifstream file("/proc/thread-self/children");
    std::size_t count = 0;
    for (std::string pid; file >> pid;) ++count;
    return count;
  }

  static Tell tell(std::uint64_t id, Duration timeout = 30s) {
    Tell out;
    out.what.id = id;
    out.what.announce.name = "mail";
    out.what.announce.timeout = timeout;
    out.via.local = {*IpAddress::parse("10.0.0.1")};
    return out;
  }
  // Told, and started at once.
  void launch(std::uint64_t id, Duration timeout = 30s) {
    notices.send(tell(id, timeout));
    notices.launch();
  }

  std::size_t others = all_children();
  loop::EventLoop loop;
  std::string directory = made_directory();
  std::string interface = "ppp-isp";
  std::vector<NoticeAnswered> answers;
  daemon::Notices notices{loop, directory + "/announce", [this] { return interface; },
                          [this](NoticeAnswered e) { answers.push_back(std::move(e)); }};
};

TEST_F(NoticesTest, GivesItsJobToAProcessAndTellsItsAnswer) {
  write("act", "ok");
  launch(7);
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].id, 7U);
  EXPECT_EQ(answers[0].result, NoticeResult::Ok) << answers[0].detail;
  ASSERT_THAT(lines("jobs"), SizeIs(1));
  const auto job = announce::parse_job(lines("jobs").front());
  ASSERT_TRUE(job);
  EXPECT_EQ(std::get<announce::NoticeJob>(*job).via, (announce::Via{"ppp-isp", {*IpAddress::parse("10.0.0.1")}, {}}));
}

// Where the calls are is asked for each time.
TEST_F(NoticesTest, GoesByTheInterfaceThatTheCallHasNow) {
  write("act", "ok");
  interface = "wwan0";
  notices.send(Echo{{3, "https://example.net/"}, {}});
  ASSERT_TRUE(answered(1));
  ASSERT_THAT(lines("jobs"), SizeIs(1));
  const auto job = announce::parse_job(lines("jobs").front());
  ASSERT_TRUE(job);
  EXPECT_EQ(std::get<announce::EchoJob>(*job).via.interface, "wwan0");
}

TEST_F(NoticesTest, TellsEveryWayInWhichAProcessCanFail) {
  for (const auto& [act, detail] : std::vector<std::pair<std::string, std::string>>{{"exit 3", "exited with status 3"},
                                                                                    {"kill -9 $$", "killed by signal 9"},
                                                                                    {"echo nonsense", "ghost-announce: "},
                                                                                    {"exit 0", "ghost-announce: "}}) {
    answers.clear();
    write("act", act);
    launch(1);
    ASSERT_TRUE(answered(1)) << act;
    EXPECT_EQ(answers[0].result, NoticeResult::Crashed) << act;
    EXPECT_THAT(answers[0].detail, HasSubstr(detail)) << act;
  }
}

TEST_F(NoticesTest, AnswersWhenThereIsNoSuchProgramAndNotFromWithin) {
  std::filesystem::remove(directory + "/announce");
  launch(1);
  EXPECT_THAT(answers, IsEmpty());
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].result, NoticeResult::Crashed);
  EXPECT_THAT(answers[0].detail, HasSubstr("No such file"));
}

TEST_F(NoticesTest, EndsAProcessThatTakesTooLong) {
  write("act", "exec sleep 1000");
  launch(1, 100ms - 5s);  // 5 s are for a process to end by itself
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].result, NoticeResult::TimedOut);
  EXPECT_TRUE(await([&] { return children() == 0; }));
}

TEST_F(NoticesTest, TellsNothingOfWhatIsAbandoned) {
  write("act", "exec sleep 1000");
  notices.send(tell(1));
  notices.abandon(1);  // not started yet
  launch(2);
  ASSERT_TRUE(await([&] { return lines("jobs").size() == 1; }));
  notices.abandon(2);
  EXPECT_TRUE(await([&] { return children() == 0; }));
  write("act", "ok");
  launch(3);
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].id, 3U);
  EXPECT_THAT(lines("started"), SizeIs(2));
}

TEST_F(NoticesTest, StartsSoManyAtOnceAndTheRestWhenThoseHaveEnded) {
  write("act", "ok");
  for (std::uint64_t id = 1; id <= 70; ++id) notices.send(tell(id));
  EXPECT_EQ(children(), 0U);
  notices.launch();
  EXPECT_EQ(children(), 64U);
  ASSERT_TRUE(answered(70));
  std::vector<std::uint64_t> ids;
  for (const auto& a : answers) ids.push_back(a.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  EXPECT_THAT(ids, SizeIs(70));
}

TEST_F(NoticesTest, UsesTheProcessThatWasMadeReady) {
  write("act", "ok");
  notices.make_ready(true);
  notices.make_ready(true);
  ASSERT_TRUE(await([&] { return !lines("started").empty(); }));
  launch(1);
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].result, NoticeResult::Ok);
  EXPECT_THAT(lines("started"), SizeIs(1));
  // One that is needed no more is ended, and one that has ended by itself is not waited for.
  notices.make_ready(true);
  EXPECT_EQ(children(), 1U);
  notices.make_ready(false);
  EXPECT_TRUE(await([&] { return children() == 0; }));
}

TEST_F(NoticesTest, StartsAnotherWhenTheOneThatWasReadyHasDied) {
  write("act", "ok");
  notices.make_ready(true);
  ASSERT_TRUE(await([&] { return !lines("started").empty(); }));
  ::kill(std::stoi(lines("started").front()), SIGKILL);
  ASSERT_TRUE(await([&] { return children() == 0; }));
  launch(1);
  ASSERT_TRUE(answered(1));
  EXPECT_EQ(answers[0].result, NoticeResult::Ok);
}

}  // namespace
