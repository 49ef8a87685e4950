// SPDX-License-Identifier: GPL-2.0-or-later
#include "ghost-announce/identity.hpp"

#include <fmt/format.h>

#include "ghost-announce/text_template.hpp"
#include "ghost-announce/wall_text.hpp"

namespace ghost::announce {

std::string identity(const core::Notice& notice, std::string_view notifier) {
  return fmt::format("{}.{}.{}.{}.{}", notice.link, unix_seconds(notice.since), notice.sequence, event_name(notice.kind),
                     notifier);
}

std::string user_agent(std::string_view version, std::string_view homepage) {
  return homepage.empty() ? fmt::format("ghostd/{}", version) : fmt::format("ghostd/{} (+{})", version, homepage);
}

}  // namespace ghost::announce
