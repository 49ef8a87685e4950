// SPDX-License-Identifier: GPL-2.0-or-later
// Text that a D-Bus string can carry and a terminal can bear. A modem's noise ends up in pppd's log and from there in a
// link's Detail: sd-bus refuses whole messages for one byte that is not UTF-8, and an escape sequence must not reach the
// terminal of whoever runs ghostctl.
#pragma once
#include <string>
#include <string_view>

namespace ghost::bus {

// Well-formed UTF-8 comes back as it is. Each byte that is not part of it, and each noncharacter (U+FFFE and the like,
// which sd-bus refuses too), becomes U+FFFD; control characters (C0, DEL, C1) become spaces, '\n' too unless `lines`.
std::string clean_text(std::string_view text, bool lines = false);

}  // namespace ghost::bus
