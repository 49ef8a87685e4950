// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostd/status_line.hpp"

#include <gtest/gtest.h>

using namespace ghost;

namespace {

core::LinkStatus link(std::string name, std::string state) {
  core::LinkStatus out;
  out.name = std::move(name);
  out.state = std::move(state);
  return out;
}

TEST(StatusLine, HasAPlaceForEachLink) {
  daemon::StatusLine line;
  auto isp = link("isp", "up");
  isp.local_addresses = {*IpAddress::parse("10.0.0.1"), *IpAddress::parse("2001:db8::1")};
  auto other = link("far", "down");
  other.blocked = true;
  line.put(isp);
  line.put(other);
  EXPECT_EQ(line.news(), "far: down (blocked) | isp: up 10.0.0.1 2001:db8::1");
  isp.state = "down";
  isp.local_addresses.clear();
  line.put(isp);
  EXPECT_EQ(line.news(), "far: down (blocked) | isp: down");
  line.remove("far");
  EXPECT_EQ(line.news(), "isp: down");
}

TEST(StatusLine, IsNoNewsWhileItIsTheSame) {
  daemon::StatusLine line;
  EXPECT_FALSE(line.news());
  line.put(link("isp", "down"));
  EXPECT_TRUE(line.news());
  auto same = link("isp", "down");
  same.buffered_packets = 7;
  line.put(same);
  line.remove("nobody");
  EXPECT_FALSE(line.news());
  line.put(link("far", "down"));
  EXPECT_TRUE(line.news());
  line.put(link("isp", "dialing"));
  line.put(link("far", "down"));
  line.remove("nobody");
  EXPECT_EQ(line.news(), "far: down | isp: dialing");
}

}  // namespace
