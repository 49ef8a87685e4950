// SPDX-License-Identifier: GPL-2.0-or-later
// A test that talks to the kernel does so in a network namespace of its own, made for it and gone after it. It is
// empty but for lo. Nothing of the machine's own network is seen or changed.
#pragma once
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ghost::net::test {

class OwnNetns : public ::testing::Test {
 protected:
  void SetUp() override;
};

// Runs a command line by the shell; what it printed. A failing command fails the test.
std::string sh(const std::string& command);

// A packet comes in by the interface that this TUN is the other end of. False: the kernel did not take it.
bool inject(int tun_fd, const std::vector<std::uint8_t>& packet);

// Everything routing and the firewall know, and the sysctls of all interfaces that exist in both states:
// compared whole before and after.
std::string routing_state();
std::string sysctl_state();

}  // namespace ghost::net::test
