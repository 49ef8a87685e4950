// SPDX-License-Identifier: GPL-2.0-or-later
// The order of default routes: first links, then the default routes in main by their metric, including standby links. Pure.
#pragma once
#include <string>
#include <vector>

#include "net/foreign_defaults.hpp"

namespace ghost::net {

struct Standing {
  std::string front;       // the route that carries instead of the link, for people; empty: none does
  bool behind = false;     // other routes carry all of the link's default families
  bool withdrawn = false;  // the link cannot call and a route behind it can carry, so the link gives way
  bool operator==(const Standing&) const = default;
};

// able: by link, whether it can call or carries. The result has the same order.
[[nodiscard]] std::vector<Standing> standing(const std::vector<LinkRouting>& links, const std::vector<bool>& able,
                                             const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
