// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once
#include <string>
#include <vector>

#include "core/config.hpp"
#include "net/foreign_defaults.hpp"

namespace ghost::client {

// The other default routes on this host, and their effect together with these links. It only reads from the kernel.
std::vector<net::Explained> what_stands_beside(const core::Config& config);

}  // namespace ghost::client
