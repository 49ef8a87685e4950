// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/belief.hpp"

#include <utility>

namespace ghost::core {
namespace {

// Whether the receiver may have the notice after this result.
bool maybe_delivered(NoticeResult result) {
  switch (result) {
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone: return true;
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return true;
}

// Whether the attempt failed before any part of the notice was sent. (A gateway that answers 502 may have passed it on. So may a
// program that exits with 1.)
bool never_said(NoticeResult result) {
  switch (result) {
    case NoticeResult::BadConfig:
    case NoticeResult::NoSuchHost:
    case NoticeResult::TlsFailed:
    case NoticeResult::AuthFailed: return true;
    case NoticeResult::Ok:
    case NoticeResult::Unreachable:
    case NoticeResult::TimedOut:
    case NoticeResult::TooLarge:
    case NoticeResult::Crashed:
    case NoticeResult::LinkGone:
    case NoticeResult::Refused:
    case NoticeResult::Later: return false;
  }
  return false;
}

}  // namespace

void Belief::doubt() {
  heard_ = false;
  knew_ = told_ ? std::exchange(told_->addresses, {}) : std::vector<IpAddress>{};
}

void Belief::answered(NoticeResult result) {
  heard_ = heard_ || maybe_delivered(result);
  if (!never_said(result)) knew_.clear();
}

void Belief::settle(NoticeResult result, const Notice& notice, std::uint64_t receiver) {
  const bool appear = notice.kind == NoticeKind::appear;
  if (result == NoticeResult::Ok && appear) told_ = Told{notice.addresses, receiver};
  else if (result == NoticeResult::Ok) told_.reset();
  else if (heard_ && appear) told_ = Told{{}, receiver};
  else if (!heard_ && !knew_.empty() && told_) told_->addresses = knew_;
  heard_ = false;
  knew_.clear();
}

void Belief::forget() { *this = Belief(); }

}  // namespace ghost::core
