// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/release.hpp"

#include "net/leftovers.hpp"
#include "net/nft.hpp"
#include "net/sysctl.hpp"

namespace ghost::net {

Released release_everything(const std::filesystem::path& journal, const std::filesystem::path& proc_sys) {
  Released out;
  const auto note = [&](const auto& outcome) {
    if (!outcome) out.failures.push_back(outcome.error());
  };
  auto routes = NetlinkSocket::open(NETLINK_ROUTE);
  note(routes);
  if (routes) note(flush(*routes));
  auto sysctls = Sysctls::open(proc_sys, journal);
  if (!sysctls.problem().empty()) out.warnings.push_back(sysctls.problem());
  note(sysctls.restore());
  if (!sysctls.refused().empty()) out.warnings.push_back(sysctls.refused());
  note(nft::delete_table());
  return out;
}

}  // namespace ghost::net
