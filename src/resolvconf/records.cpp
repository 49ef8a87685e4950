// SPDX-License-Identifier: GPL-2.0-or-later
#include "resolvconf/records.hpp"

#include <algorithm>

#include "base/ids.hpp"

namespace ghost::resolvconf {
namespace {

constexpr std::string_view kOurs = ".ghostd";

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string demand_record(std::string_view link) { return demand_interface(link).append(kOurs); }
std::string call_record(std::string_view link) { return ppp_interface(link).append(kOurs); }

std::string text_of(const std::vector<IpAddress>& servers) {
  std::string out;
  for (const auto& server : servers) out += "nameserver " + server.str() + "\n";
  return out;
}

bool is_ours(std::string_view record) {
  if (!record.ends_with(kOurs)) return false;
  record.remove_suffix(kOurs.size());
  for (const auto prefix : {kDemandPrefix, kCallPrefix})
    if (record.starts_with(prefix) && valid_link_name(record.substr(prefix.size()))) return true;
  return false;
}

bool is_ours_of_a_call(std::string_view record) { return is_ours(record) && record.starts_with(kCallPrefix); }

bool is_of_pppds_scripts(std::string_view record, std::string_view link) {
  const auto interface = ppp_interface(link);
  return record == interface || record == interface + ".pppd";
}

Changes changes(const Records& wanted, const Records& known, const std::vector<std::string>& listed,
                const std::vector<std::string>& stale) {
  Changes out;
  for (const auto& name : listed)
    if (has(stale, name) && !wanted.contains(name)) out.gone.push_back(name);
  for (const auto& [name, servers] : wanted) {
    const auto before = known.find(name);
    if (before == known.end() || before->second != servers || !has(listed, name)) out.told.emplace(name, servers);
  }
  return out;
}

}  // namespace ghost::resolvconf
