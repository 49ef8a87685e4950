// SPDX-License-Identifier: GPL-2.0-or-later
// The processes that send a link's notices (announcer.hpp): at most kAtOnce at a time, and one that starts before there is a
// notice.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/appearances.hpp"
#include "ghostd/announcer.hpp"
#include "ghostd/ports.hpp"

namespace ghost::daemon {

class Notices final : public NoticePort {
 public:
  using Answered = std::function<void(core::NoticeAnswered)>;
  using Interface = std::function<std::string()>;  // returns the name of the call's interface
  // program: ghost-announce. The loop calls `answered` once per notice, unless the notice is abandoned.
  Notices(loop::EventLoop& loop, std::string program, Interface interface, Answered answered);

  void make_ready(bool wanted) override;
  void send(Sending sending) override;
  void abandon(std::uint64_t id) override;
  void launch() override;

 private:
  void launch(std::uint64_t id, const announce::Job& job);
  [[nodiscard]] announce::Via via(core::Via via) const;

  loop::EventLoop& loop_;
  std::string program_;
  Interface interface_;
  Answered answered_;
  std::deque<std::pair<std::uint64_t, announce::Job>> waiting_;
  std::map<std::uint64_t, std::unique_ptr<Announcer>> running_;
  std::unique_ptr<Announcer> ready_;
};

}  // namespace ghost::daemon
