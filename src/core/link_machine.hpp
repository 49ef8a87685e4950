// SPDX-License-Identifier: GPL-2.0-or-later
// The life of one link's calls, as a value: step(event, now) → effects. No fd, no clock, no log. So each promise about calls can
// be tested by a table of (time, event) → (effects, state).
//
// The promises, each an invariant of the random runs in tests/scenario:
//   - never two calls at a time: after each StartCall, a CallGone or the loss of the supervisor comes before the next StartCall;
//   - packets are sent on only in Up and Leaving; in every other state they wait in the buffer, within its budget;
//   - RouteBack comes before EndCall, so that no packet is sent into a line that is being hung up;
//   - no call is made by a way that is out, or while a step of [Recover] is taken;
//   - a link that is blocked, about to be stopped, or no longer configured never starts a call;
//   - an Unlisted link never starts a call, because a call of an earlier ghostd may exist, and a second call would cost twice;
//   - a link gives its place up, gets other settings or is removed only while it has no call.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "core/failures_in_a_row.hpp"
#include "core/ladder.hpp"
#include "core/link_effect.hpp"
#include "core/link_event.hpp"
#include "core/link_state.hpp"
#include "core/link_status.hpp"
#include "core/peer_gate.hpp"
#include "core/permission.hpp"
#include "core/replay_buffer.hpp"
#include "core/wanted.hpp"
#include "core/ways.hpp"

namespace ghost::core {

// A change of the state, or of its reason, for the one place that logs it.
struct Transition {
  Shown from, to;
  CallSerial call;  // of the new state; none: that state has no call
  std::string reason, detail;
  std::string peer{};  // of that call, if the link has several
  bool operator==(const Transition&) const = default;
};

struct Step {
  std::vector<Effect> effects;  // in order
  std::vector<Transition> transitions;
  bool operator==(const Step&) const = default;
};

class LinkMachine {
 public:
  // blocked: a block that an earlier ghostd saved. row: what is known of earlier calls, and how pauses are spread.
  // not_before: the end of an earlier ghostd's pause after a failed call. ways, ladder: as an earlier ghostd saved them.
  LinkMachine(LinkConfig config, const std::optional<Block>& blocked, Time now, FailuresInARow row = {},
              std::optional<Time> not_before = {}, const Ways& ways = {}, Ladder ladder = {});

  [[nodiscard]] Step step(Event event, Time now);

  // The call is up, no family is awaited, and pppd has reported for each carried family what was agreed (above all the name
  // servers). The kernel shows an address some milliseconds before that report.
  [[nodiscard]] bool settled() const;
  // A call is being made, or will be made without another request.
  [[nodiscard]] bool trying() const;
  // The link carries, or could make a call now. If not, a default route behind the link's may take over.
  [[nodiscard]] bool can_call() const;
  // After a failed call, for a time, for the device, or for the end of a step of [Recover].
  [[nodiscard]] bool waits() const { return waits_until().has_value() || std::holds_alternative<Recovering>(state_); }
  // A packet that comes now asks for a call, if the nftables table has judged it.
  [[nodiscard]] bool waits_for_packets() const;

  // Disconnect or a block (also one by ghostd itself) came after the last wish for a call. So nothing that was under way before is to
  // call again.
  [[nodiscard]] bool ended_on_purpose() const { return ended_on_purpose_; }

  // When step(DeadlinePassed) is wanted; nullopt: the machine waits for no time.
  [[nodiscard]] std::optional<Time> deadline() const;
  // interfaces: as the status is to name them. A caller that does not look at the names gives none.
  [[nodiscard]] LinkStatus status(const LinkInterfaces& interfaces = {}) const;
  [[nodiscard]] const State& state() const { return state_; }
  // The call that carries, also while a good-bye is said through it. nullptr: no call carries.
  [[nodiscard]] const Up* carries() const;
  [[nodiscard]] const LinkConfig& config() const { return config_; }
  [[nodiscard]] bool impaired() const { return impaired_; }
  [[nodiscard]] const FailuresInARow& row() const { return row_; }
  [[nodiscard]] const Ways& ways() const { return ways_; }
  [[nodiscard]] const Ladder& ladder() const { return ladder_; }
  // Until when it waits after a failed call; nullopt: it does not wait.
  [[nodiscard]] std::optional<Time> waits_until() const;
  // What forbids calls, if anything does.
  [[nodiscard]] const Permission& permission() const { return permission_; }
  [[nodiscard]] bool blocked() const { return permission_.standing(Bar::block).has_value(); }
  [[nodiscard]] bool barred() const { return !permission_.given(); }
  // The call that is being made, carries or is being ended. nullptr and none in the other states.
  [[nodiscard]] const Call* call() const;
  [[nodiscard]] CallSerial serial() const { return call() ? call()->serial : CallSerial::none; }

  // The settings of a reload wait for the call's end, or for PlaceGivenUp.
  [[nodiscard]] bool parting() const { return parting_.has_value(); }
  // The link is no longer configured, and has neither a call nor a place. So ghostd may remove it.
  [[nodiscard]] bool parted() const { return std::holds_alternative<Gone>(state_); }
  // The kernel should have the link's routes.
  [[nodiscard]] bool has_place() const { return !parted() && !std::holds_alternative<Moving>(state_); }

  bool operator==(const LinkMachine&) const = default;

 private:
  struct Counters {
    std::uint64_t calls = 0, replayed = 0, coalesced = 0, malformed = 0;
    Drops drops;
    bool operator==(const Counters&) const = default;
  };

  // A packet that a call of this link could carry, handed to the present state. late: set by a state whose call carries the
  // packet's family already, so that the packet is sent on.
  struct Packet {
    PacketBytes& bytes;
    const PacketInfo& info;
    bool late = false;
  };
  // The supervisor runs a call that this machine did not begin.
  struct CallFound {
    CallSerial serial;
    std::string peer;  // as CallStarted has it
  };

  // What an event means in any state. Where states differ it ends in meet().
  void on(PacketsArrived&& event);
  void on(const ConnectAsked& event);
  void on(const AppearanceOver&);
  void on(const DisconnectAsked& event);
  void on(const BlockAsked& event);
  void on(const UnblockAsked&);
  void on(const LeaveAsked& event);
  void on(const SleepAsked& event);
  void on(const Woke& event);
  void on(const FarewellWanted& event) { meet(event); }
  void on(const FarewellSaid& event) { meet(event); }
  void on(const Impaired& event);
  void on(const StandsBehind& event);
  void on(Reconfigured&& event);
  void on(PartAsked&& event);
  void on(const PlaceGivenUp& event) { meet(event); }
  void on(const CallReport& event);
  void on(const DeviceReturned& event) { meet(event); }
  void on(const RecoveryReport& event);
  void on(const Listed& event);
  void on(const SupervisorGone&);
  void on(const InterfaceAppeared& event) { meet(event); }
  void on(const AddressAppeared& event);
  void on(const AddressVanished& event);
  void on(const FarEndAnswered& event);
  void on(const AddressConflicts& event) { meet(event); }
  void on(const SentOn& event);
  void on(const HandedOver& event);
  void on(const QueueReport& event) { news(event); }
  void on(const DrainReport& event) { news(event); }
  void on(const IdleReport& event) { news(event); }
  void on(const ReceivedReport& event) { news(event); }
  void on(const DeadlinePassed& event);

  struct MeansNothing;
  // The present state answers: by one of the following, or by a line of MeansNothing (link_machine.cpp). A pair in both or in
  // neither does not compile.
  template <class Met>
  void meet(Met&& event);
  // The same, if the event is about the present call.
  template <class News>
  void news(const News& event) {
    if (is_present(event.serial)) meet(event);
  }

  void on(Unlisted&, Packet& packet) { hold(packet); }
  void on(Unlisted&, const ConnectAsked& event) { want(event); }
  void on(Unlisted&, const DisconnectAsked&) { drop_buffer(); }
  void on(Unlisted&, const BlockAsked&) { become(State(state_), "block"); }
  void on(Unlisted&, const CallFound& event);
  void on(Unlisted&, const RecoveryReport& event);
  void on(Unlisted&, const Listed&);

  void on(Down&, Packet& packet);
  void on(Down&, const ConnectAsked& event);
  void on(Down&, const DisconnectAsked&) { drop_buffer(); }
  void on(Down&, const BlockAsked&) { become(Down{}, "block"); }
  void on(Down&, const Impaired&);
  void on(Down&, const CallFound& event) { adopt(event); }
  void on(Down&, const Woke&) { dial_if_asked(); }
  void on(Down&, const PartAsked&) { give_up_place(); }

  void on(Dialing&, Packet& packet) { buffer(packet); }
  void on(Dialing&, const ConnectAsked& event) { want(event); }
  void on(Dialing& dialing, const DisconnectAsked&);
  void on(Dialing& dialing, const BlockAsked&) { abort(dialing, "block"); }
  void on(Dialing& dialing, const LeaveAsked&) { abort(dialing, "stop"); }
  void on(Dialing& dialing, const SleepAsked&) { abort(dialing, "sleep"); }
  void on(Dialing& dialing, const PartAsked& event) { abort(dialing, reason_of(event)); }
  void on(Dialing& dialing, const CallGone& news);
  void on(Dialing&, const InterfaceAppeared&) { effect(PrepareInterface{}); }
  void on(Dialing& dialing, const AddressAppeared& event);
  void on(Dialing& dialing, const AddressConflicts& event);
  void on(Dialing& dialing, const DeadlinePassed&);

  void on(Up& up, Packet& packet);
  void on(Up& up, const ConnectAsked& event);
  void on(Up& up, const DisconnectAsked&);
  void on(Up& up, const BlockAsked&) { leave(up, "block"); }
  void on(Up& up, const LeaveAsked&) { leave(up, "stop"); }
  void on(Up& up, const SleepAsked&) { leave(up, "sleep"); }
  void on(Up& up, const Woke& event);
  void on(Up& up, const PartAsked& event) { leave(up, reason_of(event)); }
  void on(Up& up, const FarewellWanted& event);
  void on(Up& up, const CallGone& news);
  void on(Up& up, const AddressAppeared& event);
  void on(Up& up, const AddressVanished& event);
  void on(Up& up, const AddressConflicts& event) { end_at_once(up.call, up.addresses(), event); }
  void on(Up& up, const HandedOver& event);
  void on(Up& up, const QueueReport& event) { up.settling.answer(now_, event.normal); }
  void on(Up& up, const IdleReport& event);
  void on(Up& up, const ReceivedReport& event);
  void on(Up& up, const DeadlinePassed&);

  void on(Leaving& leaving, Packet& packet) { on(leaving.up, packet); }
  void on(Leaving&, const ConnectAsked& event) { want(event); }  // the good-bye is said already, so this asks for the next call
  void on(Leaving&, const DisconnectAsked&) { drop_buffer(); }
  void on(Leaving& leaving, const FarewellSaid&) { hang_up(leaving); }
  void on(Leaving& leaving, const CallGone& news) { after_drop(leaving.up, news); }
  void on(Leaving& leaving, const AddressAppeared& event) { on(leaving.up, event); }
  void on(Leaving& leaving, const AddressVanished& event) { on(leaving.up, event); }
  void on(Leaving& leaving, const AddressConflicts& event) { on(leaving.up, event); }
  void on(Leaving& leaving, const HandedOver& event);
  void on(Leaving& leaving, const QueueReport& event) { on(leaving.up, event); }
  void on(Leaving& leaving, const ReceivedReport& event) { on(leaving.up, event); }
  void on(Leaving& leaving, const DeadlinePassed&);

  void on(Draining&, Packet& packet) { hold(packet); }
  void on(Draining&, const ConnectAsked& event) { want(event); }
  void on(Draining&, const DisconnectAsked&) { drop_buffer(); }
  void on(Draining& draining, const CallGone& news);
  void on(Draining& draining, const DrainReport& event);
  void on(Draining& draining, const DeadlinePassed&);

  void on(Ending&, Packet& packet) { hold(packet); }
  void on(Ending&, const ConnectAsked& event) { want(event); }
  void on(Ending&, const DisconnectAsked&) { drop_buffer(); }
  void on(Ending& ending, const CallGone& news);
  void on(Ending& ending, const DeadlinePassed&);

  void on(Waiting&, Packet& packet) { hold(packet); }
  void on(Waiting&, const ConnectAsked& event);
  void on(Waiting&, const DisconnectAsked&);
  void on(Waiting&, const BlockAsked&) { become(Down{}, "block"); }
  void on(Waiting& waiting, const PartAsked& event) { become(Waiting(waiting), reason_of(event)); }
  void on(Waiting&, const DeviceReturned&);
  void on(Waiting&, const CallFound& event) { adopt(event); }
  void on(Waiting& waiting, const DeadlinePassed&);

  void on(Recovering&, Packet& packet) { hold(packet); }
  void on(Recovering& recovering, const ConnectAsked& event);
  void on(Recovering& recovering, const DisconnectAsked&);
  void on(Recovering& recovering, const BlockAsked&);
  void on(Recovering&, const CallFound& event) { adopt(event); }
  void on(Recovering&, const CallGone& news);
  void on(Recovering& recovering, const RecoveryReport& event);
  void on(Recovering& recovering, const DeadlinePassed&);

  void on(Moving&, Packet& packet) { hold(packet); }
  void on(Moving& moving, const ConnectAsked& event);
  void on(Moving& moving, const DisconnectAsked&);
  void on(Moving& moving, const BlockAsked&);
  void on(Moving&, const PartAsked&) { give_up_place(); }
  void on(Moving& moving, const DeviceReturned&);
  void on(Moving& moving, const PlaceGivenUp& event);
  void on(Moving&, const CallFound& event) { adopt(event); }
  void on(Moving& moving, const DeadlinePassed&);

  void on(Gone&, const BlockAsked&) { become(Gone{}, "block"); }
  void on(Gone&, const PartAsked&) { give_up_place(); }
  void on(Gone&, const CallFound& event) { adopt(event); }

  // The one funnel for transitions.
  void become(State next, std::string reason, std::string detail = {});
  // For a change between two states that are shown as the same, so there is nothing to log.
  void pass(State next) { state_ = std::move(next); }
  void effect(Effect effect) { out_.effects.push_back(std::move(effect)); }

  // False: the present call carries the packet's family, so the packet must be sent on.
  [[nodiscard]] bool take_in(PacketBytes& bytes);
  void buffer(Packet& packet);
  // False: the nftables table has not judged the packet, so it asks for no call and does not wait for one.
  bool hold(Packet& packet);
  void drop_other_addresses(const LinkConfig& then);
  void drop_buffer() { counters_.drops[Drop::disconnected] += buffer_.clear(); }
  void want(const ConnectAsked& event);
  void forget_wishes();
  void end_on_purpose();
  void block(std::string reason, std::string detail = {}, std::optional<CallEnd> failure = {});
  void lift_block(std::string detail = {});
  [[nodiscard]] bool mended_by(const LinkConfig& then) const;
  [[nodiscard]] static std::string reason_of(const PartAsked& event) { return event.then ? "reload" : "gone"; }
  void give_up_place(Time not_before = Time::min());
  void place_stays(const Moving& moving, const std::string& refusal);
  [[nodiscard]] bool must_ask(const AddressAppeared& event) const;
  void ask_far_end();
  void stop_asking(bool in_vain = false);
  // A bar that lasts longer than packets can wait.
  [[nodiscard]] bool refuses() const;
  // Somebody wants a call who does not wait for the end of a pause.
  [[nodiscard]] bool wanted_now() const { return wanted_.any() && !wanted_.patient(); }

  void dial(std::string reason, std::string trigger);
  [[nodiscard]] Duration dial_patience() const;
  bool dial_if_asked();
  // Of Waiting: it is over.
  void end_pause();
  void adopt(const CallFound& found);
  [[nodiscard]] Call begun(CallSerial serial, std::string trigger, std::string peer);
  // The present call is made by the way of the next one. If it is not, a reload has changed Peer= since, or an earlier ghostd made it.
  // Without a call: an earlier ghostd's call has ended, by the way that ghostd saved.
  [[nodiscard]] bool by_next_way() const { return call() == nullptr || call()->peer == ways_.next().peer; }
  [[nodiscard]] bool is_present(CallSerial serial) const { return call() && call()->serial == serial; }
  [[nodiscard]] Call* present();
  [[nodiscard]] const std::string& trigger() const { return call() ? call()->trigger : last_trigger_; }
  void abort(const Dialing& dialing, std::string reason, bool failed = false, std::string detail = {});

  void hand_over(Up& up, const IpAddress& local);
  void settle(Up& up);
  void give_up_families(Up& up);
  [[nodiscard]] std::optional<Time> linger_deadline(const Up& up) const;
  void leave(const Up& up, std::string reason);
  void hang_up(const Up& up, std::string reason, bool failed = false, std::string detail = {});
  void hang_up(const Leaving& leaving) { hang_up(leaving.up, leaving.reason); }
  void end_at_once(const Call& call, std::vector<IpAddress> local, const AddressConflicts& why);
  void drain(Call call, std::vector<IpAddress> local, std::string reason, bool failed, std::string detail);
  void end(const Draining& draining);
  [[nodiscard]] Ending tell_pppd(Call call, bool failed, std::vector<IpAddress> local);

  void forget(const IpAddress& address);
  void after_hang_up(const std::vector<IpAddress>& local, bool failed, const CallGone& news);
  void found_ended(CallSerial serial, const CallGone& gone);
  void after_failure(const CallGone& news, std::string reason);
  void fail_and_ask_again(const CallGone& news, std::string reason);
  void after_failure(const CallGone& news) { after_failure(news, std::string(to_string(news.reason))); }
  void fail_and_ask_again(const CallGone& news) { fail_and_ask_again(news, std::string(to_string(news.reason))); }
  void after_drop(const Up& up, const CallGone& news);
  void fail(const CallGone& news, std::string reason, bool dropped);
  [[nodiscard]] bool recover(const CallGone& failure, const std::string& peer, Time until, const std::string& reason,
                             const std::string& detail);
  void step_over(bool ok, std::string detail);
  // The row of failures has ended.
  void end_row();

  LinkConfig config_;
  State state_ = Unlisted{};
  ReplayBuffer buffer_;
  Counters counters_;
  CallSerial last_serial_ = CallSerial::none;
  Permission permission_;
  bool ended_on_purpose_ = false;
  std::optional<PartAsked> parting_;  // never in Down and Waiting, because the link is Moving or Gone then
  // An address that does not count until the far end has answered.
  struct Asking {
    PeerGate gate;
    IpAddress peer;
    bool proves = false;  // the call stands already, and is dead unless the far end answers
    bool operator==(const Asking&) const = default;
  };
  std::optional<Asking> asking_;
  std::optional<Time> behind_since_;  // since then a better default route carries new conversations
  bool impaired_ = false;             // the nftables table is gone, so no call could carry a packet
  Wanted wanted_;                     // what waits for a call apart from packets
  FailuresInARow row_;
  Ways ways_;
  Ladder ladder_;
  // The last step of [Recover], as the status shows it. end: nullopt while it is under way.
  struct Recovery {
    RecoveryStep step;
    std::optional<RecoveryReport::End> end{};
    bool operator==(const Recovery&) const = default;
  };
  std::optional<Recovery> recovery_;
  std::optional<Time> resume_until_;  // the line dropped while conversations were active: call again until then
  Time since_;
  std::string reason_ = "start", detail_;
  std::string last_trigger_, last_peer_;  // of the last call

  Time now_{};  // of the step under way
  Step out_;    // of the step under way
};

}  // namespace ghost::core
