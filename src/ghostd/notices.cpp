// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/notices.hpp"

#include "base/overloaded.hpp"

namespace ghost::daemon {
namespace {

// A limit whatever the number of notices, because a notice to a bad server takes its whole time, and memory.
constexpr std::size_t kAtOnce = 64;

}  // namespace

Notices::Notices(loop::EventLoop& loop, std::string program, Interface interface, Answered answered)
    : loop_(loop), program_(std::move(program)), interface_(std::move(interface)), answered_(std::move(answered)) {}

announce::Via Notices::via(core::Via via) const { return {interface_(), std::move(via.local), std::move(via.dns)}; }

void Notices::make_ready(bool wanted) {
  if (!wanted) ready_.reset();
  else if (!ready_) ready_ = std::make_unique<Announcer>(loop_, program_);
}

void Notices::send(Sending sending) {
  std::visit(Overloaded{
                 [&](core::Tell& notice) {
                   announce::NoticeJob job{std::move(notice.what.notice), std::move(notice.what.announce),
                                           via(std::move(notice.via))};
                   waiting_.emplace_back(notice.what.id, std::move(job));
                 },
                 [&](core::Echo& echo) {
                   launch(echo.what.id, announce::EchoJob{.url = std::move(echo.what.url), .via = via(std::move(echo.via))});
                 },
             },
             sending);
}

void Notices::abandon(std::uint64_t id) {
  running_.erase(id);
  std::erase_if(waiting_, [id](const auto& w) { return w.first == id; });
}

void Notices::launch() {
  while (!waiting_.empty() && running_.size() < kAtOnce) {
    const auto [id, job] = std::move(waiting_.front());
    waiting_.pop_front();
    launch(id, job);
  }
}

void Notices::launch(std::uint64_t id, const announce::Job& job) {
  auto& announcer = running_[id] = ready_ && ready_->waits() ? std::move(ready_) : std::make_unique<Announcer>(loop_, program_);
  announcer->send(job, [this, id](announce::Answer answer) {
    const auto keep = std::move(running_[id]);  // keeps it until this function returns
    running_.erase(id);
    answered_({id, answer.result, std::move(answer.detail), std::move(answer.text), answer.clock});
    launch();
  });
}

}  // namespace ghost::daemon
