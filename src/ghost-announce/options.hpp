// SPDX-License-Identifier: GPL-2.0-or-later
// The keys that only a notifier reads (AnnounceConfig::more), as values. check() has verified their kinds.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"
#include "core/appear_config.hpp"

namespace ghost::announce {

std::optional<bool> parse_flag(std::string_view text);  // yes, no, true, false, on, off, 1, 0

std::string option(const core::AnnounceConfig& config, const std::string& key, std::string_view otherwise = {});
bool flag(const core::AnnounceConfig& config, const std::string& key, bool otherwise);

// Families=: which addresses the receiver takes.
enum class FamilyWish : std::uint8_t { both, ipv4, ipv6 };
std::optional<FamilyWish> parse_families(std::string_view text);  // both, ipv4, ipv6
std::vector<IpAddress> wished(const std::vector<IpAddress>& addresses, FamilyWish wish);

// Tls= of smtp and ftp: whether a connection that begins unencrypted switches to TLS before it sends anything else.
enum class TlsWish : std::uint8_t { required, opportunistic, none };
TlsWish tls_wish(const core::AnnounceConfig& config);

}  // namespace ghost::announce
