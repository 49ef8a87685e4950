// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/executor.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {
namespace {

template <class T>
void warn_if_failed(const std::string& link, const net::Result<T>& result) {
  if (!result) log(LOG_WARNING, link, result.error().what);
}

std::string appeared_text(const core::TellAppeared& e) {
  std::string text = "appeared at";
  for (const auto& a : e.addresses) text += " " + a.str();
  return text;
}

void log_notice(const std::string& link, const core::NoticeStatus& n) {
  log(n.result == core::NoticeResult::Ok || !n.result ? LOG_INFO : LOG_WARNING, link,
      "notice to " + n.name + ": " + (n.result ? std::string(core::to_string(*n.result)) : "will be tried again") +
          (n.detail.empty() ? "" : " (" + n.detail + ")"));
}

}  // namespace

void Executor::run(const core::LinkConfig& config, std::vector<core::LinkEffect> effects) {
  for (auto& effect : effects) run(config, effect);
  ports_.notices.launch();
}

void Executor::call_is_lost(CallSerial serial) {
  post_(core::CallReport{serial, core::CallGone{core::CallEnd::SupervisorLost, "cannot reach ghost-supervisor"}});
}

void Executor::run(const core::LinkConfig& config, core::LinkEffect& effect) {
  using namespace core;
  const auto& name = config.name;
  std::visit(Overloaded{
                 [&](const StartCall& e) {
                   if (!ports_.bearer.dial(name, e.serial, e.peer)) call_is_lost(e.serial);
                 },
                 [&](const EndCall& e) {
                   if (!ports_.bearer.hang_up(name, e.serial)) call_is_lost(e.serial);
                 },
                 [&](const Recover& e) {
                   if (!ports_.bearer.recover(name, e))
                     post_(RecoveryReport{e.after, e.step, RecoveryReport::End{false, "cannot reach ghost-supervisor"}});
                 },
                 [&](const PrepareInterface&) { warn_if_failed(name, ports_.queue.prepare()); },
                 [&](const AskFarEnd& e) { ports_.far_end.ask(e.local, e.targets); },
                 [&](const StopAsking& e) {
                   ports_.far_end.stop();
                   if (e.in_vain)
                     log(LOG_INFO, name,
                         "the far end does not answer; sending the waiting packets anyway (PeerWait= sets how long ghostd asks)");
                 },
                 [&](Handover& e) { post_(ports_.path.hand_over(e.serial, e.family, std::move(e.packets))); },
                 [&](const Reinject& e) { post_(ports_.path.send_on(e.packets)); },
                 [&](const SettleQueue& e) { post_(QueueReport{e.serial, ports_.queue.settle(e.force)}); },
                 [&](const RefuseFamily& e) { warn_if_failed(name, ports_.path.refuse(e.family, e.refuse)); },
                 [&](const RouteBack& e) { warn_if_failed(name, ports_.path.route_back(e.family)); },
                 [&](const CheckDrained& e) { post_(DrainReport{e.serial, ports_.queue.drained()}); },
                 [&](const AskIdle& e) {
                   const auto left = ports_.netfilter.idle_left();
                   warn_if_failed(name, left);
                   post_(IdleReport{e.serial, left ? std::optional(*left) : std::nullopt});
                 },
                 [&](const AskReceived& e) { post_(ReceivedReport{e.serial, ports_.queue.received()}); },
                 [&](const ForgetAddress& e) { warn_if_failed(name, ports_.netfilter.forget(e.address)); },
                 [&](const SetBlocked& e) { warn_if_failed(name, ports_.netfilter.set_blocked(e.blocked)); },
                 [&](const GiveUpPlace&) {
                   const auto done = ports_.places.give_up(name);
                   post_(done ? PlaceGivenUp{} : PlaceGivenUp{done.error().what});
                 },
                 [&](const PlaceChanged&) { ports_.places.place_changed(); },
                 [&](const Save& e) { ports_.memory.save(e.generation); },
                 [&](const AskTimer& e) { ports_.bus.ask_timer(name, e.question); },
                 [&](const TickJudged& e) {
                   log(LOG_INFO, name, "a timer asked whether to appear: " + std::string(to_string(e.due.verdict)));
                   ports_.bus.answer_tick(name, e.due);
                 },
                 [&](const MakeReady& e) { ports_.notices.make_ready(e.wanted); },
                 [&](Tell& e) { ports_.notices.send(std::move(e)); },
                 [&](Echo& e) { ports_.notices.send(std::move(e)); },
                 [&](const Abandon& e) { ports_.notices.abandon(e.id); },
                 [&](const NoticeNews& e) { log_notice(name, e.notice); },
                 [&](const TellAppeared& e) {
                   log(LOG_INFO, name, appeared_text(e));
                   ports_.bus.appeared(name, e);
                 },
                 [&](const TellVanished& e) {
                   log(LOG_INFO, name, "vanished: " + e.reason);
                   ports_.bus.vanished(name, e.reason);
                 },
             },
             effect);
}

}  // namespace ghost::daemon
