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

TlsWish tls_wish(const core::AnnounceConfig& config) {
  const auto text = option(config, "Tls", "required");
  return text == "none" ? TlsWish::none : text == "opportunistic" ? TlsWish::opportunistic : TlsWish::required;
}

}  // namespace ghost::announce
