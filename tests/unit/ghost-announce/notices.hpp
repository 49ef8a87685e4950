// SPDX-License-Identifier: GPL-2.0-or-later
// A notice and a section for the tests to change.
#pragma once
#include <chrono>

#include "core/appear_config.hpp"
#include "core/notice.hpp"

namespace ghost::announce {

inline core::WallTime at(std::int64_t unix) { return core::WallTime(std::chrono::seconds(unix)); }

inline core::Notice a_notice() {
  core::Notice n;
  n.name = "office";
  n.link = "isp";
  n.addresses = {*IpAddress::parse("203.0.113.7"), *IpAddress::parse("2001:db8::7")};
  n.local_addresses = {*IpAddress::parse("100.64.0.9")};
  n.carrier_nat = true;
  n.since = at(1795419000);  // 2026-11-23 07:30:00 UTC
  n.until = at(1795419600);
  n.next = at(1795421000);
  n.sequence = 42;
  return n;
}

inline core::AnnounceConfig a_section(std::string url, std::map<std::string, std::string> more = {},
                                      std::string credential = {}) {
  core::AnnounceConfig c;
  c.name = "test";
  c.url = std::move(url);
  c.more = std::move(more);
  c.credential = std::move(credential);
  return c;
}

}  // namespace ghost::announce
