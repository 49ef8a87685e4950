// SPDX-License-Identifier: GPL-2.0-or-later
// The files in /etc/ghostd/links as a core::Config, or all errors in them: all or nothing.
// ghostd.link(5) is the user's view.
//
// For ghostd and ghost-tun:      auto loaded = config::load();
// For `ghostctl check`:          auto loaded = config::load();            // what a reload would see
// For `ghostctl check FILE`:     auto loaded = config::check_file(path);  // one file by itself, drop-ins left out
//   if (!loaded) for (const auto& d : loaded.error()) puts(d.str());      // "file:line: message"; exit 78 or 1
//   else         for (const auto& d : loaded->warnings) puts(d.str());    // still fine
#pragma once
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/stable_address.hpp"
#include "config/where.hpp"
#include "core/config.hpp"

namespace ghost::config {

// The manager's fd store takes 256 descriptors (ghostd.service, FileDescriptorStoreMax=), one per link.
inline constexpr std::size_t kLinksMax = 250;
inline constexpr std::size_t kBufferBytesMax = 256U << 20;  // Bytes= of all links together; the default of all fits

// An interface's address with its network.
struct HostNetwork {
  std::string interface;
  Prefix network;
};

// Where to look. The defaults are the system's; tests name directories of their own.
struct Roots {
  // In rising priority. One that does not exist is empty.
  std::vector<std::string> link_directories{"/usr/lib/ghostd/links", "/run/ghostd/links", "/etc/ghostd/links"};
  // Unset: this machine's, asked for when a link says IPv6=yes.
  std::optional<MachineId> machine_id;
  // Unset: this machine's interfaces', asked for when a link says DNS=.
  std::optional<std::vector<HostNetwork>> networks;
  // For Service=, in rising priority.
  std::vector<std::string> service_directories{"/usr/lib/ghostd/services", "/run/ghostd/services", "/etc/ghostd/services"};
};

struct Loaded {
  core::Config config;
  Diagnostics warnings;
  std::map<std::string, Where> dns_at;  // by link: where DNS= is given
};

// Throws std::system_error if the system is out of memory or descriptors; everything else is a diagnostic.
[[nodiscard]] tl::expected<Loaded, Diagnostics> load(const Roots& roots = {});

// The link has the name of the file, "<name>.conf"; it gets default addresses as if it were alone.
[[nodiscard]] tl::expected<Loaded, Diagnostics> check_file(const std::string& path, const Roots& roots = {});

}  // namespace ghost::config
