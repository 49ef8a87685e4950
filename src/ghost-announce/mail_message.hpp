// SPDX-License-Identifier: GPL-2.0-or-later
// A notice as a mail: RFC 5322 headers, RFC 2047 where they are not ASCII, a text/plain body that any relay accepts.
// Pure: the same notice gives the same message with the same Message-ID, so that a second delivery can be recognized.
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

// `now` is for Date:. Without Subject= and Body= it has a built-in text.
std::string mail_message(const core::Notice& notice, const core::AnnounceConfig& config, core::WallTime now);

}  // namespace ghost::announce
