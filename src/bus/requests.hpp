// SPDX-License-Identifier: GPL-2.0-or-later
// The requests that clients on the bus may send to the daemon: the port that the daemon implements. Each returns whether the
// request was accepted. A later status (BusService::publish) has the outcome.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "core/appearance_status.hpp"
#include "core/schedule.hpp"
#include "core/time.hpp"

namespace ghost::bus {

struct RequestError {
  enum class Kind {
    NoSuchLink,
    Blocked,        // the link is blocked
    ConfigInvalid,  // message: one line "file:line: what" per error
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

// The answer to a timer.
struct TickAnswer {
  bool due = false;                    // an appearance was started or prolonged
  std::optional<core::WallTime> next;  // the time of the next one; saved before the answer
  bool wake_system = false;            // WakeSystem=
  bool operator==(const TickAnswer&) const = default;
};

// The caller, as far as the bus knows it.
struct Asker {
  std::optional<std::uint32_t> uid, pid;
  std::string unit;  // systemd's: "ssh.service", "session-3.scope"; empty: unknown
  bool operator==(const Asker&) const = default;
};

// What a client may ask of a link. The word is that of polkit's action ("org.ghostd1.connect") and of the journal.
namespace act {
struct Connect {
  static constexpr const char* kWord = "connect";
};
struct Disconnect {
  static constexpr const char* kWord = "disconnect";
};
struct Block {
  static constexpr const char* kWord = "block";
};
struct Unblock {
  static constexpr const char* kWord = "unblock";
};
struct Appear {
  static constexpr const char* kWord = "appear";
  static constexpr core::Duration kLongestHold = std::chrono::hours(24 * 366);
  core::Duration hold{};  // zero: as configured; at most kLongestHold
};
}  // namespace act
using LinkAct = std::variant<act::Connect, act::Disconnect, act::Block, act::Unblock, act::Appear>;

// Called from the loop, one at a time. The link names come from strangers, but are always those of published links. An
// implementation may call publish() and remove(). An exception ends the loop, and the caller gets Failed.
struct Requests {
  virtual ~Requests() = default;
  // Before it accepts an act::Appear, it publishes a status with appearance.asked raised by one. The caller waits for the statuses
  // after that.
  [[nodiscard]] virtual Accepted ask(const std::string& link, const LinkAct& act) = 0;
  [[nodiscard]] virtual Accepted reload() = 0;
  // True: a call must end first; BusService::left() is called after the last one has ended.
  [[nodiscard]] virtual tl::expected<bool, RequestError> leave() = 0;
  // For the record: a request (the word of an act, "reload" or "leave") and its caller. It comes a moment after the request, because the
  // bus must be asked. link: empty if it concerns all.
  virtual void asked(const std::string& word, const std::string& link, const Asker& by);
  // A client reads the link's counters: those that change without an event may be published again.
  virtual void look(const std::string& link);

  // If an appearance is due, it publishes a status as for act::Appear. timer_next: if there is one.
  [[nodiscard]] virtual tl::expected<TickAnswer, RequestError> appear_tick(const std::string& link, core::TickKind kind,
                                                                           std::optional<core::WallTime> timer_next) = 0;
  // The oldest first.
  [[nodiscard]] virtual tl::expected<std::vector<core::AppearanceRecord>, RequestError> appearances(const std::string& link) = 0;
};

}  // namespace ghost::bus
