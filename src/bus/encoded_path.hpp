// SPDX-License-Identifier: GPL-2.0-or-later
// An object's path with a name in it, as sd_bus_path_encode(3) makes it. Throws std::system_error.
#pragma once
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

namespace ghost::bus {

inline std::string encoded_path(const char* prefix, const std::string& name) {
  char* path = nullptr;
  if (const int r = sd_bus_path_encode(prefix, name.c_str(), &path); r < 0)
    throw std::system_error(-r, std::generic_category(), "sd_bus_path_encode");
  const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
  return path;
}

}  // namespace ghost::bus
