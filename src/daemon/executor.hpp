// SPDX-License-Identifier: GPL-2.0-or-later
// Does what a link wants done, an overload per effect. Outcomes that the link must know are posted as events; the rest is
// logged here, once.
#pragma once
#include <functional>

#include "core/link.hpp"
#include "daemon/link.hpp"
#include "daemon/supervisor_client.hpp"

namespace ghost::daemon {

class Executor {
 public:
  // What is asked of, or told to, others on the bus.
  struct Bus {
    std::function<void(const std::string& link, core::TimerQuestion)> ask_timer;
    std::function<void(const std::string& link, const core::TellAppeared&)> appeared;
    std::function<void(const std::string& link, const std::string& reason)> vanished;
  };
  Executor(Host& host, SupervisorClient& supervisor, Bus bus) : host_(host), supervisor_(supervisor), bus_(std::move(bus)) {}
  // All of a step's, in order.
  void run(Link& link, std::vector<core::LinkEffect> effects, const Link::Post& post);

 private:
  void run(Link& link, core::LinkEffect& effect, const Link::Post& post);

  Host& host_;
  SupervisorClient& supervisor_;
  Bus bus_;
};

}  // namespace ghost::daemon
