// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps ghostd's objects in the kernel. Each change by another program (net::Watch) wakes the Keeper. It compares what should be
// there with what is there: rules, routes, addresses, interfaces, settings, the table, the call's queue. It puts back what is
// missing, at the pace of core::HealPace, and logs it once. It also follows the default routes of other programs, because the
// rules depend on them.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/heal_pace.hpp"
#include "ghostd/host.hpp"
#include "loop/sources.hpp"
#include "net/table_print.hpp"
#include "net/watch.hpp"

namespace ghost::daemon {

class Keeper {
 public:
  struct Port {
    std::function<std::vector<Kept>()> kept;  // what must be in the kernel, by link
    std::function<net::Result<void>()> load_table;
    // degraded: what is wrong, for people; empty: nothing. can_carry: whether the table is there, so that a call could carry
    // packets.
    std::function<void(const std::string& degraded, bool can_carry)> changed;
    std::function<void()> looked;  // the default routes of other programs may have changed
  };
  // Throws std::runtime_error if the kernel's sockets cannot be opened.
  Keeper(loop::EventLoop& loop, Host& host, Port port);

  // ghostd has just put everything in place, or has tried to.
  void look_soon();

  // Puts a missing table back at once, whatever the pace, because a call is about to take over. Without the table, packets would
  // leave with this host's own addresses, and so would all later packets of their conversations.
  [[nodiscard]] net::Result<void> table_must_stand();
  // True: another program has touched the table since the last look, and the table is not as it should be. So packets that came
  // meanwhile are unjudged. The Keeper looks at the table, and puts it back, in the loop's next turn.
  [[nodiscard]] bool table_was_lost();

 private:
  struct Kind {
    const char* name;
    core::HealPace pace{};
    bool look = true;
    std::string lost{};     // what is missing
    std::string by{};       // which program removed it, if the kernel says so
    std::string trouble{};  // why it cannot be put back
    bool told = false;      // the journal has said that it is removed again and again
  };
  // What is missing of routing.
  struct Gaps {
    std::vector<net::SysctlWrite> settings;
    std::vector<net::DemandInterface> interfaces;
    std::vector<net::Route> routes;
    std::vector<Family> rules;
    [[nodiscard]] std::string str() const;
    bool operator==(const Gaps&) const = default;
  };

  void heard();
  void look();
  void hear();
  void hear_meanwhile();
  void follow_forwarding();
  void follow_defaults();
  void follow_rules(const std::vector<Kept>& kept);
  void look_at_routing(const std::vector<Kept>& kept);
  void look_at_table(const std::vector<Kept>& kept);
  void look_at_queues(const std::vector<Kept>& kept);
  // Does what the pace says. missing: empty if nothing is missing. The functions look for the canary, put it back, and put back
  // everything.
  void attend(Kind& kind, const net::Result<std::string>& missing, const std::function<bool()>& canary_lives,
              const std::function<net::Result<void>()>& put_canary, const std::function<net::Result<void>()>& put_all);
  void tell();

  [[nodiscard]] net::Result<Gaps> gaps(const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<void> close(const Gaps& gaps);
  [[nodiscard]] net::Result<void> close_what_is_found(Gaps found, const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<std::string> wrong_with_table(const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<void> put_table_back(const std::vector<Kept>& kept);

  loop::EventLoop& loop_;
  Host& host_;
  Port port_;
  net::Watch watch_;
  loop::IoSource routing_io_;
  loop::IoSource table_io_;
  loop::Timer timer_;
  Kind routing_{.name = "routes and rules"};
  Kind table_{.name = "nftables table inet ghostd"};
  Kind queues_{.name = "the call's queue"};
  std::optional<Gaps> canary_;  // of routing: the one gap that was closed
  core::Time not_before_{};     // no look before, so that looking takes a small share of the time
  std::string degraded_;
  bool can_carry_ = true;
};

}  // namespace ghost::daemon
