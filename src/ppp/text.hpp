// SPDX-License-Identifier: GPL-2.0-or-later
// Text that comes from a modem, a peer or a file, made safe for logs, D-Bus and our own one-line messages.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace ghost::ppp {

inline constexpr std::size_t kDetailMax = 300;  // bytes; longer text is cut
inline constexpr std::size_t kLineMax = 1024;   // bytes of one log line that are looked at; the rest of it is dropped

// Printable ASCII only (0x20 to 0x7e): a control byte becomes a space, any other byte '?'. Trimmed and cut.
std::string printable(std::string_view text, std::size_t max = kDetailMax);
bool is_printable(std::string_view text);

// chat(8) logs what it sends, including telephone numbers, PINs and passwords, and the modem echoes it. This hides both.
// All text that leaves the supervisor, including the journal, has gone through this.
std::string without_secrets(std::string_view line);

// Cuts a byte stream into lines, in bounded memory. Of a line longer than kLineMax only the head is returned, once.
class LineBuffer {
 public:
  void feed(std::string_view bytes, const std::function<void(std::string_view line)>& on_line);
  // The stream has ended: an unfinished line counts as a line too.
  void finish(const std::function<void(std::string_view line)>& on_line);

 private:
  std::string begun_;
};

}  // namespace ghost::ppp
