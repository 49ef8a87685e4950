// SPDX-License-Identifier: GPL-2.0-or-later
// What stands in the table "inet ghostd", as a value that can be compared: its chains, rules and sets, without what moves by
// itself (handles, counters' values, elements that packets renew). A few netlink questions; libnftables is not needed for it.
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
  std::uint64_t content = 0;
  std::set<std::string> blocked;  // the elements of the set of that name
  bool operator==(const TablePrint&) const = default;
};

// nullopt: there is no such table.
[[nodiscard]] Result<std::optional<TablePrint>> table_print();

// The canary of whoever empties or deletes the table: a chain that nothing leads to, with one rule. Put there, and looked
// for; it goes with the next load of the table. Without the table it makes one that has nothing else.
[[nodiscard]] Result<void> put_table_canary();
[[nodiscard]] Result<bool> table_canary_lives();

// The content of one rule's or chain's or set's attributes. Total and pure.
enum class TableObject { chain, rule, set };
[[nodiscard]] std::uint64_t print_of(TableObject kind, std::span<const std::uint8_t> attributes);

}  // namespace ghost::net
