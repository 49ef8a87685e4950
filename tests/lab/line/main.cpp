// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-line: one telephone line of the lab, until it is told to end (SIGTERM). Usage:
//   ghost-line [--direct] [--first N] TTY CONTROL-SOCKET LOG ANSWER…
// LOG gets one JSON object per line, {"t": CLOCK_MONOTONIC seconds, "event": "…"}.
#include <fmt/format.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <list>
#include <memory>
#include <system_error>

#include "line.hpp"

namespace {

using namespace ghost;
using namespace ghost::lab;

UniqueFd listen_at(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ::unlink(path.c_str());
  if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd.get(), 8) != 0)
    throw std::system_error(errno, std::generic_category(), path);
  return fd;
}

struct Tester {
  UniqueFd fd;
  std::string heard;
};

// False when the tester has gone.
bool serve(Tester& tester, Line& line) {
  std::array<char, 1024> buffer{};
  const auto n = ::read(tester.fd.get(), buffer.data(), buffer.size());
  if (n <= 0) return n < 0 && errno == EAGAIN;
  tester.heard.append(buffer.data(), static_cast<std::size_t>(n));
  for (auto end = tester.heard.find('\n'); end != std::string::npos; end = tester.heard.find('\n')) {
    const auto answer = line.order(tester.heard.substr(0, end)) + "\n";
    tester.heard.erase(0, end + 1);
    if (::send(tester.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
  }
  return tester.heard.size() < 4096;
}

int timeout_until(std::optional<Clock::time_point> deadline) {
  if (!deadline) return -1;
  if (*deadline == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
  return static_cast<int>(std::clamp<long>(left.count(), 0, 60'000));
}

void loop(Line& line, int listener, int signals) {
  std::list<Tester> testers;
  for (;;) {
    std::vector<pollfd> polls{{signals, POLLIN, 0}, {listener, POLLIN, 0}};
    for (const auto& t : testers) polls.push_back({t.fd.get(), POLLIN, 0});
    line.add_polls(polls);
    if (::poll(polls.data(), polls.size(), timeout_until(line.deadline())) < 0 && errno != EINTR) return;
    if (polls[0].revents) {
      signalfd_siginfo info{};
      if (::read(signals, &info, sizeof info) > 0 && info.ssi_signo != SIGCHLD) return;
    }
    line.handle(polls, Clock::now());
    std::size_t i = 2;
    for (auto t = testers.begin(); t != testers.end(); ++i)
      t = polls[i].revents && !serve(*t, line) ? testers.erase(t) : std::next(t);
    if (polls[1].revents)
      if (UniqueFd fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)); fd)
        testers.push_back({std::move(fd), {}});
  }
}

}  // namespace

int main(int argc, char** argv) try {
  LineConfig config;
  int at = 1;
  for (; at < argc && std::strncmp(argv[at], "--", 2) == 0; ++at) {
    if (std::strcmp(argv[at], "--direct") == 0) config.direct = true;
    if (std::strcmp(argv[at], "--first") == 0 && at + 1 < argc) config.first_call = static_cast<unsigned>(std::stoul(argv[++at]));
  }
  if (argc - at < 4) {
    std::fputs("usage: ghost-line [--direct] [--first N] TTY CONTROL-SOCKET LOG ANSWER...\n", stderr);
    return 2;
  }
  config.tty = argv[at];
  config.answer.assign(argv + at + 3, argv + argc);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log(std::fopen(argv[at + 2], "ae"), std::fclose);
  if (!log) throw std::system_error(errno, std::generic_category(), argv[at + 2]);
  sigset_t mask;
  sigemptyset(&mask);
  for (const int s : {SIGTERM, SIGINT, SIGCHLD}) sigaddset(&mask, s);
  sigprocmask(SIG_BLOCK, &mask, nullptr);
  signal(SIGPIPE, SIG_IGN);
  const UniqueFd signals(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
  Line line(config, [&log](std::string_view event) {
    const auto t = std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
    fmt::print(log.get(), "{{\"t\": {:.6f}, \"event\": \"{}\"}}\n", t, event);
    std::fflush(log.get());
  });
  const auto listener = listen_at(argv[at + 1]);
  loop(line, listener.get(), signals.get());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "ghost-line: %s\n", error.what());
  return 1;
}
