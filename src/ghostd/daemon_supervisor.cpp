// SPDX-License-Identifier: GPL-2.0-or-later
// ghost-supervisor's news, and the start. It first lists the calls that exist already. Until it has listed all, no link makes a
// call.
#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "core/time.hpp"
#include "ghostd/daemon.hpp"
#include "ghostd/log.hpp"
#include "net/routing.hpp"

namespace ghost::daemon {

void Daemon::supervisor_says(ppp::Message message) {
  std::visit(Overloaded{
                 [&](core::CallNews& news) {
                   const bool started = std::holds_alternative<core::CallStarted>(news.what);
                   post(news.link, core::CallReport{news.serial, std::move(news.what)});
                   if (started) hang_up_orphan(news.link, news.serial);
                 },
                 [&](const ppp::Refused& refused) {
                   log(LOG_WARNING, refused.link, "ghost-supervisor refused: " + refused.why);
                   if (refused.link.empty())
                     return log(
                         LOG_ERR, "",
                         "ghost-supervisor is of an earlier version; \"systemctl restart ghost-supervisor\" ends its calls and "
                         "starts the present one");
                   post(refused.link, core::CallReport{refused.serial, core::CallGone{core::CallEnd::Failed, refused.why}});
                 },
                 [&](ppp::Recovery& recovery) {
                   log_recovery(recovery.link, recovery.report);
                   post(recovery.link, std::move(recovery.report));
                 },
                 [&](const ppp::DeviceBack& device) { post(device.link, core::DeviceReturned{}); },
                 [&](const ppp::Listed&) {
                   want(roll_.listed());
                   see_calls();
                 },
             },
             message);
}

// Hangs up a call that no machine knows, because it costs money. Its link is no longer configured, or has given the call up as
// lost.
void Daemon::hang_up_orphan(const std::string& link, CallSerial serial) {
  const auto at = links_.find(link);
  if (at != links_.end() && at->second->machine().serial() == serial) return;
  log(LOG_WARNING, link, "hung up a call that belongs to no link");
  (void)supervisor_.hang_up(link, serial);
}

void Daemon::supervisor_lost(const std::string& why) {
  bool calls = false;
  std::vector<std::string> names;
  for (const auto& [name, link] : links_) {
    calls = calls || link->machine().serial() != CallSerial::none;
    names.push_back(name);
  }
  if (calls) log(LOG_ERR, "", "the connection to ghost-supervisor broke: " + why);
  for (const auto& name : names) post(name, core::SupervisorGone{});
  want(roll_.lost(calls));
}

// ghostd sends this only if a link has DNS=, because an older supervisor does not know the message.
void Daemon::tell_names() {
  const bool any = std::any_of(links_.begin(), links_.end(),
                               [](const auto& l) { return !l.second->machine().config().dns.empty(); });
  if (std::exchange(names_told_, any) || any) (void)supervisor_.send(ppp::Names{});
}

void Daemon::want(const core::RollCall::Wants& wants) {
  using Want = core::RollCall::Want;
  for (const auto one : wants) {
    switch (one) {
      case Want::ask: want(roll_.asked(supervisor_.send(ppp::List{}), loop::now())); break;
      case Want::listen: listen(); break;
      case Want::let_go: supervisor_.close(); break;
      case Want::left:
        if (bus_) bus_->left();
        break;
    }
  }
  if (const auto deadline = roll_.deadline()) roll_timer_.arm(*deadline);
  else roll_timer_.disarm();
}

// From now on ghostd watches the kernel's interfaces, and packets may ask for calls.
void Daemon::listen() {
  watch_kernel();
  for (const auto& [name, link] : links_) {
    // An earlier ghostd may have refused a family beside a call that is over. The refusal would stay until the next call.
    if (link->machine().serial() == CallSerial::none)
      if (auto ok = host_.rtnl().remove(net::call_routes(net::in_full(link->placed().routing()), {})); !ok)
        log(LOG_WARNING, name, ok.error().what);
    link->listen();
  }
  tell_names();
  // Not before ghostd knows all calls: it would remove their name servers and give them back.
  if (bus_) names_.begin(loop_, bus_->connection());
  if (bus_) online_.begin(loop_, bus_->connection());
  if (bus_) watch_sleep();
  publish();
  see_calls();
}

}  // namespace ghost::daemon
