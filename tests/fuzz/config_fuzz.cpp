// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a link's file: every assignment is taken or refused. The file system is left out; tests/unit/config/garbage_test.cpp goes through it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/keys.hpp"
#include "config/link_check.hpp"
#include "config/syntax.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost::config;
  if (size > kFileMax) return 0;
  const auto scanned = scan("fuzz.conf", {reinterpret_cast<const char*>(data), size});
  std::vector<Draft> drafts(1);
  Diagnostics problems;
  Diagnostics warnings;
  open_sections("fuzz.conf", scanned.sections, drafts[0], problems);
  for (const auto& assignment : scanned.assignments) apply("fuzz.conf", assignment, drafts[0], problems);
  check_link(drafts[0], problems);
  Services services({});
  check_announces(drafts[0].announces, services, problems.empty(), problems, warnings);
  settle_addresses(drafts, Roots{{}, MachineId{}}, problems);
  if (problems.empty() && (drafts[0].link.stable.empty() || drafts[0].link.routes.empty())) std::abort();
  return 0;
}
