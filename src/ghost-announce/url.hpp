// SPDX-License-Identifier: GPL-2.0-or-later
// Url= of an [Announce] section, parsed (a subset of RFC 3986). Its scheme selects the notifier. It never carries
// a user or a password, because it may be shown to everybody.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ghost::announce {

enum class Scheme : std::uint8_t {
  smtp,
  smtps,
  http,
  https,
  dyndns2_http,
  dyndns2_https,
  ftp,
  ftps,
  sftp,
  mqtt,
  mqtts,
  dns,
  file,
  exec
};

struct Url {
  Scheme scheme = Scheme::https;
  std::string host;        // a name or an address, an IPv6 one without its brackets; empty for file and exec
  std::uint16_t port = 0;  // the one named, or the scheme's own
  std::string path;        // with the query; begins with '/' or is empty
  bool operator==(const Url&) const = default;
};

// The error says what is wrong, for people.
[[nodiscard]] tl::expected<Url, std::string> parse_url(std::string_view text);

std::string_view to_string(Scheme scheme);  // "dyndns2+https"
// All bytes travel inside TLS or SSH, from the first one.
bool encrypted_from_the_start(Scheme scheme);
std::string host_for_url(const Url& url);  // an IPv6 address in brackets

}  // namespace ghost::announce
