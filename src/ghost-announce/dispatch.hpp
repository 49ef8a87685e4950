// SPDX-License-Identifier: GPL-2.0-or-later
// A job from its text to its answer: parse and check it, read its credential, close the sandbox, call the notifier. Then
// remove secrets from the answer.
#pragma once
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "ghost-announce/deadline.hpp"
#include "ghost-announce/job.hpp"
#include "ghost-announce/outcome.hpp"

namespace ghost::announce {

// Closes the sandbox of this process for good, so it runs once. `credentials`: $CREDENTIALS_DIRECTORY.
Outcome run(const Job& job, const std::string& credentials, const Deadline& deadline);

core::Duration timeout_of(const Job& job);

}  // namespace ghost::announce
