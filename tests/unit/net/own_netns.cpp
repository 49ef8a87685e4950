// SPDX-License-Identifier: GPL-2.0-or-later
#include "own_netns.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

namespace ghost::net::test {

void OwnNetns::SetUp() {
  // Without root, a user namespace gives the rights over the network namespace that is made with it.
  const uid_t uid = ::geteuid();
  const gid_t gid = ::getegid();
  ASSERT_EQ(::unshare(CLONE_NEWNET | (uid == 0 ? 0 : CLONE_NEWUSER)), 0);
  if (uid != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
    std::ofstream("/proc/self/gid_map") << "0 " << gid << " 1";
    ASSERT_EQ(::geteuid(), 0U);
  }
  sh("ip link set lo up");
}

std::string sh(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(("{ " + command + "\n} 2>&1").c_str(), "re"), [](FILE*) { return 0; });
  std::string out;
  std::array<char, 4096> part{};
  for (std::size_t n = 0; (n = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) out.append(part.data(), n);
  EXPECT_EQ(::pclose(pipe.get()), 0) << command << "\n" << out;
  return out;
}

std::string routing_state() {
  return sh(
      "ip -N -4 rule; ip -N -6 rule; ip -N -4 route show table all; ip -N -6 route show table all; nft list "
      "ruleset");
}

std::string sysctl_state() { return sh("sysctl -a -r '^net[.]ipv[46][.]conf[.]' --ignore | grep -v stable_secret"); }

bool inject(int tun_fd, const std::vector<std::uint8_t>& packet) {
  return ::write(tun_fd, packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
}

}  // namespace ghost::net::test
