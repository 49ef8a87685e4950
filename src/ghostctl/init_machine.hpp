// SPDX-License-Identifier: GPL-2.0-or-later
// What `ghostctl init` has to know of this machine. `root`: the directory that stands for / (empty: / itself).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "config/load.hpp"
#include "ghostctl/init_answers.hpp"
#include "ghostctl/init_files.hpp"

namespace ghost::init {

config::Roots roots_under(const std::string& root);
Surroundings surroundings(const std::string& root, bool force);
Pppd pppd_here(const std::string& root);

// A free stable address, if the default address of another link could change without one.
std::optional<IpAddress> address_beside(const std::string& root, const std::string& link);

// What is in a directory, sorted; empty if it cannot be read.
std::vector<std::string> names_in(const std::string& directory);

// The text of a file, 256 KiB at most; nullopt: it cannot be read. A missing file is empty.
std::optional<std::string> text_or_empty(const std::string& path);

}  // namespace ghost::init
