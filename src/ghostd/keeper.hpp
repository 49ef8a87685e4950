// SPDX-License-Identifier: GPL-2.0-or-later
// When ghostd looks whether its objects in the kernel are still there, and in which order. Each change by another program
// (net::Watch) wakes the Keeper, and so does the pace of an Upkeep. Looking takes a small share of the time, whatever others do.
// The Keeper also follows what others' changes mean for what should be there. It has no loop: HostKeeping drives it.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ghostd/upkeep.hpp"
#include "net/watch.hpp"

namespace ghost::daemon {

// What should be in the kernel, as far as others' changes decide it (HostSurroundings).
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // What must be in the kernel now, by link.
  [[nodiscard]] virtual std::vector<Kept> kept() = 0;
  // Somebody may have switched forwarding on or off for the host.
  virtual void follow_forwarding() = 0;
  // Another program's default route may have come or gone. False: the kernel did not say, so it is to be asked again.
  [[nodiscard]] virtual bool follow_defaults() = 0;
  // The rules depend on others' default routes and on the calls.
  virtual void follow_rules(const std::vector<Kept>& kept) = 0;
};

class Keeper {
 public:
  struct Port {
    std::function<net::Result<net::Heard>()> hear;  // all changes since the last time
    Surroundings& around;
    KeptKind &table, &routing, &queues;
    KeeperClock clock;
    TellLost tell;
    // degraded: what is wrong, for people; empty: nothing. can_carry: whether the table is there, so that a call could carry
    // packets.
    std::function<void(const std::string& degraded, bool can_carry)> changed;
  };
  explicit Keeper(Port port);

  // ghostd has just put everything in place, or has tried to.
  void look_soon();
  // There is something to hear. Until the next look, listens() is false: a program that changes something 1000 times per second
  // wakes ghostd once.
  void heard();
  [[nodiscard]] bool listens() const { return listens_; }
  // When to look().
  [[nodiscard]] std::optional<core::Time> deadline() const { return next_; }
  // True: it had to look into the kernel. Throws std::runtime_error if the kernel's news cannot be read.
  bool look();

  // Puts a missing table back at once, whatever the pace, because a call is about to take over. Without the table, packets would
  // leave with this host's own addresses, and so would all later packets of their conversations.
  [[nodiscard]] net::Result<void> table_must_stand();
  // True: another program has touched the table since the last look, and the table is not as it should be. So packets that came
  // meanwhile are unjudged. The Keeper looks at the table, and puts it back, in the loop's next turn.
  [[nodiscard]] bool table_was_lost();

 private:
  void hear();
  void hear_meanwhile();
  void tell();

  Port port_;
  Upkeep table_, routing_, queues_;
  bool listens_ = true;
  bool defaults_unknown_ = false;  // others' default routes could not be read
  std::optional<core::Time> next_;
  core::Time not_before_{};  // no look before
  std::string degraded_;
  bool can_carry_ = true;
};

}  // namespace ghost::daemon
