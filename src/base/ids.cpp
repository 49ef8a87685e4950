// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ids.hpp"

#include <algorithm>

namespace ghost {

bool valid_link_name(std::string_view name) {
  auto ok = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= kLinkNameMax && name.front() != '-' && std::all_of(name.begin(), name.end(), ok);
}

}  // namespace ghost
