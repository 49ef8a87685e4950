// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/password_agent.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "base/child.hpp"
#include "base/unique_fd.hpp"

namespace ghost::client {
namespace {

constexpr const char* kAgent = "/usr/bin/pkttyagent";
constexpr int kPatienceMs = 5000;

}  // namespace

PasswordAgent::PasswordAgent(Client& client, const Options& options) {
  if (options.no_ask_password || ::geteuid() == 0) return;
  asks_people_ = true;
  client.ask_people();
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1 || ::access(kAgent, X_OK) != 0) return;
  int ends[2];
  if (::pipe(ends) != 0) return;
  const UniqueFd registered(ends[0]);
  UniqueFd tells(ends[1]);
  // Not --fallback, because polkit ignores a fallback if the user has no session (su, a service's shell), and the person is at
  // this terminal anyway. pkttyagent uses /dev/tty. Its standard output is the pipe, which it closes when it is registered with
  // polkit. It does not notice that the --process has ended, so a ghostctl that is killed takes it along.
  const auto started = start_child({.argv = {kAgent, "--notify-fd", "1", "--process", std::to_string(::getpid())},
                                    .environment = {},
                                    .in = STDIN_FILENO,
                                    .out = tells.get(),
                                    .err = {},
                                    .dies_with_us = SIGTERM});
  tells.reset();
  if (!started) return;
  agent_ = *started;
  pollfd closed{.fd = registered.get(), .events = 0, .revents = 0};
  ::poll(&closed, 1, kPatienceMs);
}

// On SIGTERM, pkttyagent restores the terminal's settings.
PasswordAgent::~PasswordAgent() {
  if (agent_ < 0) return;
  ::kill(agent_, SIGTERM);
  ::kill(agent_, SIGCONT);
  ::waitpid(agent_, nullptr, 0);
}

}  // namespace ghost::client
