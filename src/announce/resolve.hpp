// SPDX-License-Identifier: GPL-2.0-or-later
// Names into addresses: /etc/hosts first, as everywhere; then the name servers that the link's peer named, asked through
// the link; then the system's, which may be reached some other way.
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "announce/deadline.hpp"
#include "announce/job.hpp"

namespace ghost::announce {

// Of the families that `via` has an address of, at least one. An address is its own. The error is for people.
[[nodiscard]] tl::expected<std::vector<IpAddress>, std::string> resolve(const std::string& host, const Via& via,
                                                                        const Deadline& deadline);

// Must be called once before resolve(), as long as libraries may still be loaded.
void prepare_resolver();

}  // namespace ghost::announce
