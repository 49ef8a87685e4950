// SPDX-License-Identifier: GPL-2.0-or-later
// Before a real stop of ghostd: whoever was told that we are on the net is told that we go, while the line still stands.
#pragma once

namespace ghost::tun_helper {

// Has ghostd hang up its calls for good (org.ghostd1.Manager.Leave), and waits until there is none any more, or for so many
// seconds. A ghostd that does not answer, or ends meanwhile, is not waited for.
void say_farewell(unsigned seconds);

}  // namespace ghost::tun_helper
