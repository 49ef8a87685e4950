// SPDX-License-Identifier: GPL-2.0-or-later
// A link's appearances at run time: the machine that decides (core/appearance_machine.hpp), the file that remembers, the
// processes that tell. What the machine wants of the link becomes an event of the link's.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "appear_state/state.hpp"
#include "appear_state/writer.hpp"
#include "core/appearance_machine.hpp"
#include "core/config.hpp"
#include "core/link_event.hpp"
#include "core/link_machine.hpp"
#include "core/schedule.hpp"
#include "daemon/announcer.hpp"

namespace ghost::daemon {

struct AppearPaths {
  std::string directory;  // of the state files; must exist
  std::string announce;   // the program ghost-announce
};

class Appearance {
 public:
  // What an appearance has to say to others. Called from the loop.
  struct Listener {
    std::function<void(core::Event)> link;  // for the link's machine
    std::function<void()> changed;          // status() has
    std::function<void(const core::TellAppeared&)> appeared;
    std::function<void(const std::string& reason)> vanished;
    std::function<void()> promise_has_come;  // its time has: keep_promise(), if the link's timer is active
    std::function<void()> is_next_kept;      // tell_next(), if the link's timer is active
  };
  Appearance(loop::EventLoop& loop, const AppearPaths& paths, const core::LinkConfig& config, Listener listener);

  // An earlier ghostd's appearance that was to last longer is taken up again; if its call lives, also one that lasts only
  // because somebody keeps the line: who was told of it is to be told its end.
  void listen(bool call_lives);
  void reconfigure(const core::LinkConfig& config);
  // By hand. Zero: the configured hold.
  void appear(core::Duration hold);
  // A timer asks whether one is due, and if so, it begins.
  [[nodiscard]] core::Due tick(core::TickKind kind, std::optional<core::WallTime> timer_next);
  // The promised time has come. Due or not is decided as for a timer.
  void keep_promise();
  // Whether the link's timer is there to keep what is promised, each time that changes. Until it is known, nobody is.
  void timer_active(bool active);
  // There is, or was once, a timer.
  [[nodiscard]] bool scheduled() const { return state_.promise || state_.timer_next; }
  // Somebody keeps what stands as the next appearance: it may be told.
  void tell_next();
  // After each step of the link's.
  void see(const core::LinkMachine& link);
  void farewell_asked(const std::string& reason);

  // As it was written down; what changes it is seen in see().
  [[nodiscard]] const std::optional<appear_state::Blocked>& blocked() const { return state_.blocked; }

  [[nodiscard]] core::AppearanceStatus status() const;
  [[nodiscard]] const std::vector<core::AppearanceRecord>& past() const { return state_.past; }

 private:
  void step(core::AppearEvent event);
  void step_once(core::AppearEvent event);
  void act(core::AppearEffect effect);
  void launch(std::uint64_t id, announce::Job job);
  void launch_next();
  void make_ready(bool calling);
  [[nodiscard]] core::Due decide(core::TickKind kind, std::optional<core::WallTime> timer_next);
  void remember(const core::Remember& what);
  void remember_block(const core::LinkMachine& link, const core::LinkStatus& status);
  void save() { writer_.write(); }
  void saved(const std::optional<std::string>& problem);
  void send_unwritten();
  void arm_promise();
  [[nodiscard]] core::Standing standing() const;
  [[nodiscard]] std::optional<core::WallTime> next() const;  // as it stands, whether somebody keeps it or not
  [[nodiscard]] announce::Via via() const;

  loop::EventLoop& loop_;
  AppearPaths paths_;
  Listener listener_;
  core::AppearConfig config_;
  bool anybody_;  // is to be told
  std::string link_;
  appear_state::AppearState state_;
  appear_state::Writer writer_;
  bool interrupted_ = false;                    // what the file held was under way …
  std::optional<core::WallTime> was_until_;     // … and to last until then
  bool resume_when_up_ = false;
  core::AppearanceMachine machine_;
  std::vector<IpAddress> local_, dns_;  // of the present call
  std::map<std::uint64_t, std::unique_ptr<Announcer>> running_;
  std::unique_ptr<Announcer> ready_;  // one that waits for the first notice
  using Waiting = std::deque<std::pair<std::uint64_t, announce::Job>>;
  Waiting unwritten_;  // until what they tell is written down
  Waiting waiting_;    // for their turn
  loop::Timer disk_patience_;
  loop::Timer timer_;
  bool up_ = false, settled_ = false;  // the link, as it was seen last
  bool next_follows_ = false;          // the timer's service is about to tell the next promise
  std::optional<core::LinkSeen> unsettled_;  // what will be seen if the call settles no further
  loop::Timer settle_;
  loop::WallTimer promise_;  // ghostd keeps it itself while it runs; systemd's timers wake the machine, and ghostd
  loop::ClockSetSource clock_;
  std::deque<core::AppearEvent> events_;  // what an effect brings about comes after the other effects of its step
  bool stepping_ = false;
  bool save_failed_ = false;
  bool kept_ = false;  // the timer is active
};

}  // namespace ghost::daemon
