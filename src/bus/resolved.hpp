// SPDX-License-Identifier: GPL-2.0-or-later
// systemd-resolved's side of names (org.freedesktop.resolve1(5)). It tells the owner of that bus name the servers from
// core::names_for(), and each new owner again. While the owner refuses or does not answer, it repeats that with growing pauses.
// It never starts resolved by a question, and never waits for it.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "bus/asking.hpp"
#include "core/names.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class Resolved {
 public:
  enum class Outcome : std::uint8_t {
    refused,  // polkit refused, or there is no polkit to ask
    silent,   // no answer within the patience
    failed,   // anything else
    taken,    // after one of these: everything is set
  };
  // Reported once, until it changes. `text`: resolved's own words, may be empty. Called from the loop.
  using Said = std::function<void(Outcome outcome, const std::string& interface, const std::string& text)>;

  // Another object pumps `bus`. `bus` and `loop` outlive this. Throws sdbus::Error if the bus cannot be asked.
  Resolved(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience = kAskPatience,
           core::Duration first_pause = kFirstPause);
  ~Resolved();
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;

  // `interfaces`: all of ours, whether they exist or not. If one is in `interfaces` but not in `names`, values from an earlier
  // ghostd are removed.
  void want(core::Names names, std::set<std::string> interfaces);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
