// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/notice.hpp"

namespace ghost::core {

std::string_view to_string(NoticeResult result) {
  switch (result) {
    case NoticeResult::Ok: return "Ok";
    case NoticeResult::BadConfig: return "BadConfig";
    case NoticeResult::NoSuchHost: return "NoSuchHost";
    case NoticeResult::Unreachable: return "Unreachable";
    case NoticeResult::TimedOut: return "TimedOut";
    case NoticeResult::TlsFailed: return "TlsFailed";
    case NoticeResult::AuthFailed: return "AuthFailed";
    case NoticeResult::Refused: return "Refused";
    case NoticeResult::Later: return "Later";
    case NoticeResult::TooLarge: return "TooLarge";
    case NoticeResult::Crashed: return "Crashed";
    case NoticeResult::LinkGone: return "LinkGone";
  }
  return {};
}

std::optional<NoticeResult> notice_result(std::string_view word) {
  for (unsigned i = 0;; ++i) {
    const auto candidate = static_cast<NoticeResult>(i);
    const auto known = to_string(candidate);
    if (known.empty()) return std::nullopt;
    if (known == word) return candidate;
  }
}

bool worth_retrying(NoticeResult result) {
  switch (result) {
    case NoticeResult::NoSuchHost:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::Later:
    case NoticeResult::Crashed: return true;
    case NoticeResult::Ok:
    case NoticeResult::BadConfig:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed:
    case NoticeResult::Refused:
    case NoticeResult::TooLarge:
    case NoticeResult::LinkGone: return false;
  }
  return false;
}

}  // namespace ghost::core
