// SPDX-License-Identifier: GPL-2.0-or-later
// What a step of [Recover] does on this machine. The link's root-owned file and the device of its calls go in, the programs to
// run come out. Reads sysfs, runs nothing.
#pragma once
#include <string>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "core/config.hpp"

namespace ghost::supervisor {

// AT commands on a tty, by chat(8).
struct Commands {
  std::string tty;
  unsigned speed = 0;      // bits per second; 0 leaves it as it is
  bool drop_line = false;  // DTR goes low for a second before
  std::vector<std::string> argv;
};
// The kernel lets the device go, and takes it again.
struct Reauthorise {
  std::string port;  // a directory in sysfs
};
struct Program {
  std::vector<std::string> argv;
};
using RecoveryPlan = std::variant<Commands, Reauthorise, Program>;

struct RecoveryPaths {
  std::string chat = "/usr/sbin/chat";
  std::string sys = "/sys";
};

// device: as ppp::device() tells it, "" if it is not known. speed: of the tty. Error: one line that says why the step cannot be taken.
tl::expected<RecoveryPlan, std::string> plan_recovery(const core::LinkConfig& link, core::RecoveryStep step,
                                                      const std::string& device, unsigned speed, const RecoveryPaths& paths = {});

}  // namespace ghost::supervisor
