// SPDX-License-Identifier: GPL-2.0-or-later
// What an http notifier asks of its server, as a value. A notice, a dyndns2 update and the question to the echo service are the
// same kind of request. The section gives the templates of a notice.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/appear_config.hpp"
#include "core/notice.hpp"
#include "ghost-announce/secret.hpp"
#include "ghost-announce/url.hpp"

namespace ghost::announce {

enum class Login : std::uint8_t { none, basic, bearer };

// It holds secrets: no part of it is shown.
struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query
  std::vector<std::string> headers;
  std::optional<std::string> body;
  Login login = Login::none;
  bool operator==(const HttpRequest&) const = default;
};

// The section has passed check(), and `secrets` has all that it names.
HttpRequest notice_request(const core::Notice& notice, const core::AnnounceConfig& config, const Url& url,
                           const Secrets& secrets);
HttpRequest dyndns2_request(const core::Notice& notice, const core::AnnounceConfig& config, const Url& url);
HttpRequest echo_request(const Url& url);

}  // namespace ghost::announce
