// SPDX-License-Identifier: GPL-2.0-or-later
// A link at run time: its machine, its TUN, its one timer. What the TUN and the timer say becomes an event; effects are
// done by the Executor.
#pragma once
#include <functional>
#include <memory>

#include "base/unique_fd.hpp"
#include "core/link_machine.hpp"
#include "daemon/appearance.hpp"
#include "daemon/call_path.hpp"
#include "daemon/peer_gate.hpp"
#include "loop/sources.hpp"
#include "net/standing.hpp"

namespace ghost::daemon {

class Link {
 public:
  using Post = std::function<void(core::Event)>;
  // Posts what happens; the TUN is not read before listen(). lost: somebody has deleted the demand interface.
  Link(loop::EventLoop& loop, Host& host, core::LinkConfig config, unsigned index, UniqueFd tun, Post post, std::function<void()> lost,
       const AppearPaths& paths, Appearance::Listener listener);

  void listen();
  // In place of one that was lost.
  void read_from(UniqueFd tun);
  // The one step of the machine; re-arms the timer.
  [[nodiscard]] core::Step step(core::Event event);

  // The call's interface has this address, or has lost it. It becomes an event once the far end takes packets.
  void address_up(const IpAddress& local, const IpAddress& peer);
  void address_gone(const IpAddress& local);

  [[nodiscard]] const std::string& name() const { return machine_.config().name; }
  [[nodiscard]] Placed placed() const;
  [[nodiscard]] net::Standing standing() const { return standing_; }
  void stand(net::Standing standing) { standing_ = std::move(standing); }
  [[nodiscard]] const core::LinkMachine& machine() const { return machine_; }
  [[nodiscard]] CallPath& path() { return path_; }
  [[nodiscard]] Appearance& appearance() { return appearance_; }
  [[nodiscard]] core::LinkStatus status() const;
  [[nodiscard]] Kept kept() const;
  // What the status says is wrong with what others do to it.
  void set_degraded(const std::string& text) { degraded_ = text; }

 private:
  void readable();
  // Posts what the TUN has; the number of packets.
  std::size_t read();
  void make_again();

  loop::EventLoop& loop_;
  Host& host_;
  unsigned index_;
  UniqueFd tun_;
  Post post_;
  std::function<void()> lost_;
  CallPath path_;
  core::LinkMachine machine_;
  PeerGate gate_;
  Appearance appearance_;
  loop::IoSource io_;
  loop::Timer gather_;
  core::Time make_again_{};  // a demand interface that is deleted is made again not before
  loop::Timer timer_;
  std::string degraded_;
  net::Standing standing_;
};

}  // namespace ghost::daemon
