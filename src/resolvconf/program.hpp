// SPDX-License-Identifier: GPL-2.0-or-later
// Runs resolvconf(8), a shell script that runs other scripts, may be slow and may hang. All functions here block, for a
// bounded time, and are called where nothing waits for them.
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

// Whether a process listens at this socket. Does not block, even if that process accepts no connection.
bool is_running(const std::string& socket_path);

// Whether resolvconf manages names here. It does if it is installed, is not resolvectl(1) under that name, and systemd-resolved does
// not run, because ghostd itself tells that one. Does not block.
bool in_use(const Paths& paths);

// The time limit of all runs of one settle(); a run that is then still in progress is killed.
inline constexpr std::chrono::seconds kPatience{60};

// Applies changes() to the listed records, so that they become the wanted ones. `stale`: whether an unwanted record is ours to
// remove. Error: one line for people; all other changes were made.
tl::expected<void, std::string> settle(const std::string& program, const Records& wanted, const Records& known,
                                       const std::function<bool(std::string_view record)>& stale,
                                       std::chrono::seconds patience = kPatience);

}  // namespace ghost::resolvconf
