// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps one kind of ghostd's objects in the kernel. When another program has removed some, it puts them back at the pace of
// core::HealPace, and logs it once. What the objects are, and how they are put back, is the kind's (KeptKind).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/heal_pace.hpp"
#include "ghostd/host.hpp"

namespace ghost::daemon {

// The rules, routes and addresses; the table; the calls' queues (KeptRouting, KeptTable, KeptQueues).
class KeptKind {
 public:
  virtual ~KeptKind() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // What is missing, for people. Empty: nothing.
  [[nodiscard]] virtual net::Result<std::string> look(const std::vector<Kept>& kept) = 0;
  // Whether the canary, one cheap object, is there. / Puts it there.
  [[nodiscard]] virtual bool canary_lives() = 0;
  virtual void put_canary(const std::vector<Kept>& kept) = 0;
  // Puts back everything that look() has missed.
  [[nodiscard]] virtual net::Result<void> put_back(const std::vector<Kept>& kept) = 0;
};

// log_lost(), or a test's list.
using TellLost = std::function<void(int priority, std::string_view what, std::string_view by, std::string_view message)>;

struct KeeperClock {
  std::function<core::Time()> now;
  std::function<core::Duration()> worked;  // the CPU time of this thread. Real time would include what other processes do
};

class Upkeep {
 public:
  Upkeep(KeptKind& kind, const KeeperClock& clock, const TellLost& tell) : kind_(kind), clock_(clock), tell_(tell) {}

  // Something of this kind has changed. by: which program did it, if the kernel says so; empty: it did not say.
  void heard() { heard_ = true; }
  void heard(const std::string& by) { heard(), by_ = by; }
  [[nodiscard]] bool has_heard() const { return heard_; }
  [[nodiscard]] bool due(core::Time now) const;
  // Looks, and does what the pace says.
  void attend(const std::vector<Kept>& kept);

  [[nodiscard]] std::optional<core::Time> deadline() const { return pace_.deadline(); }
  [[nodiscard]] bool missing_now() const { return pace_.missing_now(); }
  // What is wrong, for people, while a program removes things again and again, or while they cannot be put back.
  [[nodiscard]] std::optional<std::string> degraded() const;

 private:
  void all_is_there();
  void put_back(const std::vector<Kept>& kept, const std::string& by);

  KeptKind& kind_;
  const KeeperClock& clock_;
  const TellLost& tell_;
  core::HealPace pace_;
  bool heard_ = true;
  std::string lost_;     // what is missing
  std::string by_;       // which program removed it
  std::string trouble_;  // why it cannot be put back
  bool told_ = false;    // the journal has said that it is removed again and again
};

}  // namespace ghost::daemon
