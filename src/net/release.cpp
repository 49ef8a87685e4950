// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/release.hpp"

#include "net/leftovers.hpp"
#include "net/nft.hpp"
#include "net/sysctl.hpp"

namespace ghost::net {

std::vector<Error> release_everything(const std::filesystem::path& journal, const std::filesystem::path& proc_sys) {
  std::vector<Error> failures;
  const auto note = [&](const auto& outcome) {
    if (!outcome) failures.push_back(outcome.error());
  };
  auto routes = NetlinkSocket::open(NETLINK_ROUTE);
  note(routes);
  if (routes) note(flush(*routes));
  auto sysctls = Sysctls::open(proc_sys, journal);
  note(sysctls);
  if (sysctls) note(sysctls->restore());
  note(nft::delete_table());
  return failures;
}

}  // namespace ghost::net
