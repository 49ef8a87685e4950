// SPDX-License-Identifier: GPL-2.0-or-later
// The receiver of an [Announce name] section, and whether telling it needs the link. The same name with another URL, or with other
// keys that only the notifier reads, is another receiver, which knows nothing.
#pragma once
#include <cstdint>

#include "core/appear_config.hpp"

namespace ghost::core {

// The same number for the same receiver, in every ghostd and on every machine, because it is saved; never 0. FNV-1a tells apart what
// people write; it keeps no secret.
std::uint64_t receiver(const AnnounceConfig& announce);

// False for a file on this machine: it is written whether the link carries or not. A program (exec:) may want to use the link.
bool needs_link(const AnnounceConfig& announce);

}  // namespace ghost::core
