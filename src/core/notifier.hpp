// SPDX-License-Identifier: GPL-2.0-or-later
// One notifier of a link, as a machine. It holds the notice that its receiver is to get, counts the attempts, and knows what the
// receiver believes.
//
//   from       to         when
//   Quiet      Sending    it is told a notice
//   Sending    Retrying   the attempt has failed, and another may succeed
//              WaitingForClock    it has failed by this machine's clock, which is not set yet
//              Quiet      the receiver has answered, or the attempts are used up, or ghostd no longer waits for the answer
//   Retrying   Sending    the pause is over
//              Quiet      the notice is given up
//   WaitingForClock       as Retrying; the pause is over when the clock is set (Retrying, due at once), or after ten minutes
//
// A notifier that is told another notice is Sending, from any state. AppearanceMachine decides what it is told and when.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/appear_config.hpp"
#include "core/appearance_status.hpp"
#include "core/belief.hpp"
#include "core/clocks.hpp"
#include "core/notice.hpp"

namespace ghost::core {

// To the receiver. Answered by NoticeAnswered.
struct SendNotice {
  std::uint64_t id;
  AnnounceConfig announce;
  Notice notice;
  bool operator==(const SendNotice&) const = default;
};
struct Abandon {  // ghostd no longer waits for its answer
  std::uint64_t id;
  bool operator==(const Abandon&) const = default;
};
// The answer to SendNotice and AskEcho.
struct NoticeAnswered {
  std::uint64_t id = 0;
  NoticeResult result = NoticeResult::Crashed;
  std::string detail;
  std::string text;    // of AskEcho: the address
  bool clock = false;  // another time on this machine's clock might have made it Ok
  bool clock_is_set = false;
};

class Notifier {
 public:
  // told: what an earlier ghostd saved about its receiver.
  explicit Notifier(AnnounceConfig announce, std::optional<Told> told = {});

  [[nodiscard]] const AnnounceConfig& announce() const { return announce_; }
  [[nodiscard]] const Belief& belief() const { return belief_; }
  // Its receiver was told a notice, or may have been. A notice that waits for the clock or the disk has told nobody.
  [[nodiscard]] bool maybe_told() const {
    return belief_.told() || belief_.may_have_it() || !(quiet() || waits_for_clock() || is_held());
  }
  [[nodiscard]] bool waits_for_clock() const { return std::holds_alternative<WaitingForClock>(state_); }
  [[nodiscard]] bool quiet() const { return std::holds_alternative<Quiet>(state_); }
  // The notice that is on its way, or to be tried again. nullptr: none.
  [[nodiscard]] const Notice* notice() const;
  [[nodiscard]] bool telling(NoticeKind kind) const { return notice() && notice()->kind == kind; }
  // The number of the attempt on its way.
  [[nodiscard]] std::optional<std::uint64_t> on_its_way() const;
  // When again() is wanted.
  [[nodiscard]] std::optional<Time> deadline() const;
  // How its last notice of this appearance went. nullopt: it had none.
  [[nodiscard]] const std::optional<NoticeStatus>& status() const { return status_; }

  // Another appearance begins. The notifier is quiet.
  void begin() { status_.reset(); }
  // From now on ghostd does not know what the receiver believes. The caller calls tell() next.
  void doubt();
  // Sends this notice. The caller has abandoned the attempt on its way, if there was one.
  [[nodiscard]] SendNotice tell(Notice notice, std::uint64_t id);
  // Sends the notice again, after the pause.
  [[nodiscard]] SendNotice again(std::uint64_t id);
  // The attempt with this number waits for the disk, or leaves.
  void hold(std::uint64_t id, bool held);
  // The attempt on its way has ended. present: the link carries and is not about to hang up. True: no other attempt follows.
  [[nodiscard]] bool answered(const NoticeAnswered& answer, bool present, Clocks clocks);
  // The machine's clock was set forward by `step`, or back. A notice that waits for that is due now, and its times are true now. One
  // that is on its way is tried again if it fails by the clock.
  void clock_set(Time now, WallTime::duration step);
  // Gives up its notice, with this result.
  [[nodiscard]] std::optional<Abandon> abandon(NoticeResult result, WallTime now);
  // Takes the settings of a reload. True: the notifier has another receiver now.
  bool configure(AnnounceConfig announce);

  bool operator==(const Notifier&) const = default;

 private:
  struct Quiet {
    bool operator==(const Quiet&) const = default;
  };
  struct Sending {
    Notice notice;
    std::uint64_t id;
    std::optional<WallTime::duration> clock_step{};  // the clock was set by so much meanwhile
    bool held = false;                               // it has not left yet, because the disk does not have it
    bool operator==(const Sending&) const = default;
  };
  struct Retrying {
    Notice notice;
    Time at;
    bool operator==(const Retrying&) const = default;
  };
  struct WaitingForClock {
    Notice notice;
    Time until;  // some machines never learn the time
    bool operator==(const WaitingForClock&) const = default;
  };

  [[nodiscard]] bool is_held() const;
  void settle(NoticeResult result, WallTime now);

  AnnounceConfig announce_;
  Belief belief_;
  std::variant<Quiet, Sending, Retrying, WaitingForClock> state_ = Quiet{};
  std::optional<NoticeStatus> status_;
  // Of its present notice:
  std::optional<Time> clock_patience_;  // of all its waits for the clock together
  unsigned failed_by_clock_ = 0;        // attempts that Attempts= does not count
};

}  // namespace ghost::core
