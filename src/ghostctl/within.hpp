// SPDX-License-Identifier: GPL-2.0-or-later
// Asks something that may hang (a bus, a library of others), in a process of its own that is killed when its time is up. Not for
// programs with threads.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace ghost::doctor {

// What `question` returns; nullopt: it returned nullopt, died, or took longer.
std::optional<std::string> within(std::chrono::milliseconds patience,
                                  const std::function<std::optional<std::string>()>& question);

}  // namespace ghost::doctor
