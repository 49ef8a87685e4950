// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/within.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/child.hpp"
#include "base/unique_fd.hpp"

namespace ghost::doctor {
namespace {

constexpr char kAnswered = '+';  // at the end of a whole answer

int answer(const std::function<std::optional<std::string>()>& question) {
  if (auto text = question()) {
    *text += kAnswered;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto n = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) break;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  return 0;
}

}  // namespace

std::optional<std::string> within(std::chrono::milliseconds patience,
                                  const std::function<std::optional<std::string>()>& question) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const UniqueFd in(ends[0]);
  UniqueFd out(ends[1]);
  ForkPlan plan;
  plan.out = out.get();
  plan.dies_with_us = SIGKILL;
  const auto pid = fork_child(plan, [&] { return answer(question); });
  if (!pid) return std::nullopt;
  out.reset();
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + patience;
  std::string text;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd ready{.fd = in.get(), .events = POLLIN, .revents = 0};
    const int n = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    char buffer[4096];
    const auto got = ::read(in.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::kill(*pid, SIGKILL);
  while (::waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (text.empty() || text.back() != kAnswered) return std::nullopt;
  text.pop_back();
  return text;
}

}  // namespace ghost::doctor
