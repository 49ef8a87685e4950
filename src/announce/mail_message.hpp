// SPDX-License-Identifier: GPL-2.0-or-later
// A notice as a mail: RFC 5322 headers, RFC 2047 where they are not ASCII, a text/plain body that any relay lets pass.
// Pure: the same notice gives the same message, its Message-ID included, so that a second delivery is known as one.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/appear_config.hpp"
#include "core/notice.hpp"

namespace ghost::announce {

// "Name <a@b>" or "a@b" → "a@b".
std::string bare_mailbox(std::string_view mailbox);
std::vector<std::string> split_mailboxes(std::string_view list);

std::string encode_header(std::string_view text);     // RFC 2047, only if it must be
std::string quoted_printable(std::string_view text);  // RFC 2045, 6.7; lines end with CRLF

// `now` is for Date:. Without Subject= and Body= it says what there is to say.
std::string mail_message(const core::Notice& notice, const core::AnnounceConfig& config, core::WallTime now);

}  // namespace ghost::announce
