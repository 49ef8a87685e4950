// SPDX-License-Identifier: GPL-2.0-or-later
// A test that talks to the kernel does so in a network namespace of its own, made for it and gone after it:
// empty but for lo. Nothing of the machine's own network is seen or changed.
#pragma once
#include <gtest/gtest.h>

#include <string>

namespace ghost::net::test {

class OwnNetns : public ::testing::Test {
 protected:
  void SetUp() override;
};

// Runs a command line by the shell; what it printed. A failing command fails the test.
std::string sh(const std::string& command);

// Everything routing and the firewall know, and the sysctls of all interfaces that exist in both states:
// compared whole before and after.
std::string routing_state();
std::string sysctl_state();

}  // namespace ghost::net::test
