// SPDX-License-Identifier: GPL-2.0-or-later
// docs/link.md is what follows when every state meets every event once. A difference is a change of what ghostd does: if it is
// meant, GHOSTD_WRITE_GOLDEN=1 writes the page anew; read the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "link_table.hpp"

namespace {

std::string page() {
  std::ostringstream out;
  out << "# A link, state by state\n\n"
         "Printed by tests/scenario/link_table_test.cpp; CI fails when it is stale. In each table every event meets every state once:\n\n"
         "- States with the same outcome share a row and are separated by \" / \". Where a state is missing, the event means nothing in it;\n"
         "  `MeansNothing` in the machine's source has the reason.\n"
         "- \"remember\": nothing is wanted done, but a counter, a hold, a wish or a setting has changed.\n"
         "- \"–\" under \"then\": the state stays. The word in parentheses is the reason that is shown.\n"
         "- Effects are in words: src/core/link_effect.hpp explains those of the call, appearance_machine.hpp those of the appearance. One with\n"
         "  a question mark asks the kernel or systemd, and the answer is a later event. Numbers are serials of calls and of notices.\n";
  ghost::test::print_call(out);
  ghost::test::print_stop(out);
  ghost::test::print_second_family(out);
  ghost::test::print_appearance(out);
  ghost::test::print_promise(out);
  ghost::test::print_restart(out);
  ghost::test::print_first_notice(out);
  ghost::test::print_notifier(out);
  ghost::test::print_schedule(out);
  return out.str();
}

}  // namespace

TEST(LinkTable, IsWhatTheDocumentSays) {
  const auto now = page();
  if (std::getenv("GHOSTD_WRITE_GOLDEN") != nullptr) std::ofstream(LINK_TABLE) << now;
  std::ifstream file(LINK_TABLE);
  const std::string written((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(now, written) << "docs/link.md is stale: GHOSTD_WRITE_GOLDEN=1 writes it";
}
