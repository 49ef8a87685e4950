// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolvconf/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "base/child.hpp"
#include "base/unique_fd.hpp"

namespace ghost::resolvconf {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kOutputMax = 64 * 1024;

int left_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

std::string said(std::string_view out) {
  const auto end = out.find('\n');
  return out.empty() ? std::string() : ": " + std::string(out.substr(0, std::min<std::size_t>(end, 200)));
}

struct Pipe {
  UniqueFd read, write;
  static std::optional<Pipe> make() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0) return std::nullopt;
    return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
  }
};

// Returns what the program printed. `input` must fit into a pipe.
tl::expected<std::string, std::string> run(const std::vector<std::string>& words, std::string_view input, Clock::time_point end) {
  std::string name = words[0];
  for (std::size_t i = 1; i < words.size(); ++i) name += " " + words[i];
  const auto failed = [&](const std::string& why) { return tl::unexpected<std::string>(name + ": " + why); };
  auto in = Pipe::make(), out = Pipe::make();
  if (!in || !out) return failed(std::strerror(errno));
  if (::write(in->write.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size()))
    return failed("cannot write its input");
  in->write.reset();
  const auto started = start_child({.argv = words,
                                    .environment = plain_environment(),
                                    .in = in->read.get(),
                                    .out = out->write.get(),
                                    .err = out->write.get(),
                                    .own_session = true});
  if (!started) return failed(std::strerror(started.error()));
  const pid_t pid = *started;
  out->write.reset();
  const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  std::string text;
  bool ended = false;
  ::fcntl(out->read.get(), F_SETFL, O_NONBLOCK);
  // Its exit counts, not the end of its output, because a background process may keep that open.
  while (!ended) {
    std::array<pollfd, 2> fds{pollfd{process.get(), POLLIN, 0}, pollfd{out->read ? out->read.get() : -1, POLLIN, 0}};
    const int left = left_until(end);
    if (left == 0) break;
    if (::poll(fds.data(), fds.size(), left) < 0 && errno != EINTR) break;
    ended = (fds[0].revents & POLLIN) != 0;
    std::array<char, 4096> bytes{};
    ssize_t n = 0;
    while (out->read && (n = ::read(out->read.get(), bytes.data(), bytes.size())) > 0)
      if (text.size() < kOutputMax) text.append(bytes.data(), static_cast<std::size_t>(n));
    if (n == 0) out->read.reset();
  }
  if (!ended) ::kill(-pid, SIGKILL);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!ended) return failed("it did not end in time" + said(text));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return failed(WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status)) + said(text)
                                    : "killed by a signal" + said(text));
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return out;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

bool is_running(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  // EAGAIN: a process listens there but is busy.
  return fd && (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN);
}

bool in_use(const Paths& paths) {
  if (::access(paths.program.c_str(), X_OK) < 0) return false;
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(paths.program.c_str(), nullptr), &std::free);
  if (!real) return false;
  const std::string_view target(real.get());
  return !target.ends_with("/resolvectl") && !target.ends_with("/systemd-resolve") && !is_running(paths.resolved);
}

tl::expected<void, std::string> settle(const std::string& program, const Records& wanted, const Records& known,
                                       const std::function<bool(std::string_view)>& stale, std::chrono::seconds patience) {
  const auto end = Clock::now() + patience;
  const auto listed = run({program, "-i"}, {}, end);
  if (!listed) return tl::unexpected(listed.error());
  const auto names = words_of(*listed);
  std::vector<std::string> removable;
  std::copy_if(names.begin(), names.end(), std::back_inserter(removable), stale);
  const auto todo = changes(wanted, known, names, removable);
  std::optional<std::string> problem;
  const auto note = [&](const tl::expected<std::string, std::string>& done) {
    if (!done && !problem) problem = done.error();
  };
  // Additions first, so that there is always a server.
  for (const auto& [name, servers] : todo.told) note(run({program, "-a", name}, text_of(servers), end));
  for (const auto& name : todo.gone) note(run({program, "-d", name}, {}, end));
  if (problem) return tl::unexpected(*problem);
  return {};
}

}  // namespace ghost::resolvconf
