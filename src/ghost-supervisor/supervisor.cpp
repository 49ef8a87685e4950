// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-supervisor/supervisor.hpp"

#include <fmt/format.h>
#include <syslog.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/overloaded.hpp"
#include "ppp/disk_files.hpp"
#include "ppp/option_judgement.hpp"
#include "ppp/text.hpp"

namespace ghost::supervisor {
namespace {

using core::CallEnd;
using core::CallGone;
using core::CallNews;

constexpr core::Duration kShutdownGrace = std::chrono::seconds(10);

tl::unexpected<CallGone> gone(CallEnd reason, std::string_view detail) {
  return tl::unexpected<CallGone>(CallGone{reason, ppp::printable(detail)});
}

}  // namespace

Supervisor::Supervisor(loop::EventLoop& loop, UniqueFd listener, Settings settings, LinkSource& links, Journal& journal)
    : loop_(loop),
      settings_(std::move(settings)),
      links_(links),
      journal_(journal),
      bury_(loop, [this] { bury(); }),
      leave_(loop, [this] { loop_.exit(stopping_ && !calls_.empty() ? EXIT_FAILURE : EXIT_SUCCESS); }),
      scripts_(settings_.scripts, journal),
      names_(loop, settings_.resolvconf, links, journal, [this] { look_idle(); }),
      devices_(loop, settings_.locks, [this](const std::string& link) { device_returned(link); }),
      clients_(loop, std::move(listener), settings_.allowed, settings_.limits, journal,
               {[this](ClientId from, const ppp::Request& request) { on_request(from, request); }, [this] { look_idle(); }}) {
  look_idle();
}

void Supervisor::on_request(ClientId from, const ppp::Request& request) {
  std::visit(Overloaded{[&](const ppp::Dial& d) { dial(from, d); }, [&](const ppp::Hangup& h) { hang_up(from, h); },
                        [&](const ppp::List&) { list(from); }, [&](const ppp::Names&) { names_.read_files(); },
                        [&](const ppp::Recover& r) { recover(r); }},
             request);
}

void Supervisor::dial(ClientId from, const ppp::Dial& dial) {
  if (stopping_) return refuse(from, dial.link, dial.serial, "ghost-supervisor is being stopped");
  if (const auto it = calls_.find(dial.link); it != calls_.end()) {
    // The old pppd has exited and its end was reported; only our Call object still exists. A new pppd cannot collide with it.
    if (!it->second.call->exited())
      return refuse(from, dial.link, dial.serial,
                    fmt::format("the link already has call {} ({})", number(it->second.serial), it->second.call->phase()));
    calls_.erase(it);
  }
  if (const auto step = step_under_way(dial.link, {})) return refuse(from, dial.link, dial.serial, *step);
  if (const auto started = start(dial); !started) {
    CallNews news{dial.link, dial.serial, started.error()};
    note_paced(LOG_NOTICE, dial.link, dial.serial, ppp::encode(ppp::Message(news)));
    send(std::move(news));
  }
  look_idle();
}

tl::expected<Supervisor::Subject, std::string> Supervisor::look_up(const std::string& link, const std::string& peer) {
  auto config = links_.find(link);
  if (!config) return tl::unexpected(config.error());
  // ghostd only chooses. Which peers a link has is in root's files.
  auto& peers = config->ppp.peers;
  if (!peer.empty()) {
    if (std::find(peers.begin(), peers.end(), peer) == peers.end())
      return tl::unexpected(
          fmt::format("Peer= of link {} does not name {}; if its file was changed, run ghostctl reload", link, peer));
    peers = {peer};
  }
  // The name is checked first: only a valid one is looked up on the disk.
  auto argv = ppp::pppd_argv(*config, settings_.paths);
  if (!argv) return tl::unexpected(argv.error());
  ppp::DiskFiles disk;
  auto options = ppp::read_options_of(*argv, disk, settings_.files);
  auto device = peers.empty() ? config->ppp.device : ppp::device(options);
  return Subject{std::move(*config), std::move(options), std::move(*argv), std::move(device)};
}

tl::expected<void, CallGone> Supervisor::start(const ppp::Dial& dial) {
  devices_.forget(dial.link);
  const auto subject = look_up(dial.link, dial.peer);
  if (!subject) return gone(CallEnd::ConfigError, subject.error());
  const auto& [config, options, plain, device] = *subject;
  if (const auto refused = ppp::refusal(options)) return gone(CallEnd::ConfigError, refused->str());
  devices_.wait_for(dial.link, device);  // first, so that a return after the look is seen
  const bool sure = config.ppp.peers.empty() || ppp::is_understood(options);
  if (auto why = cannot_be_called(dial.link, device, sure)) return gone(CallEnd::DeviceMissing, *why);
  devices_.forget(dial.link);
  const auto argv = ppp::pppd_argv(config, settings_.paths, scripts_.connect_of(dial.link, dial.serial, options));
  if (!argv) return gone(CallEnd::ConfigError, argv.error());
  auto process = start_pppd(*argv);
  if (!process) {
    scripts_.forget(dial.link);
    return gone(CallEnd::ConfigError, process.error());
  }

  auto& live = calls_[dial.link];
  live.serial = dial.serial;
  live.hangup_timeout = config.call.hangup_timeout;
  live.routes = config.routes;
  live.device = device;
  names_.call_started(dial.link);
  const auto* spelt = options.effective("device name");
  live.call = std::make_unique<Call>(
      loop_, std::move(*process), config.call, ppp::echo_interval(options), dial.peer,
      spelt == nullptr ? std::string() : spelt->value,
      Call::Callbacks{
          [this, link = dial.link, serial = dial.serial](const ppp::News& news) { on_news(link, serial, news); },
          [this, link = dial.link, serial = dial.serial](std::string_view line) { journal_.pppd_said(link, serial, line); }});
  for (const auto& news : live.call->said()) on_news(dial.link, dial.serial, news);
  return {};
}

// No pppd is started for a device that is away, or while another link's step uses it.
std::optional<std::string> Supervisor::cannot_be_called(const std::string& link, const std::string& device, bool sure) const {
  if (device.empty()) return std::nullopt;
  if (sure && devices_.is_missing(device)) return device + ": no such device";
  if (const auto step = step_under_way(link, device)) return device + ": " + *step;
  return std::nullopt;
}

std::optional<std::string> Supervisor::step_under_way(const std::string& link, const std::string& device) const {
  for (const auto& [other, step] : steps_)
    if (!step.recovery->over() && (other == link || (!device.empty() && step.device == device)))
      return fmt::format("the step {} of link {}'s [Recover] is under way", core::to_string(step.running.step), other);
  return std::nullopt;
}

void Supervisor::hang_up(ClientId from, const ppp::Hangup& hangup) {
  const auto it = calls_.find(hangup.link);
  if (it == calls_.end() || it->second.serial != hangup.serial || it->second.call->exited())
    return refuse(from, hangup.link, hangup.serial, "no such call");
  it->second.call->hang_up();
}

void Supervisor::list(ClientId to) {
  for (const auto& [link, live] : calls_) {
    if (live.call->exited()) continue;
    for (const auto& news : live.call->said())
      if (!clients_.send(to, std::visit([&](const auto& what) { return CallNews{link, live.serial, what}; }, news))) return;
  }
  for (const auto& [link, step] : steps_)
    if (!step.recovery->over() && !clients_.send(to, ppp::Recovery{link, step.running})) return;
  while (!unheard_.empty()) {
    if (!clients_.send(to, unheard_.front())) return;
    unheard_.pop_front();
  }
  clients_.send(to, ppp::Listed{});
}

// ---- steps against a wedged modem --------------------------------------------------------------------------------------

void Supervisor::recover(const ppp::Recover& recover) {
  const auto& [link, serial, step, peer] = recover;
  core::RecoveryReport running{serial, step};
  auto subject = look_up(link, peer);
  const auto planned = subject ? plan(recover, *subject) : tl::unexpected(subject.error());
  if (!planned) {
    ppp::Recovery news{link, {serial, step, core::RecoveryReport::End{false, ppp::printable(planned.error())}}};
    note_paced(LOG_NOTICE, link, serial, ppp::encode(ppp::Message(news)));
    clients_.tell(news);
    return;
  }
  devices_.forget(link);
  auto& now = steps_[link];
  now.running = running;
  now.device = subject->device;
  now.recovery = std::make_unique<Recovery>(
      loop_, *planned, subject->link.recover.timeout,
      Recovery::Callbacks{[this, link = link, serial = serial](std::string_view line) { journal_.pppd_said(link, serial, line); },
                          [this, link = link](const core::RecoveryReport::End& end) { step_over(link, end); }});
  const ppp::Recovery news{link, running};
  journal_.note(LOG_NOTICE, link, serial, ppp::encode(ppp::Message(news)));
  clients_.tell(news);
  look_idle();
}

tl::expected<RecoveryPlan, std::string> Supervisor::plan(const ppp::Recover& recover, const Subject& subject) {
  if (stopping_) return tl::unexpected<std::string>("ghost-supervisor is being stopped");
  if (const auto why = in_use(recover.link, subject.device)) return tl::unexpected(*why);
  const auto* given = subject.options.effective("tty speed");
  const auto speed = given == nullptr ? 0U : static_cast<unsigned>(std::strtoul(given->value.c_str(), nullptr, 10));
  return plan_recovery(subject.link, recover.step, subject.device, speed, settings_.recovery);
}

std::optional<std::string> Supervisor::in_use(const std::string& link, const std::string& device) const {
  for (const auto& [other, live] : calls_)
    if (!live.call->exited() && (other == link || (!device.empty() && live.device == device)))
      return fmt::format("the device has a call of link {}", other);
  if (auto step = step_under_way(link, device)) return step;
  if (device.starts_with('/') && devices_.is_locked(device)) return device + " is locked by another program";
  return std::nullopt;
}

void Supervisor::step_over(const std::string& link, const core::RecoveryReport::End& end) {
  const auto at = steps_.find(link);
  if (at == steps_.end()) return;
  auto report = at->second.running;
  report.end = core::RecoveryReport::End{end.ok, ppp::printable(end.detail)};
  const ppp::Recovery news{link, report};
  journal_.note(LOG_NOTICE, link, report.after, ppp::encode(ppp::Message(news)));
  clients_.tell(news);
  devices_.wait_for(link, at->second.device);
  bury_.run_soon();
}

void Supervisor::on_news(const std::string& link, CallSerial serial, const ppp::News& news) {
  std::visit(Overloaded{[&](const core::CallStarted& s) { tell({link, serial, s}); },
                        [&](const core::CallAddress& a) {
                          tell({link, serial, a});
                          if (const auto it = calls_.find(link); it != calls_.end()) names_.call_has(link, it->second.routes, a);
                        },
                        [&](const CallGone& g) {
                          tell({link, serial, g});
                          names_.call_ended(link);
                          scripts_.forget(link);
                          if (const auto it = calls_.find(link); it != calls_.end())
                            await_device(link, it->second.device, g.reason);
                          bury_.run_soon();
                        }},
             news);
}

void Supervisor::await_device(const std::string& link, const std::string& device, CallEnd reason) {
  if (reason == CallEnd::DeviceMissing) devices_.wait_for(link, device);
  else if (reason != CallEnd::HungUp) devices_.wait_for_return(link, device);
}

void Supervisor::device_returned(const std::string& link) {
  journal_.note(LOG_INFO, link, CallSerial::none, "the device is there again");
  clients_.tell(ppp::DeviceBack{link});
}

void Supervisor::tell(CallNews news) {
  const auto* end = std::get_if<CallGone>(&news.what);
  journal_.note(end != nullptr && end->reason != CallEnd::HungUp ? LOG_NOTICE : LOG_INFO, news.link, news.serial,
                ppp::encode(ppp::Message(news)));
  send(std::move(news));
}

void Supervisor::send(CallNews news) {
  if (clients_.tell(news) > 0 || !std::holds_alternative<CallGone>(news.what)) return;
  if (unheard_.size() == kUnheardMax) unheard_.pop_front();
  unheard_.push_back(std::move(news));
}

void Supervisor::note_paced(int priority, const std::string& link, CallSerial serial, std::string text) {
  const auto unsaid = refusals_.admit(loop::now());
  if (!unsaid) return;
  if (*unsaid > 0) text += fmt::format(" (and {} refusals before)", *unsaid);
  journal_.note(priority, link, serial, text);
}

void Supervisor::refuse(ClientId to, const std::string& link, CallSerial serial, const std::string& why) {
  note_paced(LOG_NOTICE, link, serial, "refused: " + why);
  clients_.send(to, ppp::Refused{link, serial, why});
}

void Supervisor::bury() {
  std::erase_if(calls_, [](const auto& entry) { return entry.second.call->exited(); });
  std::erase_if(steps_, [](const auto& entry) { return entry.second.recovery->over(); });
  look_idle();
}

void Supervisor::look_idle() {
  if (stopping_) {
    if (calls_.empty() && steps_.empty() && !names_.busy()) loop_.exit(EXIT_SUCCESS);
  } else if (calls_.empty() && steps_.empty() && clients_.count() == 0 && !names_.busy()) {
    // A connection that arrives while we exit stays in the backlog of the service manager's socket, and starts us again.
    leave_.arm(loop::now() + settings_.idle);
  } else {
    leave_.disarm();
  }
}

void Supervisor::shut_down() {
  if (std::exchange(stopping_, true)) return;
  core::Duration longest{};
  for (auto& [link, live] : calls_) {
    longest = std::max(longest, live.hangup_timeout);
    live.call->hang_up();
  }
  for (auto& [link, step] : steps_) step.recovery->abandon();
  leave_.arm(loop::now() + longest + kShutdownGrace);
  look_idle();
}

}  // namespace ghost::supervisor
