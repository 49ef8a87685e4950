// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghostctl/pppd_files.hpp"

#include "ppp/disk_files.hpp"
#include "ppp/options.hpp"

namespace ghost::client {

std::vector<core::LinkConfig> each_way(const core::LinkConfig& link) {
  if (link.ppp.peers.empty()) return {link};
  std::vector<core::LinkConfig> out;
  for (const auto& peer : link.ppp.peers) {
    out.push_back(link);
    out.back().ppp.peers = {peer};
  }
  return out;
}

std::optional<ppp::PppdOptions> pppd_reads(const core::LinkConfig& link, const std::string& root) {
  const auto argv = ppp::pppd_argv(link);
  if (!argv) return std::nullopt;
  ppp::DiskFiles disk(root);
  return ppp::read_options_of(*argv, disk);
}

}  // namespace ghost::client
