// SPDX-License-Identifier: GPL-2.0-or-later
// Times for people and programs elsewhere: in this machine's zone, with its offset, by localtime_r(3).
#pragma once
#include <cstdint>
#include <string>

#include "core/notice.hpp"

namespace ghost::announce {

std::string rfc3339(core::WallTime time);  // "2026-11-23T07:31:04+01:00"; fractions of a second are dropped
std::string rfc5322(core::WallTime time);  // "Mon, 23 Nov 2026 07:31:04 +0100", English in every locale
std::int64_t unix_seconds(core::WallTime time);

}  // namespace ghost::announce
