// SPDX-License-Identifier: GPL-2.0-or-later
// Starts ghost-online@LINK.target while the link carries traffic, and stops it afterwards, so that other units can begin and end
// with the call. systemd asks polkit whether user ghostd may (units/60-ghostd.rules). This class never waits for systemd. While
// systemd refuses or does not answer, it asks again after growing pauses.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bus/asking.hpp"
#include "loop/event_loop.hpp"

namespace sdbus {
class IConnection;
}

namespace ghost::bus {

class OnlineTargets {
 public:
  enum class Outcome : std::uint8_t {
    refused,  // polkit refused, or there is no polkit to ask
    failed,   // anything else; systemd's words say what
    done,     // after one of these: the targets are as they should be
  };
  // Reported once, until it changes. Called from the loop.
  using Said = std::function<void(Outcome outcome, const std::string& target, const std::string& text)>;

  // Another object pumps `bus`. `bus` and `loop` outlive this. Throws sdbus::Error if the bus cannot be asked.
  OnlineTargets(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience = kAskPatience,
                core::Duration first_pause = kFirstPause);
  ~OnlineTargets();
  OnlineTargets(const OnlineTargets&) = delete;
  OnlineTargets& operator=(const OnlineTargets&) = delete;

  // Whether the link's target should be active. nullopt: it stays as it is. Told of each link before the next turn of the loop,
  // because an active target of an unknown link is stopped. One that is as it should be is not touched.
  void want(const std::string& link, std::optional<bool> online);
  // The link is no longer configured: its target is stopped.
  void forget(const std::string& link) { want(link, false); }

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ghost::bus
