// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of an [Announce] section, by the scheme of its Url=: the keys, their kinds, and which are required. They refuse
// settings that would send a secret unencrypted. The configuration uses them at load, ghost-announce before it does anything.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/appear_config.hpp"

namespace ghost::announce {

struct Finding {
  bool fatal = true;  // else a warning: it works, but is not advisable
  std::string key;    // the key it concerns: "Url", "To", …
  std::string text;   // for people; never repeats a value that could be a secret
  bool operator==(const Finding&) const = default;
};

// All findings; none: an attempt is possible.
[[nodiscard]] std::vector<Finding> check(const core::AnnounceConfig& config);

// Of [Appear] Echo=.
[[nodiscard]] std::optional<std::string> check_echo(std::string_view url);

// Every key that some notifier reads, so that the configuration can recognize misspelt ones.
[[nodiscard]] bool is_notifier_key(std::string_view key);

// A file's name in $CREDENTIALS_DIRECTORY.
[[nodiscard]] bool valid_credential_name(std::string_view name);

}  // namespace ghost::announce
