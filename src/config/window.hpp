// SPDX-License-Identifier: GPL-2.0-or-later
// Window= and Every= of [Appear]. The days are written as systemd.time(7) writes them: Mon..Fri, Mon,Wed,Fri, or both.
#pragma once
#include "config/parse.hpp"
#include "core/appear_config.hpp"

namespace ghost::config {

// "Mon..Fri 07:00-18:00"; without days, every day. Days may wrap around the week's end (Sat..Mon); the hours do not pass
// midnight.
Parsed<core::Window> parse_window(std::string_view text);

struct Every {
  core::Duration least{};
  core::Duration most{};
};
// "15min-59min", or one time span for both. At least a second.
Parsed<Every> parse_every(std::string_view text);

}  // namespace ghost::config
