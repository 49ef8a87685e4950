// SPDX-License-Identifier: GPL-2.0-or-later
#include "appear_state/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/time.hpp"
#include "sample.hpp"

using namespace ghost;
using namespace ghost::appear_state;
using namespace ghost::test;
namespace fs = std::filesystem;

namespace {

const core::WallTime kNow = at(1'795'415'400);

class StateFile : public testing::Test {
 protected:
  StateFile() {
    std::string name = fs::temp_directory_path() / "ghostd-state-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    dir = name;
  }
  ~StateFile() override { fs::remove_all(dir); }

  void write(const std::string& name, const std::string& text) const { std::ofstream(dir + "/" + name) << text; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(dir + "/" + name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(dir)) out.push_back(entry.path().filename());
    std::sort(out.begin(), out.end());
    return out;
  }
  std::string dir;
};

}  // namespace

TEST_F(StateFile, ComesBackAsItWasSaved) {
  EXPECT_EQ(load(dir, "isp", kNow).state, core::fresh_memory(kNow));
  EXPECT_EQ(load(dir, "isp", kNow).problem, std::nullopt);
  ASSERT_TRUE(save(dir, "isp", sample()).has_value());
  ASSERT_TRUE(save(dir, "lab", core::LinkMemory{}).has_value());
  const auto loaded = load(dir, "isp", kNow);
  EXPECT_EQ(loaded.problem, std::nullopt);
  EXPECT_EQ(loaded.state, sample());
  EXPECT_EQ(names(), (std::vector<std::string>{"isp.json", "isp.lock", "lab.json", "lab.lock"}));
}

TEST_F(StateFile, IsTheOwnersAloneWhateverWasThere) {
  const auto before = umask(0);
  write("isp.json", "old");
  write("isp.json.new", "left over");
  chmod((dir + "/isp.json.new").c_str(), 0666);
  ASSERT_TRUE(save(dir, "isp", sample()).has_value());
  umask(before);
  struct stat st{};
  ASSERT_EQ(stat((dir + "/isp.json").c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 07777, 0600U);
  EXPECT_EQ(load(dir, "isp", kNow).state, sample());
}

TEST_F(StateFile, ABrokenOneIsSetAsideAndReported) {
  write("isp.json.broken", "an earlier one");
  write("isp.json", "{\"version\":1,");
  const auto loaded = load(dir, "isp", kNow);
  EXPECT_EQ(loaded.state, core::fresh_memory(kNow));
  EXPECT_EQ(loaded.state.sequence, 1'795'415'400U) << "numbers that were given already would be given again";
  ASSERT_TRUE(loaded.problem.has_value());
  EXPECT_EQ(*loaded.problem, dir + "/isp.json: not the expected JSON (101); set aside as isp.json.broken");
  EXPECT_EQ(names(), (std::vector<std::string>{"isp.json.broken"}));
  EXPECT_EQ(read("isp.json.broken"), "{\"version\":1,");
  EXPECT_EQ(load(dir, "isp", kNow).problem, std::nullopt);
  EXPECT_TRUE(save(dir, "isp", sample()).has_value());
}

TEST_F(StateFile, OneTooLargeIsBroken) {
  write("isp.json", std::string(16 * 1024 * 1024 + 1, ' '));
  EXPECT_EQ(load(dir, "isp", kNow).problem, dir + "/isp.json: larger than 16777216 bytes; set aside as isp.json.broken");
}

TEST_F(StateFile, TheFullestStateIsNotTooLarge) {
  core::LinkMemory full = sample();
  core::AppearanceRecord record = full.past[0];
  record.notices.clear();
  for (int i = 0; i < 5000; ++i)
    record.notices.push_back({std::string(32, 'n'), core::NoticeResult::Unreachable, std::string(200, '\x01'), at(1), 100});
  remember(full, record);
  ASSERT_TRUE(save(dir, "isp", full).has_value());
  const auto loaded = load(dir, "isp", kNow);
  EXPECT_EQ(loaded.problem, std::nullopt);
  EXPECT_EQ(loaded.state, full);
}

TEST_F(StateFile, WhatIsNoFileIsLeftAlone) {
  ASSERT_EQ(mkfifo((dir + "/fifo.json").c_str(), 0600), 0);
  EXPECT_EQ(load(dir, "fifo", kNow).problem, dir + "/fifo.json: not a regular file");
  write("other", to_json(sample()));
  ASSERT_EQ(symlink("other", (dir + "/link.json").c_str()), 0);
  EXPECT_EQ(load(dir, "link", kNow).problem, dir + "/link.json: Too many levels of symbolic links");
  EXPECT_EQ(load(dir, "link", kNow).state, core::fresh_memory(kNow));
}

TEST_F(StateFile, NoDirectory) {
  EXPECT_EQ(load(dir + "/none", "isp", kNow).problem, std::nullopt);
  const auto saved = save(dir + "/none", "isp", sample());
  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error(), dir + "/none: No such file or directory");
}

TEST_F(StateFile, NamesThatLeadElsewhere) {
  EXPECT_FALSE(save(dir, "../x", sample()).has_value());
  EXPECT_TRUE(load(dir, "../x", kNow).problem.has_value());
}

// The disk is full (a file may not grow): what was there stays, and nothing lies about.
TEST_F(StateFile, ASaveThatFailsLeavesTheOldOne) {
  ASSERT_TRUE(save(dir, "isp", sample()).has_value());
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{100, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  auto changed = sample();
  changed.sequence = 1;
  const auto saved = save(dir, "isp", changed);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);
  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error(), dir + "/isp.json.new: File too large");
  EXPECT_EQ(load(dir, "isp", kNow).state, sample());
  EXPECT_EQ(names(), (std::vector<std::string>{"isp.json", "isp.lock"}));
}

// Killed anywhere in the middle of a later save, again and again: the file is always a whole state.
TEST_F(StateFile, IsWholeWheneverItsWriterDies) {
  ASSERT_TRUE(save(dir, "isp", sample()).has_value());
  const auto number = [this] {
    struct stat file{};
    return ::stat((dir + "/isp.json").c_str(), &file) == 0 ? file.st_ino : 0;
  };
  for (int round = 0; round < 40; ++round) {
    const auto before = number();
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      auto state = sample();
      for (std::uint64_t i = 1;; ++i) {
        state.sequence = static_cast<std::uint64_t>(round) * 1'000'000 + i;
        if (!save(dir, "isp", state)) _exit(1);
      }
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (number() == before && std::chrono::steady_clock::now() < deadline) usleep(100);
    usleep(static_cast<unsigned>(round) * 100);  // no condition to wait for: any moment will do
    kill(writer, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it could not save";
    const auto loaded = load(dir, "isp", kNow);
    ASSERT_EQ(loaded.problem, std::nullopt);
    auto expected = sample();
    expected.sequence = loaded.state.sequence;
    ASSERT_EQ(loaded.state, expected);
    ASSERT_EQ(loaded.state.sequence / 1'000'000, static_cast<std::uint64_t>(round)) << "it is not this writer's";
  }
}

// A link that is removed and brought back has two writers for a while: neither takes the other's file away.
TEST_F(StateFile, TwoWhoSaveAtOnceDoNotMeet) {
  std::vector<pid_t> writers;
  for (int who = 0; who < 3; ++who) {
    writers.push_back(fork());
    ASSERT_GE(writers.back(), 0);
    if (writers.back() != 0) continue;
    for (int i = 0; i < 50; ++i)
      if (!save(dir, "isp", sample())) _exit(1);
    _exit(0);
  }
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(load(dir, "isp", kNow).state, sample());
  EXPECT_EQ(names(), (std::vector<std::string>{"isp.json", "isp.lock"}));
}
