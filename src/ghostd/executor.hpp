// SPDX-License-Identifier: GPL-2.0-or-later
// Does what a link wants done, with one overload per effect. It posts outcomes that the link must know as events, and logs the
// other failures.
#pragma once
#include <functional>
#include <vector>

#include "core/link.hpp"
#include "ghostd/ports.hpp"

namespace ghost::daemon {

class Executor {
 public:
  using Post = std::function<void(core::LinkEvent)>;
  struct Ports {
    Path& path;
    CallQueue& queue;
    FarEnd& far_end;
    Netfilter& netfilter;
    Bearer& bearer;
    NoticePort& notices;
    Memory& memory;
    BusPort& bus;
    Places& places;
  };
  // post: must not step the link before run() has returned.
  Executor(Ports ports, Post post) : ports_(ports), post_(std::move(post)) {}

  // Does all effects of a step, in order. config: the link's configuration after the step.
  void run(const core::LinkConfig& config, std::vector<core::LinkEffect> effects);

 private:
  void run(const core::LinkConfig& config, core::LinkEffect& effect);
  void call_is_lost(CallSerial serial);

  Ports ports_;
  Post post_;
};

}  // namespace ghost::daemon
