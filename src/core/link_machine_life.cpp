// SPDX-License-Identifier: GPL-2.0-or-later
// What each state makes of an event, in the order of a call's life. One-line functions are in the header. What means nothing is
// listed in link_machine.cpp.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/link_machine.hpp"

namespace ghost::core {
namespace {

constexpr Duration kProofPatience = 5s;     // for the far end's answer after a sleep
constexpr Duration kSupervisorGrace = 30s;  // beyond the supervisor's own deadlines
constexpr Duration kDrainInterval = 50ms;   // between two looks at the queue before a hang-up
constexpr Duration kDrainPatience = 10s;    // the queue of a dead line never runs dry
constexpr Duration kMovePause = 1s;         // until the kernel is asked again to remove routes; doubles at each refusal
constexpr Duration kMovePauseMax = 60s;
constexpr const char* kRoutesStay = "routes-stay";  // the reason while the kernel refuses

}  // namespace

// ---- unlisted --------------------------------------------------------------------------------------------------------

// If a person disconnected before the list came, ghostd ends this call.
void LinkMachine::on(Unlisted&, const CallFound& event) {
  adopt(event);
  if (ended_on_purpose_) on(DisconnectAsked{});
}

// It ended while no ghostd listened. A newer call may live, so the link waits for the rest of the list.
void LinkMachine::found_ended(CallSerial serial, const CallGone& gone) {
  last_serial_ = serial;
  if (gone.reason != CallEnd::HungUp) std::get<Unlisted>(state_).ended = gone;
}

void LinkMachine::on(Unlisted& unlisted, const Listed&) {
  const auto before = std::move(unlisted);
  pass(Down{});
  if (before.ended) return fail_and_ask_again(*before.ended);
  // A person's wish does not wait, and nor does that of the day's first appearance.
  const auto not_before = wanted_now() ? Time::min() : before.not_before.value_or(Time::min());
  if (parting_) return give_up_place(not_before);
  if (now_ < not_before && !blocked()) return become(Waiting{not_before}, "failed-before");
  dial_if_asked();
}

void LinkMachine::adopt(const CallFound& found) {
  // A call of another peer than today's may be named, but of one peer or Device= no name is told.
  ways_.prefer(found.peer);
  auto peer = found.peer.empty() && !ways_.several() ? ways_.next().peer : found.peer;
  Dialing dialing{begun(found.serial, last_trigger_, std::move(peer)), after(now_, dial_patience())};
  dialing.call.adopted = true;
  become(dialing, "adopted");
  if (const auto bar = permission_.strongest()) abort(dialing, std::string(to_string(*bar)));
  else if (parting_) abort(dialing, reason_of(*parting_));
}

// ---- down ------------------------------------------------------------------------------------------------------------

void LinkMachine::on(Down&, Packet& packet) {
  const auto trigger = packet.info.str();
  if (hold(packet) && !barred()) dial("trigger", trigger);
}

void LinkMachine::on(Down&, const ConnectAsked& event) {
  want(event);
  dial(event.by, event.by);
}

// Packets that came while the last call ended have waited for the table.
void LinkMachine::on(Down&, const Impaired&) {
  if (!impaired_) dial_if_asked();
}

// ---- dialing ---------------------------------------------------------------------------------------------------------

void LinkMachine::dial(std::string reason, std::string trigger) {
  ended_on_purpose_ = false;
  const auto& peer = ways_.next().peer;
  auto call = begun(next(last_serial_), std::move(trigger), peer);
  effect(StartCall{call.serial, ways_.several() ? peer : std::string()});
  become(Dialing{std::move(call), after(now_, dial_patience())}, std::move(reason));
}

// The supervisor has ended a call by then that gets no address.
Duration LinkMachine::dial_patience() const {
  const auto& c = config_.call;
  return c.dial_timeout + 2 * c.negotiate_timeout + c.hangup_timeout + kSupervisorGrace;
}

Call LinkMachine::begun(CallSerial serial, std::string trigger, std::string peer) {
  last_serial_ = serial;
  ++counters_.calls;
  return {.serial = serial, .trigger = std::move(trigger), .peer = std::move(peer)};
}

// A packet, a person or an active conversation may have asked for a call while the link could not make one.
bool LinkMachine::dial_if_asked() {
  if (barred() || parting_) return false;
  if (const auto first = buffer_.front(); first && !impaired_) dial("trigger", first->str());
  else if (wanted_.any()) dial(wanted_.by(), wanted_.by());
  else if (resume_until_ && now_ < *resume_until_) dial("resume", trigger());
  else return false;
  return true;
}

// The buffer is dropped, because its packets would make the link dial again at once.
void LinkMachine::on(Dialing& dialing, const DisconnectAsked&) {
  drop_buffer();
  abort(dialing, "disconnect");
}

void LinkMachine::on(Dialing& dialing, const AddressAppeared& event) {
  Up up{.call = dialing.call,
        .families = Families(config_.stable),
        .idle = {now_, config_.call.idle_timeout, wanted_.hold()},
        .back = ReturnWatch(now_)};
  up.call.since = now_;
  if (by_next_way()) ways_.acceptance().accept();
  forget_wishes();
  become(std::move(up), reason_);
  if (call()->doubtful) effect(AskReceived{serial()});
  hand_over(std::get<Up>(state_), event.local);
}

// If an earlier ghostd had led traffic into the call, the kernel may have kept a part of that.
void LinkMachine::on(Dialing& dialing, const CallGone& news) {
  if (dialing.call.may_carry()) effect(RouteBack{});
  after_failure(news);
}

// This call was the answer to the request.
void LinkMachine::on(Dialing& dialing, const AddressConflicts& event) {
  wanted_ = {};
  end_at_once(dialing.call, {}, event);
}

void LinkMachine::on(Dialing& dialing, const DeadlinePassed&) {
  if (now_ >= dialing.give_up) abort(dialing, std::string(to_string(CallEnd::TimedOut)), true);
}

// A call that an earlier ghostd began may carry traffic already.
void LinkMachine::abort(const Dialing& dialing, std::string reason, bool failed, std::string detail) {
  if (failed) wanted_ = {};  // this call was the answer to the request
  if (dialing.call.may_carry()) return drain(dialing.call, {}, std::move(reason), failed, std::move(detail));
  become(tell_pppd(dialing.call, failed, {}), std::move(reason), std::move(detail));
}

// ---- up --------------------------------------------------------------------------------------------------------------

void LinkMachine::on(Up& up, Packet& packet) {
  switch (up.of(packet.info.family())) {
    case Carriage::carried: packet.late = true; return;
    case Carriage::pending: return buffer(packet);
    case Carriage::unused:
    case Carriage::given_up: ++counters_.drops[Drop::family]; return;
  }
}

void LinkMachine::on(Up& up, const ConnectAsked& event) { up.idle.hold(now_, event.hold.value_or(config_.call.idle_timeout)); }

void LinkMachine::on(Up& up, const DisconnectAsked&) {
  drop_buffer();  // packets of a family that is still pending
  leave(up, "disconnect");
}

// The wish for a good-bye belongs to the call, because a link that is down cannot say one.
void LinkMachine::on(Up& up, const FarewellWanted& event) {
  up.call.farewell = event.wanted ? std::optional(event.patience) : std::nullopt;
}

void LinkMachine::on(Up& up, const CallGone& news) {
  if (up.idle.in_use_until() > now_) resume_until_ = up.idle.in_use_until();
  after_drop(up, news);
}

void LinkMachine::on(Up& up, const AddressAppeared& event) {
  if (up.of(event.local.family()) != Carriage::carried) hand_over(up, event.local);  // a second address changes nothing
}

void LinkMachine::hand_over(Up& up, const IpAddress& local) {
  const auto family = local.family();
  if (up.families.carry(local, now_) == Carriage::given_up) effect(RefuseFamily{family, false});
  up.settling.begin(now_);
  effect(Handover{up.call.serial, family, buffer_.take(family)});
}

// Its packets wait for another address. So the route leads them into the demand interface again.
void LinkMachine::on(Up& up, const AddressVanished& event) {
  if (!up.families.lose(event.local, now_)) return;
  effect(RouteBack{event.local.family()});
  forget(event.local);
}

// ghostd does not wait for the call's queue, because no packet should go to this far end. So packets in it are lost.
void LinkMachine::end_at_once(const Call& call, std::vector<IpAddress> local, const AddressConflicts& why) {
  if (call.may_carry()) effect(RouteBack{});
  become(tell_pppd(call, true, std::move(local)), std::string(to_string(CallEnd::AddressConflict)), why.detail);
}

void LinkMachine::on(Up& up, const HandedOver& event) {
  hang_up(up, "handover-failed", true, event.error.value_or(""));
  for (auto packet : event.kept) std::ignore = take_in(packet);
}

void LinkMachine::on(Up& up, const IdleReport& event) {
  switch (up.idle.answer(now_, event.remaining)) {
    case IdleWatch::Verdict::needed: return;
    case IdleWatch::Verdict::idle:
      // Each further call would cost the same. So it counts as a failure, and the pauses grow.
      if (up.call.doubtful && up.back.silent())
        return hang_up(up, "nothing-back", true, "nothing came back during the whole call");
      return leave(up, "idle");
    case IdleWatch::Verdict::unknown:
      return hang_up(up, "idle-unknown", true, "the kernel does not say whether anything keeps the call up");
  }
}

void LinkMachine::on(Up& up, const DeadlinePassed&) {
  if (const auto linger = linger_deadline(up); linger && now_ >= *linger) return leave(up, "standby");
  settle(up);
  const bool asks_idle = up.idle.ask(now_);
  if (up.back.ask(now_) || (asks_idle && up.call.doubtful)) effect(AskReceived{up.call.serial});
  if (asks_idle) effect(AskIdle{up.call.serial});
  give_up_families(up);
}

// The far end of an IPv6 call is not asked: pppd's echoes find out.
void LinkMachine::on(Up& up, const Woke& event) {
  if (!event.slept) return;
  if (config_.call.on_sleep == OnSleep::hangup) return hang_up(up, "sleep");
  const auto& agreed = up.call.agreed[static_cast<std::size_t>(Family::v4)];
  if (!agreed || up.of(Family::v4) != Carriage::carried) return;
  asking_ = Asking{{agreed->local, kProofPatience, now_}, agreed->remote, true};
  ask_far_end();
}

std::optional<Time> LinkMachine::linger_deadline(const Up& up) const {
  if (!behind_since_ || !up.call.since || config_.standby_linger == Duration::max()) return std::nullopt;
  return after(std::max(*behind_since_, *up.call.since), config_.standby_linger);
}

void LinkMachine::settle(Up& up) {
  if (up.families.deadline()) return;  // the other family's replay may still come into the queue
  const auto look = up.settling.look(now_);
  if (look != Settling::Look::not_now) effect(SettleQueue{up.call.serial, look == Settling::Look::force});
}

void LinkMachine::give_up_families(Up& up) {
  if (now_ < up.families.deadline().value_or(Time::max())) return;
  if (!up.families.any(Carriage::carried)) return hang_up(up, "address-lost", true);
  for (const auto family : up.families.give_up()) {
    counters_.drops[Drop::family] += buffer_.take(family).size();
    effect(RefuseFamily{family, true});
  }
}

// Ends the call in order: a promised good-bye comes first.
void LinkMachine::leave(const Up& up, std::string reason) {
  if (!up.call.farewell) return hang_up(up, std::move(reason));
  effect(SayFarewell{reason, parting_ && parting_->then});
  pass(Leaving{up, std::move(reason), after(now_, *up.call.farewell)});
}

void LinkMachine::hang_up(const Up& up, std::string reason, bool failed, std::string detail) {
  drain(up.call, up.addresses(), std::move(reason), failed, std::move(detail));
}

void LinkMachine::drain(Call call, std::vector<IpAddress> local, std::string reason, bool failed, std::string detail) {
  effect(RouteBack{});
  effect(CheckDrained{call.serial});
  become(Draining{std::move(call), failed, std::move(local), after(now_, kDrainInterval), after(now_, kDrainPatience)},
         std::move(reason), std::move(detail));
}

// ---- leaving, draining, ending -----------------------------------------------------------------------------------------

void LinkMachine::on(Leaving& leaving, const DeadlinePassed&) {
  if (now_ >= leaving.deadline) return hang_up(leaving);
  settle(leaving.up);
  give_up_families(leaving.up);
}

// The call ends for the reason that it had, which is not a failure.
void LinkMachine::on(Leaving& leaving, const HandedOver& event) {
  hang_up(leaving);
  for (auto packet : event.kept) std::ignore = take_in(packet);
}

void LinkMachine::on(Draining& draining, const DrainReport& event) {
  if (event.empty) end(draining);
}

void LinkMachine::on(Draining& draining, const DeadlinePassed&) {
  if (now_ >= draining.deadline) return end(draining);
  if (now_ < draining.check) return;
  draining.check = after(now_, kDrainInterval);
  effect(CheckDrained{draining.call.serial});
}

void LinkMachine::end(const Draining& draining) { pass(tell_pppd(draining.call, draining.failed, draining.local)); }

Ending LinkMachine::tell_pppd(Call call, bool failed, std::vector<IpAddress> local) {
  effect(EndCall{call.serial});
  return {std::move(call), failed, std::move(local), after(now_, config_.call.hangup_timeout + kSupervisorGrace)};
}

void LinkMachine::on(Draining& draining, const CallGone& news) { after_hang_up(draining.local, draining.failed, news); }

void LinkMachine::on(Ending& ending, const CallGone& news) { after_hang_up(ending.local, ending.failed, news); }

void LinkMachine::on(Ending& ending, const DeadlinePassed&) {
  if (now_ >= ending.deadline)
    on(ending, CallGone{CallEnd::SupervisorLost, "ghost-supervisor did not report the end of the call in time"});
}

// ---- after the call ----------------------------------------------------------------------------------------------------

// An address that the provider always assigns stays with this host, and so do its conversations.
void LinkMachine::forget(const IpAddress& address) {
  if (std::find(config_.stable.begin(), config_.stable.end(), address) == config_.stable.end()) effect(ForgetAddress{address});
}

void LinkMachine::after_hang_up(const std::vector<IpAddress>& local, bool failed, const CallGone& news) {
  for (const auto& a : local) forget(a);
  if (!failed) {
    if (!local.empty()) end_row();  // a call that never carried proves nothing
    if (!dial_if_asked()) become(Down{}, reason_, news.reason == CallEnd::HungUp ? std::string{} : news.detail);
    return;
  }
  // If ghostd ended the call because it went wrong, that stays the reason, even if pppd then ended in order.
  if (news.reason == CallEnd::HungUp) fail_and_ask_again({news.reason, detail_, news.stage}, reason_);
  else fail_and_ask_again(news);
}

// A Connect that came while the call was being ended, or was not known, asks for the next call.
void LinkMachine::fail_and_ask_again(const CallGone& news, std::string reason) {
  const auto asked_since = wanted_;
  after_failure(news, std::move(reason));
  if (!asked_since.any() || barred()) return;
  wanted_ = asked_since;
  if (asked_since.patient()) return;
  if (std::holds_alternative<Waiting>(state_)) dial(asked_since.by(), asked_since.by());
  if (auto* moving = std::get_if<Moving>(&state_)) moving->not_before = Time::min();
  if (auto* recovering = std::get_if<Recovering>(&state_)) recovering->until.reset();
}

// The call failed before it carried.
void LinkMachine::after_failure(const CallGone& news, std::string reason) {
  wanted_ = {};
  fail(news, std::move(reason), false);
}

// The call carried, and ended although ghostd had not asked for it.
void LinkMachine::after_drop(const Up& up, const CallGone& news) {
  effect(RouteBack{});
  for (const auto& a : up.addresses()) forget(a);
  fail(news, std::string(to_string(news.reason)), true);
}

// A failure that would block a link with one peer takes out only this peer, while another is left. A way that has proved good keeps its
// turn. The failure of a call by none of the ways says nothing about them. dropped: the call carried.
void LinkMachine::fail(const CallGone& news, std::string reason, bool dropped) {
  const bool known = by_next_way(), good = call() != nullptr && call()->good;
  const auto carried = call() != nullptr && call()->since ? now_ - *call()->since : Duration::zero();
  Acceptance elsewhere;
  const FailuresInARow::Tried way{known ? ways_.acceptance() : elsewhere, !known || ways_.another()};
  const auto sequel = dropped ? row_.add_drop(config_.call, news.reason, news.stage, way, good, carried)
                              : row_.add(config_.call, news.reason, news.stage, way);
  const auto peer = ways_.next().peer;
  if (known && sequel.way_is_out) ways_.take_out(sequel.reason);
  else if (known && !good) ways_.move_on();
  // For refusals it is their reason, even if the far end never said that it refused us.
  if (sequel.reason == CallEnd::AuthFailed && (sequel.way_is_out || !sequel.pause)) reason = to_string(sequel.reason);
  auto detail = news.detail;
  if (known && sequel.way_is_out && sequel.pause)
    detail = "no more calls by peer " + peer + ", until ghostctl unblock or reload" + (detail.empty() ? "" : ": ") + detail;
  if (!sequel.pause) block(reason, detail, sequel.reason);
  if (blocked()) return become(Down{}, std::move(reason), std::move(detail));
  const auto until = after(now_, *sequel.pause);
  if (!recover(news, peer, until, reason, detail)) become(Waiting{until}, std::move(reason), std::move(detail));
}

void LinkMachine::on(Up& up, const ReceivedReport& event) {
  up.back.answer(now_, event.packets);
  if (!up.back.good()) return;
  up.call.good = true;
  row_.proved_good();
  ladder_.end();
}

// ---- waiting -----------------------------------------------------------------------------------------------------------

void LinkMachine::on(Waiting&, const ConnectAsked& event) {
  want(event);
  if (!event.patient) dial(event.by, event.by);
}

void LinkMachine::on(Waiting&, const DisconnectAsked&) {
  drop_buffer();
  become(Down{}, "disconnect");
}

// It is the device of the last call.
void LinkMachine::on(Waiting&, const DeviceReturned&) {
  if (!row_.device_returned()) return;
  ways_.prefer(last_peer_);
  end_pause();
}

void LinkMachine::on(Waiting& waiting, const DeadlinePassed&) {
  if (now_ >= waiting.until) end_pause();
}

void LinkMachine::end_pause() {
  if (!dial_if_asked()) become(Down{}, reason_, detail_);
}

// ---- another place, or none --------------------------------------------------------------------------------------------

void LinkMachine::give_up_place(Time not_before) {
  effect(GiveUpPlace{});
  Moving next{.again = {}, .pause = kMovePause, .refusal = {}, .not_before = not_before};
  if (const auto* moving = std::get_if<Moving>(&state_)) {
    next.refusal = moving->refusal;
    next.not_before = moving->not_before;
  }
  pass(std::move(next));
}

// As in Waiting: a person does not wait for the end of a pause after failures.
void LinkMachine::on(Moving& moving, const ConnectAsked& event) {
  want(event);
  if (!event.patient) moving.not_before = Time::min();
}

void LinkMachine::on(Moving& moving, const DeviceReturned&) {
  if (!row_.device_returned()) return;
  ways_.prefer(last_peer_);
  moving.not_before = Time::min();
}

void LinkMachine::on(Moving& moving, const PlaceGivenUp& event) {
  const bool was_refused = moving.refusal.has_value();
  const auto not_before = moving.not_before;
  if (!parting_->then) {
    // The routes of a link that is gone end with its interface, even if the kernel refuses to remove them now.
    if (event.refusal) become(Gone{}, kRoutesStay, *event.refusal);
    else pass(Gone{});
    return effect(PlaceChanged{});
  }
  if (event.refusal) return place_stays(moving, *event.refusal);
  drop_other_addresses(*parting_->then);
  on(Reconfigured{std::move(*std::exchange(parting_, std::nullopt)->then)});
  if (was_refused) become(Down{}, "reload");
  else pass(Down{});
  effect(PlaceChanged{});
  if (now_ < not_before && !blocked()) become(Waiting{not_before}, reason_, detail_);
  else dial_if_asked();
}

// The link no longer has this address. So ghostd can send no packet from it, and no conversation continues.
void LinkMachine::drop_other_addresses(const LinkConfig& then) {
  bool any_stays = false;
  for (const auto family : {Family::v4, Family::v6}) {
    const auto *before = config_.stable_for(family), *after = then.stable_for(family);
    const bool stays = before && after && *before == *after;
    any_stays = any_stays || stays;
    if (!stays) counters_.drops[Drop::disconnected] += buffer_.take(family).size();
  }
  if (!any_stays) resume_until_.reset();
}

// As in Waiting, a person or a block ends the pause after failures.
void LinkMachine::on(Moving& moving, const DisconnectAsked&) {
  moving.not_before = Time::min();
  drop_buffer();
}

void LinkMachine::on(Moving& moving, const BlockAsked&) {
  moving.not_before = Time::min();
  become(State(state_), "block");
}

// The link makes no call meanwhile, because programs would use routes that the configuration no longer has.
void LinkMachine::place_stays(const Moving& moving, const std::string& refusal) {
  const bool told = moving.refusal == refusal;
  Moving next{after(now_, moving.pause), std::min(2 * moving.pause, kMovePauseMax), refusal, moving.not_before};
  if (told) pass(std::move(next));
  else become(std::move(next), kRoutesStay, refusal);
}

void LinkMachine::on(Moving& moving, const DeadlinePassed&) {
  if (!moving.again || now_ < *moving.again) return;
  moving.again.reset();
  effect(GiveUpPlace{});
}

}  // namespace ghost::core
