// SPDX-License-Identifier: GPL-2.0-or-later
// What ghostd says about the options that stand in pppd's files: what it refuses, what it overrides, what it cannot know. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ppp/option_files.hpp"

namespace ghost::ppp {

// All of it, in the order in which pppd reads. `options` is what pppd reads with ghostd's arguments (pppd_argv()).
std::vector<Remark> judgement(const PppdOptions& options);

// The first reason not to start pppd: an option that no later option undoes, or files that cannot be read to their end.
std::optional<Remark> refusal(const PppdOptions& options);

}  // namespace ghost::ppp
