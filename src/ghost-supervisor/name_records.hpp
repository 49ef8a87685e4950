// SPDX-License-Identifier: GPL-2.0-or-later
// Where resolvconf(8) is in use, the supervisor tells it name servers: a call's, from pppd's log, and those in a link's root-owned
// file. So no data from ghostd reaches resolvconf, and a call's servers go with the call, whichever process crashes.
// Each run is a process of its own, one at a time, because resolvconf may be slow, or hang.
#pragma once
#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>

#include "core/call_news.hpp"
#include "core/config.hpp"
#include "ghost-supervisor/ports.hpp"
#include "loop/sources.hpp"
#include "resolvconf/program.hpp"

namespace ghost::supervisor {

class NameRecords {
 public:
  // At the next turn it removes the records of an earlier supervisor's calls. `rested`: no run is in progress any more.
  NameRecords(loop::EventLoop& loop, resolvconf::Paths paths, LinkSource& links, Journal& journal, std::function<void()> rested);

  void call_started(const std::string& link);
  void call_has(const std::string& link, const std::vector<Prefix>& routes, const core::CallAddress& address);
  void call_ended(const std::string& link);
  // ghostd has connected, or has read its configuration again: DNS= of all links. Requests within a second are one.
  void read_files();

  [[nodiscard]] bool busy() const { return static_cast<bool>(child_) || due_; }

 private:
  void run_soon();
  void run();
  [[nodiscard]] tl::expected<pid_t, int> start();  // or errno
  void ended(const siginfo_t& how);
  [[nodiscard]] bool stale(std::string_view record) const;

  loop::EventLoop& loop_;
  resolvconf::Paths paths_;
  LinkSource& links_;
  Journal& journal_;
  std::function<void()> rested_;
  std::set<std::string> configured_;  // names of links
  std::set<std::string> living_;      // links that have a call
  resolvconf::Records calls_;
  resolvconf::Records demand_;
  bool demand_known_ = false;    // until ghostd has asked, we do not touch the existing records of DNS=
  resolvconf::Records known_;    // the records that a run has set
  resolvconf::Records telling_;  // the records of the current run
  bool due_ = false;
  std::string problem_;  // logged last
  UniqueFd why_;
  loop::DeferSource soon_;
  loop::Timer again_;
  core::Time may_read_{};
  loop::Timer read_later_;
  loop::ChildSource child_;
};

}  // namespace ghost::supervisor
