// SPDX-License-Identifier: GPL-2.0-or-later
// Who is told by an [Announce name], and whether that needs the link. The same name with another URL, or other keys of the
// notifier's own, is another receiver, who knows nothing.
#pragma once
#include <cstdint>

#include "core/appear_config.hpp"

namespace ghost::core {

// The same number for the same receiver, in every ghostd and on every machine, for it is written down; never 0. FNV-1a: it tells
// apart what a person wrote, and keeps no secret.
std::uint64_t receiver(const AnnounceConfig& announce);

// False for a file on this machine: it is written whether the link carries or not. A program (exec:) may want to use the link.
bool needs_link(const AnnounceConfig& announce);

}  // namespace ghost::core
