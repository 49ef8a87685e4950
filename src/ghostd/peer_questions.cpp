// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/peer_questions.hpp"

#include <algorithm>
#include <utility>

namespace ghost::daemon {

PeerQuestions::PeerQuestions(loop::EventLoop& loop, Interface interface, Answered answered)
    : loop_(loop), interface_(std::move(interface)), answered_(std::move(answered)) {}

void PeerQuestions::ask(const IpAddress& local, const std::vector<IpAddress>& targets) {
  if (std::exchange(local_, local) != local) asked_.clear();
  for (const auto& target : targets) ask(target);
}

void PeerQuestions::ask(const IpAddress& target) {
  auto at = std::find_if(asked_.begin(), asked_.end(), [&](const Asked& a) { return a.probe.target() == target; });
  if (at == asked_.end()) {
    auto probe = net::PeerProbe::open(interface_(), local_, target);
    if (!probe) return;  // the interface may be going; the patience or the call will end, too
    const int fd = probe->fd();
    asked_.push_back({std::move(*probe), {}});
    at = asked_.end() - 1;
    at->io = loop::IoSource(loop_, fd, EPOLLIN, [this, target](std::uint32_t) {
      for (auto& a : asked_)
        if (a.probe.target() == target && a.probe.answered()) return answered_(local_);
    });
    at->io.set_priority(loop::kPriorityImportant);
  }
  at->probe.ask();
}

}  // namespace ghost::daemon
