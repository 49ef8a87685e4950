// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-tun/end.hpp"

#include <poll.h>
#include <signal.h>
extern "C" {
#include <sys/pidfd.h>  // which does not say so itself in Debian 12
}

#include <algorithm>

#include "base/unique_fd.hpp"

namespace ghost::tun {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPause{20};  // systemd needs a moment to see that a process has ended

void await_end(const UniqueFd& process, milliseconds patience) {
  pollfd ended{process.get(), POLLIN, 0};
  ::poll(&ended, 1, static_cast<int>(patience.count()));
}

}  // namespace

bool end_main_process(const MainProcess& who, milliseconds grace, milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  const auto left = [&] { return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(deadline - Clock::now())); };
  bool asked = false;
  do {
    const auto pid = who();
    if (!pid || *pid <= 0) return pid.has_value();
    const UniqueFd process(::pidfd_open(*pid, 0));
    // Asked again, so that the descriptor is not that of a later process with the same number.
    if (process && who() == pid) {
      if (!asked) {
        ::pidfd_send_signal(process.get(), SIGTERM, nullptr, 0);
        ::pidfd_send_signal(process.get(), SIGCONT, nullptr, 0);  // one that was stopped can end, too
        await_end(process, std::min(grace, left()));
      }
      ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0);  // of one that has ended, nothing
      await_end(process, left());
      asked = true;
    }
    ::poll(nullptr, 0, static_cast<int>(kPause.count()));
  } while (left().count() > 0);
  return false;
}

}  // namespace ghost::tun
