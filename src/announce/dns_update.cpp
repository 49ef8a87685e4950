// SPDX-License-Identifier: GPL-2.0-or-later
#include "announce/attempt.hpp"
namespace ghost::announce {
Outcome send_dns_update(const Attempt&) { return {core::NoticeResult::BadConfig, "not built yet"}; }
}  // namespace ghost::announce
