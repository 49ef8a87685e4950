// SPDX-License-Identifier: GPL-2.0-or-later
// What somebody on the bus may ask of the daemon: the port that the daemon implements. Each answers whether the request
// was accepted; its outcome is a later status (BusService::publish).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/appearance_status.hpp"
#include "core/schedule.hpp"
#include "core/time.hpp"

namespace ghost::bus {

struct RequestError {
  enum class Kind {
    NoSuchLink,
    Blocked,        // the link is blocked
    ConfigInvalid,  // message: "file:line: what", a line each
    InvalidArgument,
    Failed,
  };
  Kind kind = Kind::Failed;
  std::string message;  // for people; ends without a newline
  bool operator==(const RequestError&) const = default;
};

// The error's name on the bus, "org.ghostd1.Error.…".
const char* error_name(RequestError::Kind kind);

using Accepted = tl::expected<void, RequestError>;

// What a timer is answered.
struct TickAnswer {
  bool due = false;                    // an appearance was started or prolonged
  std::optional<core::WallTime> next;  // when the next one is to be; written down before it is answered
  bool wake_system = false;            // WakeSystem=
  bool operator==(const TickAnswer&) const = default;
};

// Who asked, as far as the bus knows.
struct Asker {
  std::optional<std::uint32_t> uid, pid;
  std::string unit;  // systemd's: "ssh.service", "session-3.scope"; empty: unknown
  bool operator==(const Asker&) const = default;
};

// Called from the loop, one at a time. The link names come from strangers, but are always those of published links. An
// implementation may publish() and remove() from inside. What it throws ends the loop, and the caller is told Failed.
struct Requests {
  virtual ~Requests() = default;
  [[nodiscard]] virtual Accepted connect(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted disconnect(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted block(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted unblock(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted reload() = 0;
  // True: there is a call that has to end first; BusService::left() is called when there is none any more.
  [[nodiscard]] virtual tl::expected<bool, RequestError> leave() = 0;
  // For the record: somebody has asked for an act ("connect", "disconnect", "block", "unblock", "reload", "leave", "appear"), and who. It
  // comes a moment after the act, because the bus has to be asked. link: empty if it concerns all.
  virtual void asked(const std::string& act, const std::string& link, const Asker& by);
  // Somebody reads the link's counters: those that move without waking anybody may be published anew.
  virtual void look(const std::string& link);

  // appear() and appear_tick() have published a status whose appearance.asked has risen by one before they return that they
  // accepted, or that it is due: whoever asked waits for what comes after that. hold: zero for the configured one, at most kLongestHold. timer_next: if there is one.
  static constexpr core::Duration kLongestHold = std::chrono::hours(24 * 366);
  [[nodiscard]] virtual Accepted appear(const std::string& link, core::Duration hold) = 0;
  [[nodiscard]] virtual tl::expected<TickAnswer, RequestError> appear_tick(const std::string& link, core::TickKind kind,
                                                                           std::optional<core::WallTime> timer_next) = 0;
  // The oldest first.
  [[nodiscard]] virtual tl::expected<std::vector<core::AppearanceRecord>, RequestError> appearances(const std::string& link) = 0;
};

}  // namespace ghost::bus
