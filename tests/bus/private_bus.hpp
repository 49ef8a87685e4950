// SPDX-License-Identifier: GPL-2.0-or-later
// A dbus-daemon of the test's own: own configuration, own socket in a directory of its own, gone with the object. Nothing
// here ever speaks to the machine's bus.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace ghost::test {

class TempDir {
 public:
  TempDir();  // readable by every user, because some tests have a client that runs as nobody
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class PrivateBus {
 public:
  enum class Policy {
    open,     // every user may do everything
    shipped,  // the system bus's rules, then org.ghostd1.conf
  };
  explicit PrivateBus(Policy policy = Policy::open);
  ~PrivateBus();
  PrivateBus(const PrivateBus&) = delete;
  PrivateBus& operator=(const PrivateBus&) = delete;

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_.path(); }
  void stop();  // ends the daemon, and every connection with it

 private:
  TempDir dir_;
  std::string address_;
  pid_t pid_ = -1;
};

// A program's outcome. `status` is its exit status, or 128 + the signal that ended it.
struct Ran {
  int status = -1;
  std::string out, err;
};

// A child with its standard output and error in pipes. env: "NAME=value", added to ours.
class Child {
 public:
  Child(const std::vector<std::string>& argv, const std::vector<std::string>& env = {});
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // Waits until standard output (or error) holds `text`; false when ten seconds passed or the child ended without it.
  bool wait_for_output(const std::string& text);
  bool wait_for_error(const std::string& text);
  Ran finish();  // until it ends by itself; killed after ten seconds, which is a failure

 private:
  bool read_some(int timeout_ms);
  pid_t pid_ = -1;
  int out_fd_ = -1, err_fd_ = -1;
  Ran ran_;
};

inline Ran run(const std::vector<std::string>& argv, const std::vector<std::string>& env = {}) {
  return Child(argv, env).finish();
}

}  // namespace ghost::test
