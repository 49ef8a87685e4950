// SPDX-License-Identifier: GPL-2.0-or-later
// A password, token or key. Only ghost-announce reads it, from $CREDENTIALS_DIRECTORY (systemd.exec(5), CREDENTIALS), and
// wipes it at the end. It has no operator<< and no copy; its users must call text() explicitly.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ghost::announce {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) noexcept : text_(std::move(text)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void wipe() noexcept;
  std::string text_;
};

// A file below `directory`, without the line feed at its end. Errors are for people and name no path's content.
[[nodiscard]] tl::expected<Secret, std::string> read_credential(const std::string& directory, const std::string& name);

// Every form in which a server could send the secret back becomes "***". These are: as it is, in base64, and with the user as in
// AUTH PLAIN and Basic. A secret with percent escapes is also looked for without them. Each form may be written percent-encoded (a form's
// "+" included), with JSON's escapes or with HTML's character references, or in one of these inside another.
[[nodiscard]] std::string redact(std::string text, std::string_view user, const Secret& secret);

// The secrets of a section, by the name of their credential; "" is that of Credential=.
using Secrets = std::map<std::string, Secret, std::less<>>;
// For all of them. `user`: of the one with the name "".
[[nodiscard]] std::string redact(std::string text, std::string_view user, const Secrets& secrets);

// RFC 4648, with padding.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace ghost::announce
