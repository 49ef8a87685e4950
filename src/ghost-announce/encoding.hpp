// SPDX-License-Identifier: GPL-2.0-or-later
// A value is written differently in each part of a request, so that it stays one value there.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace ghost::announce {

enum class Encoding : std::uint8_t {
  none,
  path,    // RFC 3986, 3.3: one segment
  query,   // RFC 3986, 3.4: one parameter's value
  form,    // application/x-www-form-urlencoded
  json,    // inside a JSON string (RFC 8259, 7)
  header,  // RFC 9110, 5.5: one line
};

std::string encode(std::string_view text, Encoding encoding);

// A secret in a path may be a part of it with slashes, such as a webhook's, so these stay.
std::string encode_secret(std::string_view text, Encoding encoding);

// Every byte but RFC 3986's unreserved ones, and those in `plain`, as %XX.
std::string percent_encoded(std::string_view text, std::string_view plain = {});

}  // namespace ghost::announce
