// SPDX-License-Identifier: GPL-2.0-or-later
// Restores everything, using only the state of the kernel and the journal: after a normal stop, a
// kill -9, or a start that failed half-way. Safe to call twice, and when there is nothing to restore.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "net/error.hpp"

namespace ghost::net {

struct Released {
  std::vector<Error> failures;        // empty: all is as before, but for what a warning says
  std::vector<std::string> warnings;  // lines for people
};

// Routes and rules by their protocol number, sysctls by the journal, then the nftables table. It is last, because
// it guards the forwarding that the sysctls had enabled. Tries everything. A journal that cannot be believed is
// a warning, and so is a value in it that the kernel refuses.
[[nodiscard]] Released release_everything(const std::filesystem::path& journal,
                                          const std::filesystem::path& proc_sys = "/proc/sys");

}  // namespace ghost::net
