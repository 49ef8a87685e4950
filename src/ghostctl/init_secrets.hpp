// SPDX-License-Identifier: GPL-2.0-or-later
// A line of pppd's secrets files (pppd(8), AUTHENTICATION): name, server, secret. Pure.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace ghost::init {

// One word, in quotes, that pppd reads back as exactly this text.
std::string quoted_word(std::string_view text);

// The words of one line as pppd reads them, without a comment.
std::vector<std::string> words_of(std::string_view line);

enum class Conflict { refused, replaced };

// The file's text with this secret for every server that asks `user`. It is `text` itself if the secret is in it already. All other
// lines stay as they are. Error: another secret for this user is there. The message does not contain it.
tl::expected<std::string, std::string> with_secret(std::string_view text, std::string_view user, std::string_view secret,
                                                   Conflict conflict);

}  // namespace ghost::init
