// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.hpp"

#include <algorithm>

#include "base/overloaded.hpp"
#include "core/failure_policy.hpp"
#include "core/receiver.hpp"

namespace ghost::test {

using namespace core;

namespace {

template <class... E>
bool is_one_of(const LinkEvent& event) {
  const auto* of_call = std::get_if<Event>(&event);
  return of_call && (std::holds_alternative<E>(*of_call) || ...);
}

IpAddress far_end(Family family) { return *IpAddress::parse(family == Family::v4 ? "10.64.64.254" : "fe80::1"); }

}  // namespace

World::World(unsigned seed, Seen& seen)
    : random_(seed), seen_(seen), link_(some_config(), disk_, around(), clocks()), sleepy_(seed % 4 == 0) {}

Surroundings World::around() {
  return {[](WallTime) { return 0s; }, [this](std::uint64_t below) { return pick(static_cast<unsigned>(below)); }};
}

void World::promise(bool kept, const std::string& what) {
  if (kept || broken_) return;
  broken_ = what + "\n";
  for (const auto& line : history_) *broken_ += "  " + line + "\n";
}

// ---- what happens ----------------------------------------------------------------------------------------------------

IpAddress World::some_address(Family family) {
  const auto n = std::to_string(1 + pick(4));
  return *IpAddress::parse(family == Family::v4 ? "10.0.0." + n : "2001:db8:5::" + n);
}

LinkConfig World::some_config() {
  auto config = chance(60) ? dual() : isp();
  if (chance(5)) config.stable = {config.stable.back()};  // perhaps IPv6 alone
  config.call.idle_timeout = 1s * (1 + pick(60));
  config.call.dial_timeout = config.call.negotiate_timeout = 1s * (1 + pick(40));
  config.call.peer_wait = 500ms * pick(6);
  config.call.redial_delay = 1s * (1 + pick(5));
  config.call.redial_delay_max = 1s * (1 + pick(60));
  config.call.redial_attempts = chance(70) ? 0 : 1 + pick(3);
  config.call.refused_attempts = 1 + pick(4);
  config.call.refused_delay = 1s * (1 + pick(120));
  config.call.on_sleep = chance(70) ? OnSleep::hangup : OnSleep::keep;
  if (chance(60)) config.recover.reset = {"ATZ"};
  if (chance(40)) config.recover.power = "/usr/local/sbin/power";
  config.recover.reasons.clear();
  for (const auto& policy : failure_policies())
    if (chance(80)) config.recover.reasons.push_back(policy.end);
  config.recover.after = 1 + pick(3);
  config.recover.per_day = 1 + pick(4);
  config.recover.settle = 1s * pick(40);
  config.recover.timeout = 1s * (1 + pick(60));
  config.buffer = {.packets = pick(12), .bytes = 40 + pick(800), .age = 1s * (1 + pick(60))};
  config.appear.name = "hut";
  config.appear.hold = 1s * (1 + pick(600));
  config.appear.connect_timeout = 1s * (1 + pick(300));
  config.appear.vanish_timeout = 1s * (1 + pick(10));
  if (chance(30)) config.appear.echo = "https://echo.example.net/";
  if (chance(50)) config.appear.window = Window{0x7f, 0h, 24h};
  config.announces = some_announces();
  if (chance(70)) config.ppp.peers = {"first"};
  if (chance(70) && !config.ppp.peers.empty()) config.ppp.peers.emplace_back("second");
  if (chance(40) && !config.ppp.peers.empty()) config.ppp.peers.emplace_back("third");
  return config;
}

std::string World::some_peer() {
  const char* const all[] = {"", "first", "second", "third", "fourth"};
  return all[pick(5)];
}

Event World::some_packet() {
  if (chance(5)) return malformed;
  if (chance(15)) {  // several at once
    PacketsArrived several{.packets = {}, .judged = !chance(20)};
    while (several.packets.size() < 4) {
      auto one = some_packet();
      for (auto& packet : std::get<PacketsArrived>(one).packets) several.packets.push_back(std::move(packet));
    }
    return several;
  }
  if (chance(20)) return syn("syn" + std::to_string(names_ / 8));  // of eight or so, the same again
  const auto name = std::to_string(++names_) + std::string(pick(60), '.');
  return chance(50) ? packet6(name) : packet(name);
}

LinkEvent World::anything() {
  if (chance(12)) return anything_of_appearances();
  const auto old = CallSerial{pick(static_cast<unsigned>(number(newest_)) + 1)};  // perhaps the present one
  const auto family = chance(50) ? Family::v4 : Family::v6;
  switch (pick(44)) {
    case 0:
    case 1: return connect;
    case 2:
    case 3: return disconnect;
    case 34: return StandsBehind{chance(50)};
    case 35: return conflict("somebody's");
    case 36: return chance(30) ? leave : unblock;
    case 37:
    case 39: return taken_away();
    case 40: return device_returned;
    case 41: return chance(50) ? about_to_sleep : no_sleep;
    case 42: return woke;
    case 43: later(up_to(20s), Impaired{false}); return Impaired{true};
    case 4: return block;
    case 5:
    case 6:
    case 7: return unblock;
    case 8: return Reconfigured{some_config()};
    case 9: return chance(30) ? supervisor_gone : interface;
    case 10: return AddressAppeared{some_address(family)};
    case 38: return FarEndAnswered{some_address(Family::v4)};
    case 11: return AddressVanished{some_address(family)};
    case 12: return gone(static_cast<unsigned>(number(old)), static_cast<CallEnd>(pick(21)));
    case 13: return queue(static_cast<unsigned>(number(old)), chance(50));
    case 14: return drained(static_cast<unsigned>(number(old)), chance(50));
    case 15:  // an answer nobody asked for; one of no call, so that a question under way is still answered once
      return idle(0, 0s);
    case 16:
      return handed_over(static_cast<unsigned>(number(old)), family, 0, 0,
                         chance(10) ? std::optional<std::string>("no route") : std::nullopt);
    case 17:
      return started(static_cast<unsigned>(number(knows_ ? old : ghost::next(newest_))));  // no supervisor lists a dead call
    case 18: return chance(70) ? due : started(static_cast<unsigned>(number(newest_)) + 1 + pick(3), some_peer());
    default: return some_packet();
  }
}

// And given back before long.
LinkEvent World::taken_away() {
  later(up_to(20s), Reconfigured{some_config()});
  return PartAsked{};
}

Event World::step_report(const Recover& step) {
  return RecoveryReport{step.after, step.step, RecoveryReport::End{chance(60), "told"}};
}

LinkEvent World::some_wish() {
  switch (pick(8)) {
    case 0: return connect;
    case 1: return disconnect;
    case 2: return block;
    case 3: return unblock;
    case 4: return leave;
    case 5: return AppearAsked{};
    default: return some_packet();
  }
}

void World::later(Duration in, LinkEvent event) { appointments_.push_back({now_ + in, std::move(event)}); }

void World::later_gone(Duration in, CallSerial call, CallEnd reason) {
  later(in, CallReport{call, CallGone{reason, "told", static_cast<CallStage>(pick(6))}});
}

SentOn World::sent_of(std::size_t packets, std::size_t lost) {
  SentOn out{.replayed = packets - lost, .drops = {}};
  out.drops[static_cast<Drop>(pick(kDropKinds))] += lost;
  return out;
}

void World::plan_call(CallSerial call) {
  if (chance(3)) return;  // pppd hangs, the supervisor is silent
  auto at = up_to(2s);
  later(at, CallReport{call, CallStarted{}});
  at += up_to(chance(90) ? 10s : 200s);
  if (chance(25)) return later_gone(at, call, static_cast<CallEnd>(pick(21)));
  later(at, interface);
  for (const auto family : {Family::v4, Family::v6}) {
    if (chance(20)) continue;
    const auto local = some_address(family);
    const auto up = at + up_to(chance(80) ? 2s : 20s);
    later(up, CallReport{call, CallAddress{local, far_end(family), {}}});
    later(up, AddressAppeared{local, chance(70) ? std::optional(far_end(family)) : std::nullopt});
    if (chance(15)) later(up + up_to(60s), AddressVanished{local});
  }
  if (!quiet_ && chance(40)) later_gone(at + up_to(120s), call, static_cast<CallEnd>(pick(21)));
}

void World::next() {
  auto earliest = std::min_element(appointments_.begin(), appointments_.end(),
                                   [](const auto& a, const auto& b) { return a.at < b.at; });
  auto wake = link_.deadline();
  if (const auto alarm = quiet_ ? std::nullopt : link_.wall_deadline()) {
    const auto then = now_ + std::max<Duration>(*alarm - wall(), 0s);
    wake = wake ? std::min(*wake, then) : then;
  }
  if (wake && sleepy_ && chance(20)) *wake += up_to(300s);
  auto when = quiet_ ? Time::max() : now_ + (chance(70) ? up_to(500ms) : up_to(20s));
  if (earliest != appointments_.end() && earliest->at <= when && (!wake || earliest->at <= *wake)) {
    now_ = std::max(now_, earliest->at);
    auto event = std::move(earliest->event);
    appointments_.erase(earliest);
    return feed(std::move(event));
  }
  if (wake && *wake <= when) {
    now_ = std::max(now_, *wake);
    at_once_ = woken_ == now_ ? at_once_ + 1 : 0;
    promise(at_once_ < 5, "it asks to be woken at once, again and again");
    woken_ = now_;
    return feed(due);
  }
  if (quiet_) return answer_notice();
  now_ = when;
  if (chance(1)) return restart();
  if (chance(15) && !way_.empty()) return answer_notice();
  feed(anything());
}

std::optional<std::string> World::live(int steps) {
  later(up_to(20s), Event(Listed{CallSerial::none}));
  for (int i = 0; i < steps && !broken_; ++i) next();
  quiet_ = true;
  for (int i = 0; i < 20'000 && !broken_; ++i) {
    if (appointments_.empty() && way_.empty() && !link_.deadline() && std::holds_alternative<Down>(call().state()))
      return std::nullopt;
    next();
  }
  promise(false, "it never comes to rest");
  return broken_;
}

// ---- what must hold --------------------------------------------------------------------------------------------------

void World::feed(LinkEvent event) {
  const auto from = shown(call().state());
  history_.push_back(std::to_string(now_.time_since_epoch().count()) + " us, " + std::string(to_string(from)) + ": " +
                     words(event));
  if (history_.size() > 25) history_.erase(history_.begin());
  before(event);
  ways_ = call().ways();
  must_dial_ = must_dial(event);
  auto copy = event;
  const auto step = link_.step(std::move(copy), clocks());
  made_.emplace(link_.memory().sequence, now_);
  for (const auto& effect : step.effects) {
    history_.back() += " > " + words(effect);
    see(event, effect);
  }
  // Whom a reload adds, the next appearance tells.
  const auto* of_call = std::get_if<Event>(&event);
  if (of_call && (std::holds_alternative<Reconfigured>(*of_call) || std::holds_alternative<PlaceGivenUp>(*of_call)))
    owed_.clear();
  promise(!must_dial_, "a person asks for a call, nothing forbids it, and it does not call at once");
  after(step, from);
  after_ways(event);
}

void World::see_way(const StartCall& start) {
  const auto& peers = call().config().ppp.peers;
  promise(start.peer.empty() == (peers.size() < 2), "a peer is named of one, or none of several");
  if (start.peer.empty()) return;
  const auto& all = call().ways().all();
  const auto way = std::find_if(all.begin(), all.end(), [&](const Way& w) { return w.peer == start.peer; });
  promise(way != all.end() && std::find(peers.begin(), peers.end(), start.peer) != peers.end(),
          "a call by a peer that is not named");
  promise(way->out == std::nullopt, "a call by a way that is out");
  const bool another = std::any_of(all.begin(), all.end(), [&](const Way& w) { return !w.out && w.peer != failed_by_; });
  promise(!failed_by_ || !another || start.peer != failed_by_, "the way that has failed has the next turn, too");
  seen_["calls by the next way"] += failed_by_ && another;
}

void World::after_ways(const LinkEvent& event) {
  const bool person = is_one_of<UnblockAsked, Reconfigured, PlaceGivenUp>(event);
  const bool failure = is_one_of<CallReport, Listed>(event);
  const auto& now = call().ways();
  promise(call().blocked() || !now.next().out, "all ways are out, and the link is not blocked");
  if (now.all().size() != ways_.all().size()) return;
  for (std::size_t i = 0; i < now.all().size(); ++i) {
    const auto &was = ways_.all()[i].out, &out = now.all()[i].out;
    promise(!out || was || failure, "a way is out without a failure");
    promise(out || !was || person, "a way is brought back by nobody");
    seen_["ways that went out"] += now.several() && out && !was;
    seen_["ways that came back"] += now.several() && was && !out;
  }
}

// Whatever has failed before, a person does not wait.
bool World::must_dial(const LinkEvent& event) const {
  const auto* of_call = std::get_if<Event>(&event);
  const auto* asked = of_call ? std::get_if<ConnectAsked>(of_call) : nullptr;
  const auto is = shown(call().state());
  return asked && !asked->patient && !call().barred() && knows_ && call().has_place() &&
         (is == Shown::down || is == Shown::waiting) && !step_;
}

// What the link learns with this event.
void World::before(const LinkEvent& event) {
  was_ = link_.status(wall()).appearance;
  unsettled_.clear();
  for (const auto& n : was_.notices)
    if (!n.result) unsettled_.insert(n.name);
  owed_farewell_ = std::any_of(call().config().announces.begin(), call().config().announces.end(), [&](const AnnounceConfig& a) {
    const auto told = link_.memory().told.find(a.name);
    return a.vanish && told != link_.memory().told.end() && told->second.receiver == receiver(a);
  });
  std::visit([this](const auto& e) { learns(e); }, event);
}

void World::learns(const Event& event) {
  if (std::holds_alternative<DisconnectAsked>(event)) hung_up_ = true;
  if (std::holds_alternative<PacketsArrived>(event) || std::holds_alternative<ConnectAsked>(event)) hung_up_ = false;
  if (const auto* e = std::get_if<PacketsArrived>(&event)) {
    for (const auto& packet : e->packets) {
      ++arrived_;
      auto& w = waiting_[packet];
      ++w.copies;
      w.last = now_;
      if (w.copies == 1) w.order = static_cast<unsigned>(arrived_);
    }
  } else if (const auto* report = std::get_if<CallReport>(&event)) {
    const auto* dialing = std::get_if<Dialing>(&call().state());
    if (std::holds_alternative<CallGone>(report->what) && dialing && dialing->call.serial == report->serial)
      failed_by_ = dialing->call.peer;
    if (std::holds_alternative<CallGone>(report->what) && live_ == report->serial) live_.reset();
    if (std::holds_alternative<CallStarted>(report->what) && report->serial > newest_ &&
        (shown(call().state()) == Shown::down || shown(call().state()) == Shown::waiting)) {
      step_.reset();
      ++seen_["adopted"];
      hung_up_ = false;  // its conversations are not what the person meant
      failed_by_.reset();
      knows_ = true;
      live_ = newest_ = report->serial;
      plan_call(newest_);
    }
  } else if (std::holds_alternative<Listed>(event)) {
    knows_ = true;
  } else if (std::holds_alternative<SupervisorGone>(event)) {
    step_.reset();
    live_.reset();
  } else if (const auto* of_step = std::get_if<RecoveryReport>(&event)) {
    knows_ = knows_ || !of_step->end;  // no call of the link lives beside a step
    if (of_step->end && step_ && step_->after == of_step->after) step_.reset();
  } else if (std::holds_alternative<DeviceReturned>(event) || std::holds_alternative<Reconfigured>(event) ||
             std::holds_alternative<PlaceGivenUp>(event)) {
    failed_by_.reset();  // another may have the next turn now
  } else if (const auto* over = std::get_if<HandedOver>(&event)) {
    on_the_way_ -= over->sent.replayed + over->sent.drops.total();
  } else if (const auto* sent = std::get_if<SentOn>(&event)) {
    on_the_way_ -= sent->replayed + sent->drops.total();
  } else if (const auto* report_of_idle = std::get_if<IdleReport>(&event)) {
    if (report_of_idle->serial != CallSerial::none) asked_idle_ = false;
  } else if (const auto* appeared = std::get_if<AddressAppeared>(&event)) {
    ppp_.insert(appeared->local);
  } else if (const auto* vanished = std::get_if<AddressVanished>(&event)) {
    ppp_.erase(vanished->local);
  } else if (const auto* table = std::get_if<Impaired>(&event)) {
    impaired_ = table->impaired;
  } else if (std::holds_alternative<UnblockAsked>(event)) {
    stop_until_.reset();
  } else if (std::holds_alternative<LeaveAsked>(event)) {
    stop_until_ = std::max(now_ + 1h, stop_until_.value_or(now_));
  } else if (std::holds_alternative<SleepAsked>(event)) {
    if (call().config().call.on_sleep == OnSleep::hangup) sleep_until_ = std::max(now_ + 1min, sleep_until_.value_or(now_));
  } else if (std::holds_alternative<Woke>(event)) {
    sleep_until_.reset();
  } else if (std::holds_alternative<DeadlinePassed>(event)) {
    const bool no_call = call().call() == nullptr;
    if (no_call && stop_until_ && *stop_until_ <= now_) {
      ++seen_["bars that ended by themselves"];
      stop_until_.reset();
    }
    if (no_call && sleep_until_ && *sleep_until_ <= now_) {
      ++seen_["bars that ended by themselves"];
      sleep_until_.reset();
    }
    const auto* recovering = std::get_if<Recovering>(&call().state());
    if (recovering && now_ >= recovering->deadline) {
      ++seen_["silent steps given up"];
      step_.reset();
    }
    const auto* ending = std::get_if<Ending>(&call().state());
    if (ending && now_ >= ending->deadline) {
      ++seen_["silent supervisor given up"];
      live_.reset();
    }
  }
}

void World::leaves(const PacketBytes& bytes, Family family) {
  auto& w = waiting_[bytes];
  promise(w.copies > 0, "a packet leaves that never came, or leaves twice");
  --w.copies;
  promise(describe_packet(bytes)->family() == family, "a packet leaves with the other family's");
}

void World::see(const LinkEvent& event, const LinkEffect& effect) {
  const auto* up = call().carries();
  const auto* of_call = std::get_if<Event>(&event);
  std::visit(
      Overloaded{
          [&](const StartCall& e) {
            ++seen_["calls"];
            see_way(e);
            promise(!step_, "a call is made while a step has the device");
            failed_by_.reset();
            behind_good_bye_ = false;
            promise(!live_, "two calls at a time");
            promise(call().has_place() && !call().parting(), "a call is made from a place that is given up");
            promise(knows_, "a call is made before it is known whether one lives");
            promise(!call().barred(), "a blocked link calls, or one that is about to be stopped");
            promise(e.serial > newest_, "a serial is used twice");
            promise(routed_.empty(), "a call begins with the route of another");
            seen_["calls at once, because a person asks"] += std::exchange(must_dial_, false);
            promise(!hung_up_, "it calls although a person has hung up, and nobody has asked since");
            ppp_.clear();
            asking_.reset();
            if (const auto* p = of_call ? std::get_if<PacketsArrived>(of_call) : nullptr) {
              promise(p->judged, "a packet calls that nobody has judged");
              promise(std::any_of(p->packets.begin(), p->packets.end(),
                                  [&](const auto& packet) {
                                    const auto info = describe_packet(packet);
                                    return info && call().config().stable_for(info->family());
                                  }),
                      "a packet calls that no call can carry");
            }
            live_ = newest_ = e.serial;
            plan_call(e.serial);
          },
          [&](const Recover& e) {
            ++seen_["steps against a wedged modem"];
            promise(!live_ && !step_, "a step is taken while a call or another step is under way");
            promise(!call().barred(), "a step is taken for a link that may not call");
            promise(call().config().recover.has(e.step), "a step is taken that is not configured");
            std::erase_if(steps_, [&](Time taken) { return now_ - taken >= 24h; });
            promise(steps_.size() < call().config().recover.per_day, "more steps within a day than PerDay= says");
            steps_.push_back(now_);
            step_ = e;
            if (chance(90)) later(up_to(call().config().recover.timeout), step_report(e));
          },
          [&](const EndCall& e) {
            promise(live_ == e.serial, "a dead call is ended");
            promise(routed_.empty(), "the call ends before its route is back");
            if (chance(90)) later_gone(up_to(3s), e.serial, chance(80) ? CallEnd::HungUp : CallEnd::Killed);
          },
          [&](const PrepareInterface&) {
            promise(std::holds_alternative<Dialing>(call().state()), "an interface is prepared for no dial");
          },
          [&](const AskFarEnd& e) {
            ++seen_["questions"];
            promise(std::holds_alternative<Dialing>(call().state()) || up, "a far end is asked without a call");
            if (!asking_ || asking_->first != e.local) asking_ = {e.local, ghost::after(now_, call().config().call.peer_wait)};
            if (chance(20)) later(up_to(2s), FarEndAnswered{e.local});
          },
          [&](const StopAsking& e) {
            ++seen_[e.in_vain ? "asked in vain" : "asked"];
            const bool time_passed = of_call && std::holds_alternative<DeadlinePassed>(*of_call);
            promise(asking_ && (!e.in_vain || now_ >= asking_->second), "it stops asking too early, or was not asking");
            promise(e.in_vain || !time_passed || !up, "a far end counts as having answered that has not");
            asking_.reset();
          },
          [&](const Handover& e) {
            ++seen_["handovers"];
            promise(up && up->call.serial == e.serial && up->of(e.family) == Carriage::carried, "a handover while not up");
            routed_.insert(e.family);
            for (const auto& local : up->addresses()) {
              if (local.family() != e.family) continue;
              held_.insert(local);
              promise(!asking_ || asking_->first != local, "an address counts while its far end is asked");
            }
            for (const auto& bytes : e.packets) {
              const auto& w = waiting_[bytes];
              auto& last = last_order_[static_cast<std::size_t>(e.family)];
              const bool syn = describe_packet(bytes)->syn.has_value();  // whose copies have one name
              promise(syn || w.order > last, "packets leave in another order than they came");
              if (!syn) last = w.order;
              promise(syn || sleepy_ || now_ - w.last <= call().config().buffer.age + 250ms, "a packet is older than its budget");
              leaves(bytes, e.family);
            }
            seen_["handed over"] += static_cast<unsigned>(e.packets.size());
            on_the_way_ += e.packets.size();
            const auto lost = chance(10) ? pick(static_cast<unsigned>(e.packets.size()) + 1) : 0;
            const unsigned late = chance(20) ? pick(5) : 0;  // found in the TUN by the handover itself
            arrived_ += late;
            on_the_way_ += late;
            later(up_to(chance(80) ? 0s : 5s), HandedOver{e.serial, e.family, sent_of(e.packets.size() + late, lost),
                                                          chance(4) ? std::optional<std::string>("no route") : std::nullopt});
          },
          [&](const Reinject& e) {
            ++seen_["reinjected"];
            promise(up != nullptr, "a packet is sent on while not up");
            for (const auto& packet : e.packets) leaves(packet, describe_packet(packet)->family());
            on_the_way_ += e.packets.size();
            const auto lost = chance(10) ? pick(static_cast<unsigned>(e.packets.size()) + 1) : 0;
            later(up_to(chance(80) ? 0s : 5s), sent_of(e.packets.size(), lost));
          },
          [&](const SettleQueue& e) {
            seen_["settled by force"] += e.force;
            // The same step may hang up afterwards.
            promise(!routed_.empty() && live_ == e.serial, "a queue is settled while not up");
            if (chance(95)) later(up_to(1s), QueueReport{e.serial, chance(20) || e.force});
            else later(0s, QueueReport{e.serial, true});
          },
          [&](const RefuseFamily& e) {
            ++seen_[e.refuse ? "refused" : "admitted"];
            promise(up != nullptr, "a family is refused while not up");
          },
          [&](const RouteBack& e) {
            if (e.family) {
              seen_["families that wait again"] += routed_.erase(*e.family) != 0;
              return;
            }
            routed_.clear();
            see(e);
          },
          [&](const CheckDrained& e) {
            if (chance(70)) later(up_to(200ms), DrainReport{e.serial, chance(40)});
          },
          [&](const AskIdle& e) {
            ++seen_["idle asked"];
            promise(!asked_idle_ || !up, "it asks again before it was answered");
            asked_idle_ = true;
            const auto left = quiet_ || chance(50) ? 0s : up_to(30s);
            later(up_to(100ms), IdleReport{e.serial, chance(10) ? std::nullopt : std::optional<Duration>(left)});
          },
          [&](const AskReceived& e) {
            ++seen_["asked what came back"];
            promise(live_ == e.serial, "it asks what came back by no call");
            if (chance(70)) ++received_;
            later(up_to(100ms), ReceivedReport{e.serial, chance(5) ? std::nullopt : std::optional(received_)});
          },
          [&](const ForgetAddress& e) { promise(held_.erase(e.address) == 1, "an address is forgotten that was not held"); },
          [&](const SetBlocked& e) {
            promise(blocked_ != e.blocked, "blocked twice, or unblocked twice");
            const bool reload = of_call && (std::holds_alternative<Reconfigured>(*of_call) ||
                                            std::holds_alternative<PlaceGivenUp>(*of_call));
            const bool person = of_call && std::holds_alternative<UnblockAsked>(*of_call);
            promise(e.blocked || person || reload, "a block is lifted by nobody");
            seen_["blocks that a reload has lifted"] += !e.blocked && reload;
            blocked_ = e.blocked;
          },
          [&](const GiveUpPlace&) {
            ++seen_["places given up"];
            seen_["places given up behind a good-bye"] += behind_good_bye_;
            promise(!live_ && held_.empty(), "a link gives its place up before its call has ended");
            const bool refused = !quiet_ && chance(30);
            seen_["routes that stay"] += refused;
            later(up_to(chance(80) ? 100ms : 5s), refused ? PlaceGivenUp{"the kernel refuses"} : PlaceGivenUp{});
          },
          [&](const PlaceChanged&) {
            seen_["taken away"] += call().parted();
            seen_["taken away behind a good-bye"] += call().parted() && behind_good_bye_;
            promise(!live_ && held_.empty(), "a link is moved or taken away before its call has ended");
            promise(!call().parting() || call().parted(), "a link is taken away before it has given its place up");
          },
          [&](const Save& e) {
            promise(e.generation > saved_, "a generation is saved twice");
            saved_ = e.generation;
            disk_hangs_ = chance(disk_hangs_ ? 80 : 5);
            later(disk_hangs_ ? up_to(10s) : up_to(100ms), Written{e.generation});
          },
          [&](const AskTimer& e) {
            if (timer_active_ && !quiet_) later(up_to(100ms), TimerIsActive{e.question});
          },
          [&](const TickJudged& e) { ++seen_[e.due.due ? "due" : "not due"]; },
          [&](const MakeReady&) {},
          [&](const Tell& e) { see(e); },
          [&](const Echo& e) {
            ++seen_["echoes"];
            promise(up != nullptr, "an echo without a link");
            way_[e.what.id] = {"echo", {}, {}};
          },
          [&](const Abandon& e) { promise(way_.erase(e.id) == 1, "something is abandoned that is not on its way"); },
          [&](const NoticeNews&) {},
          [&](const TellAppeared& e) { see(e); },
          [&](const TellVanished&) { ++seen_["vanishings"]; },
      },
      effect);
}

void World::after(const LinkStep& step, Shown from) {
  const auto appearance = link_.status(wall()).appearance.state;
  for (const auto& t : step.transitions) {
    promise(t.from == from, "a transition that does not follow the one before");
    promise(t.to != Shown::dialing || t.reason != "appear" || appearance == "connecting",
            "it calls for an appearance that is over");
    from = t.to;
  }
  promise(from == shown(call().state()), "a state without its transition");

  const auto status = call().status();
  const auto& budget = call().config().buffer;
  promise(status.buffered_packets <= budget.packets && status.buffered_bytes <= budget.bytes, "the buffer is over its budget");
  const auto known = status.buffered_packets + on_the_way_ + status.replayed_packets + status.drops.total() +
                     status.coalesced_packets + status.malformed_packets;
  promise(arrived_ == known, "of " + std::to_string(arrived_) + " packets, " + std::to_string(known) + " are accounted for");

  const bool down = std::holds_alternative<Down>(call().state());
  const auto* moving = std::get_if<Moving>(&call().state());
  const bool no_place = moving || std::holds_alternative<Gone>(call().state());
  const bool unlisted = std::holds_alternative<Unlisted>(call().state());
  const bool up = call().carries() != nullptr;
  const bool hanging_up = std::holds_alternative<Draining>(call().state()) || std::holds_alternative<Ending>(call().state());
  const bool recovering = std::holds_alternative<Recovering>(call().state());
  const bool waiting = std::holds_alternative<core::Waiting>(call().state()) || recovering;
  promise(recovering == step_.has_value() || unlisted, "it waits for a step that is over, or has forgotten one");
  promise(unlisted != knows_, "what it knows of living calls is not what it was told");
  promise(blocked_ == call().blocked(), "the kernel was not told that the link is blocked");
  const bool leaving = std::holds_alternative<Leaving>(call().state());
  promise(!call().blocked() ||
              ((down || recovering || no_place || unlisted || hanging_up || leaving) && status.buffered_packets == 0),
          "a blocked link calls or waits");
  const auto bar_ends = call().permission().deadline();
  promise(!down || sleep_until_ || impaired_ || (status.buffered_packets == 0 && call().deadline() == bar_ends),
          "a link that is down waits for something");
  promise(!bar_ends || !down || (call().deadline() && *call().deadline() <= *bar_ends),
          "nobody will be woken for the end of a bar");
  promise(!stop_until_ || call().permission().standing(Bar::stop)->until == stop_until_,
          "a bar ends at another time than was said");
  promise(stop_until_ || !call().permission().standing(Bar::stop), "a bar that nobody has put up, or whose end has come");
  promise(!sleep_until_ || call().permission().standing(Bar::sleep)->until == sleep_until_,
          "a sleep's bar ends at another time than was said");
  promise(sleep_until_ || !call().permission().standing(Bar::sleep), "a bar of a sleep that nobody has announced");
  const bool answer_follows = (moving && !moving->again) || call().parted();
  promise(down || unlisted || answer_follows || call().deadline() || (up && asked_idle_), "a dead end: nothing will wake it");
  promise(live_.has_value() == !(down || no_place || unlisted || waiting) && (!live_ || *live_ == call().serial()),
          "it carries a dead call, or forgot a live one");
  const bool may_be_routed = unlisted || (call().call() && call().call()->adopted);  // by an earlier ghostd
  std::set<Family> carried;
  for (const auto family : {Family::v4, Family::v6})
    if (up && call().carries()->of(family) == Carriage::carried) carried.insert(family);
  promise(routed_ == carried || may_be_routed, "the route is where the state is not");
  promise(up || hanging_up || held_.empty(), "an address outlives its call");
  after_notices();
}

}  // namespace ghost::test
