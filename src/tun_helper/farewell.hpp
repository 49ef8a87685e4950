// SPDX-License-Identifier: GPL-2.0-or-later
// Before a real stop of ghostd: whoever was told that we are on the net is told that we go, while the line still stands.
#pragma once

namespace ghost::tun_helper {

// Has ghostd hang up the links that are up, and waits until none is (ghostd.link(5), VanishTimeout=), or for so many seconds. A
// ghostd that does not answer is not waited for.
void say_farewell(unsigned seconds);

}  // namespace ghost::tun_helper
