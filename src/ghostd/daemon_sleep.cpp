// SPDX-License-Identifier: GPL-2.0-or-later
// The machine is about to sleep, by systemd-logind's word: the links hang up in order, and the sleep waits for them. That it has
// slept each link learns from the kernel's clocks (Link::clock_set), because a machine may sleep without logind.
#include <stdexcept>

#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

void Daemon::watch_sleep() {
  const auto post_all = [this](const core::Event& event) {
    std::vector<std::string> names;
    for (const auto& [name, link] : links_) names.push_back(name);
    for (const auto& name : names) post(name, event);
    turn_end_.tell_now();
    see_calls();
  };
  try {
    sleep_ = std::make_unique<bus::SleepWatch>(
        loop_, bus_->connection(),
        bus::SleepWatch::Callbacks{
            [=, this] {
              announced_.sleep(loop::now());
              post_all(core::SleepAsked{});
            },
            [=, this] {
              announced_.woke();
              post_all(core::Woke{.slept = false});
            },
            [](const std::string& why) {
              log(LOG_NOTICE, "", "the machine may sleep during a call, because systemd-logind refuses: " + why);
            },
        });
  } catch (const std::runtime_error& e) {
    log(LOG_NOTICE, "", std::string("cannot reach systemd-logind, so the machine may sleep during a call: ") + e.what());
  }
}

}  // namespace ghost::daemon
