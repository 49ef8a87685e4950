// SPDX-License-Identifier: GPL-2.0-or-later
// libnftables runs what ruleset.hpp renders. Each command gets a new context, because a context keeps a copy of the whole
// ruleset, and commands are rare. An error without an errno is nftables' refusal in its own words. With an errno (ELIBACC,
// ENOMEM), nftables was not asked.
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

// Takes {"nftables": […]} and returns what nftables prints (null if nothing). All commands are one transaction. The error is
// nft's text.
[[nodiscard]] Result<nlohmann::json> run(const nlohmann::json& commands);
// The same, in the language of nft(8).
[[nodiscard]] Result<void> run_text(const std::string& commands);
// Whether run() would succeed. Changes nothing.
[[nodiscard]] Result<void> check(const nlohmann::json& commands);

// Replaces the whole table. Calls are kept up for as long as by the old table.
[[nodiscard]] Result<void> load(const Ruleset& ruleset);

// Interface → whole seconds left (nft cuts off the fraction), as nft lists the set "live". Total: an element that nft does not write
// so is ignored. nft lists an interface that is gone by its number, which is ignored too.
[[nodiscard]] std::map<std::string, std::chrono::seconds> live_in(const nlohmann::json& answer);

// How long past packets still keep the call on this interface up. nullopt: nothing keeps it up. In whole seconds, never less than
// the kernel's own time.
[[nodiscard]] Result<std::optional<std::chrono::seconds>> live_remaining(const std::string& ifname);

// Acts as if a packet had just passed, so that a call that has just come up gets its first idle_timeout.
[[nodiscard]] Result<void> keep_live(const std::string& ifname, std::chrono::seconds timeout);

// The link's call has come up, or is gone: its MTU and address.
[[nodiscard]] Result<void> set_call(const RulesetLink& link);

[[nodiscard]] Result<void> set_blocked(const std::string& link, bool blocked);

// Succeeds also if there is no table.
[[nodiscard]] Result<void> delete_table();

struct Count {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Count&) const = default;
};
// By counter_name(). The counters begin at zero with each load().
[[nodiscard]] Result<std::map<std::string, Count>> counters();

}  // namespace ghost::net::nft
