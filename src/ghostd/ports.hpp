// SPDX-License-Identifier: GPL-2.0-or-later
// What the Executor needs from outside: one port for each thing that can fail in its own way. Each link has its own ports. Only
// Bearer, Places and BusPort are shared by all links. A port never calls back from within a call: later news are posted as
// events.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/link.hpp"
#include "net/error.hpp"

namespace ghost::daemon {

// Switches the way of a link's traffic (CallPath).
class Path {
 public:
  virtual ~Path() = default;
  [[nodiscard]] virtual core::HandedOver hand_over(CallSerial serial, Family family, std::vector<core::PacketBytes> packets) = 0;
  // Sends packets that missed the handover.
  [[nodiscard]] virtual core::SentOn send_on(const std::vector<core::PacketBytes>& packets) = 0;
  [[nodiscard]] virtual net::Result<void> refuse(Family family, bool refuse) = 0;
  // When this returns, the demand interface has the traffic of this family (nullopt: all) again. No more of its packets go into
  // the call's queue.
  [[nodiscard]] virtual net::Result<void> route_back(std::optional<Family> family) = 0;
};

// The call's interface and its queue (InterfaceQueue).
class CallQueue {
 public:
  virtual ~CallQueue() = default;
  // Prepares the interface, which has just appeared.
  [[nodiscard]] virtual net::Result<void> prepare() = 0;
  // True: the queue is an ordinary one now.
  [[nodiscard]] virtual bool settle(bool force) = 0;
  [[nodiscard]] virtual bool drained() = 0;
  // How many packets have come by the interface; nullopt: it is gone, or the kernel does not say.
  [[nodiscard]] virtual std::optional<std::uint32_t> received() = 0;
};

// The far end of a call, before it is known to take packets (PeerQuestions). An answer is core::FarEndAnswered.
class FarEnd {
 public:
  virtual ~FarEnd() = default;
  // Asks each of these once more, from this address. Drops the questions from another address.
  virtual void ask(const IpAddress& local, const std::vector<IpAddress>& targets) = 0;
  virtual void stop() = 0;
};

// What netfilter does for a link (LinkNetfilter).
class Netfilter {
 public:
  virtual ~Netfilter() = default;
  // How long past packets still keep the call up. Zero: nothing keeps it up.
  [[nodiscard]] virtual net::Result<core::Duration> idle_left() = 0;
  // Deletes the conntrack entries of this address.
  [[nodiscard]] virtual net::Result<void> forget(const IpAddress& address) = 0;
  // Has the kernel refuse packets that would call, or let them in again.
  [[nodiscard]] virtual net::Result<void> set_blocked(bool blocked) = 0;
};

// Makes and ends calls (SupervisorClient).
class Bearer {
 public:
  virtual ~Bearer() = default;
  // False: the request could not be sent, so no news will come.
  // peer: as StartCall has it.
  [[nodiscard]] virtual bool dial(const std::string& link, CallSerial serial, const std::string& peer) = 0;
  [[nodiscard]] virtual bool hang_up(const std::string& link, CallSerial serial) = 0;
  [[nodiscard]] virtual bool recover(const std::string& link, const core::Recover& step) = 0;
  // The name of the interface that the link's calls have. Callers ask each time, because a modem may have another interface
  // tomorrow.
  [[nodiscard]] virtual std::string interface_of(const std::string& link) const = 0;
};

// Sends notices (Notices). Each send() is answered by core::NoticeAnswered, unless it is abandoned.
class NoticePort {
 public:
  // A notice, which waits for launch(), or a question to the echo service, which leaves at once.
  using Sending = std::variant<core::Tell, core::Echo>;
  virtual ~NoticePort() = default;
  virtual void make_ready(bool wanted) = 0;
  virtual void send(Sending sending) = 0;
  virtual void abandon(std::uint64_t id) = 0;
  // Starts the waiting notices. Called at the end of a step, because the same step may abandon a notice.
  virtual void launch() = 0;
};

// The links' places on the host: the routes of each, and the rules and the table that all share (Daemon).
class Places {
 public:
  virtual ~Places() = default;
  // Removes the routes that the link has without a call.
  [[nodiscard]] virtual net::Result<void> give_up(const std::string& link) = 0;
  // Handles the change soon, once for all links whose place has changed by then.
  virtual void place_changed() = 0;
};

// Saves what the next ghostd must know (MemoryFile). Answered by core::Written, if the disk answers.
class Memory {
 public:
  virtual ~Memory() = default;
  virtual void save(std::uint64_t generation) = 0;
};

// What a link asks or tells others on the bus (Daemon).
class BusPort {
 public:
  virtual ~BusPort() = default;
  virtual void ask_timer(const std::string& link, core::TimerQuestion question) = 0;
  virtual void answer_tick(const std::string& link, const core::Due& due) = 0;
  virtual void appeared(const std::string& link, const core::TellAppeared& appearance) = 0;
  virtual void vanished(const std::string& link, const std::string& reason) = 0;
};

}  // namespace ghost::daemon
