// SPDX-License-Identifier: GPL-2.0-or-later
// Who stands in front of whom: first links, then the default routes in main by their metric, standby links among them. Pure.
#pragma once
#include <string>
#include <vector>

#include "net/foreign_defaults.hpp"

namespace ghost::net {

struct Standing {
  std::string front;       // who carries in place of the link, for people; empty: the link itself does, or would
  bool behind = false;     // somebody else carries all of the link's default families
  bool withdrawn = false;  // the link could not call, and somebody behind it can carry: it makes room
  bool operator==(const Standing&) const = default;
};

// able: could the link call, or does it carry? By position, like the answer.
[[nodiscard]] std::vector<Standing> standing(const std::vector<LinkRouting>& links, const std::vector<bool>& able,
                                             const std::vector<ForeignDefault>& foreign);

}  // namespace ghost::net
