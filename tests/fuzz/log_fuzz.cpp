// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as pppd's log: a line is a fact or none, and an address comes with the facts that have one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ppp/log_facts.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost::ppp;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (const auto fact = log_fact(text.substr(0, end))) {
      const bool has = fact->kind == FactKind::LocalAddress || fact->kind == FactKind::RemoteAddress ||
                       fact->kind == FactKind::DnsServer;
      if (fact->address.has_value() != has) std::abort();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return 0;
}
