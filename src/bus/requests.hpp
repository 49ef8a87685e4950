// SPDX-License-Identifier: GPL-2.0-or-later
// What somebody on the bus may ask of the daemon: the port that the daemon implements. Each answers whether the request
// was accepted; its outcome is a later status (BusService::publish).
#pragma once
#include <string>
#include <tl/expected.hpp>

namespace ghost::bus {

struct RequestError {
  enum class Kind {
    NoSuchLink,
    Blocked,        // the link is blocked
    ConfigInvalid,  // message: "file:line: what", a line each
    NotSupported,
    Failed,
  };
  Kind kind = Kind::Failed;
  std::string message;  // for people; ends without a newline
  bool operator==(const RequestError&) const = default;
};

// The error's name on the bus, "org.ghostd1.Error.…".
const char* error_name(RequestError::Kind kind);

using Accepted = tl::expected<void, RequestError>;

// Called from the loop, one at a time. The link names come from strangers, but are always those of published links. An
// implementation may publish() and remove() from inside. What it throws ends the loop, and the caller is told Failed.
struct Requests {
  virtual ~Requests() = default;
  [[nodiscard]] virtual Accepted connect(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted disconnect(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted block(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted unblock(const std::string& link) = 0;
  [[nodiscard]] virtual Accepted reload() = 0;
};

}  // namespace ghost::bus
