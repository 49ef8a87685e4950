// SPDX-License-Identifier: GPL-2.0-or-later
// The receiver of an [Announce name] section, and whether telling it needs the link. If the URL changes, or a key that only the
// notifier reads, the section has another receiver, which knows nothing.
#pragma once
#include <cstdint>

#include "core/appear_config.hpp"

namespace ghost::core {

// The same number for the same receiver, in each version of ghostd and on each machine, because the number is saved. Never 0.
// FNV-1a is enough to tell apart what people write. It keeps no secret.
std::uint64_t receiver(const AnnounceConfig& announce);

// False for a file on this machine, which can be written without the link. True for a program (exec:), which may use the link.
bool needs_link(const AnnounceConfig& announce);

}  // namespace ghost::core
