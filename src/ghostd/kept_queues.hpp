// SPDX-License-Identifier: GPL-2.0-or-later
// The queues of the calls, as the Keeper handles them. They have no canary: a queue is cheap to put back.
#pragma once
#include <string>
#include <vector>

#include "ghostd/upkeep.hpp"

namespace ghost::daemon {

class KeptQueues final : public KeptKind {
 public:
  explicit KeptQueues(Host& host) : host_(host) {}
  [[nodiscard]] std::string name() const override { return "the call's queue"; }
  [[nodiscard]] net::Result<std::string> look(const std::vector<Kept>& kept) override;
  [[nodiscard]] bool canary_lives() override { return false; }
  void put_canary(const std::vector<Kept>&) override {}
  [[nodiscard]] net::Result<void> put_back(const std::vector<Kept>& kept) override;

 private:
  Host& host_;
  std::vector<std::string> missing_;  // the interfaces, as last seen
};

}  // namespace ghost::daemon
