// SPDX-License-Identifier: GPL-2.0-or-later
// Our records in resolvconf(8), Debian's or openresolv's. They are named after an interface and ghostd, as its manual
// page requires ("ppp-isp.ghostd"), and hold only addresses of name servers. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.hpp"

namespace ghost::resolvconf {

using Records = std::map<std::string, std::vector<IpAddress>>;  // by name; never an empty list

std::string demand_record(std::string_view link);  // DNS=, as long as ghostd runs
std::string call_record(std::string_view link);    // the servers of a call, while it lives

// The text that resolvconf reads: "nameserver 192.0.2.1\n" for each.
std::string text_of(const std::vector<IpAddress>& servers);

bool is_ours(std::string_view record);
bool is_ours_of_a_call(std::string_view record);
// A record that pppd's own scripts made for this link's interface: "ppp-isp" (openresolv's) or "ppp-isp.pppd" (Debian's). The
// scripts remove it themselves, unless pppd was killed.
bool is_of_pppds_scripts(std::string_view record, std::string_view link);

struct Changes {
  std::vector<std::string> gone;
  Records told;
  bool operator==(const Changes&) const = default;
};

// The changes from the `listed` records to the `wanted` ones. `stale` holds names that are ours to remove. A record in `known` was
// set before, and is set again only if it is no longer listed.
Changes changes(const Records& wanted, const Records& known, const std::vector<std::string>& listed,
                const std::vector<std::string>& stale);

}  // namespace ghost::resolvconf
