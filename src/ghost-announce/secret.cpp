// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "ghost-announce/check.hpp"
#include "ghost-announce/encoding.hpp"

namespace ghost::announce {
namespace {

constexpr std::size_t kMaxSecret = 16 * 1024;

// A text as a reader of one notation sees it, and where each of its bytes stands in the original.
struct Reading {
  std::string text;
  std::vector<std::size_t> from;  // one more than bytes: the last is the original's size
};

// What one notation writes at the beginning of a text.
struct Piece {
  std::size_t length = 1;  // in the original
  std::string bytes;
};
using Notation = std::optional<Piece> (*)(std::string_view rest);

std::optional<std::uint32_t> number(std::string_view digits, int base) {
  std::uint32_t out = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, out, base);
  if (digits.empty() || error != std::errc() || at != end) return std::nullopt;
  return out;
}

std::string utf8(std::uint32_t code) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  const auto tail = [&](int shift) { return byte(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xc0 | code >> 6), tail(0)};
  if (code < 0x10000) return {byte(0xe0 | code >> 12), tail(6), tail(0)};
  return {byte(0xf0 | (code >> 18 & 7)), tail(12), tail(6), tail(0)};
}

std::optional<Piece> percent(std::string_view rest) {
  if (rest[0] != '%' || rest.size() < 3) return std::nullopt;
  const auto byte = number(rest.substr(1, 2), 16);
  if (!byte) return std::nullopt;
  return Piece{3, std::string(1, static_cast<char>(*byte))};
}

// application/x-www-form-urlencoded
std::optional<Piece> form(std::string_view rest) { return rest[0] == '+' ? Piece{1, " "} : percent(rest); }

std::optional<std::uint32_t> utf16(std::string_view rest) {
  return rest.starts_with("\\u") && rest.size() >= 6 ? number(rest.substr(2, 4), 16) : std::nullopt;
}

// RFC 8259, 7. An escaped character that JSON does not know is that character, as in JavaScript.
std::optional<Piece> json(std::string_view rest) {
  if (rest[0] != '\\' || rest.size() < 2) return std::nullopt;
  if (const auto unit = utf16(rest)) {
    const auto low = *unit >> 10 == 0xd800 >> 10 ? utf16(rest.substr(6)) : std::nullopt;
    if (low && *low >> 10 == 0xdc00 >> 10) return Piece{12, utf8(0x10000 + ((*unit & 0x3ff) << 10) + (*low & 0x3ff))};
    return Piece{6, utf8(*unit)};
  }
  constexpr std::string_view kLetters = "bfnrt", kControls = "\b\f\n\r\t";
  const auto letter = kLetters.find(rest[1]);
  return Piece{2, std::string(1, letter == std::string_view::npos ? rest[1] : kControls[letter])};
}

// The names of ASCII in HTML's list of character references, in lower case.
constexpr std::array<std::pair<std::string_view, char>, 32> kEntities{{
    {"amp", '&'},    {"quot", '"'},  {"apos", '\''},  {"lt", '<'},     {"gt", '>'},     {"sol", '/'},   {"plus", '+'},
    {"equals", '='}, {"excl", '!'},  {"num", '#'},    {"dollar", '$'}, {"percnt", '%'}, {"lpar", '('},  {"rpar", ')'},
    {"ast", '*'},    {"comma", ','}, {"period", '.'}, {"colon", ':'},  {"semi", ';'},   {"quest", '?'}, {"commat", '@'},
    {"lsqb", '['},   {"bsol", '\\'}, {"rsqb", ']'},   {"hat", '^'},    {"lowbar", '_'}, {"grave", '`'}, {"lcub", '{'},
    {"verbar", '|'}, {"rcub", '}'},  {"lbrack", '['}, {"rbrack", ']'},
}};

std::optional<Piece> html(std::string_view rest) {
  constexpr std::size_t kLongest = 16;  // a text without ";" is not searched to its end
  if (rest[0] != '&') return std::nullopt;
  const auto end = rest.substr(0, kLongest).find(';');
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  auto name = rest.substr(1, end - 1);
  if (name[0] == '#') {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    const auto code = number(name.substr(hex ? 1 : 0), hex ? 16 : 10);
    if (!code || *code > 0x10ffff) return std::nullopt;
    return Piece{end + 1, utf8(*code)};
  }
  const auto* const entity = std::ranges::find_if(kEntities, [&](const auto& e) {
    return e.first.size() == name.size() && ::strncasecmp(e.first.data(), name.data(), name.size()) == 0;
  });
  if (entity == kEntities.end()) return std::nullopt;
  return Piece{end + 1, std::string(1, entity->second)};
}

constexpr std::array<Notation, 4> kNotations{percent, form, json, html};

Reading as_it_is(const std::string& text) {
  Reading out{text, std::vector<std::size_t>(text.size() + 1)};
  std::iota(out.from.begin(), out.from.end(), std::size_t{0});
  return out;
}

// nullopt: nothing in it is written so.
std::optional<Reading> read_as(const Reading& reading, Notation notation) {
  Reading out;
  const std::string_view text = reading.text;
  bool differs = false;
  for (std::size_t at = 0; at < text.size();) {
    auto piece = notation(text.substr(at));
    differs = differs || piece;
    if (!piece) piece = Piece{1, std::string(1, text[at])};
    out.text += piece->bytes;
    out.from.insert(out.from.end(), piece->bytes.size(), reading.from[at]);
    at += piece->length;
  }
  if (!differs) return std::nullopt;
  out.from.push_back(reading.from.back());
  return out;
}

using Range = std::pair<std::size_t, std::size_t>;

// Where one of the forms stands, in the original. What is written in one piece belongs to it as a whole.
void find_all(const Reading& reading, const std::vector<std::string>& forms, std::vector<Range>& out) {
  for (const auto& what : forms)
    for (auto at = reading.text.find(what); at != std::string::npos; at = reading.text.find(what, at + what.size())) {
      auto end = at + what.size();
      while (reading.from[end] == reading.from[end - 1]) ++end;
      out.emplace_back(reading.from[at], reading.from[end]);
    }
}

// In the text as it is, in each notation, and in each notation inside another, such as HTML in JSON.
void find_all(const Reading& reading, unsigned depth, const std::vector<std::string>& forms, std::vector<Range>& out) {
  find_all(reading, forms, out);
  if (depth == 0) return;
  for (const auto notation : kNotations)
    if (const auto inner = read_as(reading, notation)) find_all(*inner, depth - 1, forms, out);
}

std::string without(const std::string& text, std::vector<Range> ranges) {
  std::ranges::sort(ranges);
  std::string out;
  std::size_t done = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin >= done) (out += std::string_view(text).substr(done, begin - done)) += "***";
    done = std::max(done, end);
  }
  return out += std::string_view(text).substr(done);
}

}  // namespace

Secret::Secret(Secret&& other) noexcept : text_(other.text_) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = other.text_;
    other.wipe();
  }
  return *this;
}

void Secret::wipe() noexcept {
  ::explicit_bzero(text_.data(), text_.capacity());
  text_.clear();
}

tl::expected<Secret, std::string> read_credential(const std::string& directory, const std::string& name) {
  if (directory.empty())
    return tl::unexpected(fmt::format("there is no credential {}; ghostd.service needs LoadCredential= for it", name));
  if (!valid_credential_name(name)) return tl::unexpected(std::string("not the name of a credential"));
  const UniqueFd fd(::open(fmt::format("{}/{}", directory, name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY));
  if (!fd) return tl::unexpected(fmt::format("credential {}: {}", name, std::strerror(errno)));
  std::string text(kMaxSecret + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(fd.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(fmt::format("credential {}: {}", name, std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  Secret whole(std::move(text));
  if (size > kMaxSecret) return tl::unexpected(fmt::format("credential {} is longer than {} bytes", name, kMaxSecret));
  auto line = whole.text().substr(0, size);
  if (line.ends_with('\n')) line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) return tl::unexpected(fmt::format("credential {} is empty", name));
  if (line.find('\0') != std::string::npos) return tl::unexpected(fmt::format("credential {} is not text", name));
  return Secret(std::move(line));
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= group.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

std::string redact(std::string text, std::string_view user, const Secret& secret) {
  if (secret.empty()) return text;
  const auto& s = secret.text();
  const std::string name(user);
  std::vector<std::string> forms{base64('\0' + name + '\0' + s), base64(name + ':' + s), base64(s), encode(s, Encoding::header),
                                 s};
  // A secret that is part of a URL may be percent-encoded already. Then a server has the decoded one.
  if (const auto decoded = read_as(as_it_is(s), percent); decoded && !decoded->text.empty()) forms.push_back(decoded->text);
  std::vector<Range> found;
  find_all(as_it_is(text), 2, forms, found);
  return without(text, std::move(found));
}

std::string redact(std::string text, std::string_view user, const Secrets& secrets) {
  std::vector<const Secret*> longest_first;
  for (const auto& [name, secret] : secrets) longest_first.push_back(&secret);
  std::ranges::stable_sort(longest_first, std::greater{}, [](const Secret* s) { return s->text().size(); });
  const auto named = secrets.find("");
  for (const auto* secret : longest_first)
    text = redact(std::move(text), named != secrets.end() && secret == &named->second ? user : "", *secret);
  return text;
}

}  // namespace ghost::announce
