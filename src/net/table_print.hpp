// SPDX-License-Identifier: GPL-2.0-or-later
// The content of the table "inet ghostd" as a comparable value: its chains, rules and sets. It lacks the parts that change by
// themselves (handles, counters' values, elements that packets renew). A few netlink questions, without libnftables.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "net/error.hpp"

namespace ghost::net {

struct TablePrint {
  unsigned chains = 0;  // the number of each, and all their content as one number
  unsigned rules = 0;
  unsigned sets = 0;
  std::uint64_t content = 0;      // the table's flags, too
  std::set<std::string> blocked;  // the elements of the set of that name
  bool operator==(const TablePrint&) const = default;
};

// nullopt: there is no such table.
[[nodiscard]] Result<std::optional<TablePrint>> table_print();

// The canary that reveals a program that empties or deletes the table: a chain that nothing leads to, with one rule. It is added
// and looked for; the next load of the table removes it. Without the table, it makes a table with nothing else.
[[nodiscard]] Result<void> put_table_canary();
[[nodiscard]] Result<bool> table_canary_lives();

// The content of one rule's or chain's or set's attributes. Total and pure.
enum class TableObject { chain, rule, set };
[[nodiscard]] std::uint64_t print_of(TableObject kind, std::span<const std::uint8_t> attributes);

}  // namespace ghost::net
