// SPDX-License-Identifier: GPL-2.0-or-later
// Before a real stop of ghostd: notifiers that were told that we are on the net are told that we leave, while the line is up.
#pragma once

namespace ghost::tun_helper {

// Has ghostd hang up its calls for good (org.ghostd1.Manager.Leave), and waits until there is no call, or for this number of
// seconds. It does not wait for a ghostd that does not answer, or ends meanwhile.
void say_farewell(unsigned seconds);

}  // namespace ghost::tun_helper
