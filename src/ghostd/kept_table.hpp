// SPDX-License-Identifier: GPL-2.0-or-later
// The nftables table, as the Keeper handles it.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ghostd/upkeep.hpp"

namespace ghost::daemon {

class KeptTable final : public KeptKind {
 public:
  KeptTable(Host& host, std::function<net::Result<void>()> load) : host_(host), load_(std::move(load)) {}
  [[nodiscard]] std::string name() const override { return "nftables table inet ghostd"; }
  [[nodiscard]] net::Result<std::string> look(const std::vector<Kept>& kept) override;
  [[nodiscard]] bool canary_lives() override;
  void put_canary(const std::vector<Kept>& kept) override;
  [[nodiscard]] net::Result<void> put_back(const std::vector<Kept>& kept) override;

 private:
  Host& host_;
  std::function<net::Result<void>()> load_;
};

}  // namespace ghost::daemon
