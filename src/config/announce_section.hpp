// SPDX-License-Identifier: GPL-2.0-or-later
// [Announce NAME], the one kind of section that may be repeated: each name is a notifier of its own, in the order in which
// the names first come up. What a notifier's own keys mean is announce/check.hpp's.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/syntax.hpp"
#include "config/syntax.hpp"
#include "config/where.hpp"
#include "core/appear_config.hpp"

namespace ghost::config {

inline constexpr std::size_t kAnnounceNameMax = 32;  // bytes

struct AnnounceDraft {
  core::AnnounceConfig config;
  Where header;  // its first
  std::map<std::string, Where, std::less<>> where;
};
using AnnounceDrafts = std::vector<AnnounceDraft>;

// "mail" of "Announce mail", also when it is no good; nullopt when the section is of another kind.
std::optional<std::string_view> announce_name(std::string_view section);

// Makes a place for the section, or says what is wrong with its name.
void open_announce(const Where& header, std::string_view name, AnnounceDrafts& drafts, Diagnostics& problems);

// An assignment in the section of that name. Sections that were complained about are passed over.
void apply_announce(const std::string& file, std::string_view name, const Assignment& assignment, AnnounceDrafts& drafts,
                    Diagnostics& problems);

// When all files are read. `sound`: nothing was wrong so far, so that what is missing is missing.
void check_announces(const AnnounceDrafts& drafts, bool sound, Diagnostics& problems, Diagnostics& warnings);

}  // namespace ghost::config
