// SPDX-License-Identifier: GPL-2.0-or-later
// The A and AAAA records of a name, asked of one server through the link.
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "ghost-announce/deadline.hpp"
#include "ghost-announce/job.hpp"

namespace ghost::announce {

// Of the families that `via` can use. Empty: the server says that there is none. Error: there is no useful answer.
[[nodiscard]] tl::expected<std::vector<IpAddress>, std::string> query_addresses(const std::string& host, const IpAddress& server,
                                                                                const Via& via, const Deadline& deadline);

}  // namespace ghost::announce
