// SPDX-License-Identifier: GPL-2.0-or-later
// systemd-resolved's side of names (org.freedesktop.resolve1(5)): what core::names_for() says an interface should have is told to
// whoever owns that bus name, again when another does, and again with growing pauses while he refuses or says nothing. He is never
// started by a question of ours, and never waited for.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "core/names.hpp"
#include "core/time.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class Resolved {
 public:
  static constexpr core::Duration kPatience = std::chrono::seconds(10);     // for an answer
  static constexpr core::Duration kFirstPause = std::chrono::seconds(2);    // after a refusal; doubles
  static constexpr core::Duration kLongestPause = std::chrono::seconds(60);

  enum class Outcome : std::uint8_t {
    refused,  // polkit's word, or nobody there who could have one
    silent,   // no answer within kPatience
    failed,   // anything else
    taken,    // after one of these: all is as it should be
  };
  // Said once, until it changes. `text`: resolved's own words, and may be empty. Called from the loop.
  using Said = std::function<void(Outcome outcome, const std::string& interface, const std::string& text)>;

  // `bus` is pumped by somebody else and outlives this, as `loop` does. Throws sdbus::Error when the bus cannot be asked.
  Resolved(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience = kPatience,
           core::Duration first_pause = kFirstPause);
  ~Resolved();
  Resolved(const Resolved&) = delete;
  Resolved& operator=(const Resolved&) = delete;

  // `interfaces`: all that are ours, whether they are there or not. What an earlier ghostd said of one that is in `interfaces` and
  // not in `names` is taken back.
  void want(core::Names names, std::set<std::string> interfaces);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
