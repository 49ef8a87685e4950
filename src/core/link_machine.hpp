// SPDX-License-Identifier: GPL-2.0-or-later
// The life of one link, as a value: step(event, now) → effects. No fd, no clock, no log; everything the product promises
// about calls can be tested on a table of (time, event) → (effects, state).
//
// The promises, each an invariant of the random runs in tests/scenario:
//   - never two calls at a time: every StartCall is followed by a CallGone (or the supervisor's loss) before the next;
//   - packets are sent on only while Up; in every other state they wait in the buffer, within its budget;
//   - RouteBack comes before EndCall, so that nothing is sent into a line that is being hung up;
//   - a link that is blocked, or that is about to be stopped, never starts a call.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/link_effect.hpp"
#include "core/link_event.hpp"
#include "core/link_state.hpp"
#include "core/link_status.hpp"
#include "core/replay_buffer.hpp"

namespace ghost::core {

// A change of state, for the one place that logs it.
struct Transition {
  std::string_view from, to;
  std::string reason, detail;
  bool operator==(const Transition&) const = default;
};

struct Step {
  std::vector<Effect> effects;  // in order
  std::vector<Transition> transitions;
  bool operator==(const Step&) const = default;
};

class LinkMachine {
 public:
  // In Down, a call with a serial after `last` is adopted (CallReport); forget_serials_before() ends that.
  LinkMachine(LinkConfig config, CallSerial last, Time now);

  [[nodiscard]] Step step(Event event, Time now);

  // An earlier ghostd's block: before the first step.
  void stay_blocked(std::string reason, std::string detail);

  // Serials that the machine gives from now on are newer than this: an earlier ghostd's calls have older ones.
  void forget_serials_before(CallSerial serial) {
    if (last_serial_ < serial) last_serial_ = serial;
  }

  // Up, with no family awaited still, and pppd has said what was agreed upon (the name servers, above all) for each that is
  // carried: the kernel shows an address some milliseconds before.
  [[nodiscard]] bool settled() const;
  // A call is being made, or will be without being asked for again.
  [[nodiscard]] bool trying() const;

  // The last call, or the wait for the next, was ended by Disconnect or by a block, ghostd's own among them. Until the next call.
  [[nodiscard]] bool ended_on_purpose() const { return ended_on_purpose_; }

  // When step(DeadlinePassed) is wanted; nullopt: nothing to wait for.
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] LinkStatus status() const;
  [[nodiscard]] const State& state() const { return state_; }
  // The call that carries, while its good-bye is said, too; nullptr: none does.
  [[nodiscard]] const Up* carries() const;
  [[nodiscard]] const LinkConfig& config() const { return config_; }
  [[nodiscard]] bool impaired() const { return impaired_; }
  [[nodiscard]] bool blocked() const { return blocked_; }
  // Nothing makes a call: it is blocked, or ghostd is about to be stopped.
  [[nodiscard]] bool barred() const { return blocked_ || stopping_; }
  // The call that is being made, carried or ended; none in Down and Waiting.
  [[nodiscard]] const Call* call() const;
  [[nodiscard]] CallSerial serial() const { return call() ? call()->serial : CallSerial::none; }

  bool operator==(const LinkMachine&) const = default;

 private:
  struct Counters {
    std::uint64_t calls = 0, replayed = 0, coalesced = 0, malformed = 0;
    Drops drops;
    bool operator==(const Counters&) const = default;
  };

  void on(PacketsArrived&& event);
  void on(const ConnectAsked& event);
  void on(const DisconnectAsked&);
  void on(const BlockAsked&);
  void on(const UnblockAsked&);
  void on(const LeaveAsked&);
  void on(const FarewellWanted& event);
  void on(const FarewellSaid&);
  void on(const Impaired& event);
  void on(const StandsBehind& event);
  void on(Reconfigured&& event);
  void on(const CallReport& event);
  void on(const SupervisorGone&);
  void on(const InterfaceAppeared&);
  void on(const AddressAppeared& event);
  void on(const AddressVanished& event);
  void on(const AddressConflicts& event);
  void on(const SentOn& event);
  void on(const HandedOver& event);
  void on(const QueueReport& event);
  void on(const DrainReport& event);
  void on(const IdleReport& event);
  void on(const DeadlinePassed&);

  [[nodiscard]] Call begun(CallSerial serial, std::string trigger);
  void agreed_on(const CallAddress& news);
  void gone(const CallGone& news);

  // The one funnel for transitions.
  void become(State next, std::string reason, std::string detail = {});
  void pass(State next);
  void effect(Effect effect) { out_.effects.push_back(std::move(effect)); }

  // Takes the packet in; false: the call that is up carries it, and it is to be sent on.
  [[nodiscard]] bool take_in(PacketBytes& bytes);
  [[nodiscard]] bool take_in(Up& up, PacketBytes& bytes, const PacketInfo& info);
  void buffer(PacketBytes bytes, const PacketInfo& info);
  void forget_wishes();
  void end_on_purpose();
  void dial(std::string reason, std::string trigger);
  bool dial_if_asked();
  void bring_up(Call call, const IpAddress& local);
  void appeared(Up& up, const IpAddress& local);
  void hand_over(Up& up, const IpAddress& local);
  void handover_failed(const Up& up, const HandedOver& event);
  void vanished(Up& up, const IpAddress& local);
  void looked_at(Up& up, const QueueReport& event);
  void want(const ConnectAsked& event);
  [[nodiscard]] std::optional<Time> linger_deadline(const Call& call) const;
  [[nodiscard]] const std::string& trigger() const { return call() ? call()->trigger : last_trigger_; }
  void leave(const Up& up, std::string reason);
  void hang_up(const Up& up, std::string reason, bool failed = false, std::string detail = {});
  void abort_dialing(const Dialing& dialing, std::string reason, bool failed = false, std::string detail = {});
  void end_at_once(const Up& up, std::string reason, std::string detail);
  void end(Draining& draining);
  [[nodiscard]] Ending tell_pppd(Call call, bool failed, std::vector<IpAddress> local);
  void after_hang_up(std::vector<IpAddress> local, bool failed, const CallGone& news);
  void after_failure(const CallGone& news);
  void after_failure(CallEnd end, std::string reason, std::string detail);
  void after_drop(const Up& up, const CallGone& news);
  void wait_or_block(CallEnd end, std::string reason, std::string detail);
  void block();
  void drop_buffer() { counters_.drops[Drop::disconnected] += buffer_.clear(); }
  void give_up_families(Up& up);
  void look_after(Up& up);  // a deadline of the state has passed, maybe
  void look_after(Leaving& leaving);
  void look_after(Draining& draining);
  void settle(Up& up);
  [[nodiscard]] CallGone silent_supervisor() const;

  LinkConfig config_;
  State state_ = Down{};
  ReplayBuffer buffer_;
  Counters counters_;
  CallSerial last_serial_;
  bool blocked_ = false;
  bool stopping_ = false;
  bool ended_on_purpose_ = false;
  std::optional<Time> behind_since_;  // a better default route carries what is new
  bool impaired_ = false;  // what a packet asked for could not be carried
  // Who waits for a call, beside the packets: the last Connect, and the longest hold.
  struct Wanted {
    std::string by;
    Duration hold;
    bool operator==(const Wanted&) const = default;
  };
  std::optional<Wanted> wanted_;
  unsigned failures_ = 0;  // in a row
  std::optional<Time> resume_until_;  // conversations were alive when the line dropped: call again without being asked
  Time since_;
  std::string reason_ = "start", detail_;
  std::string last_trigger_;  // of the call that is over

  Time now_{};  // of the step under way
  Step out_;    // of the step under way
};

}  // namespace ghost::core
