// SPDX-License-Identifier: GPL-2.0-or-later
// Sends a DNS message through the link and returns the answer. By UDP, again after 1, 2, 4 s …; by TCP if the answer does
// not fit (RFC 1035, 4.2; RFC 7766). An answer must come from that server and have the question's number.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "ghost-announce/deadline.hpp"
#include "ghost-announce/job.hpp"

namespace ghost::announce {

[[nodiscard]] tl::expected<std::vector<std::uint8_t>, std::string> dns_exchange(std::span<const std::uint8_t> question,
                                                                                const IpAddress& server, std::uint16_t port,
                                                                                const Via& via, const Deadline& deadline);

}  // namespace ghost::announce
