// SPDX-License-Identifier: GPL-2.0-or-later
// What the Executor needs of the outside, a port for each thing that can fail in its own way. One link's each, but for Bearer,
// Places and BusPort, which all links share. None of them calls back from within: what comes later is posted as an event.
#pragma once
#include <string>
#include <vector>

#include "core/link.hpp"
#include "net/error.hpp"

namespace ghost::daemon {

// Which way a link's traffic goes (CallPath).
class Path {
 public:
  virtual ~Path() = default;
  [[nodiscard]] virtual core::HandedOver hand_over(CallSerial serial, Family family, std::vector<core::PacketBytes> packets) = 0;
  // Packets that missed the handover.
  [[nodiscard]] virtual core::SentOn send_on(const std::vector<core::PacketBytes>& packets) = 0;
  [[nodiscard]] virtual net::Result<void> refuse(Family family, bool refuse) = 0;
  // The demand interface has the traffic again when this returns, and nothing more goes into the call's queue.
  [[nodiscard]] virtual net::Result<void> route_back() = 0;
  // The routes that the link has with and without a call.
  [[nodiscard]] virtual net::Result<void> give_up() = 0;
};

// The call's interface and its queue (InterfaceQueue).
class CallQueue {
 public:
  virtual ~CallQueue() = default;
  // The interface has just appeared.
  [[nodiscard]] virtual net::Result<void> prepare() = 0;
  // True: the queue is an ordinary one.
  [[nodiscard]] virtual bool settle(bool force) = 0;
  [[nodiscard]] virtual bool drained() = 0;
};

// The far end of a call, before it is known to take packets (PeerQuestions). An answer is core::FarEndAnswered.
class FarEnd {
 public:
  virtual ~FarEnd() = default;
  // Each of these once more, from this address. Those who were asked from another one are let go.
  virtual void ask(const IpAddress& local, const std::vector<IpAddress>& targets) = 0;
  virtual void stop() = 0;
};

// What netfilter does for a link (LinkNetfilter).
class Netfilter {
 public:
  virtual ~Netfilter() = default;
  // How long the call is kept up by what has passed; zero: nothing keeps it up.
  [[nodiscard]] virtual net::Result<core::Duration> idle_left() = 0;
  // Conversations of this address.
  [[nodiscard]] virtual net::Result<void> forget(const IpAddress& address) = 0;
  // Refuse what would call, or let it in again.
  [[nodiscard]] virtual net::Result<void> set_blocked(bool blocked) = 0;
};

// Whoever makes calls (SupervisorClient).
class Bearer {
 public:
  virtual ~Bearer() = default;
  // False: it could not be said, and no news will come of it.
  [[nodiscard]] virtual bool dial(const std::string& link, CallSerial serial) = 0;
  [[nodiscard]] virtual bool hang_up(const std::string& link, CallSerial serial) = 0;
  // The name of the interface that the link's calls have. It is asked for anew each time: a modem's may be another one tomorrow.
  [[nodiscard]] virtual std::string interface_of(const std::string& link) const = 0;
};

// Who sends notices (Notices). Each that was told or asked is answered by core::NoticeAnswered, unless it is abandoned.
class NoticePort {
 public:
  virtual ~NoticePort() = default;
  virtual void make_ready(bool wanted) = 0;
  virtual void tell(core::Tell notice) = 0;
  virtual void ask(core::Echo echo) = 0;
  virtual void abandon(std::uint64_t id) = 0;
  // Starts what waits. Not before the end of a step: the same step may abandon it.
  virtual void launch() = 0;
};

// What all links have in common of the host: rules, routes, the table (Daemon).
class Places {
 public:
  virtual ~Places() = default;
  // Soon, and once for all links whose place has changed by then.
  virtual void place_changed() = 0;
};

// What outlives ghostd (MemoryFile). Answered by core::Written, if the disk answers.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void save(std::uint64_t generation) = 0;
};

// What is asked of, or told to, others on the bus (Daemon).
class BusPort {
 public:
  virtual ~BusPort() = default;
  virtual void ask_timer(const std::string& link, core::TimerQuestion question) = 0;
  virtual void answer_tick(const std::string& link, const core::Due& due) = 0;
  virtual void appeared(const std::string& link, const core::TellAppeared& appearance) = 0;
  virtual void vanished(const std::string& link, const std::string& reason) = 0;
};

}  // namespace ghost::daemon
