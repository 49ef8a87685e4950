// SPDX-License-Identifier: GPL-2.0-or-later
// The judge's eyes: local time by the C library's own means, and what must be so whenever one looks.
#include <algorithm>

#include "core/time.hpp"
#include "week.hpp"

namespace ghost::test {

using namespace std::chrono_literals;
using core::WallTime;

WallTime Week::timer_after(WallTime base) const {
  const auto day = local_tm(base);
  for (int n = 0;; ++n) {
    std::tm tm{};
    tm.tm_year = day.tm_year;
    tm.tm_mon = day.tm_mon;
    tm.tm_mday = day.tm_mday + n;
    tm.tm_hour = static_cast<int>(timer_time_.count() / 60);
    tm.tm_min = static_cast<int>(timer_time_.count() % 60);
    tm.tm_isdst = -1;
    const WallTime t(std::chrono::seconds(mktime(&tm)));
    if (t > base && (timer_days_ >> tm.tm_wday & 1) != 0) return t;
  }
}

bool Week::inside(WallTime t) const {
  if (!config_.window) return true;
  const auto tm = local_tm(t);
  const auto minute = std::chrono::minutes(tm.tm_hour * 60 + tm.tm_min);
  return (config_.window->days >> tm.tm_wday & 1) != 0 && minute >= config_.window->from && minute < config_.window->to;
}

// On one day; or whole days and nights lie between them.
bool Week::same_window(WallTime a, WallTime b) const {
  const auto x = local_tm(a);
  const auto y = local_tm(b);
  if (x.tm_yday == y.tm_yday && x.tm_year == y.tm_year) return true;
  if (!config_.window || config_.window->from != 0min || config_.window->to != 24h) return false;
  const auto last = std::max(a, b);
  for (auto t = std::min(a, b); t < last; t += 1h)
    if (!inside(t)) return false;
  return inside(last);
}

// The timer's elapse was, and nothing has begun since.
bool Week::is_swallowed(WallTime now) const {
  return swallowed_ && same_window(*swallowed_, now) && !(last_granted_ && *last_granted_ > *swallowed_);
}

void Week::look() {
  const auto now = wall();
  if (!up_ || !config_.window || mono_ - up_since_ < 60s || mono_ - stepped_ < 5s || put_back_since_grant_) return;
  if (last_granted_ && now - *last_granted_ < 10s) return;           // the timer is about to be set
  if (promise_ && *promise_ <= now && now - *promise_ < 2s) return;  // the tick is under way
  if (untold_ && told_at_ == Mono::max() && inside(now) && same_window(*begun_, now))
    broken("it was cut short, and not begun once more");
  // The day has begun: its timer has elapsed, on a day and at an hour for it.
  const auto elapse = timer_after(now - 24h);
  if (!inside(now) || !same_window(elapse, now) || elapse > now - 10s) return;
  if (*stamp_ > now || is_swallowed(now)) return;
  if (!last_granted_ && elapse < start_ + 10s) return;  // it was enabled later in that day
  if (promise_ && *promise_ > now && same_window(*promise_, now)) {
    if (*promise_ - now < 3s) return;
    if (chain_ != promise_ && calendar_ != *promise_) broken("nothing is set up for " + text(*promise_));
    else ++seen_["alive"];
    return;
  }
  if (last_granted_ && same_window(*last_granted_, now)) {
    const auto later = *last_granted_ + config_.every_max + 1s;  // a whole second
    if (!inside(later) || !same_window(later, *last_granted_)) {
      ++seen_["over for today"];
      return;
    }
  }
  broken("the chain is lost");
}

}  // namespace ghost::test
