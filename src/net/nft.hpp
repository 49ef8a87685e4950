// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables runs what ruleset.hpp renders. A fresh context for each command: a kept one keeps a copy of the
// whole ruleset, and the commands are rare. An error is nftables' refusal in its own words, without an errno; with one
// (ELIBACC, ENOMEM), it was not asked.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "net/error.hpp"
#include "net/ruleset.hpp"

namespace ghost::net::nft {

// {"nftables": […]} in; what it prints (null if nothing) out. All or nothing: one transaction. The error is
// nft's text.
[[nodiscard]] Result<nlohmann::json> run(const nlohmann::json& commands);
// The same, in words of nft(8).
[[nodiscard]] Result<void> run_text(const std::string& commands);
// Would run() be accepted? Changes nothing.
[[nodiscard]] Result<void> check(const nlohmann::json& commands);

// Puts the whole table in place of what was there. Calls that are being kept up stay so for as long as they
// would have.
[[nodiscard]] Result<void> load(const Ruleset& ruleset);

// How long the call on this interface is kept up by what has passed; nullopt: nothing keeps it up. To the
// second, and never less than what the kernel will do.
[[nodiscard]] Result<std::optional<std::chrono::seconds>> live_remaining(const std::string& ifname);

// As if a packet had passed just now: a call that has just come up gets its first idle_timeout.
[[nodiscard]] Result<void> keep_live(const std::string& ifname, std::chrono::seconds timeout);

// A call has come up with this MTU (bytes), or is gone (0).
[[nodiscard]] Result<void> set_call_mtu(const std::string& link, unsigned mtu);

[[nodiscard]] Result<void> set_blocked(const std::string& link, bool blocked);

// Also when there is none.
[[nodiscard]] Result<void> delete_table();

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Count&) const = default;
};
// By counter_name(). They begin at zero with every load().
[[nodiscard]] Result<std::map<std::string, Count>> counters();

}  // namespace ghost::net::nft
