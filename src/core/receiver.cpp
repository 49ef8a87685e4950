// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/receiver.hpp"

#include <string_view>

namespace ghost::core {

std::uint64_t receiver(const AnnounceConfig& announce) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;  // 0xff is never in UTF-8, so it marks the end
  };
  add(announce.url);
  for (const auto& [key, value] : announce.more) {
    add(key);
    add(value);
  }
  return hash == 0 ? 1 : hash;
}

bool needs_link(const AnnounceConfig& announce) { return !announce.url.starts_with("file:"); }

}  // namespace ghost::core
