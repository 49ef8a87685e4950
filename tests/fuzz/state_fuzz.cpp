// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as what ghostd wrote down: a link's memory, or restore.json. A text that is accepted is written again as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "appear_state/state.hpp"
#include "core/time.hpp"
#include "net/sysctl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ghost;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto memory = appear_state::from_json(text)) {
    const auto written = appear_state::to_json(*memory);
    const auto again = appear_state::from_json(written);
    if (!again || appear_state::to_json(*again) != written) std::abort();
    const auto now = core::WallTime(std::chrono::hours(500'000));
    (void)core::standing(*memory, false, now);
    (void)core::close_interrupted(*memory, now);
  }
  if (const auto entries = net::Sysctls::parse(text))
    for (const auto& [key, value] : *entries)
      if (!key.starts_with("net/") || key.find("..") != std::string::npos) std::abort();
  return 0;
}
