// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/memory_file.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "await.hpp"

using namespace ghost;
using namespace ghost::daemon;
using testing::ElementsAre;
using testing::IsEmpty;

namespace {

class MemoryFileTest : public testing::Test {
 protected:
  MemoryFileTest() {
    std::string name = std::filesystem::temp_directory_path() / "ghostd-memory-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    directory = name;
  }
  ~MemoryFileTest() override {
    file.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  }
  void open(const std::string& in) {
    file.emplace(
        loop, in, "isp", [this]() -> const core::LinkMemory& { return memory; },
        [this](core::Written e) { written.push_back(e.generation); });
  }
  bool await(const std::function<bool()>& done) { return test::await(loop, done); }

  loop::EventLoop loop;
  std::string directory;
  core::LinkMemory memory;
  std::vector<std::uint64_t> written;
  std::optional<MemoryFile> file;
};

TEST_F(MemoryFileTest, SaysWhichGenerationIsOnDisk) {
  open(directory);
  memory.blocked = {"block", "seven"};
  file->save(4);
  EXPECT_THAT(written, IsEmpty());
  ASSERT_TRUE(await([&] { return !written.empty(); }));
  EXPECT_THAT(written, ElementsAre(4U));
  EXPECT_EQ(remembered(directory, "isp").blocked, memory.blocked);
  EXPECT_FALSE(remembered(directory, "other").blocked);
}

// A generation is on disk when no older one is still being written.
TEST_F(MemoryFileTest, SaysNothingOfAGenerationThatIsStillToBeWritten) {
  open(directory);
  for (std::uint64_t generation = 1; generation <= 3; ++generation) {
    memory.blocked = {"block", std::to_string(generation)};
    file->save(generation);
  }
  ASSERT_TRUE(await([&] { return !written.empty(); }));
  EXPECT_THAT(written, ElementsAre(3U));
  EXPECT_EQ(remembered(directory, "isp").blocked, memory.blocked);
}

// What could not be written is not called written. It is tried again, and then it is on disk.
TEST_F(MemoryFileTest, SaysSoWhenNothingCanBeWrittenAndWritesItLater) {
  const auto later = directory + "/later";
  std::ofstream(later) << "not a directory";
  open(later);
  memory.blocked = {"block", "then"};
  file->save(1);
  ASSERT_TRUE(await([&] { return file->failed(); }));
  EXPECT_THAT(written, testing::IsEmpty());
  EXPECT_FALSE(remembered(later, "isp").blocked);
  std::filesystem::remove(later);
  std::filesystem::create_directory(later);
  memory.blocked = {"block", "now"};
  ASSERT_TRUE(await([&] { return !written.empty(); }));
  EXPECT_FALSE(file->failed());
  EXPECT_THAT(written, ElementsAre(1U));
  EXPECT_EQ(remembered(later, "isp").blocked, memory.blocked);
}

}  // namespace
