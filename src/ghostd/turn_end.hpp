// SPDX-License-Identifier: GPL-2.0-or-later
// Others are told of the links once per turn of the loop, and not once per event. What is ready together (the packets of many links,
// the supervisor's news, the kernel's) is handled first.
#pragma once
#include <functional>
#include <set>
#include <string>

#include "loop/sources.hpp"

namespace ghost::daemon {

class TurnEnd {
 public:
  // What has happened since others were told last.
  struct Seen {
    std::set<std::string> links;  // to which something has happened
    bool only_packets = true;     // core::LinkStep
    bool came_to_rest = false;    // a link did
    bool operator==(const Seen&) const = default;
  };
  TurnEnd(loop::EventLoop& loop, std::function<void(const Seen&)> tell);

  void saw(const std::string& link, bool only_packets, bool came_to_rest);
  // For who waits for an answer: what others are not told yet, now.
  void tell_now();

 private:
  std::function<void(const Seen&)> tell_;
  Seen seen_;
  // At once, and yet behind everything that is ready already. A DeferSource would go first: sd-event counts its turn from when it was made.
  loop::Timer soon_;
};

}  // namespace ghost::daemon
