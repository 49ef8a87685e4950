// SPDX-License-Identifier: GPL-2.0-or-later
// When is "ghostctl connect" done, and how did it end? Connect(), Disconnect() and Appear() return when they are accepted; the rest
// is read off the properties as they change. Pure: a fold over the values seen.
#pragma once
#include <optional>
#include <string>

#include "bus/link_properties.hpp"

namespace ghost::cli {

enum class Verdict { pending, done, failed };

class ConnectOutcome {
 public:
  // `before`: the link before Connect() was called.
  explicit ConnectOutcome(const bus::LinkProperties& before) : before_(before), dialed_(before.state == "dialing") {}
  // Each state that is seen after it, in order.
  Verdict see(const bus::LinkProperties& now);

 private:
  bus::LinkProperties before_;
  bool dialed_;  // the call that we wait for has begun
};

class DisconnectOutcome {
 public:
  explicit DisconnectOutcome(const bus::LinkProperties& before) : before_(before) {}
  Verdict see(const bus::LinkProperties& now) const;

 private:
  bus::LinkProperties before_;
};

class AppearOutcome {
 public:
  // `before`: the link before Appear() or AppearTick() was called.
  explicit AppearOutcome(const bus::LinkProperties& before) : asked_(before.appearances) {}
  // Done when each notice has its result, whichever; failed when it came to none.
  Verdict see(const bus::LinkProperties& now) const;

 private:
  std::uint64_t asked_;
};
// Whether every notifier has taken what it was told last.
bool all_told(const bus::LinkProperties& link);

// What to do about a call that did not come up, as a sentence; empty when there is nothing to say. `now_usec`: since 1970.
std::string advice(const bus::LinkProperties& link, std::uint64_t now_usec);

}  // namespace ghost::cli
