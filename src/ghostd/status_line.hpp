// SPDX-License-Identifier: GPL-2.0-or-later
// STATUS= is one line in systemd; a link has its place in it. Kept link by link: a change of one is no work for the others.
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
  // The line, if it is another one than the last.
  [[nodiscard]] std::optional<std::string> news();

 private:
  std::map<std::string, std::string> parts_;  // by link
  bool changed_ = false;
};

}  // namespace ghost::daemon
