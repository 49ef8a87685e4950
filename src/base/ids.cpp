// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/ids.hpp"

#include <algorithm>

namespace ghost {
namespace {

constexpr std::size_t kFileNameMax = 255;  // NAME_MAX

bool alphanumeric(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool valid_link_name(std::string_view name) {
  const auto ok = [](char c) { return alphanumeric(c) || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= kLinkNameMax && name.front() != '-' && std::all_of(name.begin(), name.end(), ok);
}

bool valid_peer_name(std::string_view name) {
  const auto ok = [](char c) { return alphanumeric(c) || std::string_view("._-+@:").find(c) != std::string_view::npos; };
  return !name.empty() && name.size() <= kFileNameMax && name.front() != '-' && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), ok);
}

}  // namespace ghost
