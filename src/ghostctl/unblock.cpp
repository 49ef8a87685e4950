// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode unblock(const Options& options) { return just_call(options, "Unblock"); }

}  // namespace ghost::client
