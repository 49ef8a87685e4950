// SPDX-License-Identifier: GPL-2.0-or-later
// ghostd's request to ghost-announce and the answer, as values and as JSON: one object on stdin, one on
// stdout. A job names a credential and never carries it.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "base/address.hpp"
#include "core/appear_config.hpp"
#include "core/notice.hpp"

namespace ghost::announce {

// The path of everything that is sent.
struct Via {
  std::string interface;             // every socket is bound to it; empty: to none
  std::vector<IpAddress> addresses;  // and to the one of its family; a family without one is not used
  std::vector<IpAddress> dns;        // the name servers that the peer named
  bool operator==(const Via&) const = default;
};

struct NoticeJob {
  core::Notice notice;
  core::AnnounceConfig announce;  // name, url, more, credential and timeout travel; the rest is ghostd's own
  Via via;
  bool operator==(const NoticeJob&) const = default;
};

// Asks for the address that the other side sees: the answer's text.
struct EchoJob {
  std::string url;  // http or https
  core::Duration timeout = std::chrono::seconds(10);
  Via via;
  bool operator==(const EchoJob&) const = default;
};

using Job = std::variant<NoticeJob, EchoJob>;

struct Answer {
  core::NoticeResult result = core::NoticeResult::Crashed;
  std::string detail;  // one line for people, without control characters, at most 200 bytes, never a secret
  core::Duration elapsed{};
  std::string text;    // of an EchoJob that is Ok: the address
  bool clock = false;  // another time on this machine's clock might have made it Ok
  bool operator==(const Answer&) const = default;
};

// Neither side reads longer ones.
inline constexpr std::size_t kMaxJob = 64 * 1024;
inline constexpr std::size_t kMaxAnswer = 4 * 1024;

// The job's text is one JSON object without a line feed. Times lose their fractions of a second.
std::string to_json(const Job& job);
[[nodiscard]] tl::expected<Job, std::string> parse_job(std::string_view text);

std::string to_json(const Answer& answer);  // without a line feed
// Validates the output of another process: an answer with any deviation is an error.
[[nodiscard]] tl::expected<Answer, std::string> parse_answer(std::string_view text);

// The notice as its receivers get it: docs/notice.schema.json.
std::string notice_json(const core::Notice& notice);

}  // namespace ghost::announce
