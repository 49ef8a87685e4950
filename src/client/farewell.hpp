// SPDX-License-Identifier: GPL-2.0-or-later
// Before a real stop of ghostd, while the line is up: notifiers that know that we are on the net are told that we leave.
// By sd-bus, because ghost-tun, which runs as root, does not link sdbus-c++.
#pragma once
#include <chrono>

namespace ghost::client {

// Asks ghostd to hang up all calls and make no more (org.ghostd1.Manager.Leave). Waits until no call exists, or until the time
// limit. It does not wait for a ghostd that does not answer, or ends meanwhile.
void say_farewell(std::chrono::seconds patience);

}  // namespace ghost::client
