// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/peer_gate.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/overloaded.hpp"
#include "ghostd/log.hpp"

namespace ghost::daemon {

PeerGate::PeerGate(loop::EventLoop& loop, std::string link, Open open)
    : loop_(loop), link_(std::move(link)), open_(std::move(open)), timer_(loop, [this] { round(); }) {}

void PeerGate::wait(const std::string& interface, const IpAddress& local, core::Duration patience, Targets targets) {
  waiting_.emplace(Waiting{interface, {local, patience, loop::now()}, std::move(targets), {}});
  round();
}

void PeerGate::cancel(const IpAddress& local) {
  if (!waiting_ || waiting_->machine.local() != local) return;
  waiting_.reset();
  timer_.disarm();
}

void PeerGate::ask(const IpAddress& target) {
  auto& asked = waiting_->asked;
  auto at = std::find_if(asked.begin(), asked.end(), [&](const Asked& a) { return a.probe.target() == target; });
  if (at == asked.end()) {
    auto probe = net::PeerProbe::open(waiting_->interface, waiting_->machine.local(), target);
    if (!probe) return;  // the interface may just be going; the end of our patience, or of the call, will tell
    const int fd = probe->fd();
    asked.push_back({std::move(*probe), {}});
    at = asked.end() - 1;
    at->io = loop::IoSource(loop_, fd, EPOLLIN, [this, target](std::uint32_t) {
      for (auto& a : waiting_->asked)
        if (a.probe.target() == target && a.probe.answered()) return finish();
    });
    at->io.set_priority(loop::kPriorityImportant);
  }
  at->probe.ask();
}

void PeerGate::round() {
  std::visit(Overloaded{
                 [this](const core::AskPeers& e) {
                   for (const auto& target : e.targets) ask(target);
                   timer_.arm(waiting_->machine.deadline());
                 },
                 [this](const core::GateOpens& e) {
                   if (e.in_vain)
                     log(LOG_INFO, link_,
                         "the far end does not answer; sending the waiting packets anyway (PeerWait= sets how long ghostd asks)");
                   finish();
                 },
             },
             waiting_->machine.round(waiting_->targets(), loop::now()));
}

void PeerGate::finish() {
  timer_.disarm();
  const auto local = waiting_->machine.local();
  waiting_.reset();
  open_(local);
}

}  // namespace ghost::daemon
