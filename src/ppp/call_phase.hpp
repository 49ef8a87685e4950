// SPDX-License-Identifier: GPL-2.0-or-later
// One call, from the spawn of pppd until its exit, as a pure machine: facts and deadlines in, signals and news out.
//
//   Connecting → Negotiating → Networking → Running
//        \___________\____________\___________\____→ Ending → Exited
//
// Connecting is the connect script (DialTimeout=). Negotiating is LCP and authentication, Networking is IPCP (each with
// NegotiateTimeout=). Running has no deadline. Ending is after SIGTERM (HangupTimeout=, then SIGKILL, repeated).
//
// In any case there is one CallStarted, at most one CallAddress per family and exactly one CallGone, in this order. SIGKILL
// comes only after SIGTERM.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/call_news.hpp"
#include "core/config.hpp"
#include "core/time.hpp"
#include "ppp/evidence.hpp"
#include "ppp/exit_reason.hpp"
#include "ppp/options.hpp"

namespace ghost::ppp {

// Events.
struct Line {  // of pppd's log, as it came
  std::string_view text;
};
struct HangupAsked {};
struct Tick {};  // time has passed
struct Exited {
  ExitStatus status;
};
using CallEvent = std::variant<Line, HangupAsked, Tick, Exited>;

// Effects.
struct SendTerm {  // only to pppd, which ends its script itself and tells the peer
  bool operator==(const SendTerm&) const = default;
};
struct SendKill {  // to its whole process group
  bool operator==(const SendKill&) const = default;
};
using News = std::variant<core::CallStarted, core::CallAddress, core::CallGone>;
using CallEffect = std::variant<SendTerm, SendKill, News>;

class CallPhase {
 public:
  // pppd has just been started. echo_interval: lcp-echo-interval, as pppd was told; 0: no echoes. peer: as CallStarted has it. device:
  // as pppd's files spell it, which pppd does not take for a device while it is not there.
  CallPhase(int pid, const core::CallConfig& config, core::Time now, core::Duration echo_interval = kEchoInterval,
            std::string peer = {}, std::string device = {});

  [[nodiscard]] std::vector<CallEffect> step(const CallEvent& event, core::Time now);

  // The time of the next Tick; replaces every earlier request.
  [[nodiscard]] std::optional<core::Time> deadline() const;
  // CallStarted and the CallAddresses so far, to be repeated to a restarted ghostd.
  [[nodiscard]] const std::vector<News>& said() const { return said_; }
  [[nodiscard]] bool exited() const { return std::holds_alternative<Gone>(state_); }
  [[nodiscard]] std::string_view name() const;  // "connecting", "negotiating", …: for people

 private:
  struct Connecting {
    core::Time deadline;
  };
  struct Negotiating {
    core::Time deadline;
  };
  struct Networking {
    core::Time deadline;
  };
  struct Running {};
  struct Ending {
    core::Time deadline;
  };
  struct Gone {};

  // pppd prints the result of IPCP in up to four lines without an end mark. We report it after the last possible line, or when no
  // line has come for kSettle. On a busy host one may come still later. Then all of it is reported once more.
  struct Agreed {
    std::optional<IpAddress> local;
    std::optional<IpAddress> remote;
    std::vector<IpAddress> dns;
    std::optional<core::Time> settles;
  };

  void on(const Line& line, core::Time now, std::vector<CallEffect>& out);
  void on(const HangupAsked& asked, core::Time now, std::vector<CallEffect>& out);
  void on(const Tick& tick, core::Time now, std::vector<CallEffect>& out);
  void on(const Exited& exited, core::Time now, std::vector<CallEffect>& out);

  void advance(FactKind kind, core::Time now);
  void agree(const LogFact& fact, core::Time now, std::vector<CallEffect>& out);
  void tell(Agreed& agreed, std::vector<CallEffect>& out);
  void tell_settled(core::Time now, bool at_once, std::vector<CallEffect>& out);
  void end(core::Time now, std::vector<CallEffect>& out);

  // pppd gives the peer up when so many echoes in a row have no answer.
  void look_at_echoes(std::string_view line, core::Time now);

  core::CallConfig config_;
  std::string device_;
  core::Duration echo_interval_;
  std::optional<core::Time> line_since_;  // since then pppd has the line
  std::variant<Connecting, Negotiating, Networking, Running, Ending, Gone> state_;
  Evidence evidence_;
  Asked asked_;
  Agreed v4_;
  Agreed v6_;
  std::vector<News> said_;
};

inline constexpr core::Duration kSettle = std::chrono::milliseconds(100);

}  // namespace ghost::ppp
