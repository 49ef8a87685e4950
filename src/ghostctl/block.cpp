// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/verbs.hpp"

namespace ghost::cli {

ExitCode block(const Options& options) { return just_call(options, "Block"); }

}  // namespace ghost::cli
