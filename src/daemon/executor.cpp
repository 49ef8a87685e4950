// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/executor.hpp"

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "daemon/log.hpp"
#include "net/conntrack.hpp"
#include "net/nft.hpp"

namespace ghost::daemon {
namespace {

template <class T>
void warn_if_failed(const Link& link, const net::Result<T>& result) {
  if (!result) log(LOG_WARNING, link.name(), result.error().what);
}

std::string appeared_text(const core::TellAppeared& e) {
  std::string text = "appeared at";
  for (const auto& a : e.addresses) text += " " + a.str();
  return text;
}

void log_notice(const std::string& link, const core::NoticeStatus& n) {
  log(n.result == core::NoticeResult::Ok || !n.result ? LOG_INFO : LOG_WARNING, link,
      "notice to " + n.name + ": " + (n.result ? std::string(core::to_string(*n.result)) : "to be tried again") +
          (n.detail.empty() ? "" : " (" + n.detail + ")"));
}

}  // namespace

void Executor::run(Link& link, std::vector<core::LinkEffect> effects, const Link::Post& post) {
  for (auto& effect : effects) run(link, effect, post);
  link.notices().launch();
}

void Executor::run(Link& link, core::LinkEffect& effect, const Link::Post& post) {
  using namespace core;
  const auto placed = [&link] { return link.placed(); };  // a copy of the whole configuration: for those who need it
  const auto& name = link.name();
  std::visit(
      Overloaded{
          [&](const StartCall& e) {
            if (!supervisor_.send(ppp::Dial{name, e.serial}))
              post(CallReport{e.serial, CallGone{CallEnd::SupervisorLost, "ghost-supervisor cannot be reached"}});
          },
          [&](const EndCall& e) {
            if (!supervisor_.send(ppp::Hangup{name, e.serial}))
              post(CallReport{e.serial, CallGone{CallEnd::SupervisorLost, "ghost-supervisor cannot be reached"}});
          },
          [&](const PrepareInterface&) { warn_if_failed(link, host_.prepare_call(placed().config)); },
          [&](Handover& e) { post(link.path().hand_over(placed(), e.serial, e.family, std::move(e.packets))); },
          [&](const Reinject& e) { post(link.path().send_on(placed(), e.packets)); },
          [&](const SettleQueue& e) { post(QueueReport{e.serial, link.path().settle(placed(), e.force)}); },
          [&](const RefuseFamily& e) { warn_if_failed(link, link.path().refuse(placed(), e.family, e.refuse)); },
          [&](const RouteBack&) { warn_if_failed(link, link.path().route_back(placed())); },
          [&](const CheckDrained& e) { post(DrainReport{e.serial, link.path().drained(placed())}); },
          [&](const AskIdle& e) {
            const auto left = net::nft::live_remaining(ppp_interface(name));
            warn_if_failed(link, left);
            post(IdleReport{e.serial, left ? std::optional<Duration>(left->value_or(std::chrono::seconds(0))) : std::nullopt});
          },
          [&](const ForgetAddress& e) {
            // A fixed address that the provider gives every time stays ours, and so do its conversations.
            const auto stable = placed().config.stable;
            if (std::find(stable.begin(), stable.end(), e.address) != stable.end()) return;
            warn_if_failed(link, net::forget_conntrack(e.address));
          },
          [&](const SetBlocked& e) { warn_if_failed(link, net::nft::set_blocked(name, e.blocked)); },
          [&](const Save& e) { link.save(e.generation); },
          [&](const AskTimer& e) { bus_.ask_timer(name, e.question); },
          [&](const TickJudged& e) {
            log(LOG_INFO, name, "asked by a timer whether to appear: " + std::string(to_string(e.due.verdict)));
            link.judged(e.due);
          },
          [&](const MakeReady& e) { link.notices().make_ready(e.wanted); },
          [&](Tell& e) { link.notices().tell(std::move(e)); },
          [&](Echo& e) { link.notices().ask(std::move(e)); },
          [&](const Abandon& e) { link.notices().abandon(e.id); },
          [&](const NoticeNews& e) { log_notice(name, e.notice); },
          [&](const TellAppeared& e) {
            log(LOG_INFO, name, appeared_text(e));
            bus_.appeared(name, e);
          },
          [&](const TellVanished& e) {
            log(LOG_INFO, name, "vanished: " + e.reason);
            bus_.vanished(name, e.reason);
          },
      },
      effect);
}

}  // namespace ghost::daemon
