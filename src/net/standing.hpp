// SPDX-License-Identifier: GPL-2.0-or-later
// The order of default routes: first links, then the default routes in main by their metric, including standby links. Pure.
#pragma once
#include <string>
#include <vector>

#include "net/foreign_defaults.hpp"

namespace ghost::net {

struct Standing {
  std::string front;       // the route that carries instead of the link, for people; empty: the link itself does, or would
  bool behind = false;     // other routes carry all of the link's default families
  bool withdrawn = false;  // the link could not call, and a route behind it can carry: it gives way
  bool operator==(const Standing&) const = default;
};

// able: could the link call, or does it carry? By position, like the answer.
[[nodiscard]] std::vector<Standing> standing(const std::vector<LinkRouting>& links, const std::vector<bool>& able,
                                             const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
