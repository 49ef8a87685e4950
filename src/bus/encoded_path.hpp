// SPDX-License-Identifier: GPL-2.0-or-later
// A name in an object's path: sd_bus_path_encode(3).
#pragma once
#include <systemd/sd-bus.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>

namespace ghost::bus {

// Throws std::system_error.
inline std::string encoded_path(const char* prefix, const std::string& name) {
  char* path = nullptr;
  if (const int r = sd_bus_path_encode(prefix, name.c_str(), &path); r < 0)
    throw std::system_error(-r, std::generic_category(), "sd_bus_path_encode");
  const std::unique_ptr<char, decltype(&std::free)> owner(path, &std::free);
  return path;
}

// The name; empty: the path does not have that prefix.
inline std::string decoded_path(const char* prefix, const std::string& path) {
  char* name = nullptr;
  if (sd_bus_path_decode(path.c_str(), prefix, &name) <= 0) return {};
  const std::unique_ptr<char, decltype(&std::free)> owner(name, &std::free);
  return name;
}

}  // namespace ghost::bus
