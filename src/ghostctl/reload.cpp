// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/verbs.hpp"

namespace ghost::client {

// An invalid configuration comes back as "file:line: what" lines, and ghostd keeps the old one.
ExitCode reload(const Options& options) { return just_call(options, "Reload"); }

}  // namespace ghost::client
