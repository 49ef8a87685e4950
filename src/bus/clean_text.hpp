// SPDX-License-Identifier: GPL-2.0-or-later
// Text that is safe for a D-Bus string and a terminal. A modem's noise reaches pppd's log and from there a
// link's Detail. sd-bus refuses a whole message for one byte that is not UTF-8. An escape sequence must not reach the
// terminal of a user of ghostctl.
#pragma once
#include <string>
#include <string_view>

namespace ghost::bus {

// Well-formed UTF-8 stays as it is. Each other byte, and each noncharacter (U+FFFE and the like, which sd-bus also
// refuses), becomes U+FFFD. Control characters (C0, DEL, C1) become spaces, and so does '\n' unless `lines`.
std::string clean_text(std::string_view text, bool lines = false);

}  // namespace ghost::bus
