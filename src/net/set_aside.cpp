// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/set_aside.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace ghost::net {

std::string set_aside(const std::filesystem::path& path) {
  // The first name may be that of something that rename(2) does not replace.
  std::uint64_t chance = 0;
  if (::getrandom(&chance, sizeof chance, 0) < 0) chance = 0;
  for (const auto& aside : {path.string() + ".broken", path.string() + ".broken." + std::to_string(chance)})
    if (::rename(path.c_str(), aside.c_str()) == 0) return "it is " + aside + " now";
  return std::string("it cannot be renamed: ") + std::strerror(errno);
}

}  // namespace ghost::net
