// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's ports: a link's configuration by name, and a journal.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/ids.hpp"
#include "core/config.hpp"

namespace ghost::supervisor {

class LinkSource {
 public:
  virtual ~LinkSource() = default;
  // From root-owned files, read again for each call. Error: one line for people.
  virtual tl::expected<core::LinkConfig, std::string> find(std::string_view link) = 0;
  // All configured links; none while the configuration has an error.
  virtual std::vector<core::LinkConfig> all() = 0;
};

class Journal {
 public:
  virtual ~Journal() = default;
  // One line that pppd or chat printed, made printable and without secrets.
  virtual void pppd_said(std::string_view link, CallSerial serial, std::string_view line) = 0;
  // A decision of the supervisor; `link` may be empty. Priorities are syslog(3)'s.
  virtual void note(int priority, std::string_view link, CallSerial serial, std::string_view text) = 0;
};

}  // namespace ghost::supervisor
