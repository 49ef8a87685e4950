// SPDX-License-Identifier: GPL-2.0-or-later
#include "private_bus.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ghost::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience(10);

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// The policy of a Debian system bus, with polkit's own file and ours.
constexpr const char* kSystemPolicy = R"(
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Introspectable"/>
    <allow send_destination="org.freedesktop.DBus" send_interface="org.freedesktop.DBus.Properties"/>
    <allow send_destination="org.freedesktop.PolicyKit1"/>
  </policy>
  <policy user="root">
    <allow own="org.freedesktop.PolicyKit1"/>
  </policy>
  <include>)" GHOST_POLICY_FILE "</include>\n";

constexpr const char* kOpenPolicy = R"(
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow send_requested_reply="true"/>
    <allow receive_requested_reply="true"/>
    <allow send_type="signal"/>
    <allow receive_type="signal"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
  </policy>
)";

}  // namespace

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "ghostd-bus-XXXXXX").string();
  if (!::mkdtemp(name.data())) fail("mkdtemp");
  ::chmod(name.c_str(), 0755);
  path_ = name;
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

PrivateBus::PrivateBus(Policy policy) : address_("unix:path=" + (dir_.path() / "bus").string()) {
  const auto file = dir_.path() / "bus.conf";
  std::ofstream(file) << R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>)" << address_
                      << "</listen>\n  <auth>EXTERNAL</auth>\n"
                      << (policy == Policy::open ? kOpenPolicy : kSystemPolicy) << "</busconfig>\n";
  int pipe_fds[2];
  if (::pipe2(pipe_fds, O_CLOEXEC) < 0) fail("pipe2");
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // also when the test is killed
    ::dup2(pipe_fds[1], 3);
    const std::string config = "--config-file=" + file.string();
    ::execlp("dbus-daemon", "dbus-daemon", config.c_str(), "--nofork", "--nopidfile", "--nosyslog", "--print-address=3", nullptr);
    ::_exit(127);
  }
  ::close(pipe_fds[1]);
  char byte = 0;  // the address is printed once it listens
  const auto n = ::read(pipe_fds[0], &byte, 1);
  ::close(pipe_fds[0]);
  if (n != 1) throw std::runtime_error("dbus-daemon did not start");
}

void PrivateBus::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}
PrivateBus::~PrivateBus() { stop(); }

Child::Child(const std::vector<std::string>& argv, const std::vector<std::string>& env) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) < 0 || ::pipe2(err, O_CLOEXEC) < 0) fail("pipe2");
  std::vector<char*> args;
  for (const auto& a : argv) args.push_back(const_cast<char*>(a.c_str()));
  args.push_back(nullptr);
  std::vector<char*> vars;
  for (const auto& e : env) vars.push_back(const_cast<char*>(e.c_str()));
  for (char** e = environ; *e; ++e) vars.push_back(*e);  // the first of two equal names is found
  vars.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(out[1], 1);
    ::dup2(err[1], 2);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvpe(args[0], args.data(), vars.data());
    ::_exit(127);
  }
  ::close(out[1]);
  ::close(err[1]);
  out_fd_ = out[0];
  err_fd_ = err[0];
}

bool Child::read_some(int timeout_ms) {
  pollfd fds[2] = {{out_fd_, POLLIN, 0}, {err_fd_, POLLIN, 0}};
  if (out_fd_ < 0 && err_fd_ < 0) return false;
  if (::poll(fds, 2, timeout_ms) <= 0) return true;
  for (auto [fd, text, p] : {std::tuple{&out_fd_, &ran_.out, &fds[0]}, std::tuple{&err_fd_, &ran_.err, &fds[1]}}) {
    if (*fd < 0 || p->revents == 0) continue;
    char buffer[4096];
    const auto n = ::read(*fd, buffer, sizeof buffer);
    if (n > 0) {
      text->append(buffer, static_cast<std::size_t>(n));
    } else {
      ::close(*fd);
      *fd = -1;
    }
  }
  return true;
}

bool Child::wait_for_output(const std::string& text) {
  const auto end = Clock::now() + kPatience;
  while (ran_.out.find(text) == std::string::npos)
    if (Clock::now() > end || !read_some(100)) return ran_.out.find(text) != std::string::npos;
  return true;
}
bool Child::wait_for_error(const std::string& text) {
  const auto end = Clock::now() + kPatience;
  while (ran_.err.find(text) == std::string::npos)
    if (Clock::now() > end || !read_some(100)) return ran_.err.find(text) != std::string::npos;
  return true;
}

Ran Child::finish() {
  const auto end = Clock::now() + kPatience;
  while (read_some(100))
    if (Clock::now() > end) {
      ran_.err += "\n[killed by the test: it did not end]";
      ::kill(pid_, SIGKILL);
      break;
    }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  ran_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return ran_;
}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (out_fd_ >= 0) ::close(out_fd_);
  if (err_fd_ >= 0) ::close(err_fd_);
}

}  // namespace ghost::test
