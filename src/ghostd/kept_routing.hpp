// SPDX-License-Identifier: GPL-2.0-or-later
// Rules, routes, addresses, interfaces and their settings, as the Keeper handles them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "ghostd/upkeep.hpp"

namespace ghost::daemon {

class KeptRouting final : public KeptKind {
 public:
  explicit KeptRouting(Host& host) : host_(host) {}
  [[nodiscard]] std::string name() const override { return "routes and rules"; }
  [[nodiscard]] net::Result<std::string> look(const std::vector<Kept>& kept) override;
  [[nodiscard]] bool canary_lives() override;
  void put_canary(const std::vector<Kept>& kept) override;
  [[nodiscard]] net::Result<void> put_back(const std::vector<Kept>& kept) override;

 private:
  // What is missing.
  struct Gaps {
    std::vector<net::SysctlWrite> settings;
    std::vector<net::DemandInterface> interfaces;
    std::vector<net::Route> routes;
    std::vector<Family> rules;
    [[nodiscard]] std::string str() const;
    bool operator==(const Gaps&) const = default;
  };
  [[nodiscard]] net::Result<Gaps> gaps(const std::vector<Kept>& kept);
  [[nodiscard]] net::Result<void> close(const Gaps& gaps, const std::vector<Kept>& kept);

  Host& host_;
  net::Result<Gaps> found_;     // by the last look
  std::optional<Gaps> canary_;  // the one gap that was closed
};

}  // namespace ghost::daemon
