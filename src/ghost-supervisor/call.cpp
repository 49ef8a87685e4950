// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/call.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/overloaded.hpp"

namespace ghost::supervisor {

Call::Call(loop::EventLoop& loop, PppdProcess process, const core::CallConfig& config, core::Duration echo_interval,
           std::string peer, std::string device, Callbacks callbacks)
    : pid_(process.pid),
      log_(std::move(process.log)),
      callbacks_(std::move(callbacks)),
      phase_(process.pid, config, loop::now(), echo_interval, std::move(peer), std::move(device)),
      deadline_(loop, [this] { step(ppp::Tick{}); }),
      readable_(loop, log_.get(), EPOLLIN, [this](std::uint32_t) { read_some(); }),
      child_(loop, pid_, [this](const siginfo_t& how) { on_exit(how); }) {
  deadline_.set_description("call-deadline");
  readable_.set_description("call-log");
  child_.set_description("call-exit");
  deadline_.arm(*phase_.deadline());
}

Call::~Call() {
  if (phase_.exited()) return;
  ::kill(-pid_, SIGKILL);
  child_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Call::hang_up() { step(ppp::HangupAsked{}); }

bool Call::read_some() {
  std::array<char, 16384> bytes;
  const ssize_t n = ::read(log_.get(), bytes.data(), bytes.size());
  if (n > 0) lines_.feed({bytes.data(), static_cast<std::size_t>(n)}, [this](std::string_view line) { on_line(line); });
  if (n == 0) readable_.set_enabled(false);
  return n > 0;
}

void Call::on_line(std::string_view line) {
  step(ppp::Line{line});
  if (const auto text = ppp::without_secrets(line); !text.empty()) callbacks_.on_line(text);
}

void Call::on_exit(const siginfo_t& how) {
  // The exit may be known before the last lines were read, and they give the reason. All lines of pppd are in the pipe now. A
  // pipe holds 64 KiB, so a child of pppd that continues to print cannot keep us here.
  for (int i = 0; i < 8 && read_some(); ++i) {
  }
  lines_.finish([this](std::string_view line) { on_line(line); });
  readable_.reset();
  // A leftover chat(8) would hold the tty. The group is still ours, because its leader is reaped after this.
  ::kill(-pid_, SIGKILL);
  const auto kind = how.si_code == CLD_EXITED ? ppp::ExitStatus::Kind::Exited : ppp::ExitStatus::Kind::Signalled;
  step(ppp::Exited{{kind, how.si_status}});
}

void Call::step(const ppp::CallEvent& event) {
  const auto effects = phase_.step(event, loop::now());
  if (const auto deadline = phase_.deadline()) deadline_.arm(*deadline);
  else deadline_.disarm();
  for (const auto& effect : effects) carry_out(effect);
}

void Call::carry_out(const ppp::CallEffect& effect) {
  std::visit(Overloaded{[this](const ppp::SendTerm&) { child_.kill(SIGTERM); },
                        [this](const ppp::SendKill&) { ::kill(-pid_, SIGKILL); },
                        [this](const ppp::News& news) { callbacks_.on_news(news); }},
             effect);
}

}  // namespace ghost::supervisor
