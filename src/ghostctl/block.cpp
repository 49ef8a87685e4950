// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/verbs.hpp"

namespace ghost::client {

ExitCode block(const Options& options) { return just_call(options, "Block"); }

}  // namespace ghost::client
