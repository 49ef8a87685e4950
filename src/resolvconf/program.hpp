// SPDX-License-Identifier: GPL-2.0-or-later
// Runs resolvconf(8). It is a shell script that runs others in turn, may be slow and may hang: everything here blocks, for a
// bounded time, and is called where nobody waits.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "resolvconf/records.hpp"

namespace ghost::resolvconf {

struct Paths {
  std::string program = "/sbin/resolvconf";
  std::string resolved = "/run/systemd/resolve/io.systemd.Resolve";  // a socket that systemd-resolved listens at while it runs
};

// Whether somebody listens at this socket. Does not block, also where he takes nobody.
bool is_running(const std::string& socket_path);

// Whether names are resolvconf's business here: it is installed, is not systemd-resolved's resolvectl(1) by that name, and
// systemd-resolved, which ghostd tells itself, does not run. Does not block.
bool in_use(const Paths& paths);

// For all runs of one settle(); the one that is under way then is killed.
inline constexpr std::chrono::seconds kPatience{60};

// Makes the records what they should be: changes() of what is listed, done. `stale`: whether a record that is not wanted is ours to
// remove. Error: one line for people; what could be done was done.
tl::expected<void, std::string> settle(const std::string& program, const Records& wanted, const Records& known,
                                       const std::function<bool(std::string_view record)>& stale,
                                       std::chrono::seconds patience = kPatience);

}  // namespace ghost::resolvconf
