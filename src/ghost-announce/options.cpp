// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/options.hpp"

namespace ghost::announce {

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "yes" || text == "true" || text == "on" || text == "1") return true;
  if (text == "no" || text == "false" || text == "off" || text == "0") return false;
  return std::nullopt;
}

std::string option(const core::AnnounceConfig& config, const std::string& key, std::string_view otherwise) {
  const auto found = config.more.find(key);
  return std::string(found == config.more.end() ? otherwise : std::string_view(found->second));
}

bool flag(const core::AnnounceConfig& config, const std::string& key, bool otherwise) {
  return parse_flag(option(config, key)).value_or(otherwise);
}

std::optional<FamilyWish> parse_families(std::string_view text) {
  if (text == "both") return FamilyWish::both;
  if (text == "ipv4") return FamilyWish::ipv4;
  if (text == "ipv6") return FamilyWish::ipv6;
  return std::nullopt;
}

std::vector<IpAddress> wished(const std::vector<IpAddress>& addresses, FamilyWish wish) {
  std::vector<IpAddress> out;
  for (const auto& address : addresses)
    if (wish == FamilyWish::both || (wish == FamilyWish::ipv6) == (address.family() == Family::v6)) out.push_back(address);
  return out;
}

TlsWish tls_wish(const core::AnnounceConfig& config) {
  const auto text = option(config, "Tls", "required");
  return text == "none" ? TlsWish::none : text == "opportunistic" ? TlsWish::opportunistic : TlsWish::required;
}

}  // namespace ghost::announce
