// SPDX-License-Identifier: GPL-2.0-or-later
// Tells others of the links' changes once per turn of the loop, and not once per event. Everything that is ready (packets of many
// links, the supervisor's news, the kernel's news) is handled first.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "loop/sources.hpp"

namespace ghost::daemon {

class TurnEnd {
 public:
  // What has happened since others were last told.
  struct Seen {
    std::set<std::string> links;  // that had an event
    bool only_packets = true;     // core::LinkStep
    bool came_to_rest = false;    // a link is down after a call
    bool operator==(const Seen&) const = default;
  };
  TurnEnd(loop::EventLoop& loop, std::function<void(const Seen&)> tell);

  void saw(const std::string& link, bool only_packets, bool came_to_rest);
  // Tells at once what others do not know yet, because a caller waits for an answer.
  void tell_now();

 private:
  std::function<void(const Seen&)> tell_;
  Seen seen_;
  // Fires at once, but after everything that is ready already. A DeferSource would go first: sd-event dispatches the source that
  // has been pending longest, and a DeferSource is pending from its creation.
  loop::Timer soon_;
};

}  // namespace ghost::daemon
