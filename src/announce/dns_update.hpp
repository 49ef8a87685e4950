// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 2136 by ldns: one message that takes away what a name had of A, AAAA and TXT and puts the new in its place, or
// nothing, in one step of the server's; signed by TSIG (RFC 8945), as the answer must be.
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "announce/ldns_seam.hpp"
#include "announce/outcome.hpp"
#include "core/appear_config.hpp"
#include "core/notice.hpp"

namespace ghost::announce {

// Not signed yet, with the number `id`. Null: ldns does not take a name of the configuration.
LdnsPacket update_message(const core::Notice& notice, const core::AnnounceConfig& config, std::uint16_t id);

// The mark that its signature left in the message signed, for the answer's; or what is wrong with the key.
[[nodiscard]] tl::expected<LdnsData, std::string> sign_update(ldns_pkt* message, const core::AnnounceConfig& config,
                                                              const std::string& secret);

Outcome judge_update(const std::vector<std::uint8_t>& answer, const core::AnnounceConfig& config, const std::string& secret,
                     const ldns_rdf* mark);

}  // namespace ghost::announce
