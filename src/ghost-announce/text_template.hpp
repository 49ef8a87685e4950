// SPDX-License-Identifier: GPL-2.0-or-later
// Subject=, Body= and similar keys: text with ${name} fields, filled from a notice. "$$" is a dollar sign, "\n" a new line and
// "\\" a backslash; everything else is literal. A request's templates may also name a key of their section (${Zone}) and a
// secret: ${secret} is that of Credential=, ${secret:NAME} the credential NAME.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/notice.hpp"
#include "ghost-announce/encoding.hpp"

namespace ghost::announce {

// What is wrong with it, or nothing. A template that passes this check can be filled.
[[nodiscard]] std::optional<std::string> check_template(std::string_view text);
// The same for a request's template.
[[nodiscard]] std::optional<std::string> check_request_template(std::string_view text);

// ${name} ${link} ${event} ${address} (the first) ${addresses} ${ipv4} ${ipv6} (the first of the family) ${since} ${until}
// ${next} ("none") ${sequence} ${reason} ${carrier_nat} ("yes", "no") ${summary} (a sentence) ${id} (of the notice). An unknown one is left out.
std::string fill_template(std::string_view text, const core::Notice& notice);

// The same; the fields' values are encoded, the text around them is not. `others` gives what stands for a name that is not a
// field.
using Others = std::function<std::string(std::string_view name)>;
std::string fill_template(std::string_view text, const core::Notice& notice, Encoding encoding, const Others& others);

// The names in ${ } of a text that passes the check, in order.
std::vector<std::string> names_in(std::string_view text);

[[nodiscard]] bool is_field(std::string_view name);
[[nodiscard]] bool is_section_key(std::string_view name);  // it begins with a capital letter, as all keys do
// "" of ${secret}, NAME of ${secret:NAME}; nullopt of another name.
[[nodiscard]] std::optional<std::string_view> secret_name(std::string_view name);

std::string_view event_name(core::NoticeKind kind);  // "appear", "vanish"

}  // namespace ghost::announce
