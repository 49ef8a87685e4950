// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/interface_queue.hpp"

namespace ghost::daemon {

bool InterfaceQueue::drained() {
  const auto backlog = host_.queue().backlog(where_().interface);
  return !backlog || backlog->packets == 0;
}

bool InterfaceQueue::settle(bool force) {
  const auto ifname = where_().interface;
  const auto backlog = host_.queue().handover_backlog(ifname);
  if (backlog && backlog->packets != 0 && !force) return false;
  return host_.queue().normalize(ifname).has_value() || force;
}

}  // namespace ghost::daemon
