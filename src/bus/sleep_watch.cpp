// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/sleep_watch.hpp"

#include <optional>
#include <utility>

#include "bus/clean_text.hpp"
#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"
#include "loop/sources.hpp"

namespace ghost::bus {
namespace {

constexpr const char* kLogindName = "org.freedesktop.login1";
constexpr const char* kLogindPath = "/org/freedesktop/login1";
constexpr const char* kLogindManager = "org.freedesktop.login1.Manager";

// No logind on this host: nothing is wrong, and nothing is to be asked again.
bool is_absent(const std::string& error) {
  return error == "org.freedesktop.DBus.Error.ServiceUnknown" || error == "org.freedesktop.DBus.Error.NameHasNoOwner" ||
         error.starts_with("org.freedesktop.systemd1.");  // systemd has no such unit, or it is masked
}

}  // namespace

class SleepWatch::Impl {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, Callbacks callbacks, core::Duration patience, core::Duration first_pause)
      : loop_(loop), callbacks_(std::move(callbacks)), patience_(patience), first_pause_(first_pause), again_(loop, [this] {
          inhibit();
        }) {
    logind_ = sdbus::createProxy(bus, BusName(kLogindName), sdbus::ObjectPath(kLogindPath));
    logind_->uponSignal("PrepareForSleep").onInterface(kLogindManager).call([this](bool begins) {
      guarded(loop_, [&] { prepare(begins); })();
    });
    subscribe(*logind_);
    inhibit();
  }

  void ready() {
    if (announced_) lock_.reset();
  }

 private:
  void prepare(bool begins) {
    announced_ = begins;
    if (begins) return callbacks_.sleeps();
    inhibit();
    callbacks_.woke();
  }

  void inhibit() {
    if (lock_ || asked_) return;
    asked_ = true;
    try {
      logind_->callMethodAsync("Inhibit")
          .onInterface(kLogindManager)
          .withTimeout(patience_)
          .withArguments(std::string("sleep"), std::string("ghostd"), std::string("hangs up before the machine sleeps"),
                         std::string("delay"))
          .uponReplyInvoke(
              [this](AsyncError error, const sdbus::UnixFd& lock) { guarded(loop_, [&] { answered(error, lock); })(); });
    } catch (const sdbus::Error&) {
      asked_ = false;  // the connection is gone; its pump reports that
    }
  }

  void answered(AsyncError error, const sdbus::UnixFd& lock) {
    asked_ = false;
    if (!error) {
      said_ = false;
      pause_ = {};
      // A lock that comes when the sleep is announced already holds nothing off that ghostd still has to do.
      if (!announced_) lock_ = lock;
      return;
    }
    if (is_absent(error->getName())) return;
    if (!std::exchange(said_, true)) callbacks_.refused(clean_text(error->getMessage()));
    pause_ = next_pause(pause_, first_pause_);
    again_.arm(loop::now() + pause_);
  }

  loop::EventLoop& loop_;
  Callbacks callbacks_;
  core::Duration patience_, first_pause_;
  core::Duration pause_{};
  bool announced_ = false;  // a sleep that has not ended
  bool asked_ = false;      // logind has not answered yet
  bool said_ = false;       // that it refuses
  std::optional<sdbus::UnixFd> lock_;
  loop::Timer again_;
  std::unique_ptr<sdbus::IProxy> logind_;
};

SleepWatch::SleepWatch(loop::EventLoop& loop, sdbus::IConnection& bus, Callbacks callbacks, core::Duration patience,
                       core::Duration first_pause)
    : impl_(std::make_unique<Impl>(loop, bus, std::move(callbacks), patience, first_pause)) {}
SleepWatch::~SleepWatch() = default;
void SleepWatch::ready() { impl_->ready(); }

}  // namespace ghost::bus
