// SPDX-License-Identifier: GPL-2.0-or-later
// What is ours in the kernel stays ours. Whatever others do wakes a look (net::Watch) that compares what should stand with
// what stands: rules, routes, addresses and interfaces, settings, the table, the call's queue. What is missing is put back,
// at the pace that core::HealPace says, and told once. And default routes of others are followed: the rules depend on them.
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
    std::function<std::vector<Kept>()> kept;
    std::function<std::vector<std::string>()> blocked;  // names of links
    std::function<net::Result<void>()> load_table;
    // What is wrong, for people (empty: nothing), and whether packets that a link would let in could be carried.
    std::function<void(const std::string& degraded, bool can_carry)> changed;
    std::function<void()> looked;  // others' default routes may be different ones
  };
  // Throws std::runtime_error when the kernel's sockets cannot be had.
  Keeper(loop::EventLoop& loop, Host& host, Port port);

  // Everything has just been put in place, or should have been.
  void look_soon();

  // A call is about to take over: without the table its packets would leave with our own addresses, and so would all later ones of
  // their conversations. Put back at once if it is missing, whatever the pace.
  [[nodiscard]] net::Result<void> table_must_stand();
  // Somebody has touched the table since the last look, and it is not what it should be: what has come meanwhile came unjudged.
  // It is looked at, and put back, at the loop's next turn.
  [[nodiscard]] bool table_was_lost();

 private:
  struct Kind {
    const char* name;
    core::HealPace pace{};
    bool look = true;
    std::string lost{};     // what is missing
    std::string by{};       // who took it, where the kernel says it
    std::string trouble{};  // why it cannot be put back
    bool told = false;      // that it is taken again and again
  };
  // What of routing is missing.
  struct Gaps {
    std::vector<net::SysctlWrite> settings;
    std::vector<net::DemandInterface> interfaces;
    std::vector<net::Route> routes;
    std::vector<Family> rules;
    [[nodiscard]] std::string str() const;
  };

  void heard();
  void look();
  void hear();
  void follow_forwarding();
  void follow_defaults();
  void follow_rules(const std::vector<Kept>& kept);
  void look_at_routing(const std::vector<Kept>& kept);
  void look_at_table(const std::vector<Kept>& kept);
  void look_at_queues(const std::vector<Kept>& kept);
  // The pace's answer done: what is missing (nothing: empty), how the canary is looked for and put back, and everything.
  void attend(Kind& kind, const net::Result<std::string>& missing, const std::function<bool()>& canary_lives,
              const std::function<net::Result<void>()>& put_canary, const std::function<net::Result<void>()>& put_all);
  void tell();

  [[nodiscard]] net::Result<Gaps> gaps(const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<void> close(const Gaps& gaps);
  [[nodiscard]] net::Result<void> close_what_is_found(Gaps found, const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<std::string> wrong_with_table();
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
  std::optional<Gaps> canary_;  // of routing: one of the gaps
  core::Time not_before_{};     // so that looking is a small share of the time, whatever others do
  std::string degraded_;
  bool can_carry_ = true;
};

}  // namespace ghost::daemon
