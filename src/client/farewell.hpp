// SPDX-License-Identifier: GPL-2.0-or-later
// Before a real stop of ghostd, while the line is up: notifiers that know that we are on the net are told that we leave.
// By sd-bus, because ghost-tun, which runs as root, does not link sdbus-c++.
#pragma once
#include <chrono>

namespace ghost::client {

// Has ghostd hang up its calls for good (org.ghostd1.Manager.Leave), and waits until there is no call, or for so long. It does not
// wait for a ghostd that does not answer, or ends meanwhile.
void say_farewell(std::chrono::seconds patience);

}  // namespace ghost::client
