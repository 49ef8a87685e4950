// SPDX-License-Identifier: GPL-2.0-or-later
// When is "ghostctl connect" done, and how did it end? Connect(), Disconnect() and Appear() return when ghostd has accepted them.
// The rest is found from the changes of the properties. Pure: a fold over the values seen.
#pragma once
#include <optional>
#include <string>

#include "bus/link_properties.hpp"

namespace ghost::client {

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
  // Done when each notice has a result, good or bad; failed if the link did not appear.
  Verdict see(const bus::LinkProperties& now) const;

 private:
  std::uint64_t asked_;
};
// Whether every notifier has taken its last notice.
bool all_told(const bus::LinkProperties& link);

// Advice about a call that did not come up, as a sentence; empty if there is none. `now_usec`: since 1970.
std::string advice(const bus::LinkProperties& link, std::uint64_t now_usec);

}  // namespace ghost::client
