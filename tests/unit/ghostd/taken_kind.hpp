// SPDX-License-Identifier: GPL-2.0-or-later
// A kind of objects that another program takes away, and a clock that the test moves.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ghostd/upkeep.hpp"

namespace ghost::test {

struct KeeperTime {
  core::Time now = core::Time{} + std::chrono::hours(1);
  core::Duration worked{};  // CPU time
  daemon::KeeperClock clock() {
    return {.now = [this] { return now; }, .worked = [this] { return worked; }};
  }
};

struct TakenKind final : daemon::KeptKind {
  TakenKind(std::string name, KeeperTime& time) : name_(std::move(name)), time_(time) {}

  std::optional<std::string> missing;       // until it is put back
  std::optional<std::string> taken_always;  // and the canary with it
  std::optional<std::string> unknown;       // the kernel does not list it
  std::optional<std::string> refuses;       // the kernel, to put it back
  core::Duration look_costs = std::chrono::microseconds(100);
  std::vector<std::string> done;  // in order

  std::string name() const override { return name_; }
  net::Result<std::string> look(const std::vector<daemon::Kept>&) override {
    done.emplace_back("look");
    time_.worked += look_costs;
    if (unknown) return tl::unexpected(net::Error{0, *unknown});
    if (taken_always) return *taken_always;
    return missing.value_or("");
  }
  bool canary_lives() override { return canary_ && !taken_always; }
  void put_canary(const std::vector<daemon::Kept>&) override {
    done.emplace_back("canary");
    canary_ = true;
  }
  net::Result<void> put_back(const std::vector<daemon::Kept>&) override {
    done.emplace_back("put back");
    time_.worked += std::chrono::milliseconds(1);
    if (refuses) return tl::unexpected(net::Error{0, *refuses});
    missing.reset();
    return {};
  }

 private:
  std::string name_;
  KeeperTime& time_;
  bool canary_ = false;
};

}  // namespace ghost::test
