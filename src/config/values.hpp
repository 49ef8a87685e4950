// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a configuration file as values. All pure and total.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ghost::config {

std::string_view trim(std::string_view text);  // blanks and tabs at both ends

// Of an ASCII letter.
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// systemd.syntax(7): 1, yes, y, true, t, on and their opposites, in any case.
std::optional<bool> parse_bool(std::string_view text);
std::optional<std::uint64_t> parse_number(std::string_view text);  // decimal digits alone
// A number with K, M or G behind it, to the base 1024.
std::optional<std::uint64_t> parse_size(std::string_view text);
// Separated by blanks, commas or both; no empty items.
std::vector<std::string_view> split_list(std::string_view text);

// The candidate nearest to the written text, as a suggestion; empty if none is near. Letter case does not count as a difference.
std::string_view nearest(std::string_view written, std::span<const std::string_view> candidates);

// Text that may become part of an argument or file name: letters, digits and a few harmless signs. No blank, no quote, no
// backslash, nothing that is special to a shell or to pppd's option parser.
bool is_plain_word(std::string_view text);     // no '/', not beginning with '-' or '.'
bool is_absolute_path(std::string_view text);  // begins with '/', no ".." in it, otherwise plain

}  // namespace ghost::config
