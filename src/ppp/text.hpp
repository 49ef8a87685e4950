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

// Printable ASCII only (0x20 to 0x7e): what else is in it becomes '?' or, if it is a control byte, a space. Trimmed, cut.
std::string printable(std::string_view text, std::size_t max = kDetailMax);
bool is_printable(std::string_view text);

// chat(8) logs what it sends, telephone numbers, PINs and passwords included; the modem echoes it. Both are hidden here.
// Everything that leaves the supervisor, the journal included, has gone through this.
std::string without_secrets(std::string_view line);

// Cuts a byte stream into lines, in bounded memory: of a line longer than kLineMax the head is given once.
class LineBuffer {
 public:
  void feed(std::string_view bytes, const std::function<void(std::string_view line)>& on_line);
  // The stream has ended: what was begun is a line too.
  void finish(const std::function<void(std::string_view line)>& on_line);

 private:
  std::string begun_;
};

}  // namespace ghost::ppp
