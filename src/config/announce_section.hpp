// SPDX-License-Identifier: GPL-2.0-or-later
// [Announce NAME], the one kind of section that may be repeated. Each name is a notifier of its own, in the order in which
// the names first occur. ghost-announce/check.hpp defines a notifier's own keys.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/services.hpp"
#include "config/syntax.hpp"
#include "config/where.hpp"
#include "core/appear_config.hpp"

namespace ghost::config {

inline constexpr std::size_t kAnnounceNameMax = 32;  // bytes

struct AnnounceDraft {
  core::AnnounceConfig config;
  Where header;  // its first
  std::map<std::string, Where, std::less<>> where;
  std::string service;                         // Service=; "" without one
  std::map<std::string, Assignment> unproven;  // keys that no notifier reads; a template may name them
};
using AnnounceDrafts = std::vector<AnnounceDraft>;

// "mail" of "Announce mail", even if the name is invalid; nullopt if the section is of another kind.
std::optional<std::string_view> announce_name(std::string_view section);

// Creates the section's draft, or says what is wrong with its name.
void open_announce(const Where& header, std::string_view name, AnnounceDrafts& drafts, Diagnostics& problems);

// An assignment in the section of that name. Sections with a reported error are ignored.
void apply_announce(const std::string& file, std::string_view name, const Assignment& assignment, AnnounceDrafts& drafts,
                    Diagnostics& problems);

// When all files are read: adds what Service= says, and checks the whole. `sound`: there was no error so far, so a missing key is
// really missing.
void check_announces(AnnounceDrafts& drafts, Services& services, bool sound, Diagnostics& problems, Diagnostics& warnings);

}  // namespace ghost::config
