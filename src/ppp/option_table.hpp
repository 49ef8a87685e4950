// SPDX-License-Identifier: GPL-2.0-or-later
// The options of pppd 2.4.9 and 2.5, and of the plugins that come with them. The table says which of them take an argument, and
// which option another one replaces. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ghost::ppp {

enum class OptionKind : std::uint8_t {
  flag,     // the only kinds without an argument are this
  leave,    // and this: pppd prints something and exits at once
  text,     // any argument will do
  number,   // begins with a number, decimal, 0octal or 0xhex
  hex,      // begins with a hexadecimal number
  special,  // pppd judges the argument by rules of its own
  file,     // the argument names further options
  call,
  plugin,
};

struct KnownOption {
  std::string_view name;
  OptionKind kind = OptionKind::flag;
  std::string_view group;   // of the options that replace one another, its first; empty: the option itself
  std::string_view traits;  // letters, option_table.cpp
  std::string_view plugin{};

  [[nodiscard]] bool has(char trait) const { return traits.find(trait) != std::string_view::npos; }
  [[nodiscard]] std::string_view of_group() const { return group.empty() ? name : group; }
  [[nodiscard]] bool takes_argument() const { return kind != OptionKind::flag && kind != OptionKind::leave; }
};

// nullptr: pppd and its own plugins have no option of this name.
const KnownOption* known_option(std::string_view name);
std::span<const KnownOption> all_known_options();

// "/usr/lib/pppd/2.4.9/rp-pppoe.so" → "pppoe". Empty: none of pppd's own plugins.
std::string_view own_plugin(std::string_view argument);

// A number as C's strtoul(3) reads it (base 0: decimal, 0octal or 0xhex), in the 32 bits of an int. What follows it does not
// matter to pppd. nullopt: there is none.
std::optional<int> option_number(std::string_view text, int base);

}  // namespace ghost::ppp
