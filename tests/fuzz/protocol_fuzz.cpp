// SPDX-License-Identifier: GPL-2.0-or-later
// Bytes from the supervisor's socket and from pppd's log. What is accepted must be exactly what would have been written.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ppp/log_facts.hpp"
#include "ppp/protocol.hpp"
#include "ppp/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost::ppp;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = decode_request(text); request && encode(*request) != text) std::abort();
  if (const auto message = decode_message(text); message && encode(*message) != text) std::abort();
  LineBuffer lines;
  const auto on_line = [](std::string_view line) {
    (void)log_fact(line);
    if (!is_printable(without_secrets(line))) std::abort();
  };
  lines.feed(text, on_line);
  lines.finish(on_line);
  return 0;
}
