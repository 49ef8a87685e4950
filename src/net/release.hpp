// SPDX-License-Identifier: GPL-2.0-or-later
// Giving everything back, from nothing but what the kernel and the journal know: after an orderly stop, a
// kill -9, or a start that went wrong half-way. Safe to call twice, and when there is nothing to give back.
#pragma once
#include <filesystem>
#include <vector>

#include "net/error.hpp"

namespace ghost::net {

// Routes and rules by their protocol number, sysctls by the journal, then the nftables table: last, because
// it guards the forwarding that the sysctls had switched on. Everything is tried; the failures come back.
// Empty: all is as before.
[[nodiscard]] std::vector<Error> release_everything(const std::filesystem::path& journal,
                                                    const std::filesystem::path& proc_sys = "/proc/sys");

}  // namespace ghost::net
