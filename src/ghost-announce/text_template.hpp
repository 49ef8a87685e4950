// SPDX-License-Identifier: GPL-2.0-or-later
// Subject=, Body= and similar keys: text with ${name} fields, filled from a notice. "$$" is a dollar sign, "\n" a new line and
// "\\" a backslash; everything else is literal.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "core/notice.hpp"

namespace ghost::announce {

// What is wrong with it, or nothing. A template that passes this check can be filled.
[[nodiscard]] std::optional<std::string> check_template(std::string_view text);

// ${name} ${link} ${event} ${address} (the first) ${addresses} ${since} ${until} ${next} ("none") ${sequence} ${reason}
// ${carrier_nat} ("yes", "no"). An unknown one is left out.
std::string fill_template(std::string_view text, const core::Notice& notice);

std::string_view event_name(core::NoticeKind kind);  // "appear", "vanish"

}  // namespace ghost::announce
