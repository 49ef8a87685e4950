// SPDX-License-Identifier: GPL-2.0-or-later
// Eight days of a machine that appears: systemd's timers, a disk that outlives what happens, and things that happen. The
// machine goes down, the clock is set, ghost-appear is killed, somebody appears by hand, the line fails. core::decide()
// is asked as ghostd asks it; whether the promises hold is judged here with localtime_r(3) and mktime(3), not with core.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/schedule.hpp"
#include "local_zone.hpp"

namespace ghost::test {

class Week {
 public:
  using Seen = std::map<std::string, unsigned>;
  Week(unsigned seed, Seen& seen);
  // The first promise of the scheme that was broken, with what led to it.
  std::optional<std::string> live();

 private:
  using Mono = std::chrono::microseconds;  // time that nobody sets
  using WallTime = core::WallTime;
  enum class What { tick, arm, calendar, chain, self, down, up, step, by_hand, look, kept, end };
  static constexpr unsigned kAnyBoot = ~0U;
  struct Event {
    What what;
    core::TickKind kind = core::TickKind::resume;  // of tick
    WallTime time{};                               // of arm, kept, self
    unsigned boots = kAnyBoot;                     // gone with the boot it belongs to
    unsigned steps = 0;                            // kept, chain, calendar, self: gone when the clock is set
  };

  [[nodiscard]] WallTime wall() const { return WallTime(mono_ + offset_); }
  [[nodiscard]] Mono mono_of(WallTime t) const { return t.time_since_epoch() - offset_; }
  Mono between(Mono least, Mono most);
  bool one_in(unsigned n) { return engine_() % n == 0; }
  void at(Mono when, Event event) { events_.emplace(std::max(when, mono_), event); }
  void broken(const std::string& what);
  void note(const std::string& what);

  void happen(const Event& event);
  void tick(core::TickKind kind, WallTime timer_next);
  void granted(const core::Due& due, const core::Standing& before);
  void arm(WallTime promise);
  void go_down();
  void come_up();
  void set_clock();
  void set_calendar();  // the timer's next elapse from its stamp
  void set_chain();     // the transient timer anew, by the present clock
  void expect_kept();   // the promise that stands
  void set_self();      // ghostd's own timer, for the same
  void look();          // nothing is lost

  [[nodiscard]] WallTime timer_after(WallTime base) const;
  [[nodiscard]] bool inside(WallTime t) const;  // of the window
  [[nodiscard]] bool same_window(WallTime a, WallTime b) const;
  [[nodiscard]] bool is_swallowed(WallTime now) const;
  [[nodiscard]] std::string text(WallTime t) const;

  std::mt19937_64 engine_;
  Seen& seen_;
  std::unique_ptr<Place> place_;
  core::AppearConfig config_;
  std::uint8_t timer_days_ = 0;
  std::chrono::minutes timer_time_{};
  bool stale_ = false;  // systemd tells the last elapse as the next one while the timer's service runs

  Mono mono_{};
  Mono offset_{};
  std::multimap<Mono, Event> events_;
  std::string story_;
  std::optional<std::string> broken_;

  // On disk.
  std::optional<WallTime> promise_, last_granted_, begun_, elapse_, stamp_;
  bool untold_ = false;
  // In memory.
  bool up_ = true;
  unsigned boots_ = 0, steps_ = 0;
  Mono up_since_{}, stepped_{-std::chrono::hours(1)}, present_until_{}, told_at_{};
  WallTime start_{}, calendar_{};
  std::optional<WallTime> chain_;
  bool kill_next_ = false;
  // For the judge.
  bool stepped_since_grant_ = false, put_back_since_grant_ = false;
  // An elapse that nobody could answer, after so long a time that nobody knew of it either: that day is lost.
  std::optional<WallTime> swallowed_;
  std::optional<WallTime> new_since_;  // the last appearance that was not one once more
  std::vector<WallTime> consumed_;
};

}  // namespace ghost::test
