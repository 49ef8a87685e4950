// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/terminal.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace ghost::client {
namespace {

volatile sig_atomic_t g_interrupted = 0;

void note_signal(int /*signal*/) { g_interrupted = 1; }

constexpr std::size_t kLineMax = 4096;

class EchoOff {
 public:
  explicit EchoOff(bool wanted) {
    if (!wanted || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    off_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (!off_) return;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    fmt::print(stderr, "\n");
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  termios before_{};
  bool off_ = false;
};

}  // namespace

Terminal::Terminal() {
  g_interrupted = 0;
  sigset_t ours;
  ::sigemptyset(&ours);
  for (const int s : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&ours, s);
  ::sigprocmask(SIG_BLOCK, &ours, &before_);
  struct sigaction note{};
  note.sa_handler = note_signal;
  ::sigaction(SIGINT, &note, &int_);
  ::sigaction(SIGTERM, &note, &term_);
  ::sigaction(SIGHUP, &note, &hup_);
}

Terminal::~Terminal() {
  ::sigaction(SIGINT, &int_, nullptr);
  ::sigaction(SIGTERM, &term_, nullptr);
  ::sigaction(SIGHUP, &hup_, nullptr);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

bool Terminal::is_there() { return ::isatty(STDIN_FILENO) == 1; }

bool Terminal::interrupted() const { return g_interrupted != 0; }

std::optional<std::string> Terminal::ask(const std::string& prompt, Echo echo) {
  const EchoOff quiet(echo == Echo::off);
  fmt::print(stderr, "{}", prompt);
  std::string line;
  for (;;) {
    // Only here do the signals arrive.
    pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const int ready = ::ppoll(&in, 1, nullptr, &before_);
    if (g_interrupted != 0) return std::nullopt;
    if (ready < 0) {
      if (errno == EINTR) continue;
      return std::nullopt;
    }
    char c = 0;
    const auto n = ::read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    if (c == '\n') return line;
    if (line.size() < kLineMax) line += c;
  }
}

}  // namespace ghost::client
