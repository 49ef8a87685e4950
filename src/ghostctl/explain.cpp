// SPDX-License-Identifier: GPL-2.0-or-later
// explain failures: prints the table of core/failure_policy.hpp. It needs no ghostd.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/failure_policy.hpp"
#include "ghostctl/verbs.hpp"

namespace ghost::client {
namespace {

using core::Remedy;

std::string for_people() {
  std::string out = fmt::format("{:<18} {:<14} {}\n", "REASON", "HEALED BY", "MEANING");
  for (const auto& row : core::failure_policies())
    out += fmt::format("{:<18} {:<14} {}\n", core::to_string(row.end), core::to_string(row.remedy), row.meaning);
  out += "\nWhat ghostd does:\n";
  for (std::size_t i = 0; i < core::kRemedies; ++i)
    out += fmt::format("  {:<14} {}\n", core::to_string(static_cast<Remedy>(i)), core::what_ghostd_does(static_cast<Remedy>(i)));
  return out +
         "\nA call that ends while authenticating counts as refused (AuthFailed), unless the far end has accepted the link before.\n"
         "Each pause is up to 20 % longer or shorter, so that links and machines do not redial together. A row of failures ends by a\n"
         "call that carried something back for a minute. ghostctl connect does not wait for the end of a pause.\n";
}

std::string for_programs() {
  auto out = nlohmann::ordered_json::array();
  for (const auto& row : core::failure_policies())
    out.push_back({{"reason", core::to_string(row.end)},
                   {"healed_by", core::to_string(row.remedy)},
                   {"meaning", row.meaning},
                   {"action", core::what_ghostd_does(row.remedy)}});
  return out.dump(2) + "\n";
}

}  // namespace

ExitCode explain(const Options& options) {
  print(options.json ? for_programs() : for_people());
  return ExitCode::ok;
}

}  // namespace ghost::client
