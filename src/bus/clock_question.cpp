// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/clock_question.hpp"

#include <utility>
#include <vector>

#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"

namespace ghost::bus {
namespace {

constexpr const char* kTimedatedName = "org.freedesktop.timedate1";

bool says_unset(const sdbus::Variant& value) { return value.containsValueOfType<bool>() && !value.get<bool>(); }

}  // namespace

class ClockQuestion::Impl {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, core::Duration patience) : loop_(loop), patience_(patience) {
    timedated_ = sdbus::createProxy(bus, BusName(kTimedatedName), sdbus::ObjectPath("/org/freedesktop/timedate1"));
  }

  // Those who ask while a question is under way get its answer.
  void ask(std::function<void(bool)> answer_to) {
    waiting_.push_back(std::move(answer_to));
    if (waiting_.size() > 1) return;
    try {
      timedated_->callMethodAsync("Get")
          .onInterface("org.freedesktop.DBus.Properties")
          .withTimeout(patience_)
          .withArguments(std::string(kTimedatedName), std::string("NTPSynchronized"))
          .uponReplyInvoke([this](AsyncError error, const sdbus::Variant& value) {
            guarded(loop_, [&] { answer(error || !says_unset(value)); })();
          });
    } catch (const sdbus::Error&) {
      answer(true);
    }
  }

  void answer(bool set) {
    for (const auto& waits : std::exchange(waiting_, {})) waits(set);
  }

 private:
  loop::EventLoop& loop_;
  core::Duration patience_;
  std::vector<std::function<void(bool)>> waiting_;
  std::unique_ptr<sdbus::IProxy> timedated_;
};

ClockQuestion::ClockQuestion(loop::EventLoop& loop, sdbus::IConnection& bus, core::Duration patience)
    : impl_(std::make_unique<Impl>(loop, bus, patience)) {}
ClockQuestion::~ClockQuestion() = default;
void ClockQuestion::ask(std::function<void(bool)> answer) { impl_->ask(std::move(answer)); }
void ClockQuestion::give_up() { impl_->answer(true); }

}  // namespace ghost::bus
