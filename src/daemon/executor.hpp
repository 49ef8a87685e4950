// SPDX-License-Identifier: GPL-2.0-or-later
// Does what a machine wants done, an overload an effect. Outcomes the machine must know are posted as events; the rest is
// logged here, once.
#pragma once
#include <functional>

#include "core/link_effect.hpp"
#include "daemon/link.hpp"
#include "daemon/supervisor_client.hpp"

namespace ghost::daemon {

class Executor {
 public:
  Executor(Host& host, SupervisorClient& supervisor) : host_(host), supervisor_(supervisor) {}
  void run(Link& link, core::Effect effect, const Link::Post& post);

 private:
  Host& host_;
  SupervisorClient& supervisor_;
};

}  // namespace ghost::daemon
