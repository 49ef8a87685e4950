// SPDX-License-Identifier: GPL-2.0-or-later
// One living pppd. CallPhase decides and this acts: it reads the log, keeps the one deadline, sends the signals and waits
// for the exit.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "core/config.hpp"
#include "ghost-supervisor/pppd_process.hpp"
#include "loop/sources.hpp"
#include "ppp/call_phase.hpp"
#include "ppp/text.hpp"

namespace ghost::supervisor {

class Call {
 public:
  struct Callbacks {
    std::function<void(const ppp::News&)> on_news;       // CallGone comes last, and never from inside a call to this object
    std::function<void(std::string_view line)> on_line;  // made printable, without secrets
  };

  // peer: that the request named, if it named one. echo_interval, device: as CallPhase takes them.
  Call(loop::EventLoop& loop, PppdProcess process, const core::CallConfig& config, core::Duration echo_interval, std::string peer,
       std::string device, Callbacks callbacks);
  // Kills a call that is still alive, because nothing else would watch it.
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void hang_up();
  [[nodiscard]] const std::vector<ppp::News>& said() const { return phase_.said(); }
  [[nodiscard]] bool exited() const { return phase_.exited(); }
  [[nodiscard]] std::string_view phase() const { return phase_.name(); }

 private:
  // The limit of one read: a pppd that prints without end must not keep the loop from its timers.
  bool read_some();
  void on_line(std::string_view line);
  void on_exit(const siginfo_t& how);
  void step(const ppp::CallEvent& event);
  void carry_out(const ppp::CallEffect& effect);

  pid_t pid_;
  UniqueFd log_;
  Callbacks callbacks_;
  ppp::CallPhase phase_;
  ppp::LineBuffer lines_;
  loop::Timer deadline_;
  loop::IoSource readable_;
  loop::ChildSource child_;
};

}  // namespace ghost::supervisor
