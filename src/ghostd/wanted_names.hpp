// SPDX-License-Identifier: GPL-2.0-or-later
// Which name servers the interfaces are to have, kept link by link: what happens to one link that changes none of it is no work for
// the others.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/names.hpp"

namespace ghost::daemon {

class WantedNames {
 public:
  struct Seen {
    core::NamesLink link;
    std::string demand_interface, interface;  // of the link, and of its calls
    bool judged = true;                       // false: the call is an earlier ghostd's, maybe, and has its servers still
    bool operator==(const Seen&) const = default;
  };
  struct Wanted {
    core::Names names;
    std::set<std::string> interfaces;  // that are ours, whether they are to have servers or not
  };
  void see(Seen seen);
  void forget(const std::string& link);
  // If it may be something else than the last time.
  [[nodiscard]] std::optional<Wanted> news();
  // Empty: nobody's.
  [[nodiscard]] std::string link_of(const std::string& interface) const;

 private:
  std::map<std::string, Seen> links_;
  bool changed_ = true;
};

}  // namespace ghost::daemon
