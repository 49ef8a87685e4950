// SPDX-License-Identifier: GPL-2.0-or-later
// The life of one link's appearances, as a value, beside its LinkMachine. It asks for the link, holds it, tells each notifier
// where this host can be reached, and says good-bye before the line drops. It decides which notifier is told what, how often, and
// when it is given up. How a notice is sent is ghost-announce's task.
//
//   from        to          when
//   Idle        Connecting  an appearance is asked for
//   Connecting  Present     the link carries
//               Idle        not in time; the link is blocked; a person has hung up
//               Vanishing   the link is about to hang up, and receivers still believe what they were told before the line dropped
//   Present     Vanishing   the link is about to hang up
//               Connecting  the line dropped, and the time that was told lasts
//               Idle        the line dropped, and that time is over or the link is blocked
//   Vanishing   Idle        the link has hung up
//               Connecting  the same, and an appearance was asked for meanwhile, or only the link moves
//
// The promises, each an invariant of the tests:
//   - a notifier has at most one notice on its way;
//   - a notice that needs the link is sent only while the link carries; a notice that does not need it outlives the call;
//   - a receiver is not told an address that it has confirmed, unless a person asks or Repeat= is set; it is told any other;
//   - the machine asks the link for the hold that it has told receivers;
//   - every farewell that is asked for is answered, after VanishTimeout= at the latest.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.hpp"
#include "core/appear_config.hpp"
#include "core/appearance_status.hpp"
#include "core/clocks.hpp"
#include "core/notice.hpp"
#include "core/notifier.hpp"
#include "core/time.hpp"

namespace ghost::core {

// ---- what happens

// A person or a timer wants an appearance. One that is under way is prolonged.
enum class AppearKind : std::uint8_t {
  asked,     // by a person: every notifier is told, even if its receiver has confirmed the address
  calendar,  // by a timer (TickKind)
  chain,
  resume,
  restart,  // an earlier ghostd began it: no notifier is told anything twice
};
std::string_view to_string(AppearKind kind);
struct AppearRequested {
  AppearKind kind = AppearKind::asked;
  Duration hold{};               // zero: the configured one
  std::optional<WallTime> next;  // the next appearance, for the notices
  bool operator==(const AppearRequested&) const = default;
};
// The time of the next appearance has become known, or has changed.
struct NextKnown {
  std::optional<WallTime> next;
};
// The state of the link, sent after each of its steps.
struct LinkSeen {
  bool up = false;
  bool blocked = false;
  bool trying = false;               // a call is being made, so the machine need not ask for one
  std::vector<IpAddress> addresses;  // of the PPP interface, while up
  std::string reason;                // why the link is in this state, as one word to show
  bool refused = false;              // a person has ended the call
  bool barred = false;               // it makes no calls: blocked, about to be stopped, or no longer configured
  bool asleep = false;               // it makes no calls until the machine has slept
  std::string failure{};             // why the last call failed, while the link waits because of that
};
// The link wants to hang up; it waits for FarewellDone.
struct FarewellAsked {
  std::string reason;
  bool moves = false;  // the link will be able to call again soon, so what was promised holds
};
struct AppearReconfigured {
  AppearConfig appear;
  std::vector<AnnounceConfig> announces;
  std::string name;
  bool operator==(const AppearReconfigured&) const = default;
};
struct AppearDeadlinePassed {};
using AppearEvent =
    std::variant<AppearRequested, NextKnown, LinkSeen, FarewellAsked, NoticeAnswered, AppearReconfigured, AppearDeadlinePassed>;

// ---- what is wanted done

struct WantLink {  // a ConnectAsked
  Duration hold;
  bool patient = false;
  bool operator==(const WantLink&) const = default;
};
struct WantNoLink {  // an AppearanceOver
  bool operator==(const WantNoLink&) const = default;
};
struct WantFarewell {  // a FarewellWanted
  bool wanted = false;
  Duration patience{};
  bool operator==(const WantFarewell&) const = default;
};
struct FarewellDone {
  bool operator==(const FarewellDone&) const = default;
};
struct AskEcho {
  std::uint64_t id;
  std::string url;
  bool operator==(const AskEcho&) const = default;
};
struct TellAppeared {
  std::vector<IpAddress> addresses;
  WallTime until;
  std::optional<WallTime> next;
  bool operator==(const TellAppeared&) const = default;
};
struct TellVanished {
  std::string reason;
  bool operator==(const TellVanished&) const = default;
};
// remembered(), or the record of the present or last appearance, has changed. Both are saved before anything else is done.
// until: the link is held until then. A ghostd that finds the record unfinished continues the appearance.
struct Remember {
  AppearanceRecord record;
  std::optional<WallTime> until;
  bool operator==(const Remember&) const = default;
};
using AppearEffect = std::variant<WantLink, WantNoLink, WantFarewell, FarewellDone, AskEcho, SendNotice, Abandon, TellAppeared,
                                  TellVanished, Remember>;

// What the next ghostd gets to know.
struct Remembered {
  std::uint64_t sequence = 0;        // of the last notice
  std::map<std::string, Told> told;  // by notifier; the entry goes when the notifier has been told the end
  bool operator==(const Remembered&) const = default;
};

class AppearanceMachine {
 public:
  // The machine forgets receivers in `remembered` that `config` does not have.
  AppearanceMachine(std::string link, AppearReconfigured config, Remembered remembered);

  [[nodiscard]] std::vector<AppearEffect> step(AppearEvent event, Clocks clocks);
  // This machine's clock was set. Notices that wait for that are due at once.
  [[nodiscard]] std::vector<AppearEffect> clock_set(Clocks clocks);
  // The notice with this number leaves only when the disk has what it says (true), or leaves now.
  void hold_notice(std::uint64_t id, bool held);
  // When step(AppearDeadlinePassed) is wanted.
  [[nodiscard]] std::optional<Time> deadline() const;

  [[nodiscard]] AppearanceStatus status() const;
  [[nodiscard]] Remembered remembered() const;
  [[nodiscard]] bool under_way() const { return !std::holds_alternative<Idle>(state_); }
  // The machine has asked for a call, and no call carries yet.
  [[nodiscard]] bool connecting() const { return std::holds_alternative<Connecting>(state_); }
  [[nodiscard]] bool vanishing() const { return std::holds_alternative<Vanishing>(state_); }
  // The line has dropped, and receivers still believe what they were told before.
  [[nodiscard]] bool calls_again() const {
    const auto* connecting = std::get_if<Connecting>(&state_);
    return connecting != nullptr && connecting->until.has_value();
  }

  bool operator==(const AppearanceMachine&) const = default;

 private:
  struct Idle {
    bool failed = false;
    bool operator==(const Idle&) const = default;
  };
  struct Connecting {
    std::optional<Time> give_up;      // none while the machine sleeps, or is about to
    std::optional<WallTime> until;    // receivers were told this before the line dropped: held until then, not longer
    std::optional<Duration> again{};  // unless somebody has asked since: then at least for this, from when the link is up
    bool operator==(const Connecting&) const = default;
  };
  struct Present {
    WallTime until;
    std::vector<IpAddress> local;       // of the PPP interface
    std::vector<IpAddress> addresses;   // as receivers are told
    std::optional<std::uint64_t> echo;  // of the question to the echo service; the first notice waits for its answer
    // The echo service has refused this machine's clock. It is asked again when the clock is set, and no longer awaited after this.
    std::optional<Time> clock_patience{};
    bool carrier_nat = false;
    bool operator==(const Present&) const = default;
  };
  struct Vanishing {
    std::string reason;
    std::optional<Time> deadline;   // none: the farewell is done, and the link hangs up
    std::optional<WallTime> until;  // the link moves: the appearance goes on until then
    bool operator==(const Vanishing&) const = default;
  };
  // A good-bye to a notifier whose section a reload has removed.
  struct Parting {
    std::uint64_t id;
    AnnounceConfig announce;
    bool operator==(const Parting&) const = default;
  };

  // A reload gave the notifier another receiver. The state adds a notifier that must tell it anew to `anew`.
  struct ReceiverChanged {
    Notifier& notifier;
    std::set<std::string>& anew;
  };
  // What a reload has left. A section that is told its end may be among them again, or another one for the same receiver.
  struct SectionsBack {
    const std::vector<AnnounceConfig>& there;
    std::set<std::string>& anew;
  };
  // A reload has removed the sections of these notifiers.
  struct NotifiersGone {
    const std::vector<Notifier>& gone;
    const std::vector<AnnounceConfig>& still_there;
  };
  // The settings of the reload apply from now on.
  struct Reloaded {
    bool other_patience;  // VanishTimeout=
    const std::set<std::string>& anew;
  };

  // What an event means in any state. Where states differ it ends in meet().
  void on(const AppearRequested& event);
  void on(const NextKnown& event) { meet(event); }
  void on(const LinkSeen& event) { meet(event); }
  void on(const FarewellAsked& event) { meet(event); }
  void on(const NoticeAnswered& event) { meet(event); }
  void on(AppearReconfigured&& event);
  void on(const AppearDeadlinePassed& event);

  struct MeansNothing;
  // The present state answers: by one of the following, or by a line of MeansNothing (appearance_machine.cpp). A pair in both or
  // in neither does not compile.
  template <class Met>
  void meet(const Met& event);

  void on(Idle&, const AppearRequested& event) { begin(event); }
  void on(Idle&, const FarewellAsked&) { effect(FarewellDone{}); }
  void on(Idle&, const NoticeAnswered& event) { note(event, false); }
  void on(Idle&, const ReceiverChanged& event) { not_for_another(event.notifier); }
  void on(Idle&, const NotifiersGone& event) { let_go(event); }

  void on(Connecting& connecting, const AppearRequested& event);
  void on(Connecting&, const NextKnown& event) { learn(event); }
  void on(Connecting& connecting, const LinkSeen& event);
  void on(Connecting& connecting, const FarewellAsked& event);
  void on(Connecting&, const NoticeAnswered& event) { note(event, false); }
  void on(Connecting&, const ReceiverChanged& event) { not_for_another(event.notifier); }
  void on(Connecting&, const NotifiersGone& event) { let_go(event); }
  void on(Connecting& connecting, const AppearDeadlinePassed&);

  void on(Present& present, const AppearRequested& event);
  void on(Present&, const NextKnown& event) { learn(event); }
  void on(Present& present, const LinkSeen& event);
  void on(Present& present, const FarewellAsked& event);
  void on(Present& present, const NoticeAnswered& event);
  void on(Present& present, const AppearDeadlinePassed&);
  void on(Present&, const ReceiverChanged& event);
  void on(Present&, const SectionsBack& event);
  void on(Present& present, const NotifiersGone& event);
  void on(Present& present, const Reloaded& event);

  void on(Vanishing&, const AppearRequested& event);
  void on(Vanishing&, const NextKnown& event) { learn(event); }
  void on(Vanishing& vanishing, const LinkSeen& event);
  void on(Vanishing& vanishing, const NoticeAnswered& event);
  void on(Vanishing&, const ReceiverChanged& event) { not_for_another(event.notifier); }
  void on(Vanishing&, const NotifiersGone& event);
  void on(Vanishing& vanishing, const AppearDeadlinePassed&);

  void begin(const AppearRequested& event);
  void note_begin(const AppearRequested& event);
  void note_prolonged(const AppearRequested& event);
  void learn(const NextKnown& event);
  void be_present(WallTime until, const std::vector<IpAddress>& addresses);
  void lost(const Present& present, const LinkSeen& event);
  void call_again(WallTime until, const LinkSeen& event);
  void wait_for_sleep(Connecting& connecting, bool asleep);
  [[nodiscard]] WantLink patient_wish(const Connecting& connecting) const;
  void forget_what_follows(Vanishing& vanishing, const LinkSeen& event);
  void end(std::string outcome, bool failed);
  void announce(Present& present);
  bool note(const NoticeAnswered& event, bool present);
  void ask_echo(Present& present);
  [[nodiscard]] static bool waits_for_echo(const Present& present) { return present.echo || present.clock_patience; }
  void clock_stepped(WallTime::duration before);
  void echo_answered(Present& present, const NoticeAnswered& event);
  void say_farewell(const Present& present, Vanishing& vanishing);
  // patience: as tell() has it.
  void tell_end(const std::vector<Notifier*>& who, const Present& present, const std::string& reason, Duration patience);
  void tell_end_without_link(const std::string& reason);
  void let_go(const NotifiersGone& event);
  void not_for_another(Notifier& notifier);
  void abandon_partings(bool all);
  void finish_farewell(Vanishing& vanishing);
  void tell(Notifier& notifier, const Notice& notice, Duration patience = Duration::max());
  void abandon(Notifier& notifier, NoticeResult result);
  void link_gone();
  void remember();
  [[nodiscard]] Notice notice(NoticeKind kind, const Present& present);
  [[nodiscard]] bool all_settled() const;
  [[nodiscard]] bool farewell_said(const Vanishing& vanishing) const;
  [[nodiscard]] std::string state_name() const;
  void effect(AppearEffect e) { out_.push_back(std::move(e)); }

  std::string link_;
  AppearReconfigured config_;
  std::uint64_t sequence_;  // of the last notice
  std::variant<Idle, Connecting, Present, Vanishing> state_ = Idle{};
  std::vector<Notifier> notifiers_;  // in the order of the configuration
  std::vector<Parting> partings_;
  std::uint64_t last_id_ = 0;
  std::optional<AppearRequested> again_;  // a request that came while vanishing
  std::uint64_t asked_ = 0;
  // About the present or last appearance:
  AppearanceRecord record_;  // its outcome and notices are set when it is shown or remembered
  AppearKind kind_ = AppearKind::asked;
  Duration hold_{};
  bool even_if_told_ = false;  // a person asked: every notifier is told
  std::optional<WallTime> since_;
  std::string failure_;  // of the last call that failed, or that dropped
  bool carrier_nat_ = false;

  Clocks clocks_{};
  std::optional<WallTime::duration> clock_offset_;  // offset_of() when the clock was last set; nullopt: before the first step
  std::vector<AppearEffect> out_;
};

}  // namespace ghost::core
