// SPDX-License-Identifier: GPL-2.0-or-later
// Checks that need all keys of a link, or all links, and the values that depend on them: default
// addresses and routes.
#pragma once
#include <vector>

#include "config/keys.hpp"
#include "config/load.hpp"

namespace ghost::config {

// The keys of one link against each other.
void check_link(const Draft& draft, Diagnostics& problems);

// Gives every link its stable addresses (drafts are in order of link names) and its default routes, and checks them
// against each other.
void settle_addresses(std::vector<Draft>& drafts, const Roots& roots, Diagnostics& problems);

}  // namespace ghost::config
