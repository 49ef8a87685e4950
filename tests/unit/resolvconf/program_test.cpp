// SPDX-License-Identifier: GPL-2.0-or-later
// settle() with a resolvconf that is a shell script and keeps its records as files.
#include "resolvconf/program.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../addresses.hpp"
#include "base/unique_fd.hpp"

using namespace ghost;
using namespace ghost::resolvconf;
using namespace std::chrono_literals;
using testing::HasSubstr;

namespace {

constexpr auto kScript = R"(#!/bin/sh
dir=$(dirname "$0")/records
case "$1" in
  -i) ls "$dir" | tr '\n' ' ' ;;
  -a) cat > "$dir/$2"; echo "a $2" >> "$dir.log" ;;
  -d) rm -f "$dir/$2"; echo "d $2" >> "$dir.log" ;;
esac
)";

struct Program : testing::Test {
  Program() {
    std::string name = std::filesystem::temp_directory_path() / "ghostd-resolvconf-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    dir = name;
    std::filesystem::create_directories(dir / "records");
    script(kScript);
  }
  ~Program() override { std::filesystem::remove_all(dir); }
  void script(const char* text) {
    std::ofstream(dir / "resolvconf") << text;
    ::chmod(path().c_str(), 0755);
  }
  void record(const char* name) const { std::ofstream(dir / "records" / name) << "x\n"; }
  [[nodiscard]] std::string path() const { return dir / "resolvconf"; }
  [[nodiscard]] std::string read(const char* name) const {
    std::stringstream out;
    out << std::ifstream(dir / name).rdbuf();
    return out.str();
  }
  std::filesystem::path dir;
};

}  // namespace

TEST_F(Program, SettlesWhatIsThere) {
  record("eth0.inet");
  record("ppp-old.ghostd");
  const Records wanted{{"ppp-isp.ghostd", {ip("10.64.64.1"), ip("2001:db8::1")}}};
  ASSERT_TRUE(settle(path(), wanted, {}, is_ours));
  EXPECT_EQ(read("records/ppp-isp.ghostd"), "nameserver 10.64.64.1\nnameserver 2001:db8::1\n");
  EXPECT_EQ(read("records.log"), "a ppp-isp.ghostd\nd ppp-old.ghostd\n") << "there is no moment without a server";
  EXPECT_EQ(read("records/eth0.inet"), "x\n");
  ASSERT_TRUE(settle(path(), wanted, wanted, is_ours));
  ASSERT_TRUE(settle(path(), {}, {}, is_ours));
  EXPECT_EQ(read("records.log"), "a ppp-isp.ghostd\nd ppp-old.ghostd\nd ppp-isp.ghostd\n");
}

TEST_F(Program, AFailureHasItsWords) {
  script("#!/bin/sh\necho 'Run lock held' >&2; exit 3\n");
  const auto done = settle(path(), {}, {}, is_ours);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), path() + " -i: exit status 3: Run lock held");
}

TEST_F(Program, OneThatHangsIsKilled) {
  script("#!/bin/sh\necho waiting; sleep 100 & sleep 100\n");
  const auto begin = std::chrono::steady_clock::now();
  const auto done = settle(path(), {}, {}, is_ours, 1s);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("it did not end in time: waiting"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(Program, WhatItLeavesInTheBackgroundIsNotWaitedFor) {
  script("#!/bin/sh\nsleep 100 &\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(settle(path(), {}, {}, is_ours));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST_F(Program, IsInUseWhereItIsNotResolvedsOwn) {
  const std::string socket = dir / "resolve";
  EXPECT_TRUE(in_use({path(), socket}));
  EXPECT_FALSE(in_use({dir / "none", socket}));
  std::filesystem::copy(path(), dir / "resolvectl");
  std::filesystem::create_symlink(dir / "resolvectl", dir / "other");
  EXPECT_FALSE(in_use({dir / "other", socket}));

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, socket.c_str(), sizeof address.sun_path - 1);
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_TRUE(in_use({path(), socket})) << "nobody listens";
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  EXPECT_FALSE(in_use({path(), socket}));
  std::vector<bool> all;
  for (int i = 0; i < 5; ++i) all.push_back(in_use({path(), socket}));
  EXPECT_THAT(all, testing::Each(false)) << "it listens and takes nobody: it hangs";
}
