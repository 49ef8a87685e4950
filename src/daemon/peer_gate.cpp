// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/peer_gate.hpp"

#include <algorithm>
#include <utility>

#include "base/ids.hpp"
#include "daemon/log.hpp"

namespace ghost::daemon {
namespace {

constexpr core::Duration kFirstPause = std::chrono::milliseconds(20);

}  // namespace

PeerGate::PeerGate(loop::EventLoop& loop, Open open)
    : loop_(loop), open_(std::move(open)), timer_(loop, [this] { round(); }) {}

void PeerGate::wait(const std::string& link, const IpAddress& local, core::Duration patience, Targets targets) {
  waiting_.emplace(Waiting{link, local, std::move(targets), loop::now() + patience, kFirstPause, {}});
  if (patience == core::Duration::zero()) return finish();
  round();
}

void PeerGate::cancel(const IpAddress& local) {
  if (!waiting_ || waiting_->local != local) return;
  waiting_.reset();
  timer_.disarm();
}

void PeerGate::ask(const IpAddress& target) {
  auto& asked = waiting_->asked;
  auto at = std::find_if(asked.begin(), asked.end(), [&](const Asked& a) { return a.probe.target() == target; });
  if (at == asked.end()) {
    auto probe = net::PeerProbe::open(ppp_interface(waiting_->link), waiting_->local, target);
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
  const auto now = loop::now();
  if (now >= waiting_->give_up) {
    log(LOG_INFO, waiting_->link, "the far end answers no question; sending all the same (PeerWait= says for how long it is asked)");
    return finish();
  }
  for (const auto& target : waiting_->targets())
    if (target.family() == waiting_->local.family()) ask(target);
  timer_.arm(std::min(now + waiting_->pause, waiting_->give_up));
  waiting_->pause *= 2;
}

void PeerGate::finish() {
  timer_.disarm();
  const auto local = waiting_->local;
  waiting_.reset();
  open_(local);
}

}  // namespace ghost::daemon
