// SPDX-License-Identifier: GPL-2.0-or-later
// systemd's STATUS= line, with a part for each link. The parts are kept per link. A change of one link does not touch the other
// parts.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "core/link_status.hpp"

namespace ghost::daemon {

class StatusLine {
 public:
  void put(const core::LinkStatus& link);
  void remove(const std::string& link);
  // The line, if it has changed since the last call.
  [[nodiscard]] std::optional<std::string> news();

 private:
  std::map<std::string, std::string> parts_;  // by link
  bool changed_ = false;
};

}  // namespace ghost::daemon
