// SPDX-License-Identifier: GPL-2.0-or-later
// RFC 2136 by ldns: one message that replaces all A, AAAA and TXT records of a name by the new ones, or by none. The server
// applies it in one step. The message and the answer must be signed by TSIG (RFC 8945).
#pragma once
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "core/appear_config.hpp"
#include "core/notice.hpp"
#include "ghost-announce/ldns_seam.hpp"
#include "ghost-announce/outcome.hpp"

namespace ghost::announce {

// Not signed yet, with the number `id`. Null: ldns does not accept a name of the configuration.
LdnsPacket update_message(const core::Notice& notice, const core::AnnounceConfig& config, std::uint16_t id);

// Signs it. Returns its MAC, which is needed to verify the answer; or what is wrong with the key.
[[nodiscard]] tl::expected<LdnsData, std::string> sign_update(ldns_pkt* message, const core::AnnounceConfig& config,
                                                              const std::string& secret);

Outcome judge_update(const std::vector<std::uint8_t>& answer, const core::AnnounceConfig& config, const std::string& secret,
                     const ldns_rdf* mark);

}  // namespace ghost::announce
