// SPDX-License-Identifier: GPL-2.0-or-later
// What others' forwarding, default routes and addresses mean for the Host's rules and table.
#pragma once
#include <functional>
#include <utility>
#include <vector>

#include "ghostd/keeper.hpp"

namespace ghost::daemon {

class HostSurroundings final : public Surroundings {
 public:
  struct Port {
    std::function<std::vector<Kept>()> kept;
    std::function<net::Result<void>()> load_table;
    std::function<void()> defaults_changed;  // the default routes of other programs
  };
  HostSurroundings(Host& host, Port port) : host_(host), port_(std::move(port)) {}
  [[nodiscard]] std::vector<Kept> kept() override { return port_.kept(); }
  void follow_forwarding() override;
  [[nodiscard]] bool follow_defaults() override;
  void follow_rules(const std::vector<Kept>& kept) override;

 private:
  Host& host_;
  Port port_;
};

}  // namespace ghost::daemon
