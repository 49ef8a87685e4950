// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/secret.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "ghost-announce/check.hpp"
#include "ghost-announce/encoding.hpp"

namespace ghost::announce {
namespace {

constexpr std::size_t kMaxSecret = 16 * 1024;

void replace_all(std::string& text, std::string_view what) {
  if (what.empty()) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 3)) text.replace(at, what.size(), "***");
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
  // Longest first: a form may contain another.
  replace_all(text, base64('\0' + name + '\0' + s));
  replace_all(text, base64(name + ':' + s));
  replace_all(text, base64(s));
  for (const auto encoding : {Encoding::form, Encoding::query, Encoding::path, Encoding::json, Encoding::header})
    replace_all(text, encode(s, encoding));
  replace_all(text, encode_secret(s, Encoding::path));
  replace_all(text, s);
  return text;
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
