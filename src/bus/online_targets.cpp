// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/online_targets.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/clean_text.hpp"
#include "bus/guarded.hpp"
#include "bus/sdbus_seam.hpp"
#include "loop/sources.hpp"
#include "systemd/names.hpp"

namespace ghost::bus {
namespace {

constexpr std::string_view kBefore = "ghost-online@", kAfter = ".target";

std::string target_of(const std::string& link) { return std::string(kBefore) + link + std::string(kAfter); }

// ListUnitsByPatterns(): name, description, load, active, sub, followed, path, job, job's type and path.
using UnitRow = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string, sdbus::ObjectPath,
                              std::uint32_t, std::string, sdbus::ObjectPath>;

}  // namespace

class OnlineTargets::Impl {
 public:
  Impl(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience, core::Duration first_pause)
      : loop_(loop), said_(std::move(said)), patience_(patience), first_pause_(first_pause), again_(loop, [this] {
          tell_all();
        }) {
    systemd_ = sdbus::createProxy(bus, BusName(systemd::kBusName), sdbus::ObjectPath(systemd::kManagerPath));
    systemd_->callMethodAsync("ListUnitsByPatterns")
        .onInterface(systemd::kManagerInterface)
        .withTimeout(patience_)
        .withArguments(std::vector<std::string>{"active"}, std::vector<std::string>{target_of("*")})
        .uponReplyInvoke(
            [this](AsyncError error, const std::vector<UnitRow>& units) { guarded(loop_, [&] { listed(error, units); })(); });
  }

  void want(const std::string& link, std::optional<bool> online) {
    auto& target = targets_[link];
    target.wanted = online;
    tell(link, target);
  }

 private:
  void listed(const AsyncError& error, const std::vector<UnitRow>& units) {
    known_ = true;
    if (!error)
      for (const auto& unit : units) is_active(std::get<0>(unit));
    tell_all();
  }

  struct Target {
    std::optional<bool> wanted;    // nullopt: as it is
    bool active = false;           // as far as we know
    std::optional<bool> asked{};   // systemd has not answered yet
    std::optional<bool> failed{};  // the last answer, to what was asked
  };

  // A target that is not known by now is of no link any more.
  void is_active(const std::string& unit) {
    if (!unit.starts_with(kBefore) || !unit.ends_with(kAfter)) return;
    const auto link = unit.substr(kBefore.size(), unit.size() - kBefore.size() - kAfter.size());
    targets_.try_emplace(link, Target{.wanted = false, .active = false}).first->second.active = true;
  }

  void tell_all() {
    for (auto& [link, target] : targets_) {
      target.failed.reset();
      tell(link, target);
    }
  }

  // One question at a time per target. A question that failed is asked again after the pause, or when the opposite is wanted.
  void tell(const std::string& link, Target& target) {
    if (!known_ || !target.wanted || target.asked || target.active == target.wanted || target.failed == target.wanted) return;
    target.asked = target.wanted;
    try {
      systemd_->callMethodAsync(*target.wanted ? "StartUnit" : "StopUnit")
          .onInterface(systemd::kManagerInterface)
          .withTimeout(patience_)
          .withArguments(target_of(link), std::string("replace"))
          .uponReplyInvoke(
              [this, link](AsyncError error, const sdbus::ObjectPath&) { guarded(loop_, [&] { answered(link, error); })(); });
    } catch (const sdbus::Error&) {
      target.asked.reset();  // the connection is gone; its pump reports that
    }
  }

  void answered(const std::string& link, AsyncError error) {
    auto& target = targets_[link];
    const bool asked = *std::exchange(target.asked, std::nullopt);
    if (!error) {
      target.active = asked;
      target.failed.reset();
      const bool good = std::none_of(targets_.begin(), targets_.end(), [](const auto& t) { return t.second.failed.has_value(); });
      if (good) pause_ = {};
      if (good && std::exchange(last_, Outcome::done) != Outcome::done) said_(Outcome::done, target_of(link), "");
      return tell(link, target);
    }
    target.failed = asked;
    const auto outcome = is_refusal(error->getName()) ? Outcome::refused : Outcome::failed;
    if (std::exchange(last_, outcome) != outcome) said_(outcome, target_of(link), clean_text(error->getMessage()));
    pause_ = next_pause(pause_, first_pause_);
    again_.arm(loop::now() + pause_);
    tell(link, target);
  }

  loop::EventLoop& loop_;
  Said said_;
  core::Duration patience_, first_pause_;
  std::map<std::string, Target> targets_;  // by link
  bool known_ = false;                     // which targets an earlier ghostd has left active
  Outcome last_ = Outcome::done;
  core::Duration pause_{};
  loop::Timer again_;
  std::unique_ptr<sdbus::IProxy> systemd_;
};

OnlineTargets::OnlineTargets(loop::EventLoop& loop, sdbus::IConnection& bus, Said said, core::Duration patience,
                             core::Duration first_pause)
    : impl_(std::make_unique<Impl>(loop, bus, std::move(said), patience, first_pause)) {}
OnlineTargets::~OnlineTargets() = default;
void OnlineTargets::want(const std::string& link, std::optional<bool> online) { impl_->want(link, online); }

}  // namespace ghost::bus
