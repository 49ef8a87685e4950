// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "ghostctl/password_agent.hpp"
#include "ghostctl/verbs.hpp"

namespace ghost::client {

std::uint64_t now_usec() {
  timespec ts{};
  ::clock_gettime(CLOCK_REALTIME, &ts);
  return static_cast<std::uint64_t>(ts.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(ts.tv_nsec) / 1000;
}

Style style_for(int fd, const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org
  const char* term = std::getenv("TERM");
  const bool wanted = !options.no_color && !(no_color && *no_color) && !(term && std::string_view(term) == "dumb");
  return {.colors = wanted && ::isatty(fd) == 1, .now = now_usec()};
}

ExitCode complain(const Failure& failure) {
  fmt::print(stderr, "ghostctl: {}\n", failure.message);
  return failure.code;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

ExitCode just_call(const Options& options, const std::string& method) {
  loop::EventLoop loop;
  const auto client = Client::open(loop, options.bus);
  if (!client) return complain(client.error());
  if (const auto running = (*client)->require_running(); !running) return complain(running.error());
  const PasswordAgent agent(**client, options);
  if (const auto called = (*client)->call(method, options.link); !called) return complain(called.error());
  return ExitCode::ok;
}

}  // namespace ghost::client
