// SPDX-License-Identifier: GPL-2.0-or-later
// Names into addresses. First /etc/hosts, as everywhere. Then the name servers that the link's peer named, through
// the link. Then the system's, which may use another interface.
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "ghost-announce/deadline.hpp"
#include "ghost-announce/job.hpp"

namespace ghost::announce {

// Of the families that `via` has an address of, at least one. An address is its own. The error is for people.
[[nodiscard]] tl::expected<std::vector<IpAddress>, std::string> resolve(const std::string& host, const Via& via,
                                                                        const Deadline& deadline);

// Must be called once before resolve(), as long as libraries may still be loaded.
void prepare_resolver();

}  // namespace ghost::announce
