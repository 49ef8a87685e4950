// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/recovery.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "base/child.hpp"
#include "base/overloaded.hpp"
#include "ghost-supervisor/tty.hpp"

namespace ghost::supervisor {
namespace {

constexpr core::Duration kGrace = std::chrono::seconds(5);  // from SIGTERM until SIGKILL
constexpr unsigned kDown = 1;  // s that a line is down, and that a USB device is away: hubs and modems look at it now and then

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return kNotSetUp;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kNotSetUp;
}

int say(std::string_view what) {
  const auto line = std::string(what) + "\n";
  [[maybe_unused]] const auto n = ::write(STDOUT_FILENO, line.data(), line.size());
  return 1;
}

// In the child. Its chat(8) is in its process group.
int send(const Commands& commands) {
  auto tty = open_tty(commands.tty, commands.speed);
  if (!tty) return say(tty.error());
  if (commands.drop_line) {
    set_dtr(*tty, false);
    ::sleep(kDown);
    set_dtr(*tty, true);
  }
  const auto chat = start_child(
      {.argv = commands.argv, .environment = plain_environment(), .in = tty->get(), .out = tty->get(), .err = STDERR_FILENO});
  if (!chat) return say(commands.argv[0] + ": " + std::strerror(chat.error()));
  return wait_for(*chat);
}

int write_authorized(const std::string& port, const char* value) {
  const auto path = port + "/authorized";
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || ::write(file.get(), value, 1) != 1) return say(path + ": " + std::strerror(errno));
  return 0;
}

// In the child. SIGTERM is blocked there, so that no device stays away.
int reauthorise(const std::string& port) {
  if (const int status = write_authorized(port, "0"); status != 0) return status;
  ::sleep(kDown);
  return write_authorized(port, "1");
}

tl::expected<pid_t, int> start(const RecoveryPlan& plan, int output) {
  const ForkPlan forked{.name = "ghost-recovery", .in = {}, .out = output, .err = output, .own_group = true};
  return std::visit(Overloaded{[&](const Commands& commands) { return fork_child(forked, [&] { return send(commands); }); },
                               [&](const Reauthorise& usb) { return fork_child(forked, [&] { return reauthorise(usb.port); }); },
                               [&](const Program& program) {
                                 return start_child({.argv = program.argv,
                                                     .environment = plain_environment(),
                                                     .in = std::nullopt,
                                                     .out = output,
                                                     .err = output,
                                                     .own_session = true});
                               }},
                    plan);
}

// chat -v: "send (ATZ^M)".
std::optional<std::string> sent(std::string_view line) {
  constexpr std::string_view kHead = "send (";
  if (!line.starts_with(kHead)) return std::nullopt;
  line.remove_prefix(kHead.size());
  return std::string(line.substr(0, line.find_first_of("^)")));
}

}  // namespace

Recovery::Recovery(loop::EventLoop& loop, const RecoveryPlan& plan, core::Duration timeout, Callbacks callbacks)
    : callbacks_(std::move(callbacks)), deadline_(loop, [this] { on_deadline(); }) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  output_ = UniqueFd(ends[0]);
  const UniqueFd theirs(ends[1]);
  if (::fcntl(output_.get(), F_SETFL, O_NONBLOCK) < 0) throw std::system_error(errno, std::generic_category(), "fcntl(F_SETFL)");
  const auto pid = start(plan, theirs.get());
  if (!pid) {
    not_begun_ = loop::DeferSource(
        loop, [this, why = std::string(std::strerror(pid.error()))] { callbacks_.on_end({false, "cannot be started: " + why}); });
    not_begun_.run_soon();
    return;
  }
  pid_ = *pid;
  readable_ = loop::IoSource(loop, output_.get(), EPOLLIN, [this](std::uint32_t) { read_some(); });
  child_ = loop::ChildSource(loop, pid_, [this](const siginfo_t& how) { on_exit(how); });
  readable_.set_description("recovery-output");
  child_.set_description("recovery-exit");
  deadline_.set_description("recovery-deadline");
  deadline_.arm(loop::now() + timeout);
}

Recovery::~Recovery() {
  if (over()) return;
  ::kill(-pid_, SIGKILL);
  child_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Recovery::abandon() {
  if (over() || !cut_.empty()) return;
  cut_ = "ended early";
  ::kill(-pid_, SIGTERM);
  deadline_.arm(loop::now() + kGrace);
}

void Recovery::on_deadline() {
  if (over()) return;
  if (!cut_.empty()) {
    ::kill(-pid_, SIGKILL);
    return;
  }
  cut_ = "took longer than Timeout=";
  ::kill(-pid_, SIGTERM);
  deadline_.arm(loop::now() + kGrace);
}

bool Recovery::read_some() {
  std::array<char, 4096> bytes{};
  const ssize_t n = ::read(output_.get(), bytes.data(), bytes.size());
  if (n > 0) lines_.feed({bytes.data(), static_cast<std::size_t>(n)}, [this](std::string_view line) { on_line(line); });
  if (n == 0) readable_.set_enabled(false);
  return n > 0;
}

void Recovery::on_line(std::string_view line) {
  // What is sent stands in a file that everybody reads.
  if (auto command = sent(line); command && !command->empty()) last_sent_ = ppp::printable(*command);
  auto text = ppp::without_secrets(line);
  if (text.empty()) return;
  callbacks_.on_line(text);
  last_line_ = std::move(text);
}

void Recovery::on_exit(const siginfo_t& how) {
  for (int i = 0; i < 8 && read_some(); ++i) {
  }
  lines_.finish([this](std::string_view line) { on_line(line); });
  readable_.reset();
  ::kill(-pid_, SIGKILL);  // what it has left behind would hold the tty
  pid_ = -1;
  deadline_.disarm();
  callbacks_.on_end(judged(how));
}

core::RecoveryReport::End Recovery::judged(const siginfo_t& how) const {
  constexpr int kNoAnswer = 3;  // of chat(8)
  if (!cut_.empty()) return {false, cut_};
  if (how.si_code != CLD_EXITED)
    return {false, fmt::format("ended by signal {} ({})", how.si_status, ::strsignal(how.si_status))};
  if (how.si_status == 0) return {true};
  if (how.si_status == kNoAnswer && !last_sent_.empty())
    return {false, fmt::format("the modem did not answer OK to {}", last_sent_)};
  return {false, last_line_.empty() ? fmt::format("exit status {}", how.si_status)
                                    : fmt::format("exit status {}: {}", how.si_status, last_line_)};
}

}  // namespace ghost::supervisor
