// SPDX-License-Identifier: GPL-2.0-or-later
// Service=NAME of an [Announce] section: a request that NAME.conf describes, in /usr/lib/ghostd/services, or a person's own in
// /etc/ghostd/services. The file has one section, [Service]. Its keys become keys of the [Announce] section, unless that has
// them itself. Needs= lists the keys that only a person knows.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/files.hpp"
#include "config/where.hpp"

namespace ghost::config {

struct Service {
  struct Value {
    std::string text;
    Where where;
  };
  std::string file;
  std::map<std::string, Value> values;  // Url= and a notifier's keys
  std::vector<std::string> needs;
};

class Services {
 public:
  explicit Services(std::vector<std::string> directories) : directories_(std::move(directories)) {}

  // nullptr: it cannot be used, and `problems` says why, once per service; if there is none, at `where`.
  const Service* find(std::string_view name, const Where& where, Diagnostics& problems);

 private:
  void read(Diagnostics& problems);

  std::vector<std::string> directories_;  // in rising priority
  bool read_ = false;
  std::map<std::string, LinkFiles, std::less<>> files_;
  std::map<std::string, std::optional<Service>, std::less<>> known_;  // nullopt: it has a fault
};

}  // namespace ghost::config
