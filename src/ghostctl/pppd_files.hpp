// SPDX-License-Identifier: GPL-2.0-or-later
// What the pppd of a link would read on this machine. The user may not be allowed to read all of it; that is a remark as well.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/config.hpp"
#include "ppp/option_files.hpp"

namespace ghost::client {

// The link with each of its peers alone, in the order of Peer=; with Device=, the link itself.
std::vector<core::LinkConfig> each_way(const core::LinkConfig& link);

// Of several peers, it is the first's. `root`: the directory that stands for /; empty: / itself. nullopt: the link cannot be given to pppd at all.
std::optional<ppp::PppdOptions> pppd_reads(const core::LinkConfig& link, const std::string& root);

}  // namespace ghost::client
