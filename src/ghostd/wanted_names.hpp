// SPDX-License-Identifier: GPL-2.0-or-later
// Which name servers the interfaces should have, kept per link. So an event of one link that does not change its servers is no
// work for the others.
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
    bool judged = true;  // false: the call is an earlier ghostd's, maybe, and has its servers still
    bool operator==(const Seen&) const = default;
  };
  struct Wanted {
    core::Names names;
    std::set<std::string> interfaces;  // all of ghostd's interfaces, with or without servers
  };
  void see(Seen seen);
  void forget(const std::string& link);
  // nullopt: nothing can have changed since the last call.
  [[nodiscard]] std::optional<Wanted> news();
  // Empty: the interface is not a link's.
  [[nodiscard]] std::string link_of(const std::string& interface) const;

 private:
  std::map<std::string, Seen> links_;
  bool changed_ = true;
};

}  // namespace ghost::daemon
