// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at this machine for `ghostctl doctor`. It reads files that never block, and asks systemd and nftables, each with a time limit.
// `root`: the directory that stands for /; then only files are read.
#pragma once
#include "ghostctl/doctor_facts.hpp"

namespace ghost::doctor {

Facts look(const std::string& root);

}  // namespace ghost::doctor
