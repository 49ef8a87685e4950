// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/pppd_files.hpp"

#include "ppp/disk_files.hpp"
#include "ppp/options.hpp"

namespace ghost::client {

std::optional<ppp::PppdOptions> pppd_reads(const core::LinkConfig& link, const std::string& root) {
  const auto argv = ppp::pppd_argv(link);
  if (!argv) return std::nullopt;
  ppp::DiskFiles disk(root);
  return ppp::read_options_of(*argv, disk);
}

}  // namespace ghost::client
