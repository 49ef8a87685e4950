// SPDX-License-Identifier: GPL-2.0-or-later
// The order of default routes: first links, then the default routes in main by their metric, including standby links. While a link
// is down, its route has the metric after Metric=, so that one counts. Of equals, the link gives way to the other program. Pure.
#pragma once
#include <string>
#include <vector>

#include "net/foreign_defaults.hpp"

namespace ghost::net {

struct Standing {
  std::string front;                // the routes that carry instead of the link, for people; empty: none does
  bool behind = false;              // other routes carry all of the link's default families
  std::vector<Family> behind_in{};  // the families whose default traffic another route carries
  // The families in which the demand interface has no default route. Either the link cannot call and a route behind it can carry,
  // or another program's default route has the place.
  std::vector<Family> withdrawn{};
  // The families in which the call has no default route in main, because another program's has one of the link's two metrics.
  std::vector<Family> outranked{};
  bool operator==(const Standing&) const = default;
};

// able: by link, whether it can call or carries. The result has the same order.
[[nodiscard]] std::vector<Standing> standing(const std::vector<LinkRouting>& links, const std::vector<bool>& able,
                                             const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
