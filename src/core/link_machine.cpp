// SPDX-License-Identifier: GPL-2.0-or-later
// What an event means in any state, and which events mean nothing in which states. What a single state makes of an event is in
// link_machine_life.cpp and, for a step against a wedged modem, link_machine_recovery.cpp.
#include "core/link_machine.hpp"

#include <algorithm>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/overloaded.hpp"
#include "core/meeting.hpp"

namespace ghost::core {
namespace {

constexpr Duration kExpiryBatch = 250ms;  // packets that expire together are dropped in one go

}  // namespace

// Each pair is here by decision. docs/link.md has what all other pairs mean.
struct LinkMachine::MeansNothing
    : List<
          // There is no call, or none is known. So no news of it counts, and nobody says good-bye through it.
          In<Unlisted, CallGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          In<Down, CallGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          In<Waiting, CallGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          In<Recovering, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          In<Moving, CallGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          In<Gone, CallGone, InterfaceAppeared, AddressAppeared, AddressVanished, AddressConflicts, HandedOver, QueueReport,
             DrainReport, IdleReport, ReceivedReport, FarewellWanted, FarewellSaid>,
          // There is nothing to end, and no time is awaited.
          In<Unlisted, LeaveAsked, DeadlinePassed>, In<Down, LeaveAsked, DeadlinePassed>, In<Moving, LeaveAsked>,
          In<Gone, DisconnectAsked, LeaveAsked, DeadlinePassed>,
          // The pause lasts beyond the stop that was announced, because it protects from the provider, or from a bill.
          In<Waiting, LeaveAsked>, In<Recovering, LeaveAsked>,
          // The place is not given up before the call's end, nor before it is known whether an earlier ghostd's call exists.
          In<Unlisted, PartAsked>, In<Leaving, PartAsked>, In<Draining, PartAsked>, In<Ending, PartAsked>,
          // Nor before the step is over.
          In<Recovering, PartAsked>,
          // Only Moving gives a place up. A second answer may come when a second reload has asked again, or a call was found
          // meanwhile.
          In<Unlisted, PlaceGivenUp>, In<Down, PlaceGivenUp>, In<Dialing, PlaceGivenUp>, In<Up, PlaceGivenUp>,
          In<Leaving, PlaceGivenUp>, In<Draining, PlaceGivenUp>, In<Ending, PlaceGivenUp>, In<Waiting, PlaceGivenUp>,
          In<Recovering, PlaceGivenUp>, In<Gone, PlaceGivenUp>,
          // No call waits for the device: the next one finds it, or it is not known yet which calls exist.
          In<Unlisted, DeviceReturned>, In<Down, DeviceReturned>, In<Dialing, DeviceReturned>, In<Up, DeviceReturned>,
          In<Leaving, DeviceReturned>, In<Draining, DeviceReturned>, In<Ending, DeviceReturned>, In<Gone, DeviceReturned>,
          // The step itself may make the device go and return.
          In<Recovering, DeviceReturned>,
          // No step is under way. It was given up as lost, or a reload has taken the link away and given it back.
          In<Down, RecoveryReport>, In<Dialing, RecoveryReport>, In<Up, RecoveryReport>, In<Leaving, RecoveryReport>,
          In<Draining, RecoveryReport>, In<Ending, RecoveryReport>, In<Waiting, RecoveryReport>, In<Moving, RecoveryReport>,
          In<Gone, RecoveryReport>,
          // No call follows, so the bar of a link that is gone stops them before.
          In<Gone, Packet, ConnectAsked>,
          // No receiver knows of this call yet, and no effect has asked about its traffic. Its address does not count before the
          // far end has answered, so it cannot be lost.
          In<Dialing, FarewellWanted, FarewellSaid, AddressVanished, HandedOver, QueueReport, DrainReport, IdleReport,
             ReceivedReport>,
          // Up asks for no good-bye, and neither state waits for the queue to run dry. The interface was prepared before it was
          // up.
          In<Up, FarewellSaid, DrainReport, InterfaceAppeared>, In<Leaving, DrainReport, InterfaceAppeared>,
          // The call is being hung up, or is about to be, and its reason stands.
          In<Leaving, BlockAsked, LeaveAsked, FarewellWanted, IdleReport>,
          In<Draining, BlockAsked, LeaveAsked, FarewellWanted, FarewellSaid, IdleReport, ReceivedReport, AddressConflicts>,
          In<Ending, BlockAsked, LeaveAsked, FarewellWanted, FarewellSaid, IdleReport, ReceivedReport, AddressConflicts>,
          // The route leads away from the call. It gets no handover, and ForgetAddress for its addresses comes at its end.
          In<Draining, InterfaceAppeared, AddressAppeared, AddressVanished, HandedOver, QueueReport>,
          In<Ending, InterfaceAppeared, AddressAppeared, AddressVanished, HandedOver, QueueReport>,
          // pppd has been told to end.
          In<Ending, DrainReport>,
          // There is no call that could sleep, or it is ending already, or none is known. Only Down has waited for Woke.
          In<Unlisted, SleepAsked, Woke>, In<Down, SleepAsked>, In<Dialing, Woke>, In<Leaving, SleepAsked, Woke>,
          In<Draining, SleepAsked, Woke>, In<Ending, SleepAsked, Woke>, In<Waiting, SleepAsked, Woke>,
          In<Recovering, SleepAsked, Woke>, In<Moving, SleepAsked, Woke>, In<Gone, SleepAsked, Woke>,
          // Only Down dials for a packet when the table is back. In the other states a call is under way, a time is awaited, or a
          // bar stands.
          In<Unlisted, Impaired>, In<Dialing, Impaired>, In<Up, Impaired>, In<Leaving, Impaired>, In<Draining, Impaired>,
          In<Ending, Impaired>, In<Waiting, Impaired>, In<Recovering, Impaired>, In<Moving, Impaired>, In<Gone, Impaired>,
          // The link has or had a call of its own, so no call of an earlier ghostd is left.
          In<Dialing, CallFound>, In<Up, CallFound>, In<Leaving, CallFound>, In<Draining, CallFound>, In<Ending, CallFound>,
          // The link knows already whether a call of an earlier ghostd exists.
          In<Down, Listed>, In<Dialing, Listed>, In<Up, Listed>, In<Leaving, Listed>, In<Draining, Listed>, In<Ending, Listed>,
          In<Waiting, Listed>, In<Recovering, Listed>, In<Moving, Listed>, In<Gone, Listed>> {
  template <class S, class E>
  static constexpr bool means = requires(LinkMachine& machine, S& state, E& event) { machine.on(state, event); };
};

template <class Met>
void LinkMachine::meet(Met&& event) {
  meet_state<MeansNothing>(state_, event, [this](auto& state, auto& met) { on(state, met); });
}

LinkMachine::LinkMachine(LinkConfig config, const std::optional<Block>& blocked, Time now, FailuresInARow row,
                         std::optional<Time> not_before, const Ways& ways, Ladder ladder)
    : config_(std::move(config)),
      state_(Unlisted{.not_before = not_before}),
      buffer_(config_.buffer),
      row_(row),
      ways_(Ways::restored(ways, config_.ppp.peers)),
      ladder_(std::move(ladder)),
      since_(now) {
  if (!blocked && ways_.next().out) ways_.mend(config_.call.refused_attempts);  // somebody has changed the saved file
  if (!blocked) return;
  permission_.put_up(Bar::block, {blocked->reason, blocked->detail, std::nullopt, blocked->failure});
  reason_ = blocked->reason;
  detail_ = blocked->detail;
}

Step LinkMachine::step(Event event, Time now) {
  now_ = now;
  out_ = {};
  std::visit([this](auto&& e) { on(std::move(e)); }, std::move(event));
  return std::exchange(out_, {});
}

std::optional<Time> LinkMachine::deadline() const {
  std::optional<Time> earliest;
  const auto consider = [&earliest](std::optional<Time> t) {
    if (t && *t != Time::max()) earliest = sooner(earliest, t);
  };
  if (asking_) consider(asking_->gate.deadline());
  if (const auto expiry = buffer_.next_expiry()) consider(after(*expiry, kExpiryBatch));
  if (call() == nullptr) consider(permission_.deadline());  // the end of a call that it ends comes first
  std::visit(Overloaded{
                 [&](const Unlisted&) {},
                 [&](const Down&) {},
                 [&](const Dialing& dialing) { consider(dialing.give_up); },
                 [&](const Up& up) {
                   consider(up.idle.deadline());
                   consider(up.back.deadline());
                   consider(linger_deadline(up));
                   consider(up.carriage_deadline());
                 },
                 [&](const Leaving& leaving) {
                   consider(leaving.deadline);
                   consider(leaving.up.carriage_deadline());
                 },
                 [&](const Draining& draining) {
                   consider(draining.deadline);
                   consider(draining.check);
                 },
                 [&](const Ending& ending) { consider(ending.deadline); },
                 [&](const Waiting& waiting) { consider(waiting.until); },
                 [&](const Recovering& recovering) { consider(recovering.deadline); },
                 [&](const Moving& moving) { consider(moving.again); },
                 [&](const Gone&) {},
             },
             state_);
  return earliest;
}

void LinkMachine::become(State next, std::string reason, std::string detail) {
  const auto from = shown(state_);
  const auto* waits = std::get_if<Waiting>(&next);
  const auto not_before = waits ? waits->until : Time::min();
  const bool moves = parting_ && (std::holds_alternative<Down>(next) || waits);
  if (moves) next = Down{};
  if (const auto* over = call()) std::tie(last_trigger_, last_peer_) = std::tie(over->trigger, over->peer);
  state_ = std::move(next);
  if (from != shown(state_)) since_ = now_;
  out_.transitions.push_back(
      {from, shown(state_), serial(), reason, detail, call() && ways_.several() ? call()->peer : std::string()});
  reason_ = std::move(reason);
  detail_ = std::move(detail);
  if (asking_ && !std::holds_alternative<Dialing>(state_) && carries() == nullptr) stop_asking();
  if (moves) give_up_place(not_before);
}

// ---- packets ---------------------------------------------------------------------------------------------------------

void LinkMachine::on(PacketsArrived&& event) {
  const bool impaired = std::exchange(impaired_, impaired_ || !event.judged);
  std::vector<PacketBytes> late;
  for (auto& packet : event.packets)
    if (!take_in(packet)) late.push_back(std::move(packet));
  impaired_ = impaired;
  if (!late.empty()) effect(Reinject{std::move(late)});
}

bool LinkMachine::refuses() const {
  const auto bar = permission_.strongest();
  return bar && *bar != Bar::sleep;
}

bool LinkMachine::take_in(PacketBytes& bytes) {
  const auto info = describe_packet(bytes);
  if (!info) {
    ++counters_.malformed;
    return true;
  }
  // No call carries a family without a stable address. A packet for a blocked link has slipped past the kernel's refusal. Under
  // other bars, only packets that the present call carries are taken, because no next call will come for the rest.
  const auto* up = carries();
  const bool refused = blocked() || (refuses() && !(up && up->of(info->family()) == Carriage::carried));
  if (refused || !config_.stable_for(info->family())) {
    ++counters_.drops[refused ? Drop::blocked : Drop::family];
    return true;
  }
  Packet packet{bytes, *info};
  meet(packet);
  return !packet.late;
}

void LinkMachine::buffer(Packet& packet) {
  const auto pushed = buffer_.push(std::move(packet.bytes), packet.info, now_);
  counters_.drops[Drop::budget] += pushed.dropped;
  counters_.coalesced += pushed.coalesced ? 1 : 0;
}

bool LinkMachine::hold(Packet& packet) {
  if (!impaired_) buffer(packet);
  else ++counters_.drops[Drop::impaired];
  return !impaired_;
}

// Also counted for a dead call, because these packets are counted nowhere else.
void LinkMachine::on(const SentOn& event) {
  counters_.replayed += event.replayed;
  counters_.drops += event.drops;
  counters_.coalesced += event.coalesced;
}

void LinkMachine::on(const HandedOver& event) {
  on(event.sent);
  if (event.error) news(event);
}

// ---- people ----------------------------------------------------------------------------------------------------------

// A wish counts as newer than the last Disconnect, even if a bar refuses it for now.
void LinkMachine::on(const ConnectAsked& event) {
  ended_on_purpose_ = false;
  if (!barred()) meet(event);
}

void LinkMachine::want(const ConnectAsked& event) {
  wanted_.add(event.lasts, {event.by, event.hold.value_or(config_.call.idle_timeout), event.patient});
}

void LinkMachine::on(const AppearanceOver&) { wanted_.forget_appearance(); }

void LinkMachine::forget_wishes() {
  wanted_ = {};
  resume_until_.reset();
}

void LinkMachine::end_on_purpose() {
  forget_wishes();
  ended_on_purpose_ = true;
}

void LinkMachine::on(const LeaveAsked& event) {
  permission_.put_up(Bar::stop, {"stop", {}, after(now_, event.patience)});
  forget_wishes();
  drop_buffer();
  meet(event);
}

void LinkMachine::on(const SleepAsked& event) {
  if (config_.call.on_sleep == OnSleep::keep) return;
  permission_.put_up(Bar::sleep, {"sleep", {}, after(now_, event.patience)});
  meet(event);
}

void LinkMachine::on(const Woke& event) {
  permission_.lift(Bar::sleep);
  meet(event);
}

void LinkMachine::on(const DisconnectAsked& event) {
  end_on_purpose();
  meet(event);
}

void LinkMachine::block(std::string reason, std::string detail, std::optional<CallEnd> failure) {
  if (permission_.put_up(Bar::block, {std::move(reason), std::move(detail), std::nullopt, failure})) effect(SetBlocked{true});
  end_on_purpose();
  drop_buffer();
}

void LinkMachine::on(const BlockAsked& event) {
  block("block");
  meet(event);
}

void LinkMachine::on(const UnblockAsked&) {
  permission_.lift(Bar::stop);
  if (blocked() || ways_.any_out()) ways_.forgive();
  if (!blocked()) return;
  end_row();
  lift_block();
}

void LinkMachine::end_row() {
  row_.end();
  ladder_.end();
}

void LinkMachine::lift_block(std::string detail) {
  permission_.lift(Bar::block);
  effect(SetBlocked{false});
  become(State(state_), "unblock", std::move(detail));
}

// ---- what is around --------------------------------------------------------------------------------------------------

void LinkMachine::on(const Impaired& event) {
  impaired_ = event.impaired;
  meet(event);
}

void LinkMachine::on(const StandsBehind& event) {
  if (event.behind && !behind_since_) behind_since_ = now_;
  if (!event.behind) behind_since_.reset();
}

void LinkMachine::on(Reconfigured&& event) {
  const bool mended = mended_by(event.config), other_call = config_.ppp != event.config.ppp;
  if (event.config.call.idle_timeout < config_.call.idle_timeout)
    if (auto* up = std::get_if<Up>(&state_)) up->idle.shorten(now_, event.config.call.idle_timeout);
  config_ = std::move(event.config);
  // Of another name, device or peer, nothing that happened counts.
  if (other_call) ways_ = Ways::of(config_.ppp.peers, ways_);
  else ways_.mend(config_.call.refused_attempts);
  if (other_call || mended) end_row();
  if (mended) lift_block("a reload; a file may have been mended");
  counters_.drops[Drop::budget] += buffer_.set_budget(config_.buffer);
  for (const auto family : {Family::v4, Family::v6})
    if (!config_.stable_for(family)) counters_.drops[Drop::family] += buffer_.take(family).size();
}

// ghostd may not look into most files that can be at fault (the peer file, the secrets). So a reload counts as a person's word
// that one of them was mended. A wrong PIN locks the SIM card after three tries, so there the link's own settings must differ.
bool LinkMachine::mended_by(const LinkConfig& then) const {
  const auto& block = permission_.standing(Bar::block);
  if (!block || !block->failure) return false;
  const auto remedy = remedy_of(*block->failure, CallStage::unknown, true);
  return remedy != Remedy::person || config_.ppp != then.ppp;
}

// Wishes and packets wait for the new place.
void LinkMachine::on(PartAsked&& event) {
  if (event.then) {
    permission_.lift(Bar::gone);
  } else {
    permission_.put_up(Bar::gone, {"gone", {}, std::nullopt});
    forget_wishes();
    drop_buffer();
  }
  parting_ = std::move(event);
  meet(*parting_);
}

void LinkMachine::on(const AddressAppeared& event) {
  if (!config_.stable_for(event.local.family())) return;  // no call of this link carries another family
  if (!must_ask(event)) {
    if (asking_ && !asking_->proves && asking_->gate.local() == event.local) stop_asking();
    return meet(event);
  }
  asking_ = Asking{{event.local, config_.call.peer_wait, now_}, *event.peer, false};
  ask_far_end();
}

bool LinkMachine::must_ask(const AddressAppeared& event) const {
  const auto family = event.local.family();
  const auto* up = carries();
  const bool counts = up ? up->of(family) == Carriage::carried : !std::holds_alternative<Dialing>(state_);
  return event.peer && *event.peer != event.local && family == Family::v4 && config_.call.peer_wait != Duration::zero() &&
         !counts;
}

// One round of questions. Name servers may have become known since the last.
void LinkMachine::ask_far_end() {
  auto known = std::vector{asking_->peer};
  for (const auto& agreed : call()->agreed)
    if (agreed) known.insert(known.end(), agreed->dns.begin(), agreed->dns.end());
  const auto local = asking_->gate.local();
  auto step = asking_->gate.round(known, now_);
  std::visit(Overloaded{
                 [&](AskPeers& ask) { effect(AskFarEnd{local, std::move(ask.targets)}); },
                 [&](const GateOpens& opens) {
                   const bool dead = asking_->proves;
                   stop_asking(opens.in_vain);
                   if (opens.in_vain && !dead) present()->doubtful = true;
                   if (!dead) return meet(AddressAppeared{local});
                   if (const auto* up = std::get_if<Up>(&state_))
                     hang_up(*up, "sleep", true, "the far end did not answer after the machine had slept");
                 },
             },
             step);
}

void LinkMachine::stop_asking(bool in_vain) {
  asking_.reset();
  effect(StopAsking{in_vain});
}

void LinkMachine::on(const FarEndAnswered& event) {
  if (!asking_ || asking_->gate.local() != event.local) return;
  stop_asking();
  meet(AddressAppeared{event.local});
}

void LinkMachine::on(const AddressVanished& event) {
  if (asking_ && asking_->gate.local() == event.local) stop_asking();
  meet(event);
}

void LinkMachine::on(const CallReport& event) {
  if (const auto* started = std::get_if<CallStarted>(&event.what); started && event.serial > last_serial_)
    return meet(CallFound{event.serial, started->peer});
  if (const auto* gone = std::get_if<CallGone>(&event.what);
      gone && std::holds_alternative<Unlisted>(state_) && event.serial > last_serial_)
    return found_ended(event.serial, *gone);
  if (!is_present(event.serial)) return;  // late news of a dead call
  std::visit(Overloaded{
                 [&](const CallStarted&) {},
                 [&](const CallAddress& news) {
                   present()->agreed[static_cast<std::size_t>(news.local.family())] = news;
                   if (news.local == news.remote) meet(AddressConflicts{"the far end gave both ends " + news.local.str()});
                 },
                 [&](const CallGone& news) { meet(news); },
             },
             event.what);
}

void LinkMachine::on(const Listed& event) {
  last_serial_ = std::max(last_serial_, event.newest);
  meet(event);
}

void LinkMachine::on(const RecoveryReport& event) {
  if (event.end && recovery_ && !recovery_->end) recovery_->end = event.end;
  meet(event);
}

void LinkMachine::on(const SupervisorGone&) {
  meet(CallGone{CallEnd::SupervisorLost, "the connection to ghost-supervisor broke"});
}

void LinkMachine::on(const DeadlinePassed& event) {
  counters_.drops[Drop::age] += buffer_.expire(now_);
  if (call() == nullptr)
    for (const auto bar : permission_.pass(now_)) {
      if (bar == Bar::block) effect(SetBlocked{false});
      if (!std::holds_alternative<Down>(state_)) continue;
      become(Down{}, std::string(to_string(bar)) + "-over");
      dial_if_asked();
    }
  meet(event);
  // Last, so that no address is handed to a call that ends at the same moment: its end has stopped the asking.
  if (asking_ && now_ >= asking_->gate.deadline()) ask_far_end();
}

}  // namespace ghost::core
