// SPDX-License-Identifier: GPL-2.0-or-later
// A link at run time: core::Link, which decides, and what acts for it: the TUN, the clocks, the memory file, the processes that
// send notices. Their news become events, and the Executor does the effects.
#pragma once
#include <functional>
#include <memory>

#include "base/unique_fd.hpp"
#include "core/link.hpp"
#include "ghostd/call_path.hpp"
#include "ghostd/executor.hpp"
#include "ghostd/interface_queue.hpp"
#include "ghostd/link_netfilter.hpp"
#include "ghostd/memory_file.hpp"
#include "ghostd/notices.hpp"
#include "ghostd/peer_questions.hpp"
#include "loop/sources.hpp"
#include "net/standing.hpp"

namespace ghost::daemon {

struct AppearPaths {
  std::string directory;  // of the state files; must exist
  std::string announce;   // the program ghost-announce
};

class Link {
 public:
  using Post = Executor::Post;
  // What all links share.
  struct Shared {
    loop::EventLoop& loop;
    Host& host;
    Bearer& bearer;
    BusPort& bus;
    Places& places;
    const AppearPaths& paths;
    // Answers once whether the machine's clock is set, and true if nobody knows.
    std::function<void(std::function<void(bool is_set)>)> ask_clock;
  };
  // Posts what happens. Before listen(), it does not read the TUN. lost: called when another program has deleted the demand
  // interface.
  Link(const Shared& shared, core::LinkConfig config, unsigned index, UniqueFd tun, Post post, std::function<void()> lost);

  // The supervisor has listed all calls that exist already.
  void listen();
  // Uses this TUN in place of a lost one.
  void read_from(UniqueFd tun);
  // Does one step of core::Link, and arms the timers anew.
  [[nodiscard]] core::LinkStep step(core::LinkEvent event);
  // Does what the step wants done.
  void run(std::vector<core::LinkEffect> effects) { executor_.run(machine().config(), std::move(effects)); }

  // The call's interface has this address.
  void address_up(const IpAddress& local, const IpAddress& peer);

  [[nodiscard]] const std::string& name() const { return machine().config().name; }
  [[nodiscard]] std::string interface() const { return bearer_.interface_of(name()); }
  [[nodiscard]] LinkInterfaces interfaces() const { return {demand_interface(name()), interface()}; }
  [[nodiscard]] Placed placed() const;
  [[nodiscard]] net::Standing standing() const { return standing_; }
  void stand(net::Standing standing) { standing_ = std::move(standing); }
  [[nodiscard]] const core::Link& decides() const { return decides_; }
  [[nodiscard]] const core::LinkMachine& machine() const { return decides_.call(); }
  // The last answer to a tick.
  [[nodiscard]] const core::Due& judged() const { return judged_; }
  void judged(core::Due due) { judged_ = due; }
  [[nodiscard]] core::LinkStatus status() const;
  [[nodiscard]] Kept kept() const;
  // Sets what the status says about damage by other programs.
  void set_degraded(const std::string& text) { degraded_ = text; }

 private:
  void readable();
  void clock_set();
  void answered(core::NoticeAnswered answer);
  // Posts the packets in the TUN. Returns their number.
  std::size_t read();
  void make_again();
  void arm();

  loop::EventLoop& loop_;
  Host& host_;
  Bearer& bearer_;
  std::function<void(std::function<void(bool is_set)>)> ask_clock_;
  unsigned index_;
  UniqueFd tun_;
  Post post_;
  std::function<void()> lost_;
  CallPath path_;
  InterfaceQueue queue_;
  LinkNetfilter netfilter_;
  core::Link decides_;
  PeerQuestions questions_;
  MemoryFile memory_;
  Notices notices_;
  Executor executor_;
  core::Due judged_;
  loop::IoSource io_;
  loop::Timer gather_;
  core::Time make_again_{};  // a deleted demand interface is not made again before
  loop::Timer timer_;
  loop::WallTimer wall_timer_;
  core::Duration asleep_;  // at the last look
  loop::ClockSetSource clock_;
  std::string degraded_;
  net::Standing standing_;
};

}  // namespace ghost::daemon
